"""What was copied and is too long for a clipboard, as a new private file."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from pathlib import Path

from warroom.adapters.paths import PathRefused, make_private
from warroom.core.clean import safe_name

_MOST_TRIES = 1000


class CopyRefused(Exception):
    """The file could not be written; the message says why."""


async def write_copy(folder: Path, name: str, text: str) -> Path:
    """Write a text into a new file of this folder, for this account alone, and return where; raises CopyRefused.

    What is there is never overwritten and no link is followed.
    """
    return await asyncio.to_thread(_write, folder, name, text)


def _write(folder: Path, name: str, text: str) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    try:
        make_private(folder)
        for number in itertools.count(1):
            path = folder / f"{safe_name(name)[:40]}-{stamp}{f'-{number}' if number > 1 else ''}.txt"
            try:
                file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            except FileExistsError:
                if number >= _MOST_TRIES:
                    raise
                continue
            with os.fdopen(file, "w", encoding="utf-8", errors="backslashreplace", newline="") as out:
                out.write(text)
            return path
        raise AssertionError("counting has no end")
    except (OSError, PathRefused) as error:
        raise CopyRefused(str(error)) from error
