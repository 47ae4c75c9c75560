"""What is typed after `&` becomes filters, and the title tells of them."""

from __future__ import annotations

from warroom.core.line_filter import LONGEST_TERM, MOST_TERMS, LineFilter
from warroom.tui.stream_filter import StreamFilter


def test_texts_go_in_and_out_and_nothing_typed_removes_all() -> None:
    filter = StreamFilter()
    assert [filter.take(text) for text in ("denied", " !health ", "denied", "timeout*tool")] == [""] * 4
    assert filter.wanted == LineFilter("", ("denied", "timeout*tool"), ("health",))
    filter.turn_level(1)
    filter.turn_level(1)
    assert filter.words(1204) == ">=warn &denied &timeout*tool &!health (-1,204 hidden)"
    filter.on = False
    assert filter.wanted.empty
    assert filter.words(0).startswith("filters off: >=warn")
    assert filter.take("  ") == ""
    assert not filter.any
    assert filter.words(0) == ""


def test_levels_go_round_both_ways() -> None:
    filter = StreamFilter()
    seen = []
    for _ in range(5):
        filter.turn_level(1)
        seen.append(filter.level)
    assert seen == ["INFO", "WARNING", "ERROR", "CRITICAL", ""]
    filter.turn_level(-1)
    assert filter.level == "CRITICAL"


def test_what_cannot_be_a_filter_is_told_and_changes_nothing() -> None:
    filter = StreamFilter()
    assert "characters" in filter.take("!")
    assert "characters" in filter.take("x" * (LONGEST_TERM + 1))
    assert "more than `*`" in filter.take("**")
    assert not filter.any
    for n in range(MOST_TERMS):
        assert filter.take(f"t{n}") == ""
    assert "enough" in filter.take("one more")
