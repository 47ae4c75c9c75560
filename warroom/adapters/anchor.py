"""Anchors: places outside the room that remember the journal's head, so that a cut tail shows."""

from __future__ import annotations

import asyncio
import os
import syslog
from pathlib import Path

from warroom.core.chain import Mark
from warroom.core.clean import safe_name


class FileAndSyslogAnchor:
    """Appends each head to a file beside the rooms and sends it to the system log."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def drop(self, room: str, seq: int, head: str) -> None:
        """Remember the head in both places; one that cannot be written does not stop the other."""
        await asyncio.to_thread(self._drop, room, seq, head)

    def _drop(self, room: str, seq: int, head: str) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            file = os.open(anchor_path(self._folder, room), flags, 0o600)
            try:
                os.write(file, f"{seq} {head}\n".encode())
            finally:
                os.close(file)
        except OSError:
            # `verify` then says that the tail is unproven; the act itself is saved.
            pass
        syslog.openlog("warroom", syslog.LOG_PID, syslog.LOG_AUTH)
        syslog.syslog(syslog.LOG_NOTICE, f"room {safe_name(room)} journal {seq} {head}")


def anchor_path(folder: Path, room: str) -> Path:
    """Return the anchor file of a room."""
    return folder / f"{safe_name(room)}.anchor"


def read_marks(path: Path) -> list[Mark]:
    """Return the heads that an anchor file remembers; a torn last line is left out, a missing file has none."""
    try:
        lines = path.read_text("ascii", "replace").splitlines()
    except FileNotFoundError:
        return []
    marks: list[Mark] = []
    for line in lines:
        seq, _, head = line.partition(" ")
        if seq.isdigit() and len(head) == 64:
            marks.append(Mark(int(seq), head, str(path)))
    return marks
