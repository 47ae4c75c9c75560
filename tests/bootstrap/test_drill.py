"""The stage of a drill: what is asked for that is not there is said, and whatever fails leaves no process behind."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from pathlib import Path

import psutil
import pytest

from warroom.adapters.config import load_config
from warroom.adapters.paths import RoomPaths
from warroom.bootstrap.drill import Hands, Play, ScenarioUnknown, begun, load_scenario, play, scenario_files
from warroom.client.connection import RoomConnection
from warroom.core.model import Verb
from warroom.drill.autopilot import Style


class EngineRefused(Exception):
    """The test's engine does not start."""


def test_every_scenario_that_ships_can_be_loaded() -> None:
    assert "prompt-injection" in scenario_files()
    for name in scenario_files():
        scenario = load_scenario(name)
        assert scenario.id == name
        assert scenario.attack_at_s < scenario.attack_until_s < scenario.length_s


def test_an_unknown_scenario_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ScenarioUnknown, match="prompt-injection"):
        load_scenario("../prompt-injection")


async def test_what_begins_after_a_drill_was_called_off_is_ended_too() -> None:
    goes_on, told = threading.Event(), []

    def begin() -> str:
        assert goes_on.wait(60)
        return "bot"

    async def end(what: str) -> None:
        told.append(what)

    async def stage() -> None:
        async with contextlib.AsyncExitStack() as clearing:
            await begun(clearing, begin, end)

    drill = asyncio.create_task(stage())
    await asyncio.sleep(0)
    drill.cancel()
    asyncio.get_running_loop().call_later(0.05, goes_on.set)
    with pytest.raises(asyncio.CancelledError):
        await drill
    assert told == ["bot"]


async def test_when_the_engine_does_not_start_bot_and_visitors_are_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    before = set(psutil.Process().children(recursive=True))
    running: list[psutil.Process] = []
    configs: list[Path] = []

    def refuse(paths: RoomPaths, config: Path) -> None:
        running.extend(set(psutil.Process().children(recursive=True)) - before)
        configs.append(config)
        raise EngineRefused

    async def nothing(*_: RoomPaths | RoomConnection | str) -> None:
        raise AssertionError("nobody plays without an engine")

    said: list[str] = []
    with pytest.raises(EngineRefused):
        await play(Play("prompt-injection", 1, Style.GOOD, True), Hands(refuse, nothing, nothing), said.append)
    assert len(running) >= 2, "a bot and its visitors ran"
    gone, alive = psutil.wait_procs(running, timeout=60)
    assert (len(gone), alive) == (len(running), [])
    assert said[0].startswith("DRILL prompt-injection")
    bot = load_config(configs[0]).bots["support"]
    assert bot.contain is not None
    assert {Verb.LIMIT} == set(bot.probe.verbs) if bot.probe else False
