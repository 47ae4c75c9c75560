"""The internet sockets of this network namespace as the kernel lists them over netlink (sock_diag(7)).

The tables below /proc/net hold the same, but the kernel walks its whole hash of connections slowly for each of them:
five milliseconds where this takes less than one. Other namespaces are not seen from here.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Collection, Iterator
from typing import Any

import msgspec

_NETLINK_SOCK_DIAG = 4
_BY_FAMILY = 20
"""SOCK_DIAG_BY_FAMILY (linux/sock_diag.h)"""
_REQUEST_AND_DUMP = 0x301
_ERROR, _DONE = 2, 3
_BROKEN_OFF = 0x10
"""NLM_F_DUMP_INTR: what was listed changed so much meanwhile that some of it may be missing."""
_HEADER = struct.Struct("=IHHII")
_ASKED = struct.Struct("=BBBBI48x")
_ANSWER = struct.Struct("=BBBB2s2s16s16s12xIIIII")
"""struct inet_diag_msg (linux/inet_diag.h): family, state, …, both ports, both addresses, …, the inode last."""
_HELD_STATES = 0xFFFFFFFF & ~sum(1 << state for state in (3, 6, 12))
"""All but SYN_RECV, TIME_WAIT and NEW_SYN_RECV: no process holds these, and a busy host has tens of thousands."""
_LISTEN = 1 << 10
_READ = 1 << 17
_TIMEOUT_S = 2.0
_ASKED_FOR = (
    *((socket.AF_INET, socket.IPPROTO_TCP), (socket.AF_INET6, socket.IPPROTO_TCP)),
    *((socket.AF_INET, socket.IPPROTO_UDP), (socket.AF_INET6, socket.IPPROTO_UDP)),
)


class Listed(msgspec.Struct, frozen=True):
    """One socket: which protocol, its ends as addresses of its family, its state by number."""

    tcp: bool
    near: str
    near_port: int
    far: str
    far_port: int
    """0 without a far end."""
    state: int
    """As in include/net/tcp_states.h."""


def listed(wanted: Collection[int]) -> dict[int, Listed]:
    """Return the sockets with these inodes. OSError where this kernel lists none so. Blocking."""
    found: dict[int, Listed] = {}
    for family, protocol in _ASKED_FOR:
        for fields in _dump(family, protocol, _HELD_STATES):
            if fields[-1] in wanted:
                found[fields[-1]] = _told(family, protocol, fields)
    return found


def listening(host: str, port: int) -> dict[int, int]:
    """Return inode → uid of the TCP sockets that take connections to an address; OSError as `listed`. Blocking."""
    found: dict[int, int] = {}
    for family in (socket.AF_INET, socket.AF_INET6):
        anywhere = "::" if family == socket.AF_INET6 else "0.0.0.0"
        for fields in _dump(family, socket.IPPROTO_TCP, _LISTEN):
            one = _told(family, socket.IPPROTO_TCP, fields)
            if one.near_port == port and one.near in (host, anywhere):
                found[fields[-1]] = fields[-2]
    return found


def _dump(family: int, protocol: int, states: int) -> Iterator[Any]:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_SOCK_DIAG) as kernel:
        kernel.settimeout(_TIMEOUT_S)
        asked = _ASKED.pack(family, protocol, 0, 0, states)
        kernel.send(_HEADER.pack(_HEADER.size + len(asked), _BY_FAMILY, _REQUEST_AND_DUMP, protocol, 0) + asked)
        for answer in _answers(kernel):
            yield _ANSWER.unpack_from(answer)


def _answers(kernel: socket.socket) -> Iterator[memoryview]:
    """Yield the bodies of one dump; OSError when the kernel refuses, or broke it off."""
    while True:
        part = memoryview(kernel.recv(_READ))
        while part:
            length, kind, flags, _, _ = _HEADER.unpack_from(part)
            if kind == _DONE:
                return
            if kind == _ERROR:
                (number,) = struct.unpack_from("=i", part, _HEADER.size)
                raise OSError(-number, "the kernel lists no sockets")
            if flags & _BROKEN_OFF:
                raise OSError("the kernel broke its list of sockets off")
            yield part[_HEADER.size : length]
            part = part[(length + 3) & ~3 :]


def _told(family: int, protocol: int, fields: Any) -> Listed:
    _, state, _, _, near_port, far_port, near, far, *_ = fields
    size = 4 if family == socket.AF_INET else 16
    return Listed(
        tcp=protocol == socket.IPPROTO_TCP,
        near=socket.inet_ntop(family, near[:size]),
        near_port=int.from_bytes(near_port, "big"),
        far=socket.inet_ntop(family, far[:size]),
        far_port=int.from_bytes(far_port, "big"),
        state=state,
    )
