"""Post-mortems as they would be written now, made anew when the record grew, and where they were written to."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from warroom.core.draft import Draft
from warroom.core.room import ConnectionLost
from warroom.core.view import View
from warroom.tui.report import Export, ExportFailed, MakeDraft

AGAIN_S = 2.0
"""Shortest time between two drafts of the same incident."""
STALE_S = 60.0
"""A draft of a record that stands still is made again after this long: what is overdue grows."""
_SHARE = 10.0
"""A draft that takes long is made so much more rarely: a tenth of the time at most is spent on it."""


class Written(msgspec.Struct, frozen=True):
    """A file that this console wrote."""

    path: str
    format: str
    at: float


@dataclass(slots=True)
class Drafts:
    """What was made and written so far, by incident."""

    make: MakeDraft | None = None
    """Who makes a draft; None where this console cannot."""
    stopwatch: Callable[[], float] = time.monotonic
    found: dict[str, Draft] = field(default_factory=dict)
    written: dict[str, Written] = field(default_factory=dict)
    fault: str = ""
    """Why the last one could not be made; empty when it was."""
    _made: dict[str, float] = field(default_factory=dict)
    _not_before: float = 0.0
    _making: bool = False

    def begin(self, incident: str, view: View, now: float) -> bool:
        """Say whether a draft of the incident is to be made now; who is told so calls `read`, nobody else is."""
        if self.make is None or self._making:
            return False
        self._making = self._wanted(incident, view, now)
        return self._making

    def _wanted(self, incident: str, view: View, now: float) -> bool:
        known = self.found.get(incident)
        if known is None and not self.fault:
            return True
        if now < self._not_before:
            return False
        return known is None or known.seq < view.chain.length or now - self._made.get(incident, 0.0) >= STALE_S

    async def read(self, incident: str, now: float) -> None:
        """Make a draft that was begun; what is in the way stands in `fault`."""
        assert self.make is not None
        begun = self.stopwatch()
        try:
            self.found[incident] = await self.make(incident)
            self.fault = ""
        except (ExportFailed, ConnectionLost) as error:
            self.fault = str(error)
        finally:
            self._making = False
            self._made[incident] = now
            self._not_before = now + max(AGAIN_S, _SHARE * (self.stopwatch() - begun))

    def remembering(self, export: Export | None, clock: Callable[[], float]) -> Export | None:
        """Return an export that is remembered here when it has written."""
        if export is None:
            return None

        async def remembered(incident: str, format: str) -> str:
            path = await export(incident, format)
            self.written[incident] = Written(path, format, clock())
            return path

        return remembered
