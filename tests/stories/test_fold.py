"""The live desk is the fold of its journal: generated commands through the real engine and socket, restarted midway."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

import pytest

from tests.adapters.contain.liars import NothingDoer
from tests.engine.rig import attached, paths_in, running_engine, settings_without_adapters
from tests.waiting import eventually
from warroom.adapters.journal import read_entries
from warroom.client.connection import RoomConnection
from warroom.core import commands as c
from warroom.core.commands import Ack, Command
from warroom.core.model import Phase, Role, Severity, Verb
from warroom.core.reduce import fold
from warroom.engine.engine import Engine

TEXTS = ["", "a note", "line one\nline two", "\x1b[2J\u202e", "日本語", "x" * 5000, "[@click=app.quit]x[/]"]


def command(chance: random.Random) -> Command:
    incident = chance.choice(["INC-001", "INC-002", "INC-404"])
    action = chance.choice(["ACT-001", "ACT-002", "ACT-404"])
    step = chance.choice(["det-1", "con-1", "rec-1", "none"])
    text = chance.choice(TEXTS)
    wishes: list[Command] = [
        c.OpenIncident(chance.choice(["support", "nobody"]), "prompt-injection", text),
        c.CloseIncident(incident, text),
        c.ChangeSeverity(incident, chance.choice(list(Severity)), text),
        c.EnterPhase(incident, chance.choice(list(Phase))),
        c.AssignRole(incident, chance.choice(list(Role)), text[:50]),
        c.AddNote(incident, text),
        c.RecordDecision(incident, text, text),
        c.MarkMoment(incident, chance.choice(["started", "not a name"])),
        c.HandOver(incident, text[:50]),
        c.TickStep(incident, step, text),
        c.UntickStep(incident, step, text),
        c.SkipStep(incident, step, text),
        c.AcknowledgeAlarm("AL-404"),
        c.Contain("support", chance.choice(list(Verb)), None, text[:500]),
        c.Release(action, text[:500]),
        c.VerifyHeld(action),
        c.AddSource(chance.choice(["/tmp/some.log", "relative"]), "other"),
        c.RecordExport(incident, "md", "0" * 64),
    ]
    return chance.choice(wishes)


async def play(room: RoomConnection, chance: random.Random, count: int) -> int:
    saved = 0
    for _ in range(count):
        saved += isinstance(await room.submit(command(chance)), Ack)
    return saved


def _alone(engine: Engine) -> bool:
    return not engine.desk.consoles


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_live_equals_fold_after_commands_a_restart_and_more_commands(tmp_path: Path, seed: int) -> None:
    paths = paths_in(tmp_path)
    settings = settings_without_adapters(tmp_path / "bot.log")
    chance = random.Random(seed)
    saved = 0
    for _ in range(2):
        adapters = {"support": [NothingDoer("support")]}
        async with running_engine(paths, settings, adapters=adapters) as engine:
            async with attached(paths) as room:
                saved += await play(room, chance, 120)
            await eventually(partial(_alone, engine), what="the console to be gone")
        # The engine has ended, so nothing is on its way any more.
        assert fold(await read_entries(paths.journal)) == engine.desk
    assert saved > 10
