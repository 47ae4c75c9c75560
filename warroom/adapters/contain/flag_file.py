"""Replace a small text file at once and whole, while others may write it too.

The new content stands in a file of its own in the same folder and changes places with the old one in one step
(renameat2 with RENAME_EXCHANGE, Linux 3.15), so a reader sees the one or the other. What came out shows whether
somebody else had been faster; then theirs goes back and the change is made again on top of it. A file system that
cannot exchange gets a check and a rename, which leaves a moment between the two.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import stat
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from warroom.core.ports import AdapterAmbiguous, AdapterFailed

SIZE_LIMIT = 1_000_000
"""Bytes of a file that is changed."""
_TRIES = 20
_PAUSE_S = 0.01
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_KEPT_ATTRIBUTES = ("system.posix_acl_access", "user.")
_MOUNTED = "it is mounted by itself and cannot be replaced: mount its folder instead"

Identity = tuple[int, int, int, int]
"""Device, inode, size and time of the last write, in ns."""


class Content(msgspec.Struct, frozen=True):
    """A file as it was when it was read."""

    text: str
    identity: Identity
    mode: int
    owner: tuple[int, int]
    attributes: dict[str, bytes]


class NotYet(Exception):
    """The content makes no sense now, but may a moment later: somebody may be in the middle of writing it."""


def read(path: Path) -> Content:
    """Return the file; AdapterFailed when it is no regular file of its own, too large, or not UTF-8."""
    file = _opened(path)
    try:
        return _content(path, file)
    finally:
        os.close(file)


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise AdapterFailed(f"{path} is a symbolic link; name the file itself: {os.path.realpath(path)}") from error
        raise AdapterFailed(f"{path} cannot be read: {error.strerror}") from error


def _content(path: Path, file: int) -> Content:
    try:
        found = os.fstat(file)
        _refuse_odd(path, found)
        attributes = {name: os.getxattr(file, name) for name in _attributes(file) if name.startswith(_KEPT_ATTRIBUTES)}
        with os.fdopen(os.dup(file), "rb") as content:
            raw = content.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise AdapterFailed(f"{path} cannot be read: {error.strerror}") from error
    if len(raw) > SIZE_LIMIT:
        raise AdapterFailed(f"{path} is over {SIZE_LIMIT // 1_000_000} MB")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise AdapterFailed(f"{path} is not UTF-8 text") from error
    return Content(text, identity(found), stat.S_IMODE(found.st_mode), (found.st_uid, found.st_gid), attributes)


def change(path: Path, edit: Callable[[str], str | None]) -> bool:
    """Replace the file's text by what `edit` makes of it, and return whether anything had to be written.

    `edit` gets the newest text each time somebody else was faster; None leaves the file, NotYet asks for a later look.
    Owner, mode and access list are kept. Raises AdapterFailed when the file is as it was, AdapterAmbiguous when it is
    not known.
    """
    why = "others write it all the time"
    for _ in range(_TRIES):
        # Held open, it keeps its inode: no file that others put there meanwhile can look like the one that was seen.
        file = _opened(path)
        try:
            seen = _content(path, file)
            text = edit(seen.text)
            if text is None:
                return False
            if _replaced(path, seen, text):
                return True
        except NotYet as error:
            why = str(error)
        finally:
            os.close(file)
        time.sleep(_PAUSE_S)
    raise AdapterFailed(f"{path}: {why}; nothing was changed")


def identity(found: os.stat_result) -> Identity:
    """Return what tells a file from its successor under the same name."""
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def sorted_out(fresh: Path, path: Path, seen: Identity, ours: Identity) -> bool:
    """Look at what an exchange brought out, and return whether it is what was seen.

    When it is not, somebody else was faster: the newest of theirs stands at `path` again.
    """
    if identity(fresh.stat(follow_symlinks=False)) == seen:
        return True
    _exchange(fresh, path)
    if identity(fresh.stat(follow_symlinks=False)) != ours:
        # A third one was put on top of ours between the two: it is the newest.
        _exchange(fresh, path)
    return False


def _replaced(path: Path, seen: Content, text: str) -> bool:
    """Put `text` in the place of what was seen; False when something else stands there by now."""
    fresh = path.with_name(f".warroom-{secrets.token_hex(6)}")
    try:
        try:
            ours = _write(fresh, seen, text)
            if identity(path.stat(follow_symlinks=False)) != seen.identity:
                return False
            exchanged = _exchange(fresh, path)
        except OSError as error:
            why = _MOUNTED if error.errno == errno.EBUSY else error.strerror
            raise AdapterFailed(f"{path} cannot be replaced: {why}; nothing was changed") from error
        try:
            done = not exchanged or sorted_out(fresh, path, seen.identity, ours)
            _flush_folder(path.parent)
        except OSError as error:
            raise AdapterAmbiguous(f"{path} was replaced, and then: {error.strerror}") from error
        return done
    finally:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()


def _write(fresh: Path, like: Content, text: str) -> Identity:
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "wb") as content:
        content.write(text.encode("utf-8"))
        content.flush()
        made = os.fstat(file)
        if (made.st_uid, made.st_gid) != like.owner:
            os.fchown(file, *like.owner)
        os.fchmod(file, like.mode)
        for name, value in like.attributes.items():
            os.setxattr(file, name, value)
        os.fsync(file)
        return identity(os.fstat(file))


def _exchange(fresh: Path, path: Path) -> bool:
    """Let two files change places; where the file system cannot, put the fresh one there and return False."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(_AT_FDCWD, os.fsencode(fresh), _AT_FDCWD, os.fsencode(path), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code not in (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP):
        raise OSError(code, os.strerror(code))
    fresh.replace(path)
    return False


def _flush_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _refuse_odd(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise AdapterFailed(f"{path} is not a regular file")
    if found.st_nlink > 1:
        raise AdapterFailed(f"{path} has {found.st_nlink} names (hard links): the others would keep the old content")
    if found.st_size > SIZE_LIMIT:
        raise AdapterFailed(f"{path} is over {SIZE_LIMIT // 1_000_000} MB")


def _attributes(file: int) -> list[str]:
    try:
        return os.listxattr(file)
    except OSError as error:
        if error.errno == errno.EOPNOTSUPP:
            return []
        raise
