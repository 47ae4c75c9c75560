"""Which internet sockets processes hold, as /proc shows them: each table of the kernel is read once for all of them.

The kernel walks its whole hash of connections for each reading, which takes milliseconds even where there are few; read
for every worker of a bot, evidence would keep the bot at work.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

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
    held = {pid: inodes for pid in pids if (inodes := _inodes(pid)) is not None}
    spaces: dict[int, list[int]] = {}
    for pid in held:
        with contextlib.suppress(OSError):
            spaces.setdefault((_PROC / str(pid) / "ns/net").stat().st_ino, []).append(pid)
    found: dict[int, list[Connection]] = {}
    for members in spaces.values():
        table = _table(members, {inode for pid in members for inode in held[pid]})
        found |= {pid: [table[inode] for inode in held[pid] if inode in table] for pid in members}
    return found


def _inodes(pid: int) -> list[str] | None:
    """Return the inodes of the sockets that a process holds; None when it is gone or may not be read."""
    folder = _PROC / str(pid) / "fd"
    found: list[str] = []
    try:
        for name in sorted(os.listdir(folder), key=int):  # noqa: PTH208  names suffice
            with contextlib.suppress(FileNotFoundError):
                target = os.readlink(folder / name)  # noqa: PTH115  the link's text, not a path
                if target.startswith(_MARK):
                    found.append(target[len(_MARK) : -1])
    except OSError:
        return None
    return found


def _table(members: Sequence[int], wanted: set[str]) -> dict[str, Connection]:
    """Return the wanted sockets of one network namespace by inode, read through the first member that still lives."""
    found: dict[str, Connection] = {}
    for name, family in _TABLES if wanted else ():
        for pid in members:
            try:
                rows = (_PROC / str(pid) / "net" / name).read_text("ascii").splitlines()[1:]
            except FileNotFoundError:
                continue
            for row in rows:
                # The inode is the tenth field (proc(5)); what is nobody's here is not taken apart.
                fields = row.split(maxsplit=10)
                if len(fields) > 9 and fields[9] in wanted:
                    state = _state(fields[3]) if name.startswith("tcp") else "NONE"
                    found[fields[9]] = Connection(_address(fields[1], family), _address(fields[2], family), state)
            break
    return found


def _state(text: str) -> str:
    number = int(text, 16)
    return _STATES[number - 1] if 1 <= number <= len(_STATES) else f"STATE {number}"


def _address(text: str, family: socket.AddressFamily) -> str:
    """Return HOST:PORT of the kernel's hexadecimal words; empty when there is no far end."""
    words, _, port = text.partition(":")
    if int(port, 16) == 0:
        return ""
    raw = bytes.fromhex(words)
    if sys.byteorder == "little":
        raw = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
    return f"{socket.inet_ntop(family, raw)}:{int(port, 16)}"
