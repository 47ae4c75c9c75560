"""What a bot's processes are and hold at one moment, as evidence before they are touched."""

from __future__ import annotations

import msgspec
import psutil

from warroom.adapters.contain.process_tree import Process, command_line, read_process, start_time, tree_of
from warroom.core.moments import utc_text


class Connection(msgspec.Struct, frozen=True):
    """One open internet socket."""

    local: str
    remote: str
    state: str


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
    found = [measured(process) for process in tree_of(root, start_ticks)]
    return msgspec.json.format(msgspec.json.encode(found), indent=1)


def measured(process: Process) -> ProcessState:
    """Return what one process is and holds now, as far as this account may read it. Blocking."""
    plain = ProcessState(
        pid=process.pid,
        ppid=process.ppid,
        name=process.name,
        cmdline=command_line(process.pid),
        started=utc_text(start_time(process)),
        state=process.state,
    )
    return _measured(plain)


def _measured(plain: ProcessState) -> ProcessState:
    if read_process(plain.pid) is None:
        return plain
    try:
        process = psutil.Process(plain.pid)
        with process.oneshot():
            times = process.cpu_times()
            return msgspec.structs.replace(
                plain,
                cpu_s=times.user + times.system,
                rss_bytes=process.memory_info().rss,
                open_files=process.num_fds(),
                connections=[
                    Connection(_address(found.laddr), _address(found.raddr), found.status)
                    for found in process.net_connections(kind="inet")
                ],
            )
    except psutil.Error:
        return plain


def _address(address: tuple[()] | tuple[str, int]) -> str:
    return f"{address[0]}:{address[1]}" if address else ""
