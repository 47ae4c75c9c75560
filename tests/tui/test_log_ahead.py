"""What is shown before it is judged is shown once, and what was passed over is said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.tui.fake_log import line_at
from warroom.core.queries import Lines, LinesAnswer, LogWindow, Spot, WindowAnswer
from warroom.core.view import LogLine
from warroom.tui.log_ahead import Ahead
from warroom.tui.log_session import LogSession

WIDE = line_at(1, "x").length


def judged(first: int, end: int) -> list[LogLine]:
    return [line_at(n, f"line {n}") for n in range(first, end)]


def at_the_end(first: int, end: int) -> WindowAnswer:
    lines = judged(first, end)
    source, length = lines[0].source, lines[0].length
    last = lines[-1].offset + length
    return WindowAnswer(
        lines, [Spot(source, 1, lines[0].offset)], [Spot(source, 1, last)], 0, end=False, why="", reached=None, last=0
    )


def opened(count: int) -> LogSession:
    session = LogSession()
    session.open("support")
    question = session.next_question(0)
    assert isinstance(question, LogWindow)
    lines = judged(1, count + 1)
    answer = WindowAnswer(
        lines, [Spot(lines[0].source, 1, lines[0].offset)], [], 0, end=True, why="", reached=None, last=count
    )
    session.take(question, answer, 0)
    return session


def numbers(session: LogSession) -> list[int]:
    return [int(row.entry.text.split()[1]) for row in session.rows.rows if row.entry is not None]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30), st.integers(0, 40)), max_size=12))
def test_each_line_is_shown_once_in_order_whatever_runs_ahead(steps: list[tuple[int, int, int]]) -> None:
    session, done, end = opened(5), 5, 5
    for more, shown, taken in steps:
        end += more
        before, done = done, min(end, done + taken)
        question = session.live_question()
        assert isinstance(question, Lines)
        assert question.after == before
        ahead = at_the_end(max(1, end - shown + 1), end + 1) if end - done > 10 else None
        session.take_live(question, LinesAnswer(judged(before + 1, done + 1), 0, last=done, ahead=ahead))
        rows = numbers(session)
        assert rows == sorted(set(rows))
        assert rows[-1] == (end if ahead is not None else max(rows[-1], done))
    missing = set(range(1, end + 1)) - set(numbers(session))
    notes = [row for row in session.rows.rows if row.note is not None]
    assert bool(notes) >= any(n < numbers(session)[-1] for n in missing), "lines are missing and no row says so"


def test_what_lies_between_is_said_in_bytes() -> None:
    ahead = Ahead()
    ends = [Spot(judged(1, 2)[0].source, 1, judged(1, 2)[0].offset + WIDE)]
    lines, passed = ahead.take(at_the_end(5, 8), ends)
    assert [one.text for one in lines] == ["line 5", "line 6", "line 7"]
    assert passed == judged(5, 6)[0].offset - ends[0].offset
    assert ahead.take(at_the_end(7, 9), ends)[1] == 0


def test_a_log_that_began_anew_is_shown_from_its_new_start() -> None:
    ahead = Ahead()
    ahead.take(at_the_end(500, 600), [])
    source = judged(1, 2)[0].source
    fresh = WindowAnswer([], [Spot(source, 2, 300)], [Spot(source, 2, 900)], 0, end=False, why="", reached=None, last=0)
    assert ahead.take(fresh, [])[1] == 300
