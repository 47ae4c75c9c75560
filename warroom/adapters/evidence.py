"""The evidence store: files named by the sha256 of their content, written once and never changed."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import stat
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from warroom.core.clean import clean
from warroom.core.model import EvidenceFile
from warroom.core.ports import Clock

SIZE_CAP = 256 * 1024 * 1024
"""Most bytes kept of one file; of a larger one the last bytes, and its origin says so."""
MOST_HELD = 64
"""Files that are held open for the whole of them; of more the whole is read again by name."""
_BLOCK = 1024 * 1024
_NAME_LIMIT = 200
_PART = ".part-"
_HEX = frozenset("0123456789abcdef")


class EvidenceRefused(OSError):
    """The file is not one that can be copied (a pipe, a device, a folder); the message says which."""


class HeldFile:
    """A file that is held open as long as it was at one moment; it may be renamed or deleted meanwhile.

    Its descriptor is closed by `keep`, in the thread that reads it, or by `close`, or when nobody has it any more.
    """

    def __init__(self, store: EvidenceStore, path: str, size: int, file: int | None, room: threading.Semaphore) -> None:
        self.path = path
        self.size = size
        self._store = store
        self._file = file
        self._gone = weakref.finalize(self, _let_go, file, room)

    async def keep(self) -> EvidenceFile:
        """Store the whole of it as long as it was then, and let go of it; one that is not held is read by its name."""
        file = self.take()
        if file is None:
            return await self._store.keep_file(self.path)
        return await self._store.keep_descriptor(self.path, file, self.size)

    def take(self) -> int | None:
        """Return a descriptor of the caller's own; None where the file is not held, or not any more."""
        file = os.dup(self._file) if self._file is not None and self._gone.alive else None
        self.close()
        return file

    def close(self) -> None:
        """Let go of it; twice is harmless."""
        self._gone()


def _let_go(file: int | None, room: threading.Semaphore) -> None:
    if file is not None:
        os.close(file)
        room.release()


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
        self._room = threading.Semaphore(MOST_HELD)

    async def keep(self, name: str, content: bytes, origin: str) -> EvidenceFile:
        """Store bytes; the same bytes are stored once. On return they are on disk."""
        kept = content[-self._size_cap :]
        cut = "" if len(kept) == len(content) else _cut_text(len(kept), len(content))
        sha256, size = await asyncio.to_thread(self._store, [kept])
        return self._entry(name, sha256, size, origin + cut)

    async def keep_file(self, path: str) -> EvidenceFile:
        """Store the bytes that a regular file has now; links are followed, pipes and devices are refused."""
        source = Path(path)
        sha256, size, cut = await asyncio.to_thread(self._store_file, source)
        return self._entry(source.name, sha256, size, path + cut)

    async def keep_end(self, path: str, most: int) -> tuple[EvidenceFile, HeldFile | None]:
        """Store the last `most` bytes of a regular file; a longer one is held as it is then."""
        source = Path(path)
        sha256, size, cut, held = await asyncio.to_thread(self._store_end, source, most)
        return self._entry(source.name, sha256, size, path + cut), held

    async def keep_descriptor(self, path: str, file: int, whole: int) -> EvidenceFile:
        """Store the first `whole` bytes of an open file, and close it."""
        sha256, size, cut = await asyncio.to_thread(self._store_open, file, whole)
        return self._entry(Path(path).name, sha256, size, path + cut)

    async def check(self, expected: Sequence[EvidenceFile] = ()) -> list[Mismatch]:
        """Hash every file again; return what does not fit its name and what of `expected` is gone, sorted."""
        return await asyncio.to_thread(self._check, expected)

    def path_of(self, file: EvidenceFile) -> Path:
        """Return where the bytes of a file lie."""
        return self._folder / file.sha256

    def _entry(self, name: str, sha256: str, size: int, origin: str) -> EvidenceFile:
        return EvidenceFile(clean(name, _NAME_LIMIT), sha256, size, clean(origin), self._clock.now())

    def _store_file(self, source: Path) -> tuple[str, int, str]:
        file = _opened(source)
        return self._store_open(file, os.fstat(file).st_size)

    def _store_end(self, source: Path, most: int) -> tuple[str, int, str, HeldFile | None]:
        file = _opened(source)
        try:
            whole = os.fstat(file).st_size
            sha256, size, cut = self._store_from(file, whole, most)
            return sha256, size, cut, self._hold(source, file, whole) if whole > most else None
        finally:
            os.close(file)

    def _hold(self, source: Path, file: int, whole: int) -> HeldFile:
        held = os.dup(file) if self._room.acquire(blocking=False) else None
        return HeldFile(self, str(source), whole, held, self._room)

    def _store_open(self, file: int, whole: int) -> tuple[str, int, str]:
        try:
            return self._store_from(file, whole, self._size_cap)
        finally:
            os.close(file)

    def _store_from(self, file: int, whole: int, cap: int) -> tuple[str, int, str]:
        """Store the last `cap` bytes of the first `whole`; the text says what is missing."""
        start = max(0, whole - cap)
        sha256, size = self._store(_blocks(file, start, whole - start))
        if size < whole - start:
            return sha256, size, f" (it shrank while it was copied: {size} of {whole - start} bytes)"
        return sha256, size, _cut_text(size, whole) if start else ""

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


def _opened(source: Path) -> int:
    """Return a descriptor of a regular file; EvidenceRefused for anything else."""
    # Asked before opening: opening some devices already changes them.
    if not stat.S_ISREG(source.stat().st_mode):
        raise EvidenceRefused(f"{source} is not a regular file; nothing was copied")
    file = os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise EvidenceRefused(f"{source} is not a regular file; nothing was copied")
    return file


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
