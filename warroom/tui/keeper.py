"""Keeps where the person is while they work: about once a second when it changed, and at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from warroom.core.whereabouts import Ignored, Whereabouts
from warroom.tui.chosen import Chosen
from warroom.tui.recall import Memory, Recall, stamped

KEEP_S = 1.0
_SHORT_S = 10.0
"""A console that a bug ended so soon may have stumbled over what was brought back: the next one starts fresh."""


class Keeper:
    """Brings back what was found, then keeps what is; without a memory it does neither."""

    def __init__(
        self,
        recall: Recall,
        memory: Memory | None,
        found: Whereabouts | Ignored | None,
        clock: Callable[[], float],
    ) -> None:
        self._recall, self._memory, self._found, self._clock = recall, memory, found, clock
        self._kept: Whereabouts | None = None
        self._last: Whereabouts | None = None
        self._fault = ""
        self._since = 0.0
        self.begun = False

    def put_cursor(self, chosen: Chosen) -> None:
        """Choose at once what was chosen; what of it is gone is told when the rest is brought back."""
        if isinstance(self._found, Whereabouts):
            chosen.ids, chosen.kind = dict(self._found.ids), self._found.kind

    def begin(self, *, stay: bool) -> None:
        """Bring back what was found, as soon as there is a view; `stay`: but for the page."""
        self.begun, self._since = True, self._clock()
        self._recall.resume(self._found, stay=stay)

    async def keep(self) -> None:
        """Keep it until the console ends."""
        if self._memory is None:
            return
        while True:
            await asyncio.sleep(KEEP_S)
            self._recall.fade()
            self.take()
            fault = await self._save()
            if fault and fault != self._fault:
                self._recall.say(f"where you are is not kept: {fault}", "warn")
            self._fault = fault

    def take(self) -> None:
        """Take down where the person is now."""
        if self.begun:
            self._last = self._recall.now()

    async def finish(self, *, after_bug: bool) -> None:
        """Keep what was taken down last."""
        if after_bug and self.begun and self._clock() - self._since < _SHORT_S:
            self._last = Whereabouts()
        await self._save()

    async def _save(self) -> str:
        last = self._last
        if self._memory is None or last is None or last == self._kept:
            return ""
        fault = await self._memory.save(stamped(last, self._clock()))
        self._kept = last if not fault else self._kept
        return fault
