"""The evidence store: files named by the sha256 of their content, written once and never changed."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from warroom.core.clean import clean
from warroom.core.model import EvidenceFile
from warroom.core.ports import Clock

SIZE_CAP = 256 * 1024 * 1024
"""Most bytes kept of one file; of a larger one the last bytes, and its origin says so."""
_BLOCK = 1024 * 1024
_NAME_LIMIT = 200
_PART = ".part-"
_HEX = frozenset("0123456789abcdef")


class EvidenceRefused(OSError):
    """The file is not one that can be copied (a pipe, a device, a folder); the message says which."""


class Mismatch(msgspec.Struct, frozen=True):
    """A file in the store that is not what its name says, or one that is missing."""

    file: str
    reason: str


class EvidenceStore:
    """Keeps evidence in one private folder. Raises OSError when the disk or the file refuses."""

    def __init__(self, folder: Path, clock: Clock, *, size_cap: int = SIZE_CAP) -> None:
        self._folder = folder
        self._clock = clock
        self._size_cap = size_cap

    async def keep(self, name: str, content: bytes, origin: str) -> EvidenceFile:
        """Store bytes; the same bytes are stored once. On return they are on disk."""
        kept = content[-self._size_cap :]
        cut = "" if len(kept) == len(content) else _cut_text(len(kept), len(content))
        sha256, size = await asyncio.to_thread(self._store, [kept])
        return self._entry(name, sha256, size, origin + cut)

    async def keep_file(self, path: str, most: int | None = None) -> EvidenceFile:
        """Store the bytes that a regular file has now; links are followed, pipes and devices are refused.

        `most` keeps that many of its last bytes at most; the file's origin says so.
        """
        source = Path(path)
        cap = self._size_cap if most is None else min(most, self._size_cap)
        sha256, size, cut = await asyncio.to_thread(self._store_file, source, cap)
        return self._entry(source.name, sha256, size, path + cut)

    async def check(self, expected: Sequence[EvidenceFile] = ()) -> list[Mismatch]:
        """Hash every file again; return what does not fit its name and what of `expected` is gone, sorted."""
        return await asyncio.to_thread(self._check, expected)

    def path_of(self, file: EvidenceFile) -> Path:
        """Return where the bytes of a file lie."""
        return self._folder / file.sha256

    def _entry(self, name: str, sha256: str, size: int, origin: str) -> EvidenceFile:
        return EvidenceFile(clean(name, _NAME_LIMIT), sha256, size, clean(origin), self._clock.now())

    def _store_file(self, source: Path, cap: int) -> tuple[str, int, str]:
        # Asked before opening: opening some devices already changes them.
        if not stat.S_ISREG(source.stat().st_mode):
            raise EvidenceRefused(f"{source} is not a regular file; nothing was copied")
        file = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                raise EvidenceRefused(f"{source} is not a regular file; nothing was copied")
            start = max(0, found.st_size - cap)
            wanted = found.st_size - start
            sha256, size = self._store(_blocks(file, start, wanted))
        finally:
            os.close(file)
        if size < wanted:
            return sha256, size, f" (it shrank while it was copied: {size} of {wanted} bytes)"
        return sha256, size, _cut_text(size, found.st_size) if start else ""

    def _store(self, blocks: Iterable[bytes]) -> tuple[str, int]:
        """Write blocks under a temporary name, then under their hash; both the file and the folder are synced."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._folder / f"{_PART}{secrets.token_hex(8)}"
        try:
            sha256, size = _write_new(part, blocks)
            target = self._folder / sha256
            if target.is_symlink() or target.exists():
                if _hash_of(target) == sha256:
                    return sha256, size
                # Tampered bytes are a trace too: they move aside and `check` goes on naming them.
                target.rename(self._folder / f"{sha256}.wrong-{secrets.token_hex(4)}")
            part.rename(target)
            _sync_folder(self._folder)
        finally:
            part.unlink(missing_ok=True)
        return sha256, size

    def _check(self, expected: Sequence[EvidenceFile]) -> list[Mismatch]:
        found: dict[str, str] = {}
        names = sorted(path.name for path in self._folder.iterdir()) if self._folder.is_dir() else []
        for name in names:
            if len(name) != 64 or not set(name) <= _HEX:
                found[name] = "unfinished copy" if name.startswith(_PART) else "not a file of this store"
                continue
            actual = _hash_of(self._folder / name)
            if actual != name:
                found[name] = f"its content has sha256 {actual}" if actual else "it cannot be read as a regular file"
        for file in expected:
            if file.sha256 not in names:
                found[file.sha256] = f"missing: {file.name} from {file.origin}"
        return [Mismatch(clean(name), clean(reason)) for name, reason in sorted(found.items())]


def _write_new(path: Path, blocks: Iterable[bytes]) -> tuple[str, int]:
    digest = hashlib.sha256()
    size = 0
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o400)
    with os.fdopen(file, "wb") as stream:
        os.fchmod(stream.fileno(), 0o400)
        for block in blocks:
            stream.write(block)
            digest.update(block)
            size += len(block)
        stream.flush()
        os.fsync(stream.fileno())
    return digest.hexdigest(), size


def _blocks(file: int, start: int, length: int) -> Iterator[bytes]:
    """Yield at most `length` bytes from `start`: what is appended meanwhile is not part of this moment."""
    while length > 0:
        block = os.pread(file, min(_BLOCK, length), start)
        if not block:
            return
        yield block
        start += len(block)
        length -= len(block)


def _hash_of(path: Path) -> str:
    """Return the sha256 of a regular file in the store, empty when it is none (a link never is)."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    with os.fdopen(file, "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            return ""
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cut_text(kept: int, whole: int) -> str:
    return f" (the last {kept} of {whole} bytes)"
