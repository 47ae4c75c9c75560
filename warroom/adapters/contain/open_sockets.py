"""Which internet sockets processes hold: the kernel is asked once for all processes of a network namespace.

For this engine's own namespace it is asked over netlink, for another one by the tables below /proc/PID/net. The kernel
walks its whole hash of connections for each of these, which takes milliseconds even where there are few; read for every
worker of a bot, evidence would keep the bot at work.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from warroom.adapters.contain.socket_diag import Listed, listed

_PROC = Path("/proc")
_TABLES = (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6), ("udp", socket.AF_INET), ("udp6", socket.AF_INET6))
_STATES = (
    *("ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT"),
    *("LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV"),
)
"""States of TCP by their number from 1 (include/net/tcp_states.h)."""
_MARK = "socket:["


class Connection(msgspec.Struct, frozen=True):
    """One open internet socket."""

    local: str
    remote: str
    state: str
    """Of TCP; NONE for UDP."""


def connections_of(pids: Sequence[int]) -> dict[int, list[Connection]]:
    """Return the sockets of each process, in the order of its descriptors; who may not be read is absent. Blocking."""
    return {pid: [_connection(one) for one in sockets] for pid, sockets in sockets_of(pids).items()}


def sockets_of(pids: Sequence[int]) -> dict[int, list[Listed]]:
    """Return the same as they are listed."""
    held = {pid: inodes for pid in pids if (inodes := _inodes(pid)) is not None}
    spaces: dict[int, list[int]] = {}
    for pid in held:
        with contextlib.suppress(OSError):
            spaces.setdefault((_PROC / str(pid) / "ns/net").stat().st_ino, []).append(pid)
    found: dict[int, list[Listed]] = {}
    for space, members in spaces.items():
        table = _table(space, members, {inode for pid in members for inode in held[pid]})
        found |= {pid: [table[inode] for inode in held[pid] if inode in table] for pid in members}
    return found


def _table(space: int, members: Sequence[int], wanted: set[int]) -> dict[int, Listed]:
    """Return the wanted sockets of one namespace by inode."""
    if not wanted:
        return {}
    if space == (_PROC / "self/ns/net").stat().st_ino:
        # Some kernels and sandboxes list none over netlink; the tables are everywhere.
        with contextlib.suppress(OSError):
            return listed(wanted)
    return tables(members, wanted)


def _inodes(pid: int) -> list[int] | None:
    """Return the inodes of the sockets that a process holds; None when it is gone or may not be read."""
    folder = _PROC / str(pid) / "fd"
    found: list[int] = []
    try:
        for name in sorted(os.listdir(folder), key=int):  # noqa: PTH208  names suffice
            with contextlib.suppress(FileNotFoundError):
                target = os.readlink(folder / name)  # noqa: PTH115  the link's text, not a path
                if target.startswith(_MARK):
                    found.append(int(target[len(_MARK) : -1]))
    except OSError:
        return None
    return found


def tables(members: Sequence[int], wanted: set[int]) -> dict[int, Listed]:
    """Return the wanted sockets by inode from the tables of /proc, read through the first member that still lives."""
    found: dict[int, Listed] = {}
    for name, family in _TABLES if wanted else ():
        for pid in members:
            try:
                rows = (_PROC / str(pid) / "net" / name).read_text("ascii").splitlines()[1:]
            except FileNotFoundError:
                continue
            for row in rows:
                # The inode is the tenth field (proc(5)); what is nobody's here is not taken apart.
                fields = row.split(maxsplit=10)
                if len(fields) > 9 and int(fields[9]) in wanted:
                    ends = (*_address(fields[1], family), *_address(fields[2], family))
                    found[int(fields[9])] = Listed(name.startswith("tcp"), *ends, int(fields[3], 16))
            break
    return found


def _connection(one: Listed) -> Connection:
    far = f"{one.far}:{one.far_port}" if one.far_port else ""
    near = f"{one.near}:{one.near_port}" if one.near_port else ""
    return Connection(near, far, _state(one.state) if one.tcp else "NONE")


def _state(number: int) -> str:
    return _STATES[number - 1] if 1 <= number <= len(_STATES) else f"STATE {number}"


def _address(text: str, family: socket.AddressFamily) -> tuple[str, int]:
    """Return address and port of the kernel's hexadecimal words."""
    words, _, port = text.partition(":")
    raw = bytes.fromhex(words)
    if sys.byteorder == "little":
        raw = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
    return socket.inet_ntop(family, raw), int(port, 16)
