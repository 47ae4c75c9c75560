"""What a bot's processes are and hold at one moment, as evidence before they are touched."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import psutil

from warroom.adapters.contain.open_sockets import Connection, connections_of
from warroom.adapters.contain.process_tree import Process, boot_time, command_line, read_process, start_time, tree_of
from warroom.core.moments import utc_text


class ProcessState(msgspec.Struct, frozen=True):
    """One process; null is what this account may not read."""

    pid: int
    ppid: int
    name: str
    cmdline: str
    started: str
    state: str
    cpu_s: float | None = None
    """Seconds of processor time so far, user and system."""
    rss_bytes: int | None = None
    open_files: int | None = None
    """Number of open descriptors."""
    connections: list[Connection] | None = None


def state_of(root: int, start_ticks: int) -> bytes:
    """Return the tree of `root` as a JSON list, parents first. Blocking."""
    return msgspec.json.format(msgspec.json.encode(measured(tree_of(root, start_ticks))), indent=1)


def measured(processes: Sequence[Process]) -> list[ProcessState]:
    """Return what processes are and hold now, in their order, as far as this account may read it. Blocking."""
    connections = connections_of([process.pid for process in processes])
    booted = boot_time()
    return [_measured(process, connections.get(process.pid), booted) for process in processes]


def _measured(process: Process, connections: list[Connection] | None, booted: int) -> ProcessState:
    plain = ProcessState(
        pid=process.pid,
        ppid=process.ppid,
        name=process.name,
        cmdline=command_line(process.pid),
        started=utc_text(start_time(process, booted)),
        state=process.state,
    )
    now = read_process(process.pid)
    if now is None or now.start_ticks != process.start_ticks:
        return plain
    try:
        one = psutil.Process(plain.pid)
        with one.oneshot():
            times = one.cpu_times()
            return msgspec.structs.replace(
                plain,
                cpu_s=times.user + times.system,
                rss_bytes=one.memory_info().rss,
                open_files=one.num_fds(),
                connections=connections,
            )
    except psutil.Error:
        return plain
