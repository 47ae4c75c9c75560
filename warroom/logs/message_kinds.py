"""Which kinds of messages a log holds: how many of each, how bad, when the first and the last."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from warroom.core.record import Level, Record
from warroom.logs.template_tree import Template
from warroom.logs.templates import TemplateMiner

_RANK = {level: rank for rank, level in enumerate(Level)}


class MessageKind(msgspec.Struct):
    """Messages that have one template. Texts are as written (untrusted)."""

    id: str
    """The template's; the same for the same messages in every run."""
    template: str
    lines: int = 0
    level: str | None = None
    """The worst that a message of it had; null when none had one."""
    first: float | None = None
    """The earliest time that a message of it carries, seconds since the epoch; null when none does."""
    last: float | None = None
    example: str = ""


def kinds_of(records: Iterable[Record]) -> list[MessageKind]:
    """Return the kinds of messages in these records, the most frequent first."""
    miner = TemplateMiner()
    kinds: dict[str, MessageKind] = {}
    templates: dict[str, Template] = {}
    for record in records:
        if record.gap is not None or not record.message.strip():
            continue
        template = miner.learn(record.message)
        templates[template.id] = template
        kind = kinds.get(template.id)
        if kind is None:
            kind = kinds[template.id] = MessageKind(template.id, "", example=record.message)
        kind.lines += 1
        if record.time is not None:
            kind.first = record.time if kind.first is None else min(kind.first, record.time)
            kind.last = record.time if kind.last is None else max(kind.last, record.time)
        if record.level is not None and _rank(record.level) > _rank(kind.level):
            kind.level = record.level
    for kind in kinds.values():
        # A template grows more general with its messages.
        kind.template = templates[kind.id].text
    return sorted(kinds.values(), key=lambda kind: -kind.lines)


def _rank(level: str | None) -> int:
    return -1 if level is None else _RANK[Level(level)]
