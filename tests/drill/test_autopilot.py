"""The autopilot plays through the same commands as a person, and goes no further than what is proved."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.contain.liars import NothingDoer
from tests.core.story import alarm
from tests.engine.rig import KEY, attached, paths_in, running_engine, settings_for
from warroom.adapters.clock import SystemClock
from warroom.core import facts as f
from warroom.core.model import ActionState, StepState, Verb
from warroom.core.view import View
from warroom.drill.autopilot import MANNERS, Autopilot, Manner, Style
from warroom.drill.refbot.launch import RunningBot, start_bot, stop_bot


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[RunningBot]:
    (tmp_path / "key").touch(mode=0o600)
    (tmp_path / "key").write_text(KEY)
    running = start_bot(tmp_path / "bot", shape="json", key_file=tmp_path / "key", name="support", seed=1)
    yield running
    stop_bot(running)


async def played(bot: RunningBot, folder: Path, manner: Manner, *, lying: bool = False) -> tuple[View, list[str]]:
    """Let it play one alarm; returns the last view and the incidents that were written up."""
    paths = paths_in(folder)
    written: list[str] = []

    async def export(incident: str) -> None:
        written.append(incident)

    adapters = {"support": [NothingDoer("support")]} if lying else None
    settings = settings_for(bot, folder / "key")
    async with running_engine(paths, settings, adapters=adapters) as engine, attached(paths) as room:
        pilot = Autopilot(
            room, SystemClock(), manner, playbook="prompt-injection", attack_over=lambda: True, export=export
        )
        playing = asyncio.create_task(pilot.play())
        await engine.report(f.AlarmRaised(alarm()))
        await asyncio.wait_for(playing, 30)
        return engine.view(), written


async def test_a_good_one_leads_from_the_alarm_to_the_report(bot: RunningBot, tmp_path: Path) -> None:
    view, written = await played(bot, tmp_path, Manner(0.0, Verb.DISABLE, leads=True))
    (incident,), (action,) = view.incidents, view.actions
    assert written == [incident.id]
    assert (incident.open, action.state) == (False, ActionState.RELEASED)
    assert {step.state for step in incident.steps if step.required and step.verb is None} == {StepState.DONE}
    told = " ".join(line.text for line in incident.timeline)
    assert told.index("HELD") < told.index("release") < told.index("closed")


async def test_a_hasty_one_only_presses_the_button(bot: RunningBot, tmp_path: Path) -> None:
    view, written = await played(bot, tmp_path, MANNERS[Style.HASTY])
    assert ([action.state for action in view.actions], view.incidents, written) == ([ActionState.HELD], [], [])


async def test_what_does_not_hold_is_not_released_nor_closed(bot: RunningBot, tmp_path: Path) -> None:
    view, written = await played(bot, tmp_path, Manner(0.0, Verb.DISABLE, leads=True), lying=True)
    assert [action.state for action in view.actions] == [ActionState.NOT_HELD]
    assert [incident.open for incident in view.incidents] == [True]
    assert written == []
