"""Groups and accounts of this host by calls that let the rest of the process run on while they block.

`os.getgrouplist` and `pwd.getpwall` of Python keep the interpreter's lock: a directory that hangs would stop every
thread with them. The same calls by ctypes give it back. Linux alone: the layout is that of its C libraries.
"""

from __future__ import annotations

import ctypes
import threading

import msgspec

_MOST_GROUPS = 65536
"""NGROUPS_MAX of Linux"""
_one_at_a_time = threading.Lock()


class _Passwd(ctypes.Structure):
    _fields_ = (
        *(("name", ctypes.c_char_p), ("password", ctypes.c_char_p)),
        *(("uid", ctypes.c_uint32), ("gid", ctypes.c_uint32)),
        *(("gecos", ctypes.c_char_p), ("home", ctypes.c_char_p), ("shell", ctypes.c_char_p)),
    )


class Account(msgspec.Struct, frozen=True):
    """One account and its first group."""

    uid: int
    gid: int


def groups_of(name: str, gid: int) -> list[int]:
    """Return the ids of all groups of an account, `gid` among them; OSError where the host says nothing. Blocking."""
    room = 64
    while True:
        found, count = (ctypes.c_uint32 * room)(), ctypes.c_int(room)
        fits = ctypes.CDLL(None).getgrouplist(name.encode("utf-8", "surrogateescape"), gid, found, ctypes.byref(count))
        if fits >= 0:
            return list(found[: count.value])
        if room >= _MOST_GROUPS:
            raise OSError(f"the groups of {name} cannot be read")
        room = max(2 * room, count.value)


def every_account() -> list[Account]:
    """Return all accounts that the host lists, by its files and its directories. Blocking."""
    libc = ctypes.CDLL(None)
    libc.getpwent.restype = ctypes.POINTER(_Passwd)
    found: list[Account] = []
    # The place in the list is one for the whole process.
    with _one_at_a_time:
        libc.setpwent()
        while entry := libc.getpwent():
            found.append(Account(entry.contents.uid, entry.contents.gid))
        libc.endpwent()
    return found
