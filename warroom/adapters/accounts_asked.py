"""Who somebody is, asked of this host in a thread and remembered for a short while: a name service may hang.

Where accounts come from a directory, a look-up may take minutes. It runs in a thread of its own, so nothing else waits
for it, and who asks waits `PATIENCE_S` at most. Then the last answer counts, however old; without one, what the config
says of the bare number.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Protocol

import msgspec

from warroom.core.ports import Clock, Standing

FRESH_S = 30.0
"""Time for which an answer counts without being asked again."""
PATIENCE_S = 2.0
"""Longest wait for a look-up."""
_MOST_KEPT = 1000
_MOST_AT_ONCE = 4
"""Look-ups that may hang at the same time; a thread that hangs cannot be ended."""
_LATE = "the accounts of this host cannot be looked up at the moment"


class AccountBook(Protocol):
    """Look-ups that may block for as long as they like."""

    def standing(self, uid: int) -> Standing:
        """Ask the host; raises OSError when it says nothing."""
        ...

    def by_number(self, uid: int) -> Standing:
        """Return what is known without asking anybody."""
        ...


class _Kept(msgspec.Struct, frozen=True):
    standing: Standing
    at: float


class AskedAccounts:
    """Asks an account book beside the event loop."""

    def __init__(self, book: AccountBook, clock: Clock, *, patience_s: float = PATIENCE_S) -> None:
        self._book = book
        self._clock = clock
        self._patience_s = patience_s
        self._kept: dict[int, _Kept] = {}
        self._asking: dict[int, asyncio.Future[Standing | None]] = {}
        self._since: dict[int, float] = {}

    async def standing(self, uid: int) -> Standing:
        """Return who an account is now, or was when the host last said so; never waits longer than its patience."""
        kept = self._kept.get(uid)
        if kept is not None and self._clock.monotonic() - kept.at < FRESH_S:
            return kept.standing
        asking = self._asking.get(uid) or self._ask(uid)
        found: Standing | None = None
        if asking is not None:
            left = self._since[uid] + self._patience_s - self._clock.monotonic()
            # It goes on when nobody waits any more: the next one has its answer.
            done, _ = await asyncio.wait([asking], timeout=max(0.0, left))
            found = asking.result() if done else None
        if found is not None:
            return found
        known = self._book.by_number(uid) if kept is None else kept.standing
        return msgspec.structs.replace(known, doubt=_LATE)

    def _ask(self, uid: int) -> asyncio.Future[Standing | None] | None:
        if len(self._asking) >= _MOST_AT_ONCE:
            return None
        loop = asyncio.get_running_loop()
        asking: asyncio.Future[Standing | None] = loop.create_future()
        self._asking[uid], self._since[uid] = asking, self._clock.monotonic()

        def settle(found: Standing | None) -> None:
            del self._asking[uid], self._since[uid]
            if found is not None:
                self._keep(uid, found)
            if not asking.done():
                asking.set_result(found)

        # The interpreter would wait at its end for a thread of a pool that hangs.
        threading.Thread(target=self._look_up, args=(uid, loop, settle), daemon=True, name=f"account-{uid}").start()
        return asking

    def _look_up(self, uid: int, loop: asyncio.AbstractEventLoop, settle: Callable[[Standing | None], None]) -> None:
        found: Standing | None = None
        try:
            found = self._book.standing(uid)
        except OSError:
            # It says nothing: the same as one that hangs.
            found = None
        try:
            loop.call_soon_threadsafe(settle, found)
        except RuntimeError:
            # The engine ended meanwhile, and its loop is closed.
            return

    def _keep(self, uid: int, standing: Standing) -> None:
        self._kept.pop(uid, None)
        self._kept[uid] = _Kept(standing, self._clock.monotonic())
        while len(self._kept) > _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
