"""The drill's director, in a running room: the board follows record and truth, and outlives nobody quietly."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path

import msgspec
import pytest

from tests.engine.rig import attached, paths_in, running_engine, settings_without_adapters
from tests.waiting import eventually
from warroom.bootstrap.director import directed, visits_of
from warroom.core import commands as c
from warroom.core.commands import Ack
from warroom.core.exercise import Exercise, Mark
from warroom.core.view import View
from warroom.drill.scenario import Expectation, Scenario
from warroom.drill.traffic import Truth

EXPECT = [
    Expectation("open", "incident_opened", "an incident is opened", 600, 1),
    Expectation("note", "note_added", "the timeline says why", 600, 1, hint="t writes a note"),
]
PLAYBOOK = "prompt-injection"
SCENARIO = Scenario(
    "warroom/drill@1", "s", "a drill", "what happened", "p", "support", 1, 2, 3, EXPECT, briefing="watch"
)


def hostile(at: float) -> bytes:
    row = Truth(1, at, at + 0.1, "x", "s", True, "probe", 200, True, False)
    return msgspec.json.encode(row) + b"\n"


def board_of(view: View | None) -> Exercise | None:
    return view.exercise if view else None


def directors() -> list[asyncio.Task[object]]:
    return [task for task in asyncio.all_tasks() if task.get_name() == "director"]


async def test_the_board_follows_what_the_team_does_and_says_when_its_leader_is_gone(tmp_path: Path) -> None:
    paths, truth = paths_in(tmp_path), tmp_path / "truth.jsonl"
    began = time.time()
    async with (
        running_engine(paths, settings_without_adapters(tmp_path / "bot.log")),
        attached(paths) as room,
    ):
        async with directed(paths.socket, SCENARIO, truth, began):
            await eventually(lambda: board_of(room.latest) is not None)
            board = board_of(room.latest)
            assert board is not None
            assert (board.title, board.story, board.goals, board.unseen) == ("a drill", "watch", [], 2)
            truth.write_bytes(hostile(time.time()))
            assert isinstance(await room.submit(c.OpenIncident("support", PLAYBOOK, "it leaks")), Ack)
            await eventually(lambda: bool((board_of(room.latest) or board).goals), timeout_s=60)
            shown = board_of(room.latest)
            assert shown is not None
            assert [(goal.text, goal.mark) for goal in shown.goals] == [
                ("an incident is opened", Mark.MET),
                ("", Mark.OPEN),
            ]
            assert shown.score == 50.0
        await eventually(lambda: (board_of(room.latest) or board).left is not None)


async def test_an_engine_that_ends_is_no_error_of_the_drill_and_the_next_one_gets_the_board(tmp_path: Path) -> None:
    paths, settings, truth = paths_in(tmp_path), settings_without_adapters(tmp_path / "bot.log"), tmp_path / "truth"
    truth.write_bytes(hostile(time.time()))
    async with contextlib.AsyncExitStack() as drill:
        async with running_engine(paths, settings), attached(paths) as room:
            await drill.enter_async_context(directed(paths.socket, SCENARIO, truth, time.time()))
            assert isinstance(await room.submit(c.OpenIncident("support", PLAYBOOK, "it leaks")), Ack)
            await eventually(lambda: (board := board_of(room.latest)) is not None and board.score == 50.0)
            before = board_of(room.latest)
        async with running_engine(paths, settings), attached(paths) as room:
            await eventually(lambda: board_of(room.latest) is not None)
            after = board_of(room.latest)
            assert before is not None
            assert after == before, "what was reached before the engine died stays reached"


async def test_a_room_without_an_engine_is_waited_for_and_holds_nothing_up(tmp_path: Path) -> None:
    async with directed(tmp_path / "no.sock", SCENARIO, tmp_path / "none", 0.0):
        await asyncio.sleep(0)
        assert len(directors()) == 1
    assert directors() == []


async def test_a_bug_of_the_director_is_raised_when_the_drill_is_over(tmp_path: Path) -> None:
    paths, played = paths_in(tmp_path), False
    broken = msgspec.structs.replace(SCENARIO, expect=[msgspec.structs.replace(EXPECT[0], event="unheard of")])

    async def play() -> None:
        nonlocal played
        async with directed(paths.socket, broken, tmp_path / "none", time.time()):
            await asyncio.wait(directors())
            played = True

    async with running_engine(paths, settings_without_adapters(tmp_path / "bot.log")):
        with pytest.raises(KeyError, match="unheard of"):
            await play()
    assert played


def test_a_truth_that_is_not_there_yet_has_no_visits_and_a_torn_line_is_left_out(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    assert visits_of(truth) == []
    truth.write_bytes(hostile(5.0) + hostile(6.0)[:20])
    assert [(visit.at, visit.hostile) for visit in visits_of(truth)] == [(5.0, True)]
