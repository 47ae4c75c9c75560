"""Lines to records: any bytes are taken, every byte is accounted for, tracebacks are one record."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warroom.core.record import Record
from warroom.logs.line_parser import LONGEST_LINE, LineParser

TRACE = [
    b"ERROR:bot:tool failed",
    b"Traceback (most recent call last):",
    b'  File "a.py", line 1, in <module>',
    b"    f()",
    b"    ~~~^^",
    b"KeyError: 'api_key'",
]


PRETTY = [b"{", b'    "body": "refused",', b'    "severity_text": "WARN"', b"}"]
DOCKER = b'{"log":"INFO:b:x","stream":"stderr","time":"2026-11-22T21:07:47Z"}'


def block(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def parsed(lines: list[bytes]) -> list[Record]:
    parser = LineParser("/x", "bot", 0)
    return [*(parser.feed(block(lines), 0, 5.0) if lines else []), *parser.flush()]


@given(st.lists(st.one_of(st.binary(max_size=80), st.sampled_from(TRACE)), max_size=20))
def test_whatever_the_lines_hold_their_records_tile_them(lines: list[bytes]) -> None:
    lines = [line.replace(b"\n", b"") for line in lines]
    end = 0
    for record in parsed(lines):
        if record.gap is not None:
            assert record.length == 0
            continue
        assert record.offset == end
        end += record.length
        assert record.bot == "bot"
    assert end == sum(len(line) + 1 for line in lines)


@given(
    st.lists(st.sampled_from([*TRACE, b"INFO:bot:x", b'{"a":1}', b"raw", *PRETTY, b"{", DOCKER]), max_size=12),
    st.integers(0, 12),
)
def test_it_does_not_matter_how_the_lines_are_cut_into_batches(lines: list[bytes], cut: int) -> None:
    parser = LineParser("/x", "bot", 0)
    twice: list[Record] = []
    first, second = block(lines[:cut]), block(lines[cut:])
    for part, offset in ((first, 0), (second, len(first))):
        twice.extend(parser.feed(part, offset, 5.0) if part else [])
    assert [*twice, *parser.flush()] == parsed(lines)


def test_a_traceback_belongs_to_its_record_and_the_next_line_does_not() -> None:
    first, second = parsed([*TRACE, b"INFO:bot:next"])
    assert first.message.endswith("KeyError: 'api_key'")
    assert first.message.count("\n") == 5
    assert second.message == "next"


def test_chained_exceptions_are_kept_whole() -> None:
    chained = [*TRACE, b"", b"During handling of the above exception, another exception occurred:", b"", *TRACE[1:]]
    # The blank lines that Python prints between the two part the first; nothing of it is lost.
    records = parsed([*chained, b"INFO:bot:next"])
    assert records[-1].message == "next"
    assert "During handling" in "".join(record.message for record in records)


def test_an_info_line_is_handed_on_at_once_and_an_error_waits_for_its_traceback() -> None:
    parser = LineParser("/x", "bot", 0)
    assert len(parser.feed(b"INFO:bot:x\n", 0, 0.0)) == 1
    assert not parser.held_back
    assert parser.feed(b"ERROR:bot:x\n", 11, 0.0) == []
    assert (parser.held_back, parser.settled(23), parser.settled_line, parser.line) == (True, 11, 1, 2)
    assert len(parser.flush()) == 1
    assert (parser.settled(23), parser.settled_line) == (23, 2)


def test_a_long_line_is_cut_and_said() -> None:
    gap, record = parsed([b"INFO:bot:" + b"x" * (LONGEST_LINE + 100)])
    assert gap.gap is not None
    assert gap.gap.kind == "cut_line"
    assert gap.gap.bytes == 109
    assert len(record.message) <= LONGEST_LINE


def test_a_record_keeps_the_time_its_line_says_and_when_it_came() -> None:
    (record,) = parsed([b'{"ts":"2026-11-22T21:07:47.442Z","message":"x"}'])
    assert (record.time, record.received, record.moment) == (1795381667.442, 5.0, 1795381667.442)
    (plain,) = parsed([b"INFO:bot:x"])
    assert (plain.time, plain.moment, plain.time_source) == (None, 5.0, "arrival")


def test_an_unparsed_line_is_kept_raw() -> None:
    (record,) = parsed([b"what is this"])
    assert (record.format, record.message) == ("raw", "what is this")


def test_json_printed_over_many_lines_is_one_record() -> None:
    first, second = parsed([*PRETTY, b"INFO:bot:next"])
    assert (first.format, first.message, first.level) == ("json", "refused", "WARNING")
    assert first.length == len(block(PRETTY))
    assert second.message == "next"


def test_no_line_hides_behind_an_opened_brace() -> None:
    records = parsed([b"{", b"INFO:bot:seen", b"  indented", b"INFO:bot:too"])
    assert [record.message for record in records if record.format == "basic"] == ["seen", "too"]


def test_colours_and_a_byte_order_mark_are_taken_out() -> None:
    (record,) = parsed([b"\xef\xbb\xbf\x1b[1;32mINFO\x1b[0m:bot:x\r"])
    assert (record.format, record.message) == ("basic", "x")


def test_escape_codes_that_do_more_than_colour_stay_to_be_seen() -> None:
    (record,) = parsed([b"INFO:bot:\x1b]0;title\x07\x1b[2J\x1b[c"])
    assert record.message == "\x1b]0;title\x07\x1b[2J\x1b[c"


def test_a_line_that_lost_its_middle_keeps_its_length() -> None:
    parser = LineParser("/x", "bot", 0)
    gap, record, following = parser.feed(b"INFO:bot:" + b"x" * LONGEST_LINE + b"\nINFO:bot:y\n", 0, 5.0, 500)
    assert gap.gap is not None
    assert gap.gap.bytes == 500 + len("INFO:bot:")
    assert record.length == LONGEST_LINE + len("INFO:bot:") + 1 + 500
    assert following.offset == record.length
