"""The courier: takes notices out of the outbox, sends them, records how it went. One lane a channel.

A channel that hangs delays nobody but its own readers. What was accepted is on disk before it is reported; an end that
nobody was told of is reported again after a restart, so whoever listens must take the same end twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from warroom.core.notice_ports import Channel, Leased, Outbox, OutboxError, Sending, Sent
from warroom.core.notices import TRIES, Delivery, DeliveryState, Notice, backoff_s
from warroom.core.ports import Clock
from warroom.engine.fence import handed_on

SEND_TIMEOUT_S = 60.0
"""Longest time for one sending, whatever the channel's own limits say."""
LEASE_S = 120.0
"""How long a notice is ours; longer than a sending, so that none is sent by two at once."""
AT_ONCE = 4
"""Sendings of one channel at the same time; after one that failed a single one tries, so that a dead receiver, or a
resolver that hangs, keeps no threads from those who contain bots."""
_LOOK_S = 5.0
"""Longest time without a look, should the clock be set back."""
_MEND_S = 1.0
"""Time between two tries to write when the disk refuses."""

Report = Callable[[Delivery], Awaitable[None]]
Result = TypeVar("Result")


class Courier:
    """Sends what the outbox holds. `run` ends by cancellation; `wake` after a notice was enqueued."""

    def __init__(
        self,
        *,
        clock: Clock,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        report: Report,
        jitter: Callable[[], float],
        holder: str,
        send_timeout_s: float = SEND_TIMEOUT_S,
        lease_s: float = LEASE_S,
        at_once: int = AT_ONCE,
    ) -> None:
        """`jitter` gives a number from 0 to 1; `holder` is the same after a restart, and no other courier's.

        `report` hears of every try: a row that is pending was not accepted and is tried again.
        """
        self.fault = ""
        """Why the outbox cannot be read or written at the moment; empty when it can."""
        self._clock = clock
        self._outbox = outbox
        self._channels = channels
        self._report = report
        self._jitter = jitter
        self._holder = holder
        self._send_timeout_s = send_timeout_s
        self._lease_s = lease_s
        self._at_once = at_once
        self._bell = asyncio.Event()
        self._lanes: dict[str, _Lane] = {}

    def wake(self) -> None:
        """Look into the outbox at once."""
        self._bell.set()

    async def run(self) -> None:
        """Deliver for ever."""
        await self._saved(lambda: self._outbox.let_go(self._holder))
        for end in await self._saved(self._outbox.unreported):
            await self._tell(end)
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._bell.clear()
                for name in await self._saved(self._outbox.waiting):
                    if name not in self._lanes:
                        self._lanes[name] = _Lane()
                        tasks.create_task(self._serve(name, self._lanes[name]))
                    self._lanes[name].bell.set()
                await _pause(self._bell, _LOOK_S)

    async def _serve(self, name: str, lane: _Lane) -> None:
        async with asyncio.TaskGroup() as sends:
            while True:
                lane.bell.clear()
                free = (self._at_once if lane.well else 1) - len(lane.flying)
                taken = await self._lease(name, free) if free > 0 else []
                # One that is still recorded here was sent already: its lease ran out while the disk refused.
                for leased in [one for one in taken if one.notice.id not in lane.flying]:
                    lane.flying.add(leased.notice.id)
                    sends.create_task(self._deliver(name, leased, lane))
                if not taken:
                    await _pause(lane.bell, await self._wait_s(name) if free > 0 else _LOOK_S)

    async def _lease(self, name: str, limit: int) -> list[Leased]:
        return await self._saved(
            lambda: self._outbox.lease(name, self._clock.now(), self._holder, self._lease_s, limit)
        )

    async def _wait_s(self, name: str) -> float:
        due = (await self._saved(self._outbox.waiting)).get(name)
        return _LOOK_S if due is None else min(_LOOK_S, max(0.01, due - self._clock.now()))

    async def _deliver(self, name: str, leased: Leased, lane: _Lane) -> None:
        try:
            sent = await self._sent(name, leased)
            lane.well = sent.how is not Sending.RETRY
            await self._tell(await self._recorded(leased, sent))
        finally:
            lane.flying.discard(leased.notice.id)
            # The next of the same incident has waited for this one.
            lane.bell.set()

    async def _sent(self, name: str, leased: Leased) -> Sent:
        channel = self._channels.get(name)
        if channel is None:
            return Sent(Sending.DEAD, "nobody was told: there is no such channel in the config")
        if leased.tries > TRIES:
            return Sent(Sending.DEAD, f"the engine ended {leased.tries - 1} times while it was sent")
        try:
            async with asyncio.timeout(self._send_timeout_s):
                return await handed_on(channel, leased.notice)
        except TimeoutError:
            return Sent(Sending.RETRY, f"not done within {self._send_timeout_s:g} s")

    async def _recorded(self, leased: Leased, sent: Sent) -> Delivery:
        """Write the outcome down, however long the disk refuses: one that is forgotten would be sent again."""
        notice, now = leased.notice, self._clock.now()
        if sent.how is Sending.ACCEPTED:
            await self._saved(lambda: self._outbox.accepted(notice.id, now, sent.text))
            return _row(leased, DeliveryState.ACCEPTED, sent.text, accepted=now)
        if sent.how is Sending.DEAD or leased.tries >= TRIES:
            await self._saved(lambda: self._outbox.dead(notice.id, self._holder, now, sent.text))
            return _row(leased, DeliveryState.DEAD, sent.text)
        again = now + backoff_s(leased.tries, self._jitter())
        await self._saved(lambda: self._outbox.failed(notice.id, self._holder, again, sent.text))
        return _row(leased, DeliveryState.PENDING, sent.text, next_try=again)

    async def _tell(self, row: Delivery) -> None:
        await self._report(row)
        if row.state in (DeliveryState.ACCEPTED, DeliveryState.DEAD):
            await self._saved(lambda: self._outbox.reported(row.notice))

    async def _saved(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Do a piece of work on the outbox until the disk lets it be done."""
        while True:
            try:
                done = await work()
            except OutboxError as error:
                self.fault = str(error)
                await self._clock.sleep(_MEND_S)
            else:
                self.fault = ""
                return done


class _Lane:
    """What is under way on one channel."""

    def __init__(self) -> None:
        self.bell = asyncio.Event()
        self.flying: set[str] = set()
        self.well = True


async def _pause(bell: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return


def _row(
    leased: Leased, state: DeliveryState, text: str, *, next_try: float | None = None, accepted: float | None = None
) -> Delivery:
    notice: Notice = leased.notice
    return Delivery(
        notice=notice.id,
        incident=notice.incident,
        audience=notice.audience,
        channel=notice.channel,
        event=notice.event,
        subject=notice.subject,
        created=notice.created,
        state=state,
        tries=leased.tries,
        next_try=next_try,
        error=text,
        accepted=accepted,
        queue=notice.queue,
        round=notice.round,
    )
