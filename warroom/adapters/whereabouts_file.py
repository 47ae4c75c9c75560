"""A small private file for each room and person: where they stood when they were last here."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import stat
from pathlib import Path

from warroom.adapters.paths import PathRefused, make_private
from warroom.core.clean import safe_name
from warroom.core.whereabouts import MOST_BYTES, Ignored, Whereabouts, whereabouts_bytes, whereabouts_of

MOST_FILES = 200
"""Files of one account; the oldest go."""


def whereabouts_path(home: Path, room: Path, person: str, uid: int) -> Path:
    """Return the file of a person (as the engine names them) in the room that lies in this folder or socket."""
    digest = hashlib.sha256(b"\0".join((os.fsencode(room.absolute()), person.encode(), str(uid).encode()))).hexdigest()
    return home / "consoles" / f"{safe_name(room.stem)[:40]}-{digest[:16]}.json"


class WhereaboutsFile:
    """Reads once and writes often; what the disk refuses is told in words and breaks nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pruned = False

    async def load(self) -> Whereabouts | Ignored | None:
        """Return where the person was; None when they were never here."""
        return await asyncio.to_thread(self._load)

    async def save(self, whereabouts: Whereabouts) -> str:
        """Write where the person is, whole or not at all; return why not, or an empty text."""
        return await asyncio.to_thread(self._save, whereabouts)

    def _load(self) -> Whereabouts | Ignored | None:
        try:
            # Somebody may have put a link or a pipe there: neither is followed, and nothing waits.
            file = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                found = os.fstat(file)
                if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid():
                    return Ignored(f"{self._path} is not a file of this account")
                content = os.read(file, MOST_BYTES + 1)
            finally:
                os.close(file)
        except FileNotFoundError:
            return None
        except OSError as error:
            return Ignored(f"{self._path} cannot be read: {error.strerror}")
        read = whereabouts_of(content)
        return Ignored(f"{self._path}: {read.reason}") if isinstance(read, Ignored) else read

    def _save(self, whereabouts: Whereabouts) -> str:
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        try:
            make_private(self._path.parent)
            self._prune()
            fresh.unlink(missing_ok=True)
            file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with os.fdopen(file, "wb") as out:
                # Not synced: after a power cut a file that is not whole is ignored, and the journal has the disk.
                out.write(whereabouts_bytes(whereabouts))
            fresh.replace(self._path)
        except (OSError, PathRefused) as error:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            return f"{self._path.parent}: {error}" if isinstance(error, OSError) else str(error)
        return ""

    def _prune(self) -> None:
        if self._pruned:
            return
        self._pruned = True
        files = [entry for entry in os.scandir(self._path.parent) if entry.is_file(follow_symlinks=False)]
        files.sort(key=lambda entry: entry.stat(follow_symlinks=False).st_mtime)
        for entry in files[: max(0, len(files) - MOST_FILES)]:
            with contextlib.suppress(FileNotFoundError):
                Path(entry.path).unlink()
