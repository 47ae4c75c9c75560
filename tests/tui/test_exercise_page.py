"""The drill page: where a team stands, no answer before its time, and how to begin where no drill runs."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.tui.example import NOW, example_view
from tests.tui.example_exercise import board, ended, exercise_view, scenarios
from tests.tui.hostile import CORPUS, FORBIDDEN
from tests.tui.looks import SIZES, assert_looks, size_id
from tests.tui.running import console
from tests.tui.screens import screen_lines
from warroom.core.exercise import clean_exercise


@pytest.mark.parametrize("size", SIZES, ids=size_id)
async def test_a_drill_in_its_middle_is_as_drawn(size: tuple[int, int]) -> None:
    async with console(size, view=exercise_view()) as session:
        assert "8 Drill" in session.text or " 8 " in screen_lines(session.app)[0]
        await session.press("8")
        await session.see("[ ] LATE 15s", "hint: a on the alarm")
        await assert_looks(session, "drill")


@pytest.mark.parametrize("size", SIZES, ids=size_id)
async def test_a_drill_that_is_over_is_as_drawn(size: tuple[int, int]) -> None:
    async with console(size, view=exercise_view(ended())) as session:
        await session.press("8")
        await session.see("GRADE U", "00:01:30")
        await assert_looks(session, "drill-over")


@pytest.mark.parametrize("size", SIZES, ids=size_id)
async def test_where_no_drill_runs_the_page_says_how_to_begin_one(size: tuple[int, int]) -> None:
    async with console(size, scenarios=scenarios) as session:
        assert "8" not in screen_lines(session.app)[0]
        await session.press("8")
        await session.see("stubborn-bot", "A bot that goes on answering")
        await assert_looks(session, "drill-empty")


async def test_a_console_that_knows_no_scenarios_names_the_verb_that_lists_them() -> None:
    async with console((80, 24)) as session:
        await session.press("8")
        await session.see("warroom drill list")


async def test_the_clock_runs_and_stands_still_at_the_end() -> None:
    async with console((80, 24), view=exercise_view()) as session:
        await session.press("8")
        await session.see("00:01:35")
        session.clock.now += 7
        await session.see("00:01:42", "[ ] LATE 22s")
        session.room.show(exercise_view(ended()))
        await session.see("00:01:30")
        session.clock.now += 60
        await session.press("1", "8")
        await session.see("00:01:30")


async def test_a_board_whose_leader_is_gone_says_how_old_it_is() -> None:
    async with console((80, 24), view=exercise_view(replace(board(), left=NOW - 30))) as session:
        await session.press("8")
        await session.see("whoever leads this is gone: this is how it stood at 08:40:09")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "2 alarms wait: 3 shows why, a acknowledges"),
        ({"alarms": []}, "from outside (ops lead) (2 shows"),
        ({"alarms": [], "incidents": [replace(example_view().incidents[0], open=False)]}, "P writes it"),
        ({"alarms": [], "incidents": []}, "watch: 1 shows the bots"),
    ],
    ids=("alarms", "incident", "closed", "quiet"),
)
async def test_the_key_for_what_is_next_is_named(change: dict[str, object], words: str) -> None:
    async with console((80, 24), view=replace(exercise_view(), **change)) as session:
        await session.press("8")
        await session.see(words)


async def test_nothing_that_a_board_says_acts_on_the_page() -> None:
    evil = "".join(CORPUS)
    goals = [replace(goal, text=evil, hint=evil) for goal in board().goals]
    hostile = replace(board(), title=evil, story=evil, goals=goals, grade=evil, word=evil)
    for shown in (hostile, clean_exercise(hostile)):
        async with console((80, 24), view=exercise_view(shown)) as session:
            await session.press("8")
            for _ in range(4):
                assert not FORBIDDEN.search(session.text.replace("\n", ""))
                await session.press("pagedown")
            assert session.app.is_running
