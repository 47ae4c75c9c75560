"""What the notices of the outbox say, who asked for them and where they go: read from the journal, each once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import msgspec

from warroom.core.clean import clean, clean_lines
from warroom.core.facts import NoticeWritten
from warroom.core.notices import Audience, Delivery
from warroom.core.ports import Entry
from warroom.core.queries import (
    History,
    HistoryAnswer,
    NotAnswered,
    NoticeAnswer,
    PreviewNotice,
    Query,
    QueryAnswer,
)
from warroom.core.view import View

AGAIN_S = 5.0
"""Time before a question that was not answered is asked again."""

Ask = Callable[[Query], Awaitable[QueryAnswer]]


class Letter(msgspec.Struct, frozen=True):
    """A notice as it was written down before it left, cleaned."""

    asked_by: str
    about: int
    """Number of the entry that it tells of; 0 when a person asked for it."""
    subject: str
    lines: list[str]


def number_of(one: Delivery) -> int:
    """Return the number of the journal's entry that wrote a notice; 0 when its id does not tell."""
    number = one.notice.removeprefix(f"{one.incident}-").partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0


async def nobody_answers(query: Query) -> QueryAnswer:
    """Answer nothing: there is no room behind it."""
    return NotAnswered("there is no room to ask")


@dataclass(slots=True)
class Letters:
    """What was read so far."""

    ask: Ask = nobody_answers
    found: dict[int, Letter] = field(default_factory=dict)
    """Number of the entry to what it wrote."""
    places: dict[str, str] = field(default_factory=dict)
    """Channel to its place, as the config has it now, without secrets."""
    fault: str = ""
    """Why the last question was not answered; empty when it was."""
    _asked: set[Audience] = field(default_factory=set)
    _told: set[Audience] = field(default_factory=set)
    """Audiences whose channels are known."""
    _read_to: int = 0
    _not_before: float = 0.0
    _reading: bool = False

    def wanted(self, view: View, now: float) -> bool:
        """Say whether the outbox shows something that was not read yet and may be asked for now."""
        if self._reading or now < self._not_before:
            return False
        return bool(self._missing(view)) or any(one.audience not in self._asked for one in view.outbox)

    def of(self, one: Delivery) -> Letter | None:
        """Return what a notice says, None while it is not read."""
        return self.found.get(number_of(one))

    def place(self, one: Delivery) -> str:
        """Return the channel of a notice with its place, as far as it is known."""
        if one.channel in self.places:
            return f"{one.channel}: {self.places[one.channel]}"
        return f"{one.channel}: not for {one.audience} in the config now" if one.audience in self._told else one.channel

    def take(self, entries: Iterable[Entry]) -> None:
        """Keep what these entries wrote to people."""
        for entry in entries:
            fact = entry.fact
            if isinstance(fact, NoticeWritten):
                by = clean(entry.actor.label, 64)
                text = [str(row) for row in clean_lines(fact.text)]
                self.found[entry.seq] = Letter(by, fact.about, clean(fact.subject, 300), text)

    async def read(self, view: View, now: float) -> None:
        """Read what is missing: the journal from where it was read last, and the places of channels."""
        self._reading = True
        try:
            await self._read_journal(view)
            for one in view.outbox:
                if not self.fault and one.audience not in self._asked:
                    await self._read_places(one)
        finally:
            self._reading = False
            self._not_before = now + AGAIN_S if self.fault else 0.0

    def _missing(self, view: View) -> list[int]:
        return [number for number in map(number_of, view.outbox) if number > self._read_to]

    async def _read_journal(self, view: View) -> None:
        self.fault = ""
        missing = self._missing(view)
        if not missing:
            return
        match await self.ask(History(max(self._read_to, min(missing) - 1))):
            case HistoryAnswer(entries=entries):
                self.take(entries)
                self._read_to = max([*missing, *(entry.seq for entry in entries)])
            case NotAnswered(reason=reason):
                self.fault = reason
            case _:
                self.fault = "the engine gave no journal"

    async def _read_places(self, one: Delivery) -> None:
        answer = await self.ask(PreviewNotice(one.incident, one.audience, one.event))
        self._asked.add(one.audience)
        if isinstance(answer, NoticeAnswer):
            self._told.add(one.audience)
            for place in answer.channels:
                name, _, words = place.partition(": ")
                self.places[name] = words
