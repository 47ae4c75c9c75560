"""A record reads as one line: what happened, then the fields that say more."""

from __future__ import annotations

from warroom.core.line_text import line_text
from warroom.core.record import Gap, Record


def record(message: str, **fields: object) -> Record:
    return Record(source="/x/bot.log", generation=0, offset=0, length=1, received=1.0, message=message, **fields)  # type: ignore[arg-type]  # a test's shorthand


def test_the_fields_of_a_record_are_told_behind_its_message_once() -> None:
    assert line_text(record("done", format="json", user="u-1", status=200)) == "done user=u-1 status=200"
    assert line_text(record("done user=u-1", format="basic", user="u-1")) == "done user=u-1"
    assert "prompt" in line_text(record("done", format="json", user="u", attrs={"prompt": "hi there"}))


def test_a_gap_is_a_line_of_its_own() -> None:
    gap = record("", gap=Gap("truncated", "the file was truncated", 12))
    assert line_text(gap) == "~~ truncated: the file was truncated (12 bytes)"
