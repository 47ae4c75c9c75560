"""The journal as `journalctl -o json` prints it; the first two entries are as journalctl 252 printed them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.enveloped import RECEIVED, in_blocks, records, shown, tiled
from warroom.logs.formats.format import Opened
from warroom.logs.formats.journald import ENVELOPE, open_line

PRINTED = (
    '{"_HOSTNAME":"host","__REALTIME_TIMESTAMP":"1795381667123456","_COMM":"python3","_TRANSPORT":"stdout",'
    '"MESSAGE":"ERROR:bot.chat:refused user=u7","SYSLOG_IDENTIFIER":"bot","_SYSTEMD_UNIT":"bot.service",'
    '"PRIORITY":"3","_BOOT_ID":"6f4a3f1f0c364d0e8f4ee1dd4f4a0f11","__MONOTONIC_TIMESTAMP":"1","_PID":"123",'
    '"__CURSOR":"s=af532d1987b840c2bcc554e00bcdfe5e;i=1;b=6f4a3f1f0c364d0e8f4ee1dd4f4a0f11;m=1;t=660e3de815100"}'
)
BYTES = (
    '{"PRIORITY":"6","__MONOTONIC_TIMESTAMP":"2","_PID":"123","USER_ID":"u9","_COMM":"python3",'
    '"__REALTIME_TIMESTAMP":"1795381667223456","MESSAGE":[97,27,91,51,50,109,98,255,10,120,32,121]}'
)
PRETTY = ["{", '\t"_PID" : "123",', '\t"__REALTIME_TIMESTAMP" : "1795381667123456",', '\t"MESSAGE" : "ERROR:b:x"', "}"]
TRACE = ["ERROR:b:x", "Traceback (most recent call last):", '  File "a"', "KeyError: 1"]


def entry(message: Any, **fields: Any) -> str:
    fixed = {"__REALTIME_TIMESTAMP": "1795381667123456", "_PID": "123", "SYSLOG_IDENTIFIER": "bot", "PRIORITY": "6"}
    return json.dumps({**fixed, "MESSAGE": message, **fields})


def opened(line: str) -> Opened:
    found = open_line(line, RECEIVED)
    assert found is not None
    return found


def test_what_a_program_wrote_is_read_and_the_journal_adds_the_rest() -> None:
    (record,) = records(PRINTED)
    assert (record.format, record.message, record.logger) == ("journald+basic", "refused user=u7", "bot.chat")
    assert (record.level, record.user, record.time, record.time_source) == ("ERROR", "u7", 1795381667.123456, "line")
    assert record.attrs == {"host": "host", "pid": "123", "unit": "bot.service"}


def test_a_message_of_bytes_is_text_again() -> None:
    (record,) = records(BYTES)
    assert (record.format, record.message, record.logger) == ("journald", "ab\ufffd\nx y", "python3")
    assert (record.level, record.user, record.attrs) == ("INFO", "u9", {"pid": "123"})


@pytest.mark.parametrize(
    ("message", "text"),
    [(None, ""), ([], ""), ([300], ""), ([-1], ""), (["one", "two"], "one\ntwo"), ([65.5], ""), (7, ""), ({}, "")],
)
def test_a_message_of_any_other_kind_loses_no_record(message: Any, text: str) -> None:
    assert opened(entry(message)).text == text


def test_a_programs_own_fields_are_kept_and_cannot_pass_for_the_journals() -> None:
    (record,) = records(entry("x", LOGGER="bot.chat", PID="9", CODE_FUNC="f", TOOL="web", EVENT=["a", "b"]))
    assert (record.logger, record.tool, record.event) == ("bot.chat", "web", None)
    assert record.attrs == {"pid": "123", "code_func": "f"}


@pytest.mark.parametrize("mark", [{"_LINE_BREAK": "line-max"}, {"CONTAINER_PARTIAL_MESSAGE": "true"}])
def test_a_line_that_was_split_is_one_again(mark: dict[str, str]) -> None:
    lines = [entry("INFO:b:one ", **mark), entry("two"), entry("INFO:b:next")]
    long, following = records(*lines)
    assert (long.message, following.message) == ("one two", "next")
    assert long.length == len(lines[0]) + len(lines[1]) + 2


def test_a_traceback_over_many_entries_is_one_record() -> None:
    first, second = records(*map(entry, [*TRACE, "INFO:b:y"]))
    assert (first.message.splitlines()[1:], second.message) == (TRACE[1:], "y")


def test_a_traceback_in_one_entry_belongs_to_its_record() -> None:
    (record,) = records(entry("\n".join(TRACE)))
    assert (record.format, record.message) == ("journald+basic", "\n".join(["x", *TRACE[1:]]))


def test_json_printed_over_many_lines_in_one_entry_is_read() -> None:
    (record,) = records(entry('{\n  "message": "x",\n  "level": "error"\n}'))
    assert (record.format, record.message, record.level) == ("journald+json", "x", "ERROR")


def test_pretty_printed_entries_are_read_too() -> None:
    first, second = records(*PRETTY, *PRETTY)
    assert (first.format, first.message, first.time) == ("journald+basic", "x", 1795381667.123456)
    assert second.offset == first.length


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        '{"__REALTIME_TIMESTAMP"',
        '{"MESSAGE":"x"}',
        '{"__REALTIME_TIMESTAMP":"1"}',
        '{"MESSAGE":"x","__REALTIME_TIMESTAMP":1}',
        '{"MESSAGE":"x","__REALTIME_TIMESTAMP":"soon"}',
        '{"MESSAGE":"x","__REALTIME_TIMESTAMP":"' + "1" * 5000 + '"}',
        '{"__REALTIME_TIMESTAMP":"1","a":' + "[" * 5000,
        '["__REALTIME_TIMESTAMP"]',
    ],
)
def test_what_is_no_entry_is_left(line: str) -> None:
    assert open_line(line, RECEIVED) is None


values = st.none() | st.text() | st.integers() | st.lists(st.integers(-1, 300) | st.text(max_size=3), max_size=5)


@given(st.dictionaries(st.sampled_from(["MESSAGE", "PRIORITY", "_PID", "LOGGER", "X", "_LINE_BREAK"]), values))
def test_any_entry_is_opened(fields: dict[str, Any]) -> None:
    line = json.dumps({"MESSAGE": "x", **fields, "__REALTIME_TIMESTAMP": "1795381667123456"})
    assert opened(line).time == 1795381667.123456
    assert tiled(records(line), [line])


@given(st.text())
def test_any_text_is_opened_or_left(text: str) -> None:
    open_line('{"__REALTIME_TIMESTAMP"' + text, RECEIVED)
    assert opened(entry(text)).text == text


LINES = [*map(entry, [*TRACE, "INFO:b:y", "free", "a\nb", "{", '  "message": "x"', "}"]), *PRETTY, BYTES, "none", ""]


@given(st.lists(st.sampled_from(LINES), max_size=12), st.integers(0, 12))
def test_it_does_not_matter_how_the_lines_are_cut_into_blocks(lines: list[str], cut: int) -> None:
    whole = records(*lines)
    assert shown(in_blocks(lines, cut)) == shown(whole)
    assert tiled(whole, lines)


def test_its_samples_are_its_own() -> None:
    assert all(open_line(sample, RECEIVED) for sample in ENVELOPE.samples)
