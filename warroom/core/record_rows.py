"""From the journal to the rows of the tables: entries in, rows out, without a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from warroom.core import facts as f
from warroom.core.desk import AlarmRecord, Desk, holding_actions
from warroom.core.model import Proof
from warroom.core.ports import Entry
from warroom.core.record_columns import Cell, Table
from warroom.core.record_tables import (
    ACTIONS,
    ACTS,
    ALARMS,
    BOTS,
    DRAFT,
    EVIDENCE,
    GAPS,
    INCIDENTS,
    NOTICES,
    PENDING,
    PROBES,
    REASONS,
    ROLES,
    STEPS,
    Acked,
    Act,
    Bot,
    Contained,
    Hole,
    Kept,
    Letter,
    Look,
    Part,
    Step,
    Why,
)
from warroom.core.reduce import fold
from warroom.core.timeline import words

Rows = list[tuple[Table[Any], list[tuple[Cell, ...]]]]


class _AlarmRows(NamedTuple):
    """What an alarm became, and from what."""

    record: AlarmRecord
    acked: float | None
    row: tuple[Cell, ...]
    reasons: list[tuple[Cell, ...]]


class RecordRows:
    """Folds a journal piece by piece: `take` gives the rows that are added, `standing` those that replace all."""

    def __init__(self) -> None:
        self._desk = Desk()
        self._letters: dict[str, Letter] = {}
        self._acked: dict[str, float] = {}
        self._held: dict[str, float] = {}
        self._alarms: dict[str, _AlarmRows] = {}

    @property
    def length(self) -> int:
        """Number of the last entry taken."""
        return self._desk.length

    def take(self, entries: Sequence[Entry]) -> Rows:
        """Fold the next entries; returns rows of the tables that only grow: acts, probes, gaps."""
        self._desk = fold(list(entries), self._desk)
        plans = {name: action.plan for name, action in self._desk.actions.items()}
        acts, looks, holes = list[Act](), list[Look](), list[Hole]()
        for entry in entries:
            told = words(entry, plans)
            incident, bot = self._about(entry.fact)
            acts.append(Act(entry, told, told.incident or incident, bot))
            looks += self._looks(entry)
            if isinstance(entry.fact, f.GapSeen):
                holes.append(Hole(entry, entry.fact))
            self._remember(entry)
        return [_rows(ACTS, acts), _rows(PROBES, looks), _rows(GAPS, holes)]

    def standing(self) -> Rows:
        """Return all rows of the tables that tell how things stand."""
        desk = self._desk
        incidents, alarms, actions = desk.incidents.values(), desk.alarms.values(), desk.actions.values()
        return [
            _rows(INCIDENTS, incidents),
            _rows(STEPS, (Step(one, step) for one in incidents for step in one.steps.values())),
            _rows(ROLES, (Part(one.id, role, who) for one in incidents for role, who in one.roles.items())),
            (ALARMS, [one.row for one in map(self._alarm, alarms)]),
            (REASONS, [row for one in map(self._alarm, alarms) for row in one.reasons]),
            _rows(ACTIONS, (Contained(one, self._held.get(one.id)) for one in actions)),
            _rows(EVIDENCE, (Kept(one, file) for one in actions for file in one.evidence)),
            _rows(NOTICES, self._letters.values()),
            _rows(BOTS, self._bots()),
        ]

    def _alarm(self, record: AlarmRecord) -> _AlarmRows:
        """Return the rows of an alarm; there may be thousands, and few of them change."""
        acked = self._acked.get(record.alarm.id)
        known = self._alarms.get(record.alarm.id)
        if known is None or known.record is not record or known.acked != acked:
            reasons = [REASONS.row(Why(record, reason)) for reason in record.alarm.reasons]
            known = _AlarmRows(record, acked, ALARMS.row(Acked(record, acked)), reasons)
            self._alarms[record.alarm.id] = known
        return known

    def _bots(self) -> Iterator[Bot]:
        for name, record in self._desk.bots.items():
            held = next(reversed(holding_actions(self._desk, name)), None)
            yield Bot(name, record, held.id if held else None)

    def _about(self, fact: f.Fact) -> tuple[str | None, str | None]:
        """Return the incident and the bot that a fact is about, as far as it tells."""
        if isinstance(fact, f.ContainmentRequested):
            return fact.incident, fact.plan.bot
        if isinstance(fact, f.AlarmRaised):
            record = self._desk.alarms.get(fact.alarm.id)
            return record.incident if record else None, fact.alarm.bot
        if isinstance(fact, f.AlarmAcknowledged):
            record = self._desk.alarms.get(fact.alarm)
            return (record.incident, record.alarm.bot) if record else (None, None)
        action = self._desk.actions.get(getattr(fact, "action", ""))
        if action is not None:
            return action.incident, action.plan.bot
        bot = getattr(fact, "bot", None)
        return None, bot if isinstance(bot, str) else None

    def _looks(self, entry: Entry) -> Iterator[Look]:
        proof: Proof | None = getattr(entry.fact, "proof", None)
        action = getattr(entry.fact, "action", "")
        incident, bot = self._about(entry.fact)
        for sample in proof.samples if proof is not None else ():
            yield Look(entry, action, incident, bot, sample)

    def _remember(self, entry: Entry) -> None:
        match entry.fact:
            case f.AlarmAcknowledged(alarm=alarm):
                self._acked.setdefault(alarm, entry.at)
            case f.ContainmentHeld(action=action):
                self._held.setdefault(action, entry.at)
            case f.NoticeWritten() as fact:
                head = f"{fact.place}-{entry.seq}-{fact.audience}"
                if not fact.channels:
                    self._letters[head] = Letter(head, entry, fact, None, DRAFT)
                for channel in fact.channels:
                    id = f"{head}-{channel}"
                    self._letters[id] = Letter(id, entry, fact, channel, PENDING)
            case f.NoticeSettled(notice=notice, state=state, tries=tries, text=text) if notice in self._letters:
                self._letters[notice] = replace(
                    self._letters[notice], state=state.value, tries=tries, answer=text, settled=entry.at
                )
            case f.NoticeRevived(notice=notice) if notice in self._letters:
                again = replace(self._letters[notice], state=PENDING, tries=0, settled=None, again=entry)
                self._letters[notice] = again
            case _:
                pass


def _rows(table: Table[Any], items: Iterable[Any]) -> tuple[Table[Any], list[tuple[Cell, ...]]]:
    return table, [table.row(one) for one in items]
