"""A format that a config describes fills the same record."""

from __future__ import annotations

import re

import pytest

from tests.logs.formats.reading import made, read
from warroom.logs.formats.custom import LONGEST, custom_format
from warroom.logs.line_parser import LineParser

PATTERN = r"(?P<time>\S+) (?P<level>\w+)/(?P<logger>\w+) \[(?P<user>[^]]*)\] (?P<shard>\d+) (?P<message>.*)"
LINE = "2026-11-22T21:07:47Z warn/chat [u-7] 3 refused"


def test_its_groups_are_the_fields_of_the_record() -> None:
    record = read(custom_format("ours", PATTERN), LINE)
    assert (record.format, record.message, record.level, record.logger) == ("ours", "refused", "WARNING", "chat")
    assert (record.user, record.time, record.time_source) == ("u-7", 1795381667.0, "line")
    assert record.attrs == {"shard": "3"}


@pytest.mark.parametrize("line", ["", "refused", LINE + "\nmore", LINE + "x" * LONGEST])
def test_it_takes_whole_lines_of_a_bearable_length(line: str) -> None:
    assert made(custom_format("ours", PATTERN), line) is None


@pytest.mark.parametrize(
    ("time", "seconds"),
    [("1795381667.5", 1795381667.5), ("22/Nov/2026:21:07:47+0000", 1795381667.0), ("soon", None), ("nan", None)],
)
def test_a_time_may_be_written_in_any_known_way(time: str, seconds: float | None) -> None:
    record = read(custom_format("ours", r"(?P<time>\S+) (?P<message>.*)"), f"{time} hello")
    assert record.time == seconds
    assert record.attrs == ({} if seconds else {"time": time})


def test_a_group_that_found_nothing_is_not_there() -> None:
    record = read(custom_format("ours", r"(?:(?P<user>u-\d) )?(?P<message>.*)"), "hello")
    assert (record.user, record.attrs, record.message) == (None, {}, "hello")


def test_without_a_message_group_the_line_is_the_message() -> None:
    assert read(custom_format("ours", r"(?P<level>\w+) .*"), "INFO hello").message == "INFO hello"


def test_what_is_no_expression_is_an_error() -> None:
    with pytest.raises(re.error):
        custom_format("ours", "(")


def test_it_goes_before_the_formats_that_are_built_in() -> None:
    own = custom_format("ours", r"INFO:(?P<logger>\w+):(?P<user>\w+) (?P<message>.*)")
    parser = LineParser("/x", "bot", 0, formats=[own])
    records = parser.feed(b"INFO:chat:ana hello\nINFO:a.b:not ours\n" * 60, 0, 5.0)
    assert [record.format for record in records[-2:]] == ["ours", "basic"]
