"""The processes of this host at one moment, read for a look alone: no adapter uses it, and it uses none. Blocking."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

_PROC = Path("/proc")
_ENDED = frozenset("ZX")
_STOPPED = "T"
_PIDFILE_LIMIT = 64
_YOUNGER_S = 2.0
_CGROUP_LIMIT = 1000
"""Cgroups below one that are read; a bot with more of them is not judged."""


class Unreadable(Exception):
    """What is looked at tells nothing; the message says why."""


class Member(msgspec.Struct, frozen=True):
    """One process at one moment."""

    pid: int
    ppid: int
    group: int
    session: int
    started: float
    """Seconds since the epoch, as far as the clock of the host was never set."""
    start_ticks: int
    name: str
    cpu_ticks: int
    """Processor time of all its threads so far."""
    states: frozenset[str]
    """State letters of its threads (proc(5)) without those that ended; empty when all did."""

    @property
    def alive(self) -> bool:
        """Whether any thread of it has not ended."""
        return bool(self.states)

    @property
    def stopped(self) -> bool:
        """Whether every thread is stopped by a signal."""
        return self.states == {_STOPPED}


class Child(Protocol):
    """A process that knows its parent's number."""

    @property
    def ppid(self) -> int:
        """Its parent's."""


One = TypeVar("One", bound=Child)


def everybody() -> dict[int, Member]:
    """Return all processes with a living thread; Unreadable where those of other accounts are hidden (hidepid)."""
    try:
        (_PROC / "1" / "stat").read_bytes()
    except OSError as error:
        raise Unreadable("the processes of other accounts are hidden from this one (hidepid of /proc)") from error
    booted = _booted()
    names = os.listdir(_PROC)  # noqa: PTH208  names suffice
    found = (_read(int(name), booted) for name in names if name.isdigit())
    return {one.pid: one for some in found for one in some if one.alive}


def _booted() -> float:
    # Whoever has to wait between the two clocks gets too early a moment, never too late a one.
    return max(time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) for _ in range(3))


def family(roots: Iterable[int], everybody: Mapping[int, Member]) -> dict[int, Member]:
    """Return the roots, all under them, and all in a session or group that one of them leads or led."""
    wanted = set(roots)
    children: dict[int, list[int]] = {}
    for one in everybody.values():
        children.setdefault(one.ppid, []).append(one.pid)
    # Who lost its parent is under pid 1, but keeps session and group.
    waiting = [*wanted, *(one.pid for one in everybody.values() if one.session in wanted or one.group in wanted)]
    found: dict[int, Member] = {}
    while waiting:
        pid = waiting.pop()
        if pid in everybody and pid not in found:
            found[pid] = everybody[pid]
            waiting.extend(children.get(pid, ()))
    return found


def named(text: str, everybody: Mapping[int, One]) -> dict[int, One]:
    """Return the processes whose command line holds `text`, without this one and those above it."""
    above, pid = set(), os.getpid()
    while pid in everybody and pid not in above:
        above.add(pid)
        pid = everybody[pid].ppid
    return {pid: one for pid, one in everybody.items() if pid not in above and text in _command_line(pid)}


def pid_of(path: Path) -> tuple[int, float] | None:
    """Return the pid in a pidfile and when it was written; None when there is no such file, Unreadable for the rest."""
    try:
        # A pipe in its place would keep the reader waiting.
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}") from error
    try:
        found = os.fstat(file)
        words = os.read(file, _PIDFILE_LIMIT).split() if stat.S_ISREG(found.st_mode) else []
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}") from error
    finally:
        os.close(file)
    if not words or not words[0].isdigit() or not 0 < int(words[0]) < 2**31:
        raise Unreadable(f"{path} holds no pid")
    return int(words[0]), found.st_mtime


def younger(started: float, written: float) -> bool:
    """Whether a process began after its pidfile was written: its number is another's by now, or a clock was set."""
    return started > written + _YOUNGER_S


def cgroup_folder(name: str) -> Path:
    """Return the folder of a cgroup that is named from the mount of cgroup2, or by its whole path."""
    mount = _cgroup_mount()
    inside = Path(name) if Path(name).is_relative_to(mount) else mount / name.lstrip("/")
    if ".." in inside.parts or inside == mount:
        raise Unreadable(f"{name} is no cgroup of a bot")
    return inside


def pids_in(folder: Path) -> list[int] | None:
    """Return who is in a cgroup and those below it; None when there is none of this name beside its neighbours."""
    try:
        if not folder.exists():
            if not (folder.parent / "cgroup.procs").exists():
                raise Unreadable(f"neither {folder} nor the cgroup above it is there")
            return None
        found = _pids_below(folder)
    except OSError as error:
        raise Unreadable(f"{folder} cannot be read: {error.strerror}") from error
    if 0 in found:
        raise Unreadable(f"{folder} holds processes that this account's pid namespace does not show")
    return sorted(found)


def _pids_below(folder: Path) -> set[int]:
    found: set[int] = set()
    waiting = [folder]
    for _ in range(_CGROUP_LIMIT):
        if not waiting:
            return found
        one = waiting.pop()
        try:
            found.update(int(pid) for pid in (one / "cgroup.procs").read_text("ascii").split())
            waiting.extend(below for below in one.iterdir() if below.is_dir() and not below.is_symlink())
        except OSError as error:
            # A cgroup that was taken away since held nobody.
            if error.errno not in (errno.ENOENT, errno.ENODEV):
                raise
    raise Unreadable(f"{folder} holds more than {_CGROUP_LIMIT} cgroups")


def frozen(pid: int) -> bool:
    """Whether the kernel says that all of the process's own cgroup stands still (cgroup.events, "frozen 1")."""
    try:
        lines = (_PROC / str(pid) / "cgroup").read_text("utf-8", "replace").splitlines()
        inside = next((line[3:] for line in lines if line.startswith("0::/")), "/")
        events = _cgroup_mount() / inside.lstrip("/") / "cgroup.events"
        return "frozen 1" in events.read_text("ascii").splitlines()
    except (OSError, Unreadable):
        return False


def _cgroup_mount() -> Path:
    try:
        lines = (_PROC / "self/mounts").read_text("utf-8", "replace").splitlines()
    except OSError as error:
        raise Unreadable(f"/proc/self/mounts cannot be read: {error.strerror}") from error
    for fields in (line.split() for line in lines):
        if len(fields) > 2 and fields[2] == "cgroup2":
            return Path(fields[1])
    raise Unreadable("no cgroup2 is mounted on this host")


def _read(pid: int, booted: float) -> list[Member]:
    """Return one process; nothing when it ended meanwhile."""
    folder = _PROC / str(pid)
    try:
        head, _, tail = (folder / "stat").read_bytes().rpartition(b")")
        states = _states(folder)
    except (FileNotFoundError, ProcessLookupError):
        return []
    except OSError as error:
        raise Unreadable(f"{folder} cannot be read: {error.strerror}") from error
    fields = tail.split()
    ticks = int(fields[19])
    return [
        Member(
            pid=pid,
            ppid=int(fields[1]),
            group=int(fields[2]),
            session=int(fields[3]),
            started=booted + ticks / os.sysconf("SC_CLK_TCK"),
            start_ticks=ticks,
            name=head.partition(b"(")[2].decode("utf-8", "replace"),
            cpu_ticks=int(fields[11]) + int(fields[12]),
            states=states,
        )
    ]


def _states(folder: Path) -> frozenset[str]:
    # The first thread may have ended while others run, so the process's own letter is not enough.
    states: set[str] = set()
    for thread in os.listdir(folder / "task"):  # noqa: PTH208  names suffice
        try:
            text = (folder / "task" / thread / "stat").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        states.add(text.rpartition(b")")[2].split()[0].decode("ascii"))
    return frozenset(states - _ENDED)


def _command_line(pid: int) -> str:
    try:
        raw = (_PROC / str(pid) / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    except OSError as error:
        raise Unreadable(f"the command line of pid {pid} cannot be read: {error.strerror}") from error
    return raw.rstrip(b"\0").replace(b"\0", b" ").decode("utf-8", "replace")
