"""What changed between two views in sentences, each with its moment, its urgency and what to do next; pure.

Acts and outcomes come from the record, so none is missed between two views; what nobody did (reading falls behind, a
step falls due) is told when it begins and when it is over, once each.
"""

from __future__ import annotations

import msgspec

from warroom.core.company import Company, is_commander, person_name, target_words
from warroom.core.moments import clock_text
from warroom.core.next_verbs import NextVerbs
from warroom.core.standing import standing
from warroom.core.urgency import Urgency
from warroom.core.view import TimelineView, View

FLAP_S = 30.0
"""A bot that changes its state again within this time is told once, with how often it did."""
_OUTSIDE = "engine"
_OWN_WORDS = frozenset({"alarm", "incident", "contain", "approval", "notice", "evidence", "report", "model", "room"})
"""Kinds whose text begins with a word of ours, which a sentence may begin in capitals."""


class Sentence(msgspec.Struct, frozen=True):
    """One thing that happened."""

    at: float
    urgency: Urgency
    text: str
    next: str = ""
    """What to do about it, as command lines; empty when nothing is."""


class _Bot(msgspec.Struct):
    told: str
    at: float
    held: TimelineView | None = None
    changes: int = 0


class Transcript:
    """Remembers what was told, so that no state is told twice."""

    def __init__(self, first: View, console: str, verbs: NextVerbs, *, may_act: bool = True) -> None:
        """`console` is our own id, whose coming is no news; without `may_act` nothing to do is named."""
        self._consoles, self._verbs, self._may_act = {console}, verbs, may_act
        self._seq = first.chain.length
        self._standing = standing(first, verbs)
        self._bots: dict[str, _Bot] = {}
        self._outcomes: dict[str, str] = {}
        self._company = Company()

    def is_now(self, console: str) -> None:
        """We came again, as another console."""
        self._consoles.add(console)
        self._company = Company()

    def news(self, view: View, company: Company) -> list[Sentence]:
        """Return what is new since the last call, in the order in which it happened."""
        fresh = [entry for entry in view.messages if entry.seq > self._seq]
        found: list[Sentence] = []
        missed = max(0, view.chain.length - self._seq) - len(fresh)
        if missed > 0:
            see = self._verbs.line("messages")
            text = f"{missed} entries of the record came faster than they could be read out."
            found.append(Sentence(view.now, Urgency.WARNING, text, see))
        self._seq = max(self._seq, view.chain.length)
        for entry in fresh:
            found += self._of_entry(entry, view)
        found += self._settled_bots(view.now)
        found += self._stands(view)
        found += self._together(view, company)
        return found if self._may_act else [msgspec.structs.replace(one, next="") for one in found]

    def _of_entry(self, entry: TimelineView, view: View) -> list[Sentence]:
        if entry.kind == "console" and entry.about in self._consoles:
            return []
        if entry.kind == "bot":
            return self._of_bot(entry)
        if entry.kind == "contain":
            # The same verdict again, as a probe that was asked for gives it, is no news.
            if self._outcomes.get(entry.about) == entry.text:
                return []
            self._outcomes[entry.about] = entry.text
        todo = self._verbs.of_entry(entry, view) if entry.urgency is not Urgency.INFO else ""
        return [Sentence(entry.at, entry.urgency, sentence_of(entry), todo)]

    def _of_bot(self, entry: TimelineView) -> list[Sentence]:
        if entry.text.startswith(f"{entry.about} became alarm "):
            # The alarm itself is told, with its reason.
            return []
        known = self._bots.get(entry.about)
        if known is not None and entry.at - known.at < FLAP_S:
            known.held, known.changes = entry, known.changes + 1
            return []
        self._bots[entry.about] = _Bot(_state(entry), entry.at)
        return [Sentence(entry.at, entry.urgency, sentence_of(entry))]

    def _settled_bots(self, now: float) -> list[Sentence]:
        """Return what bots are now that changed their state again and again."""
        found: list[Sentence] = []
        for name, bot in self._bots.items():
            if bot.held is None or now - bot.at < FLAP_S:
                continue
            times = f"{name} changed its state {bot.changes} more times since {clock_text(bot.at)}"
            still = "again" if _state(bot.held) == bot.told else "now"
            text = f"{times} and is {_state(bot.held)} {still}." if bot.changes > 1 else sentence_of(bot.held)
            found.append(Sentence(bot.held.at, bot.held.urgency, text))
            bot.told, bot.at, bot.held, bot.changes = _state(bot.held), now, None, 0
        return found

    def _stands(self, view: View) -> list[Sentence]:
        before, self._standing = self._standing, standing(view, self._verbs, self._standing)
        begun = [
            Sentence(view.now, one.urgency, one.text, one.next)
            for key, one in self._standing.items()
            if key not in before
        ]
        over = [Sentence(view.now, Urgency.INFO, one.over) for key, one in before.items() if key not in self._standing]
        return begun + [one for one in over if one.text]

    def _together(self, view: View, company: Company) -> list[Sentence]:
        """Return what others point at and are about to do."""
        before, self._company = self._company, company
        names = {one.id: person_name(one.operator) for one in view.consoles if one.id not in self._consoles}
        found: list[Sentence] = []
        pointer = company.pointer
        if pointer is not None and pointer != before.pointer and target_words(view, pointer.target):
            part = " (commander)" if is_commander(view.incidents, pointer.by) else ""
            text = f"{person_name(pointer.by)}{part} points at {pointer.words}."
            found.append(Sentence(pointer.at, Urgency.WARNING, text))
        confirmed = {one.console for one in before.people if one.confirms}
        for one in company.people:
            if one.confirms and one.console in names and one.console not in confirmed:
                found.append(Sentence(view.now, Urgency.WARNING, f"{names[one.console]} is {one.doing}."))
        return found


def sentence_of(entry: TimelineView) -> str:
    """Return an entry of the record as a sentence that says who and, where it is not said yet, in which incident."""
    who = person_name(entry.who)
    if entry.kind == "console":
        return _coming(entry, who)
    text = entry.text
    where = f"{entry.incident}: " if entry.incident and entry.incident not in text else ""
    if who != _OUTSIDE:
        text = f"{where}{who}: {text}"
    elif where:
        text = where + text
    elif entry.kind in _OWN_WORDS:
        text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _coming(entry: TimelineView, who: str) -> str:
    if " attached" not in entry.text:
        return f"{who} left."
    return f"{who} joined to watch only." if "read-only" in entry.text else f"{who} joined."


def _state(entry: TimelineView) -> str:
    """Return the state in `support became odd (score 41)`."""
    return entry.text.removeprefix(f"{entry.about} became ").partition(" (score")[0]
