"""What would have been: a policy played over the last minutes of a bot's logs, read again from their files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

import msgspec

from warroom.core.arrivals import Arrival
from warroom.core.blast import blast_of
from warroom.core.clean import clean
from warroom.core.desk import Desk
from warroom.core.own_requests import Own, nothing_of_ours
from warroom.core.ports import Clock, Rereading
from warroom.core.queries import NotAnswered, Shadow, ShadowAnswer
from warroom.core.record import Checkpoint
from warroom.core.request_lines import hostile_by
from warroom.core.requests import Requests
from warroom.core.shadow import ByRule, Everything, PerUser, Policy, ShadowResult, ToolsOff, shadow_of
from warroom.detect.rules import BY_ID, hits_of

LONGEST_S = 86400.0


class Span(msgspec.Struct, frozen=True):
    """What is to be read again."""

    bot: str
    added: Sequence[str]
    """Its logs that were added by command, beside those of the config."""
    since: float
    until: float
    checkpoints: Sequence[Checkpoint]
    arrivals: Sequence[Arrival]


Reread = Callable[[Span], Rereading]
"""A span to its reading."""


class Retrospect:
    """Reads one span at a time; a second question waits for the first."""

    def __init__(
        self,
        clock: Clock,
        reread: Reread | None,
        desk: Callable[[], Desk],
        names: Callable[[], Collection[str]],
        *,
        checkpoints: Callable[[], Awaitable[Sequence[Checkpoint]]],
        arrivals: Callable[[], Sequence[Arrival]],
        hold_off_s: float,
        own: Callable[[str], Own] = lambda bot: nothing_of_ours,
    ) -> None:
        self._own = own
        self._clock = clock
        self._reread = reread
        self._checkpoints = checkpoints
        self._arrivals = arrivals
        self._hold_off_s = hold_off_s
        self._desk = desk
        self._names = names
        self._turn = asyncio.Lock()

    async def shadow(self, asked: Shadow) -> ShadowAnswer | NotAnswered:
        """Return what a policy would have refused; a question that makes no sense says why."""
        policy = _policy(asked)
        if isinstance(policy, NotAnswered):
            return policy
        if asked.bot not in self._names():
            return NotAnswered(f"there is no bot {clean(asked.bot, 64)}")
        if self._reread is None:
            return NotAnswered("the logs of this room cannot be read again")
        async with self._turn:
            until = self._clock.now()
            desk = self._desk()
            added = [pattern for pattern, bot in desk.sources.items() if bot == asked.bot]
            since = until - asked.last_s
            known = await self._checkpoints()
            reading = self._reread(Span(asked.bot, added, since, until, known, self._arrivals()))
            # What a probe saw of a containment is no line of a log.
            found = [one.alarm for one in desk.alarms.values() if not one.alarm.action]
            alarms = [alarm for alarm in found if alarm.bot == asked.bot]
            requests = Requests(since, until, hostile_by(alarms, self._hold_off_s), hits_of, self._own(asked.bot))
            try:
                return await asyncio.to_thread(_played, reading, requests, policy)
            finally:
                # A question whose asker left must not read on in its thread.
                reading.stop()


def _played(reading: Rereading, requests: Requests, policy: Policy) -> ShadowAnswer:
    for batch in reading.read():
        requests.feed(batch.records)
    # What lies before the point that the reading reached is not known, so it must not be told.
    requests.narrow(reading.coverage.since)
    return ShadowAnswer(
        policy_words(policy), blast_of(requests), _cleaned(shadow_of(requests, policy)), reading.coverage
    )


def _policy(asked: Shadow) -> Policy | NotAnswered:
    given = [asked.per_user > 0, asked.tools_off, bool(asked.rules)]
    if sum(given) > 1:
        return NotAnswered("one policy at a time: a limit, tools off, or rules")
    if not 0 < asked.last_s <= LONGEST_S:
        return NotAnswered("the span is more than no time and at most a day")
    if asked.per_user < 0 or not 0 < asked.window_s <= LONGEST_S:
        return NotAnswered("a limit is so many requests of a user in more than no time and at most a day")
    unknown = [rule for rule in asked.rules if rule not in BY_ID]
    if unknown:
        return NotAnswered(f"there is no rule {clean(unknown[0], 40)}; there are: {', '.join(BY_ID)}")
    if asked.per_user:
        return PerUser(asked.per_user, asked.window_s)
    if asked.tools_off:
        return ToolsOff()
    return ByRule(tuple(asked.rules)) if asked.rules else Everything()


def policy_words(policy: Policy) -> str:
    """Return a policy as people say it."""
    match policy:
        case PerUser(limit=limit, window_s=window):
            return f"at most {limit} requests of a user in {window:g} s"
        case ToolsOff():
            return "tools switched off"
        case ByRule(rules=rules):
            return f"requests that match {', '.join(f'{rule} {BY_ID[rule].title}' for rule in rules)}"
        case Everything():
            return "everything refused"


def _cleaned(result: ShadowResult) -> ShadowResult:
    examples = [
        msgspec.structs.replace(
            one, source=clean(one.source, 300), user=None if one.user is None else clean(one.user, 100)
        )
        for one in result.examples
    ]
    return msgspec.structs.replace(result, examples=examples)
