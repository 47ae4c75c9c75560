"""The processes of this host as /proc shows them: who a pid is, its tree, and signals that cannot miss.

Blocking: call from a thread. A pid alone names nobody for long; a process is its pid with its start tick, and
signals go through a pidfd (pidfd_send_signal(2)) that was checked against that tick after it was opened.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import msgspec

_PROC = Path("/proc")
_GONE = (FileNotFoundError, ProcessLookupError, NotADirectoryError)
_ENDED = frozenset("ZX")
_STOPPED = "T"
_RUNNABLE = "R"
_CMDLINE_LIMIT = 400
_STAT_LIMIT = 4096


class Process(msgspec.Struct, frozen=True):
    """One process at one moment."""

    pid: int
    ppid: int
    group: int
    session: int
    start_ticks: int
    """Clock ticks from boot to its start (proc(5), field 22)."""
    state: str
    """R, S, D, T, t, Z, X as in proc(5), of the first thread."""
    name: str


def read_process(pid: int) -> Process | None:
    """Return who `pid` is now, or None when nobody is."""
    # Hundreds are read in a row while a bot is at work: a Path, a buffer or a decoded line cost as much as the reading.
    try:
        file = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
    except _GONE:
        return None
    try:
        text = os.read(file, _STAT_LIMIT)
    except _GONE:
        return None
    finally:
        os.close(file)
    # The name stands in brackets and may hold brackets and spaces itself.
    head, _, tail = text.rpartition(b")")
    fields = tail.split(maxsplit=20)
    return Process(
        pid=pid,
        ppid=int(fields[1]),
        group=int(fields[2]),
        session=int(fields[3]),
        start_ticks=int(fields[19]),
        state=fields[0].decode("ascii"),
        name=head.partition(b"(")[2].decode("utf-8", "replace"),
    )


def executable(pid: int) -> str:
    """Return the path of the program; OSError when it has none (kernel threads) or it may not be read."""
    return str((_PROC / str(pid) / "exe").readlink()).removesuffix(" (deleted)")


def command_line(pid: int) -> str:
    """Return the arguments joined by spaces, at most 400 characters; empty when the process is gone."""
    try:
        raw = (_PROC / str(pid) / "cmdline").read_bytes()
    except _GONE:
        return ""
    return raw.rstrip(b"\0").replace(b"\0", b" ").decode("utf-8", "replace")[:_CMDLINE_LIMIT]


def boot_id() -> str:
    """Return the id of this boot of the host: start ticks compare only within it."""
    return (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()


def start_time(process: Process, booted: int | None = None) -> float:
    """Return when it started, in seconds since the epoch; `booted` saves a reading where many are asked for."""
    return (boot_time() if booted is None else booted) + process.start_ticks / os.sysconf("SC_CLK_TCK")


def boot_time() -> int:
    """Return when the host was started, in whole seconds since the epoch, as its kernel says."""
    text = (_PROC / "stat").read_bytes()
    return int(text[text.index(b"\nbtime ") + 7 :].split(maxsplit=1)[0])


def tree_of(root: int, start_ticks: int) -> list[Process]:
    """Return the living processes under `root`, itself first, parents before children.

    A process whose parent ended is found by its session or group, when `root` leads one. Zombies without a running
    thread are left out. Empty when `root` names a process with another start now: a pid is free only when its session
    is.
    """
    everybody = {process.pid: process for process in all_processes() if process.start_ticks >= start_ticks}
    now = everybody.get(root)
    if now is not None and now.start_ticks != start_ticks:
        return []
    children: dict[int, list[int]] = {}
    for process in everybody.values():
        children.setdefault(process.ppid, []).append(process.pid)
    roots = [root, *sorted(pid for pid, process in everybody.items() if root in (process.session, process.group))]
    order: dict[int, None] = {}
    for start in roots:
        waiting = [start]
        while waiting:
            pid = waiting.pop(0)
            if pid not in order:
                order[pid] = None
                waiting.extend(sorted(children.get(pid, ())))
    known = sorted((pid for pid in order if pid in everybody), key=lambda pid: _depth(pid, root, everybody))
    return [everybody[pid] for pid in known if is_alive(everybody[pid])]


def _depth(pid: int, root: int, everybody: Mapping[int, Process]) -> int:
    """Return the steps up to the root; a process whose parent ended stands right under it."""
    steps = 0
    while pid != root and steps <= len(everybody):
        steps += 1
        process = everybody.get(pid)
        pid = process.ppid if process is not None else root
    return steps


def all_processes() -> list[Process]:
    """Return every process of this host that may be seen, zombies too."""
    found = (read_process(int(name)) for name in os.listdir(_PROC) if name.isdigit())  # noqa: PTH208  names suffice
    return [process for process in found if process is not None]


def is_alive(process: Process) -> bool:
    """Whether any thread of it has not ended."""
    # A first thread that ended shows Z while others of the process still run.
    return process.state not in _ENDED or bool(set(_thread_states(process.pid)) - _ENDED)


def _thread_states(pid: int) -> list[str]:
    return [text.rpartition(b")")[2].split()[0].decode("ascii") for text in _of_threads(pid, "stat")]


def _of_threads(pid: int, name: str) -> list[bytes]:
    found: list[bytes] = []
    try:
        threads = os.listdir(_PROC / str(pid) / "task")  # noqa: PTH208  names suffice
    except _GONE:
        return found
    for thread in threads:
        with contextlib.suppress(*_GONE):
            found.append((_PROC / str(pid) / "task" / thread / name).read_bytes())
    return found


def is_stopped(process: Process) -> bool:
    """Whether every living thread is stopped by a signal now; a process that ended counts as stopped."""
    return set(_thread_states(process.pid)) <= _ENDED | {_STOPPED}


def stands(process: Process) -> bool:
    """Whether it lives and every living thread of it is stopped by a signal now."""
    return set(_thread_states(process.pid)) - _ENDED == {_STOPPED}


def is_busy(process: Process) -> bool:
    """Whether a thread of it runs, or could if there were a processor for it."""
    return _RUNNABLE in _thread_states(process.pid)


def send(process: Process, number: signal.Signals) -> bool:
    """Signal exactly this process; False when it ended. PermissionError when this account may not."""
    try:
        handle = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return False
    try:
        now = read_process(process.pid)
        if now is None or now.start_ticks != process.start_ticks:
            return False
        signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True


def stop_down(process: Process) -> list[Process]:
    """Send SIGSTOP to a process, then to its children, and so on; return all that got it.

    Children are asked for right after their parent stopped, so a tree that grows faster than /proc can be read is
    overtaken. Where the kernel names no children, readings of the whole tree find them.
    """
    got: dict[int, Process] = {}
    waiting: list[Process] = [process]
    while waiting:
        process = waiting.pop()
        if process.pid in got or not send(process, signal.SIGSTOP):
            continue
        got[process.pid] = process
        waiting.extend(child for child in children_of(process) if child.state != _STOPPED)
    return list(got.values())


def children_of(process: Process) -> list[Process]:
    """Return its children as the kernel names them; none on kernels without CONFIG_PROC_CHILDREN."""
    named = (read_process(int(pid)) for pid in b" ".join(_of_threads(process.pid, "children")).split())
    return [child for child in named if child is not None and child.ppid == process.pid]


def below(process: Process) -> list[Process]:
    """Return a process and all that it and its children started, as the kernel names them: quickly, one tree alone.

    Who lost its parent is not among them, nor is anybody on kernels without CONFIG_PROC_CHILDREN.
    """
    found: dict[int, Process] = {}
    waiting = [process]
    while waiting:
        one = waiting.pop()
        if one.pid not in found:
            found[one.pid] = one
            waiting.extend(children_of(one))
    return sorted(found.values(), key=lambda one: (one.start_ticks, one.pid))


def own_line() -> set[int]:
    """Return the pids of this process and of all above it."""
    line: set[int] = set()
    pid = os.getpid()
    while pid > 0 and pid not in line:
        line.add(pid)
        process = read_process(pid)
        pid = process.ppid if process is not None else 0
    return line
