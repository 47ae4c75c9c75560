"""A session against a log in memory: whatever is pressed in whatever order, what it holds is a stretch of that log."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui.fake_log import FakeLog, line_at, passes
from warroom.core.queries import Lines, LogHistogram, LogSearch, LogWindow, NotAnswered, RawLine
from warroom.tui.log_session import LogSession, is_odd

HEIGHT = 20
MOST_QUESTIONS = 200


def log_of(older: int, held: int, most: int = 10_000) -> FakeLog:
    def line(n: int) -> object:
        level = "ERROR" if n % 97 == 0 else "INFO"
        return line_at(n, f"{'hit' if n % 61 == 0 else 'line'} {n}", level=level)

    log = FakeLog([line(n) for n in range(1, held + 1)])  # type: ignore[misc]  # lines, by construction
    log.older = [line(n) for n in range(1 - older, 1)]  # type: ignore[misc]  # the same
    log.most = most
    return log


def first(session: LogSession) -> int:
    return session.rows.top(HEIGHT, lambda _: 1)[0]


def serve(session: LogSession, log: FakeLog) -> None:
    """Ask and take until nothing is wanted."""
    for _ in range(MOST_QUESTIONS):
        question = session.next_question(first(session))
        if question is None:
            return
        assert isinstance(question, LogWindow | LogSearch | LogHistogram | RawLine)
        session.take(question, log.answer(question), first(session))
        session.rows.go_to(session.rows.cursor, HEIGHT, lambda _: 1)
    raise AssertionError(f"it asks for ever: {question}")


def live(session: LogSession, log: FakeLog) -> None:
    question = session.live_question()
    if question is not None:
        session.take_live(question, log.answer(question))


KEYS = st.sampled_from(
    [
        "up",
        "down",
        "page_up",
        "page_down",
        "first",
        "end",
        "N",
        "n",
        "E",
        "e",
        "m",
        "u",
        "U",
        "l",
        "&",
        "\\",
        "new",
        "bot",
    ]
)


def press(session: LogSession, log: FakeLog, key: str) -> None:
    rows = session.rows
    steps = {"up": -1, "down": 1, "page_up": -HEIGHT, "page_down": HEIGHT, "first": -len(rows.rows)}
    found: int | None = None
    match key:
        case "end" if not rows.attached:
            session.restart()
        case "end":
            found = len(rows.rows) - 1
        case "N" | "n":
            found = session.next_hit(-1 if key == "N" else 1)
        case "E" | "e":
            found = session.next_odd(-1 if key == "E" else 1)
        case "U" | "u":
            found = session.next_mark(-1 if key == "U" else 1)
        case "m":
            session.turn_mark()
        case "l":
            session.filter.turn_level(1)
            session.refilter()
        case "&":
            session.filter.take("" if session.filter.any else "hit")
            session.refilter()
        case "\\":
            session.filter.on = not session.filter.on
            session.refilter()
        case "new":
            last = log.lines[-1].seq
            log.lines += [line_at(n, f"line {n}") for n in range(last + 1, last + 30)]
        case "bot":
            session.open("sales" if session.bot == "support" else "support")
        case _:
            session.go_on()
            found = rows.cursor + steps[key]
    if found is not None:
        session.rows.go_to(found, HEIGHT, lambda _: 1)


@pytest.mark.long
@settings(max_examples=80, deadline=None)
@given(st.lists(KEYS, max_size=25), st.sampled_from([10_000, 150]))
def test_what_is_held_is_always_a_whole_stretch_of_the_log(keys: list[str], most: int) -> None:
    log, session = log_of(1500, 900, most), LogSession()
    session.open("support")
    session.look_for("hit")
    for key in keys:
        press(session, log, key)
        serve(session, log)
        live(session, log)
        serve(session, log)
        wanted = [one.seq for one in log.older + log.lines if passes(one, session.filter.wanted)]
        held = [row.entry.seq for row in session.rows.rows if row.entry]
        if held:
            at = wanted.index(held[0])
            assert held == wanted[at : at + len(held)]
        if session.rows.attached and wanted and session.opened and held:
            assert held[-1] == wanted[-1]
        assert 0 <= session.rows.cursor <= max(0, len(held) - 1)


def test_each_error_is_found_in_turn_back_to_the_first() -> None:
    log, session = log_of(1500, 900), LogSession()
    session.open("support")
    serve(session, log)
    seen = []
    for _ in range(40):
        found = session.next_odd(-1)
        if found is not None:
            session.rows.go_to(found, HEIGHT, lambda _: 1)
        serve(session, log)
        if session.word:
            break
        entry = session.rows.at_cursor
        assert entry is not None
        assert is_odd(entry)
        seen.append(entry.seq)
    assert seen == [n for n in range(900, -1500, -1) if n % 97 == 0]
    assert session.word == "no error or anomaly further up"


def test_two_filters_at_once_keep_the_place() -> None:
    log, session = log_of(1500, 900), LogSession()
    session.open("support")
    serve(session, log)
    session.rows.go_to(10, HEIGHT, lambda _: 1)
    entry = session.rows.at_cursor
    for _ in range(2):
        session.filter.take("line")
        session.refilter()
    serve(session, log)
    assert session.rows.at_cursor == entry


def test_a_detached_stream_counts_what_comes_and_holds_none_of_it() -> None:
    log, session = log_of(1500, 900), LogSession()
    session.open("support")
    serve(session, log)
    session.look_for("hit -1159")
    session.next_hit(-1)
    serve(session, log)
    assert not session.rows.attached
    held = len(session.rows.rows)
    press(session, log, "new")
    live(session, log)
    assert session.rows.unseen == 29
    assert len(session.rows.rows) == held


def test_a_question_that_is_not_answered_ends_the_errand() -> None:
    session = LogSession()
    session.open("support")
    question = session.next_question(0)
    assert question is not None
    session.take(question, NotAnswered("there is no bot support"), 0)
    assert session.word == "there is no bot support"
    assert session.next_question(0) is None
    assert isinstance(session.live_question(), Lines)
