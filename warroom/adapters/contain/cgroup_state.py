"""What a bot's cgroup holds at one moment: as evidence before it is touched, and as who is hit with it. Blocking."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from warroom.adapters.contain import cgroup_tree as tree
from warroom.adapters.contain import process_tree
from warroom.adapters.contain.cgroup_tree import Gone, Group
from warroom.adapters.contain.process_state import ProcessState, measured
from warroom.core.clean import clean

_LASTING_S = 60.0
"""Shorter-lived processes are not named: they would make every plan another one."""
_SHOWN = 20


class GroupState(msgspec.Struct, frozen=True):
    """One cgroup at one moment, as evidence."""

    folder: str
    inode: int
    freeze: bool
    """Whether it was told to stand still."""
    frozen: bool
    """Whether all in it and below it stands still."""
    processes: list[ProcessState]


def states_of(group: Group) -> bytes:
    """Return the cgroup and those below it with their processes as a JSON list; OSError when it cannot be read."""
    found: list[GroupState] = []
    for folder in tree.groups_below(Path(group.folder)):
        try:
            one = tree.group_at(folder)
            freeze, seen = tree.read(one, tree.FREEZE).strip() == "1", tree.events(one)
        except (Gone, FileNotFoundError):
            # One that was taken away meanwhile held nobody.
            continue
        inside = set(tree.pids_in(folder))
        processes = measured([process for process in tree.members(folder) if process.pid in inside])
        found.append(GroupState(one.folder, one.inode, freeze, seen.frozen, processes))
    return msgspec.json.format(msgspec.json.encode(found), indent=1)


def also_hit(group: Group) -> list[str]:
    """Return the cgroups below it, and the programs in it that have run for a minute, in words."""
    folder = Path(group.folder)
    below = [str(one.relative_to(folder)) for one in tree.groups_below(folder)[1:]]
    young = time.time() - _LASTING_S
    lasting = {one.name for one in tree.members(folder) if process_tree.start_time(one) < young}
    return _told("cgroups below it", below) + _told("every process in it", sorted(lasting))


def _told(what: str, names: list[str]) -> list[str]:
    more = [f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
    return [clean(f"{what}: {', '.join(names[:_SHOWN] + more)}", 400)] if names else []
