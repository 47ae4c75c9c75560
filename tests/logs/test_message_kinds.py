"""Kinds of messages: what differs in numbers is one kind, its level is the worst, its times are those of its lines."""

from __future__ import annotations

from typing import Any

from warroom.core.record import Gap, Record
from warroom.logs.message_kinds import kinds_of


def record(message: str, **fields: Any) -> Record:
    return Record("/l/bot.log", 0, 0, 1, 5.0, message=message, **fields)


def test_messages_that_differ_in_numbers_are_one_kind_and_the_most_frequent_come_first() -> None:
    records = [record(f"reply sent in {ms} ms") for ms in range(20)] + [record("canary leaked")]
    kinds = kinds_of(records)
    assert [(kind.lines, kind.example) for kind in kinds] == [(20, "reply sent in 0 ms"), (1, "canary leaked")]
    assert kinds[1].template == "canary leaked"
    assert kinds[0].template.startswith("reply sent in ")


def test_the_worst_level_and_the_range_of_times_are_kept() -> None:
    records = [
        record("tool call 1 done", level="INFO", time=20.0),
        record("tool call 2 done", level="ERROR", time=10.0),
        record("tool call 3 done", level="WARNING", time=None),
    ]
    [kind] = kinds_of(records)
    assert (kind.level, kind.first, kind.last) == ("ERROR", 10.0, 20.0)


def test_gaps_and_blank_lines_are_of_no_kind() -> None:
    assert kinds_of([record(" "), record("x", gap=Gap("partial", "no end"))]) == []


def test_a_kind_without_times_has_none() -> None:
    [kind] = kinds_of([record("plain")])
    assert (kind.first, kind.last, kind.level) == (None, None, None)
