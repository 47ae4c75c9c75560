"""Lines to records: any bytes are taken, every byte is accounted for, tracebacks are one record."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warroom.core.record import Record
from warroom.logs.line_parser import LONGEST_LINE, LineParser, RawLine

TRACE = [
    b"ERROR:bot:tool failed",
    b"Traceback (most recent call last):",
    b'  File "a.py", line 1, in <module>',
    b"    f()",
    b"    ~~~^^",
    b"KeyError: 'api_key'",
]


def raw(lines: list[bytes]) -> list[RawLine]:
    found: list[RawLine] = []
    offset = 0
    for line in lines:
        found.append((offset, len(line) + 1, line))
        offset += len(line) + 1
    return found


def parsed(lines: list[bytes]) -> list[Record]:
    parser = LineParser("/x", "bot", 0)
    return [*parser.feed(raw(lines), 5.0), *parser.flush()]


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


@given(st.lists(st.sampled_from([*TRACE, b"INFO:bot:x", b'{"a":1}', b"raw"]), max_size=12), st.integers(0, 12))
def test_it_does_not_matter_how_the_lines_are_cut_into_batches(lines: list[bytes], cut: int) -> None:
    parser = LineParser("/x", "bot", 0)
    everything = raw(lines)
    twice = [*parser.feed(everything[:cut], 5.0), *parser.feed(everything[cut:], 5.0), *parser.flush()]
    assert twice == parsed(lines)


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
    assert len(parser.feed(raw([b"INFO:bot:x"]), 0.0)) == 1
    assert not parser.held_back
    assert parser.feed([(11, 12, b"ERROR:bot:x")], 0.0) == []
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
