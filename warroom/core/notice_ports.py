"""The ports of telling people: a channel that sends, and the outbox that remembers what must still be sent."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from warroom.core.notices import Delivery, Notice
from warroom.core.ports import Check


class Sending(StrEnum):
    """How one sending went."""

    ACCEPTED = "accepted"
    RETRY = "retry"
    """It may go better later; the receiver may have got it."""
    DEAD = "dead"
    """The receiver will never take it like this."""


class Sent(msgspec.Struct, frozen=True):
    """The outcome of one sending, in words that hold no secret."""

    how: Sending
    text: str


class Channel(Protocol):
    """One way to reach people. Sending the same notice again must be harmless where the receiver keeps keys."""

    kind: str
    """webhook, smtp, pagerduty, apprise"""

    def describe(self) -> str:
        """Where it leads, in words without secrets."""
        ...

    async def check(self) -> list[Check]:
        """Look at its files and settings without sending anything; a broken world is a failed check."""
        ...

    async def send(self, notice: Notice) -> Sent:
        """Try once; a broken world is an outcome, never an exception."""
        ...


class Leased(msgspec.Struct, frozen=True):
    """A notice that its holder alone may send until the lease ends."""

    notice: Notice
    tries: int
    """This one included."""


class OutboxError(Exception):
    """The outbox could not be read or written; the message says what to do."""


class Outbox(Protocol):
    """What must be told, on disk before anybody relies on it. Times are seconds since the epoch."""

    async def enqueue(self, notices: Sequence[Notice]) -> int:
        """Keep notices, all or none; returns how many are new to be sent.

        Those whose id is known stay as they are, except that one which was given up is taken up again from the start
        when it comes in a later round.

        Raises OutboxError when the disk refuses, ValueError for a notice that no machine may send.
        """
        ...

    async def lease(self, channel: str, now: float, holder: str, seconds: float, limit: int) -> list[Leased]:
        """Take the notices of a channel that may go now, in order; those of a lease that ran out are among them."""
        ...

    async def accepted(self, notice: str, now: float, text: str) -> None:
        """The receiver took it."""
        ...

    async def failed(self, notice: str, holder: str, next_try: float, text: str) -> None:
        """Try again later; nothing happens when another holds it by now."""
        ...

    async def dead(self, notice: str, holder: str, now: float, text: str) -> None:
        """Give up; nothing happens when another holds it by now."""
        ...

    async def let_go(self, holder: str) -> None:
        """End all leases of a holder that was stopped or killed."""
        ...

    async def waiting(self) -> dict[str, float]:
        """When the next notice of each channel may go; channels with nothing open are absent."""
        ...

    async def unreported(self) -> list[Delivery]:
        """Rows that were accepted or given up and whose end nobody has been told of."""
        ...

    async def reported(self, notice: str) -> None:
        """The end of this notice was told."""
        ...

    async def deliveries(self) -> list[Delivery]:
        """All rows in the order written."""
        ...
