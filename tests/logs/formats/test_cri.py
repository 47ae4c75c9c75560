"""The envelope of Kubernetes' container runtimes: time and stream are told, what was split is one line again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.enveloped import RECEIVED, in_blocks, records, shown, tiled
from warroom.logs.formats.cri import ENVELOPE, open_line


def enveloped(text: str, stream: str = "stderr", tag: str = "F") -> str:
    return f"2026-11-22T21:07:47.123456789Z {stream} {tag} {text}"


TRACE = ["ERROR:b:x", "Traceback (most recent call last):", '  File "a"', "KeyError: 1"]
MIXED = [
    *map(enveloped, [*TRACE, "INFO:b:y", "{", '    "body": "x",', '    "severity_text": "WARN"', "}", "free text", ""]),
    enveloped("INFO:b:ok", "stdout"),
    enveloped("INFO:b:first ", tag="P"),
    enveloped("half", "stdout", "P"),
    "no envelope",
]


def test_a_plain_line_gets_the_time_and_the_stream_of_its_envelope() -> None:
    (record,) = records(enveloped("INFO:bot.chat:ok user=a"))
    assert (record.format, record.message, record.logger, record.user) == ("cri+basic", "ok user=a", "bot.chat", "a")
    assert (record.time, record.time_source, record.attrs) == (1795381667.123456, "line", {"stream": "stderr"})


def test_an_offset_is_a_zone_too() -> None:
    opened = open_line("2026-11-22T22:07:47.5+01:00 stdout F x", RECEIVED)
    assert opened is not None
    assert (opened.text, opened.time) == ("x", 1795381667.5)


def test_parts_of_a_line_are_put_together() -> None:
    lines = [enveloped("INFO:b:one ", tag="P"), enveloped("two", tag="P"), enveloped(" three"), enveloped("INFO:b:z")]
    long, following = records(*lines)
    assert (long.message, long.format) == ("one two three", "cri+basic")
    assert following.offset == long.length == sum(len(line) + 1 for line in lines[:3])


def test_a_part_is_not_glued_to_another_stream() -> None:
    first, second = records(enveloped("INFO:b:half", tag="P"), enveloped("INFO:b:other", "stdout"))
    assert (first.message, second.message) == ("half", "other")
    assert (first.attrs["stream"], second.attrs["stream"]) == ("stderr", "stdout")


def test_a_part_whose_rest_is_no_envelope_is_not_lost() -> None:
    first, second = records(enveloped("INFO:b:half", tag="P"), "  indented")
    assert (first.message, second.message) == ("half", "  indented")


def test_a_traceback_over_many_envelopes_is_one_record() -> None:
    first, second = records(*map(enveloped, [*TRACE, "INFO:b:y"]))
    assert (first.message.splitlines()[1:], second.message) == (TRACE[1:], "y")


def test_json_printed_over_many_envelopes_is_one_record_with_their_time() -> None:
    lines = ["{", '    "body": "refused",', '    "severity_text": "WARN"', "}", "INFO:b:y"]
    first, second = records(*map(enveloped, lines))
    assert (first.format, first.message, first.level, second.message) == ("cri+json", "refused", "WARNING", "y")
    assert (first.time, first.attrs) == (1795381667.123456, {"stream": "stderr"})


def test_colours_within_an_envelope_are_taken_out() -> None:
    (record,) = records(enveloped("\x1b[32mINFO\x1b[0m:b:ok\r"))
    assert (record.format, record.message) == ("cri+basic", "ok")


def test_an_empty_line_has_no_text() -> None:
    for line in (enveloped(""), enveloped("").rstrip()):
        opened = open_line(line, RECEIVED)
        assert opened is not None
        assert (opened.text, opened.whole) == ("", True)


def test_what_the_tag_holds_besides_is_no_matter() -> None:
    opened = open_line(enveloped("x", tag="P:later"), RECEIVED)
    assert opened is not None
    assert not opened.whole


@pytest.mark.parametrize(
    "line",
    [
        "",
        "INFO:b:x",
        "2026-11-22T21:07:47Z stderr",
        "2026-11-22T21:07:47Z stderr X text",
        "2026-11-22T21:07:47 stderr F no zone",
        "soon stderr F text",
        "2026-11-22T21:07:47Z stdlog F text",
        f"2026-11-22T21:07:47{'0' * 99}Z stderr F text",
    ],
)
def test_what_is_no_envelope_is_left(line: str) -> None:
    assert open_line(line, RECEIVED) is None


@given(st.text())
def test_any_text_is_opened_or_left(text: str) -> None:
    open_line(text, RECEIVED)
    opened = open_line(enveloped(text), RECEIVED)
    assert opened is not None
    assert opened.text == text


@given(st.lists(st.sampled_from(MIXED), max_size=12), st.integers(0, 12))
def test_it_does_not_matter_how_the_lines_are_cut_into_blocks(lines: list[str], cut: int) -> None:
    whole = records(*lines)
    assert shown(in_blocks(lines, cut)) == shown(whole)
    assert tiled(whole, lines)


def test_its_samples_are_its_own() -> None:
    assert all(open_line(sample, RECEIVED) for sample in ENVELOPE.samples)
