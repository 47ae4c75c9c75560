"""Keys typed ahead: each key is meant for what the keys before it have brought about.

Over a slow line keys arrive in pieces, many at once. Textual hands all of them to the widget that has the focus when
they arrive, so the letters behind a `/` or behind the key of a dialog would be commands of the page below. Here the
next key waits until the one before has gone its whole way, and as long as a dialog is coming up. A dialog that acts on
a bot disregards what was typed ahead all the same, because it wants a quiet time first.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.screen import Screen
from textual.worker import Worker

from warroom.tui.frame.patience import Patience
from warroom.tui.modal import Modal

LONGEST_S = 0.25
"""Time for which a key waits at most: an act that takes longer opens no dialog by itself."""
PAGE_S = 5.0
"""The same while a page is being made, which comes for certain: on a busy machine, at the start, that may last."""
MOST = 500
"""Keys that wait at most; what comes on top is dropped."""
_LOOK_S = 0.002
_LATE_LOOK_S = 0.02
"""What may pass from one look to the next; more than that counts for nothing, since what is waited for had no turn."""
_BEAT_S = 0.02
_LAPS = 2
"""A key goes up to the app, and so does the message that it brings about, such as that a line was entered."""

Typed = events.Key | events.Paste


class Opening:
    """Says whether a dialog or a page is on its way, so that nothing on the screen is meant by the next key."""

    def __init__(self, page_is_there: Callable[[], bool] = lambda: True) -> None:
        """`page_is_there`: whether the page that is shown can take a key."""
        self._page_is_there = page_is_there
        self._act: Worker[None] | None = None
        self._patience: Patience | None = None

    def begin(self, act: Worker[None]) -> None:
        """An act was begun by a key: it may open a dialog as long as it runs."""
        self._act, self._patience = act, None

    def seen_on(self, front: Screen[Any], top: Screen[Any]) -> bool:
        """Say whether `top` is not yet, or no longer, what a key is meant for; never longer than the times above."""
        longest_s = LONGEST_S
        if top is front:
            acting = self._act is not None and not self._act.is_finished
            making = not self._page_is_there()
            under_way, longest_s = acting or making, PAGE_S if making else LONGEST_S
        else:
            under_way = top.focused is None or (isinstance(top, Modal) and top.left)
        if not under_way:
            self._patience = None
            return False
        if self._patience is None:
            self._patience = Patience(_LATE_LOOK_S)
        return self._patience.lasts(longest_s)


class TypedAhead:
    """Hands on what is typed, one event after the other, each when the one before has had its effect."""

    def __init__(self, app: App[Any], opening: Callable[[], bool], hand_on: Callable[[Typed], Awaitable[None]]) -> None:
        """`opening` says whether a dialog is on its way; `hand_on` lets an event go to who has the focus."""
        self._app = app
        self._opening = opening
        self._hand_on = hand_on
        self._held: deque[Typed] = deque()
        self._busy = False
        self._under_way = 0
        """Number of the event that has not come to its end, 0 for none."""
        self._sent = 0
        self._late = False

    @property
    def waits(self) -> bool:
        """Whether anything is held, or on its way still."""
        return self._busy or (bool(self._under_way) and not self._late)

    async def take(self, event: Typed) -> None:
        """Hand an event on, now or when its turn has come."""
        if not (self._busy or self._waits()):
            await self._send(event)
        elif len(self._held) < MOST:
            self._held.append(event)
            if not self._busy:
                self._busy = True
                self._app.run_worker(self._run(), group="typed")

    def _waits(self) -> bool:
        return (bool(self._under_way) and not self._late) or self._opening()

    async def _run(self) -> None:
        try:
            while self._held:
                while self._waits():  # noqa: ASYNC110  nobody tells when the last of several conditions ends
                    await asyncio.sleep(_LOOK_S)
                await self._send(self._held.popleft())
        finally:
            self._busy = False

    async def _send(self, event: Typed) -> None:
        if not self._app.screen_stack:
            # While the console closes there is nobody whom a key could be meant for.
            return
        taker: DOMNode = self._app.focused or self._app
        self._sent += 1
        self._under_way, self._late = self._sent, False
        self._beat(self._sent, int(LONGEST_S / _BEAT_S))
        await self._hand_on(event)
        self._follow(taker, taker, self._sent, _LAPS)

    def _beat(self, number: int, left: int) -> None:
        """Count the time of an event that is on its way in turns of the loop, which a stall cannot use up."""
        if number != self._under_way:
            return
        if left:
            asyncio.get_running_loop().call_later(_BEAT_S, self._beat, number, left - 1)
        else:
            self._late = True

    def _follow(self, taker: DOMNode, at: DOMNode, number: int, laps: int) -> None:
        """Go the way of the event, always behind it: through the queue of its taker and of all that are around it."""
        around = at.parent
        if around is not None:
            at.call_later(self._follow, taker, around, number, laps)
        elif laps > 1:
            at.call_later(self._follow, taker, taker, number, laps - 1)
        elif number == self._under_way:
            self._under_way = 0
