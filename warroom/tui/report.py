"""Writing a post-mortem from the console and reading it before: who does it, and what is said of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from warroom.core.draft import Draft
from warroom.core.room import ConnectionLost
from warroom.tui.times import moment_text

Export = Callable[[str, str], Awaitable[str]]
"""Incident and format to the path that was written."""


MakeDraft = Callable[[str], Awaitable[Draft]]
"""Incident to its post-mortem as it would be written now; raises ExportFailed, ConnectionLost."""


class ExportFailed(Exception):
    """The post-mortem could not be written; the message says why and what to do."""


class CopyFailed(Exception):
    """What was copied could not be written into a file; the message says why."""


async def written_words(export: Export | None, incident: str, format: str, now: float) -> tuple[str, str]:
    """Write a post-mortem and return where it is, or why not, and the style of these words."""
    if export is None:
        return f"this console cannot write files; next: warroom export {incident}", "warn"
    try:
        path = await export(incident, format)
    except (ExportFailed, ConnectionLost) as error:
        return f"not written: {error}", "bad"
    return f"written at {moment_text(now)}: {path}", "good"
