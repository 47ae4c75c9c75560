"""The docker envelope gives plain lines their time, and joins what it split."""

from __future__ import annotations

import json

import pytest

from warroom.core.record import Record
from warroom.logs.formats.docker import open_line
from warroom.logs.line_parser import LineParser


def records(*lines: str) -> list[Record]:
    parser = LineParser("/x", "bot", 0)
    return [*parser.feed("".join(f"{line}\n" for line in lines).encode(), 0, 5.0), *parser.flush()]


def enveloped(log: str, time: str = "2026-11-22T21:07:47.123456789Z") -> str:
    return json.dumps({"log": log, "stream": "stderr", "time": time})


def test_a_plain_line_gets_the_time_of_its_envelope() -> None:
    (record,) = records(enveloped("INFO:bot:ok user=a\n"))
    assert (record.format, record.message, record.user) == ("docker+basic", "ok user=a", "a")
    assert (record.time, record.time_source) == (1795381667.123456, "line")


def test_a_json_line_keeps_its_own_time() -> None:
    (record,) = records(enveloped('{"ts":"2026-11-22T21:07:40Z","message":"x"}\n'))
    assert (record.format, record.time) == ("docker+json", 1795381660.0)


def test_any_other_text_inside_is_kept() -> None:
    (record,) = records(enveloped("hello\n"))
    assert (record.format, record.message) == ("docker+raw", "hello")


def test_a_traceback_over_many_envelopes_is_one_record() -> None:
    trace = ["ERROR:b:x\n", "Traceback (most recent call last):\n", '  File "a"\n', "KeyError: 1\n", "INFO:b:y\n"]
    first, second = records(*map(enveloped, trace))
    assert (first.message.count("\n"), second.message) == (3, "y")


def test_a_line_that_docker_split_is_one_again() -> None:
    lines = [enveloped("INFO:b:" + "x" * 100), enveloped("y" * 100), enveloped("z\n"), enveloped("INFO:b:next\n")]
    long, following = records(*lines)
    assert long.message == "x" * 100 + "y" * 100 + "z"
    assert long.length == sum(len(line) + 1 for line in lines[:3])
    assert following.offset == long.length


def test_a_split_line_whose_rest_never_comes_is_not_lost() -> None:
    (record,) = records(enveloped("INFO:b:half"))
    assert record.message == "half"


def test_colours_within_the_envelope_are_taken_out() -> None:
    (record,) = records(enveloped("\x1b[32mINFO\x1b[0m:bot:ok\r\n"))
    assert (record.format, record.message) == ("docker+basic", "ok")


def test_a_line_of_the_other_stream_continues_no_traceback() -> None:
    first, second = records(enveloped("ERROR:b:x\n"), enveloped("  indented\n").replace("stderr", "stdout"))
    assert (first.message, second.message) == ("x", "  indented")


@pytest.mark.parametrize(
    "line",
    [
        '{"message":"x"}',
        '{"log":1,"stream":"a","time":"b"}',
        '{"log":"x","stream":"a","time":"soon"}',
        '{"log"',
        "x",
        '{"a":' + "[" * 5000,
    ],
)
def test_what_is_no_envelope_is_left(line: str) -> None:
    assert open_line(line, 5.0) is None
