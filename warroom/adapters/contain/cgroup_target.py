"""Which cgroup a plan means: found from the settings, kept in the plan, checked against it before it is touched."""

from __future__ import annotations

from pathlib import Path

import msgspec

from warroom.adapters.contain import cgroup_tree as tree
from warroom.adapters.contain import process_tree
from warroom.adapters.contain.cgroup_tree import Gone, Group, Mount
from warroom.core.clean import clean
from warroom.core.model import Plan
from warroom.core.ports import AdapterFailed

_PROCESS_TYPES = ("domain", "domain threaded")
"""Those that hold whole processes (cgroup.type)."""


class Kept(msgspec.Struct, frozen=True):
    """What a plan binds of the cgroup, for an exact undo."""

    group: Group
    frozen: bool
    """Whether somebody had told it to stand still before."""


def identify(name: str) -> Group:
    """Return the cgroup of a name, told from a mount of cgroup2 or by its whole path.

    Raises AdapterFailed when it is not there, is no cgroup of processes that can be frozen, or holds this engine.
    """
    mount, folder = _place(name)
    try:
        if folder.resolve(strict=True) != folder or folder.stat().st_dev != mount.folder.stat().st_dev:
            raise AdapterFailed(clean(f"{folder} is a link, or no cgroup of {mount.folder}"))
        group = tree.group_at(folder)
        kind = tree.read(group, "cgroup.type").strip()
        _refuse_own(folder)
    except (OSError, Gone) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise AdapterFailed(clean(f"the cgroup {folder} cannot be read: {why}; is the bot up?")) from error
    if kind not in _PROCESS_TYPES:
        advice = "name the group above that holds the processes as a whole"
        raise AdapterFailed(clean(f"{folder} is of type {kind}: it may hold single threads only; {advice}"))
    if not tree.has(group, tree.FREEZE):
        raise AdapterFailed(clean(f"{folder} has no {tree.FREEZE}: it came with Linux 5.2"))
    return group


def populated(group: Group) -> Kept:
    """Return how the cgroup stands now; AdapterFailed when nobody is in it."""
    try:
        if not tree.events(group).populated:
            advice = "is the bot up, and is this still its cgroup? See /proc/PID/cgroup"
            raise AdapterFailed(f"{group.label} holds no process: there is nothing to contain; {advice}")
        return Kept(group, tree.read(group, tree.FREEZE).strip() == "1")
    except (OSError, Gone) as error:
        raise AdapterFailed(clean(f"{group.label} cannot be read: {error}")) from error


def of_plan(plan: Plan) -> Kept:
    """Return the cgroup that a plan names; AdapterFailed when it names none, or one of a former boot."""
    try:
        kept = msgspec.json.decode(plan.restore, type=Kept)
    except msgspec.DecodeError as error:
        raise AdapterFailed("the plan names no cgroup") from error
    if kept.group.boot != process_tree.boot_id():
        raise AdapterFailed(clean(f"the host was started again since; {kept.group.folder} ended with that boot"))
    return kept


def planned(plan: Plan, *, again: bool) -> Kept:
    """Return the plan's cgroup; AdapterFailed unless it is the same, populated, and as frozen as it was.

    `again` says that this plan was applied already: it may be frozen by that.
    """
    kept = of_plan(plan)
    now = identify(kept.group.folder)
    if now != kept.group:
        raise AdapterFailed(clean(f"{now.folder} is another cgroup now (inode {now.inode}); plan again"))
    frozen = populated(now).frozen
    if frozen != kept.frozen and not again:
        done = "froze" if frozen else "thawed"
        raise AdapterFailed(clean(f"somebody {done} {now.folder} since the plan was made; plan again"))
    return kept


def _place(name: str) -> tuple[Mount, Path]:
    mounts = tree.mounts()
    if not mounts:
        raise AdapterFailed("no cgroup2 is mounted on this host; use the process adapter")
    path = Path(name)
    if ".." in path.parts:
        raise AdapterFailed(clean(f"{name} holds .. and may lead anywhere; name the cgroup itself"))
    named = Path("/", name.lstrip("/"))
    inside = [(mount, path) for mount in mounts if path.is_relative_to(mount.folder)]
    # A mount may show a part of all cgroups only: the same name below it would be another one.
    inside += [
        (mount, mount.folder / named.relative_to(mount.root)) for mount in mounts if named.is_relative_to(mount.root)
    ]
    if not inside:
        raise AdapterFailed(clean(f"no mount of cgroup2 here shows {name}"))
    mount, folder = next((one for one in inside if one[1].is_dir()), inside[0])
    if folder == mount.folder:
        raise AdapterFailed(clean(f"{folder} is the root of a mount of cgroup2: it may hold the whole host"))
    if not folder.is_dir():
        if path.is_absolute() and path.exists():
            raise AdapterFailed(clean(f"{path} is not below the mount of cgroup2, {mount.folder}"))
        raise AdapterFailed(clean(f"there is no cgroup {folder}; is the bot up? See /proc/PID/cgroup"))
    return mount, folder


def _refuse_own(folder: Path) -> None:
    if tree.pids_below(folder) & process_tree.own_line():
        raise AdapterFailed(clean(f"{folder} holds this engine or what runs it; it is never touched"))
