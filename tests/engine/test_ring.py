"""The ring: bounded, numbered so that a gap shows, cleaned when somebody looks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warroom.core.record import Record
from warroom.engine.ring import LineRing


def record(message: str, **fields: object) -> Record:
    return Record(source="/x/bot.log", generation=0, offset=0, length=1, received=1.0, message=message, **fields)  # type: ignore[arg-type]  # a test's shorthand


def filled(count: int, size: int = 10) -> LineRing:
    ring = LineRing(size)
    ring.extend((record(f"line {number}"), ["R1"]) for number in range(1, count + 1))
    return ring


@given(st.integers(0, 40), st.integers(0, 50), st.integers(1, 20))
def test_an_answer_and_what_it_says_was_dropped_cover_all_that_was_asked(count: int, after: int, limit: int) -> None:
    answer = filled(count).after(after, limit)
    assert answer.dropped + len(answer.lines) == max(0, count - after)
    assert len(answer.lines) <= min(10, limit)
    numbers = [line.seq for line in answer.lines]
    assert numbers == list(range(count - len(numbers) + 1, count + 1))


def test_what_is_shown_is_clean_and_one_line() -> None:
    ring = LineRing()
    ring.extend([(record("a\x1b[2Jb\nINFO:root:forged"), [])])
    text = ring.after(0, 10).lines[0].text
    assert "\x1b" not in text
    assert "\n" not in text


def test_a_time_that_has_not_come_yet_is_flagged() -> None:
    ring = LineRing()
    ring.extend((record("x", time=moment, time_source="line"), []) for moment in (1.0, 100.0, 3600.0))
    assert [line.time_source for line in ring.after(0, 10).lines] == ["line", "line", "ahead"]
