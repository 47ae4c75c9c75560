"""Runs a command for which the kernel has no inotify instance left: `python without_inotify.py COMMAND...`.

A filter of system calls (seccomp) answers as the kernel does at its limit. It needs no rights and touches nobody else.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

_INIT = {"x86_64": (253, 294), "aarch64": (26, 26)}
"""Numbers of inotify_init and inotify_init1."""
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def refuse() -> None:
    """Let this process, and what it becomes, be refused; OSError where the kernel knows no filters."""
    first, second = _INIT[platform.machine()]
    steps = (
        (_LOAD, 0, 0, 0),
        (_JUMP_IF_EQUAL, 1, 0, first),
        (_JUMP_IF_EQUAL, 0, 1, second),
        (_RETURN, 0, 0, _ERRNO | errno.EMFILE),
        (_RETURN, 0, 0, _ALLOW),
    )
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    program = _Program(len(steps), code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), "no filter of system calls")


if __name__ == "__main__":
    refuse()
    os.execvp(sys.argv[1], sys.argv[1:])
