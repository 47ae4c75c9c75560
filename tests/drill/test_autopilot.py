"""The autopilot plays through the same commands as a person, and goes no further than what is proved."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.contain.liars import NothingDoer
from tests.core.story import alarm
from tests.engine.rig import KEY, attached, paths_in, running_engine, settings_for, settled
from tests.waiting import eventually
from warroom.adapters.clock import SystemClock
from warroom.adapters.journal import read_entries
from warroom.core import commands as c
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


async def played(
    bot: RunningBot, folder: Path, manner: Manner, *, lying: bool = False, timeout_s: float = 5.0
) -> tuple[View, list[str]]:
    """Let it play one alarm; returns the last view and the incidents that were written up."""
    paths = paths_in(folder)
    written: list[str] = []

    async def export(incident: str) -> None:
        written.append(incident)

    adapters = {"support": [NothingDoer("support")]} if lying else None
    settings = settings_for(bot, folder / "key", timeout_s=timeout_s)
    async with running_engine(paths, settings, adapters=adapters) as engine, attached(paths) as room:
        pilot = Autopilot(
            room, SystemClock(), manner, playbook="prompt-injection", attack_over=lambda: True, export=export
        )
        playing = asyncio.create_task(pilot.play())
        await engine.report(f.AlarmRaised(alarm()))
        await asyncio.wait_for(playing, 100)
        return engine.view(), written


async def test_a_good_one_leads_from_the_alarm_to_the_report(bot: RunningBot, tmp_path: Path) -> None:
    view, written = await played(bot, tmp_path, Manner(0.0, Verb.DISABLE, leads=True))
    (incident,), (action,) = view.incidents, view.actions
    assert written == [incident.id]
    assert (incident.open, action.state) == (False, ActionState.RELEASED)
    assert {step.state for step in incident.steps if step.required and step.verb is None} == {StepState.DONE}
    # What was not done to the bot is not ticked either.
    assert {step.verb for step in incident.steps if step.state is StepState.TODO} == {Verb.LIMIT, Verb.FREEZE}
    told = " ".join(line.text for line in incident.timeline)
    assert told.index("HELD") < told.index("release") < told.index("closed")


@pytest.mark.long
async def test_a_hasty_one_only_presses_the_button(bot: RunningBot, tmp_path: Path) -> None:
    view, written = await played(bot, tmp_path, MANNERS[Style.HASTY], timeout_s=1.0)
    assert ([action.state for action in view.actions], view.incidents, written) == ([ActionState.HELD], [], [])


@pytest.mark.long
async def test_while_the_attack_lasts_nothing_is_released(bot: RunningBot, tmp_path: Path) -> None:
    paths, over, asked = paths_in(tmp_path), False, 0

    def attack_over() -> bool:
        nonlocal asked
        asked += 1
        return over

    async def export(_: str) -> None:
        """Written up."""

    async with running_engine(paths, settings_for(bot, tmp_path / "key")) as engine, attached(paths) as room:
        manner = Manner(0.0, Verb.DISABLE, leads=True)
        pilot = Autopilot(
            room, SystemClock(), manner, playbook="prompt-injection", attack_over=attack_over, export=export
        )
        playing = asyncio.create_task(pilot.play())
        await engine.report(f.AlarmRaised(alarm()))
        await eventually(lambda: asked > 3, timeout_s=60, what="a look at whether the attack is over")
        assert [action.state for action in engine.view().actions] == [ActionState.HELD]
        over = True
        await asyncio.wait_for(playing, 60)
        assert [action.state for action in engine.view().actions] == [ActionState.RELEASED]
        entries = await read_entries(paths.journal)
    acts = (f.IncidentOpened, f.ContainmentRequested, f.ReleaseRequested, f.IncidentClosed)
    asked_for = [entry for entry in entries if isinstance(entry.fact, acts)]
    assert [type(entry.fact) for entry in asked_for] == list(acts)
    assert all(entry.command and entry.actor.uid == os.getuid() for entry in asked_for)


@pytest.mark.long
@pytest.mark.parametrize(("playbook", "incidents"), [("prompt-injection", 1), ("no-such-playbook", 0)])
async def test_refused_it_ends_instead_of_waiting_for_what_never_comes(
    playbook: str, incidents: int, bot: RunningBot, tmp_path: Path
) -> None:
    paths = paths_in(tmp_path)

    async def export(_: str) -> None:
        raise AssertionError("there is nothing to write up")

    async with running_engine(paths, settings_for(bot, tmp_path / "key")) as engine, attached(paths) as room:
        before = await room.submit(c.Contain("support", Verb.DISABLE))
        assert isinstance(before, c.Ack)
        await settled(room, before.ref, ActionState.HELD)
        manner = Manner(0.0, Verb.DISABLE, leads=True)
        pilot = Autopilot(room, SystemClock(), manner, playbook=playbook, attack_over=lambda: True, export=export)
        await engine.report(f.AlarmRaised(alarm()))
        await asyncio.wait_for(pilot.play(), 60)
        view = engine.view()
    assert [incident.open for incident in view.incidents] == [True] * incidents
    assert [(action.id, action.state) for action in view.actions] == [(before.ref, ActionState.HELD)]


@pytest.mark.long
async def test_what_does_not_hold_is_followed_by_the_next_rung_and_never_released_nor_closed(
    bot: RunningBot, tmp_path: Path
) -> None:
    view, written = await played(bot, tmp_path, Manner(0.0, Verb.DISABLE, leads=True), lying=True)
    assert {action.state for action in view.actions} == {ActionState.NOT_HELD}
    rungs = [action.verb for action in view.actions]
    assert rungs == [Verb.DISABLE, Verb.REVOKE, Verb.ISOLATE, Verb.FREEZE, Verb.STOP]
    assert [incident.open for incident in view.incidents] == [True]
    assert written == []
