"""Cgroups of version 2 as the kernel shows them: where they are mounted, who is in one, what its files say.

Blocking: call from a thread. A folder alone names no cgroup for long: when it is taken away and made again, the same
path has another inode number. Each reading and writing here goes through a folder that was checked against it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from warroom.adapters.contain import process_tree
from warroom.adapters.contain.process_tree import Process
from warroom.core.clean import clean

FREEZE = "cgroup.freeze"
KILL = "cgroup.kill"
_PROC = Path("/proc")
_ESCAPED = re.compile(r"\\([0-7]{3})")
_GONE = (errno.ENOENT, errno.ENODEV)
_READ_BYTES = 65536


class Gone(Exception):
    """The cgroup was taken away, or another one has its name now."""


class Mount(msgspec.Struct, frozen=True):
    """One place where cgroups of version 2 are mounted."""

    folder: Path
    root: str
    """The cgroup that is seen at the folder, as /proc/PID/cgroup names it."""


class Group(msgspec.Struct, frozen=True):
    """One cgroup, and what tells it from a later one of the same name."""

    folder: str
    inode: int
    boot: str

    @property
    def label(self) -> str:
        """How people are shown which one it is."""
        return clean(f"cgroup {self.folder} (inode {self.inode} of boot {self.boot})")


class Events(msgspec.Struct, frozen=True):
    """What cgroup.events says of a cgroup with all below it."""

    populated: bool
    """Whether any process is in it."""
    frozen: bool
    """Whether all stands still; true for an empty one that is to be frozen."""


def mounts() -> list[Mount]:
    """Return where cgroups of version 2 are mounted, the deepest folder first (proc(5), mountinfo)."""
    found: list[Mount] = []
    for line in (_PROC / "self/mountinfo").read_text("utf-8", "surrogateescape").splitlines():
        place, _, kind = line.partition(" - ")
        if kind.split(" ", 1)[0] == "cgroup2":
            root, folder = (_ESCAPED.sub(lambda code: chr(int(code[1], 8)), text) for text in place.split(" ")[3:5])
            found.append(Mount(Path(folder), root))
    return sorted(found, key=lambda mount: -len(mount.folder.parts))


def group_at(folder: Path) -> Group:
    """Return the cgroup that is at a folder now; OSError when there is none."""
    return Group(str(folder), folder.stat().st_ino, process_tree.boot_id())


def read(group: Group, name: str) -> str:
    """Return what a file of the cgroup holds; Gone when it is not this cgroup any more, OSError for the rest."""
    with _file(group, name, os.O_RDONLY) as file:
        return os.read(file, _READ_BYTES).decode("utf-8", "replace")


def write(group: Group, name: str, text: str) -> None:
    """Write into a file of the cgroup; raises as `read` does."""
    with _file(group, name, os.O_WRONLY) as file:
        os.write(file, text.encode())


def events(group: Group) -> Events:
    """Return what the kernel says of it now; raises as `read` does."""
    lines = read(group, "cgroup.events").splitlines()
    return Events(populated="populated 1" in lines, frozen="frozen 1" in lines)


def may_write(group: Group, name: str) -> bool:
    """Whether this account may write into a file of the cgroup; False where there is no such file."""
    return os.access(Path(group.folder, name), os.W_OK, effective_ids=True)


def has(group: Group, name: str) -> bool:
    """Whether the kernel offers a file for it."""
    return Path(group.folder, name).exists()


def groups_below(folder: Path) -> list[Path]:
    """Return the folder and all cgroups below it, in order; OSError when it cannot be read."""
    below = (Path(place) for place, _, _ in os.walk(folder) if place != str(folder))
    return [folder, *sorted(below)]


def pids_in(folder: Path) -> list[int]:
    """Return who is in one cgroup; nobody where it was taken away, or holds threads of processes above it.

    Processes that this pid namespace does not show have no number here and are left out.
    """
    try:
        pids = (folder / "cgroup.procs").read_text("ascii").split()
    except OSError as error:
        if error.errno in (*_GONE, errno.EOPNOTSUPP):
            return []
        raise
    return [int(pid) for pid in pids if pid != "0"]


def pids_below(folder: Path) -> set[int]:
    """Return who is in a cgroup and in those below it; OSError when it cannot be read."""
    return {pid for one in groups_below(folder) for pid in pids_in(one)}


def members(folder: Path) -> list[Process]:
    """Return the living processes of a cgroup and of those below it, by pid."""
    found = (process_tree.read_process(pid) for pid in sorted(pids_below(folder)))
    return [process for process in found if process is not None and process_tree.is_alive(process)]


def frozen_above(folder: Path) -> Path | None:
    """Return the nearest cgroup above that is told to stand still, None when none is."""
    for above in folder.parents:
        try:
            if (above / FREEZE).read_text("ascii").strip() == "1":
                return above
        except OSError:
            # The root of all cgroups has no such file, and nothing above it is a cgroup.
            return None
    return None


@contextlib.contextmanager
def _file(group: Group, name: str, how: int) -> Iterator[int]:
    try:
        folder = os.open(group.folder, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if os.fstat(folder).st_ino != group.inode:
                raise Gone(f"{group.folder} is another cgroup now")
            file = os.open(name, how | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        finally:
            os.close(folder)
        try:
            yield file
        finally:
            os.close(file)
    except OSError as error:
        if error.errno in _GONE and not _is_there(group):
            raise Gone(f"{group.folder} was taken away") from error
        raise


def _is_there(group: Group) -> bool:
    try:
        return Path(group.folder).stat().st_ino == group.inode
    except OSError:
        return False
