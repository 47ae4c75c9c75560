"""A record reads as one line: what happened, then the fields that say more."""

from __future__ import annotations

import pytest

from warroom.core.line_text import line_text
from warroom.core.record import Gap, Record
from warroom.logs.line_parser import LineParser


def record(message: str, **fields: object) -> Record:
    return Record(source="/x/bot.log", generation=0, offset=0, length=1, received=1.0, message=message, **fields)  # type: ignore[arg-type]  # a test's shorthand


def test_the_fields_of_a_record_are_told_behind_its_message_once() -> None:
    assert line_text(record("done", format="json", user="u-1", status=200)) == "done user=u-1 status=200"
    assert line_text(record("done user=u-1", format="basic", user="u-1")) == "done user=u-1"
    assert "prompt" in line_text(record("done", format="json", user="u", attrs={"prompt": "hi there"}))


def test_a_gap_is_a_line_of_its_own() -> None:
    gap = record("", gap=Gap("truncated", "the file was truncated", 12))
    assert line_text(gap) == "~~ truncated: the file was truncated (12 bytes)"


@pytest.mark.parametrize(
    "start", ["2026-11-22 21:07:47,442 - root - INFO - ", "INFO:root:", "INFO bot.chat ", "INFO:  "]
)
@pytest.mark.parametrize("envelope", ["", "<13>Nov 22 21:07:47 host app[12]: "])
def test_fields_that_were_read_out_of_the_message_are_not_told_again(start: str, envelope: str) -> None:
    message = "chat user=y status=200"
    parser = LineParser("/x/bot.log", "bot", 0)
    (read,) = [*parser.feed(f"{envelope}{start}{message}\n".encode(), 0, 1.0), *parser.flush()]
    assert (read.user, read.status) == ("y", 200)
    assert line_text(read) == message


def test_a_field_that_the_message_tells_in_the_same_words_is_told_once() -> None:
    assert line_text(record("done user=u-1", format="json", user="u-1", status=200)) == "done user=u-1 status=200"
    assert line_text(record("done user=u-12", format="json", user="u-1")) == "done user=u-12 user=u-1"
