"""What the reader says of a log in sum."""

from __future__ import annotations

from warroom.logs.explain import Explanation, Unparsed, explain, title_of
from warroom.logs.line_parser import LineParser


def explained(content: bytes) -> Explanation:
    parser = LineParser("/x", "bot", 0)
    return explain([*(parser.feed(content, 0, 5.0) if content else []), *parser.flush()])


def test_records_are_counted_by_format_and_by_their_time() -> None:
    found = explained(b'INFO:b:x\nINFO:b:y\n{"message":"x","time":"2026-11-22T21:07:47Z"}\n\nwhat is this\nand this\n')
    assert (found.format, found.records, found.blank) == ("basic", 5, 1)
    assert list(found.formats.items()) == [("basic", 2), ("raw", 2), ("json", 1)]
    assert found.times == {"arrival": 4, "line": 1}
    assert found.first_unparsed == Unparsed(5, "what is this")
    assert found.parsed_share == 0.6


def test_an_empty_log_has_nothing_that_does_not_fit() -> None:
    found = explained(b"")
    assert (found.records, found.parsed_share, found.first_unparsed) == (0, 1.0, None)


def test_gaps_are_told_apart_from_records() -> None:
    found = explained(b"\0\0INFO:b:x\n")
    assert (found.records, found.gaps) == (1, {"nul_hole": 1})


def test_a_format_inside_an_envelope_is_said_in_words() -> None:
    assert title_of("docker+json").startswith("Docker's json-file log driver around JSON lines")
    assert title_of("docker+raw").endswith("no known format")
    assert title_of("gateway") == "described in the config"
