"""A room at work: containment proved on a real bot, liars found out, two people racing, a restart in the middle."""

from __future__ import annotations

import asyncio
import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.json import decode
from msgspec.structs import replace

from tests.adapters.contain.liars import NothingDoer
from tests.engine.rig import attached, paths_in, running_engine, settings_for, settings_without_adapters, settled
from tests.engine.telling import MovedClock
from tests.waiting import attempted, eventually
from warroom.adapters.journal import read_entries
from warroom.adapters.witness import Seen
from warroom.bootstrap.room import open_engine
from warroom.client.connection import RoomConnection
from warroom.core import commands as c
from warroom.core.commands import Ack, Refused
from warroom.core.facts import SourceAdded
from warroom.core.model import (
    ENGINE,
    ActionState,
    Actor,
    BotState,
    Mode,
    Phase,
    Plan,
    Severity,
    StepState,
    Verb,
    Verdict,
)
from warroom.core.ports import Pending, Receipt
from warroom.core.queries import (
    EvidenceAnswer,
    EvidenceOf,
    Lines,
    LinesAnswer,
    PlanAnswer,
    PreviewPlan,
    Shadow,
    ShadowAnswer,
)
from warroom.core.reduce import fold
from warroom.core.settings import BotSettings, ContainSettings, ControlSettings, Settings
from warroom.drill.refbot.launch import RunningBot
from warroom.engine.engine import Engine


class Broken:
    """A witness in which everything breaks."""

    kind = "processes"
    asked = 0

    async def prepare(self) -> None:
        self.asked += 1
        raise PermissionError("/proc is not what it was")

    async def snapshot(self) -> list[tuple[str, bytes]]:
        raise PermissionError("/proc is not what it was")


async def test_a_witness_that_breaks_keeps_no_engine_from_its_work(tmp_path: Path) -> None:
    witness = Broken()
    async with open_engine(paths_in(tmp_path), settings_without_adapters(tmp_path / "bot.log"), mode=Mode.LIVE) as made:
        engine = Engine(replace(made.parts, witnesses={"support": [witness]}))
        work = asyncio.create_task(engine.run())
        await eventually(lambda: engine.ready.is_set() and witness.asked)
        answer = await engine.submit(c.OpenIncident("support", "prompt-injection", "It leaks"), "c-1", ENGINE)
        assert isinstance(answer, Ack)
        assert not work.done()
        engine.stop()
        await work


async def test_a_room_whose_record_holds_a_path_that_no_file_can_have_starts_and_reads_the_others(
    tmp_path: Path,
) -> None:
    paths, settings = paths_in(tmp_path), settings_without_adapters(tmp_path / "bot.log")
    (tmp_path / "bot.log").write_text("INFO:root:read\n")
    async with open_engine(paths, settings, mode=Mode.LIVE) as made:
        for at, pattern in enumerate(("/var/log/a\0b.log", "/var/a\0b/*.log")):
            await made.parts.journal.append([Pending(float(at), ENGINE, "", SourceAdded(pattern, "odd"))])
    async with running_engine(paths, settings), attached(paths) as room:
        await eventually(lambda: room.latest is not None and len(room.latest.sources) == 2)
        assert room.latest is not None
        found = {one.path: one.state for one in room.latest.sources}
        assert found == {str(tmp_path / "bot.log"): "reading", "/var/log/a␀b.log": "unreadable"}
        answer = await room.submit(c.AddSource("/var/log/a\0b.log", "other"))
        assert isinstance(answer, Refused)
        assert "control character" in answer.reason


async def test_a_log_at_rest_is_known_and_taken_as_evidence_after_a_restart(tmp_path: Path) -> None:
    paths, settings = paths_in(tmp_path), settings_without_adapters(tmp_path / "bot.log")
    log = tmp_path / "bot.log"
    log.write_text("INFO:root:one\nINFO:root:two\n")
    async with running_engine(paths, settings), attached(paths) as room:
        await eventually(lambda: room.latest is not None and [one.lines for one in room.latest.sources] == [2])
    async with running_engine(paths, settings), attached(paths) as room:
        await eventually(lambda: room.latest is not None and bool(room.latest.sources), what="the log")

        async def shown() -> None:
            lines = await room.query(Lines("support"))
            assert isinstance(lines, LinesAnswer)
            assert [line.text for line in lines.lines] == ["one", "two"]

        # The log is known before its last lines are read again.
        await attempted(shown, AssertionError)
        preview = await room.query(PreviewPlan("support", Verb.SNAPSHOT))
        assert isinstance(preview, PlanAnswer)
        assert preview.plan.exact[0] == f"copy {log}"
        answer = await room.submit(c.Contain("support", Verb.SNAPSHOT))
        assert isinstance(answer, Ack)
        await settled(room, answer.ref, ActionState.DONE)
        taken = await room.query(EvidenceOf())
        assert isinstance(taken, EvidenceAnswer)
        assert "bot.log" in [file.name for file in taken.files]


class _AlwaysWell(http.server.BaseHTTPRequestHandler):
    """A bot that answers every request."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


@pytest.fixture
def always_well() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _AlwaysWell)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/chat"
    server.shutdown()
    thread.join()
    server.server_close()


async def opened(room: RoomConnection) -> str:
    answer = await room.submit(c.OpenIncident("support", "prompt-injection", "test", Severity.SEV2))
    assert isinstance(answer, Ack)
    return answer.ref


@pytest.mark.long
@pytest.mark.parametrize(
    ("verb", "got"), [(Verb.LIMIT, "403"), (Verb.DISABLE, "503"), (Verb.FREEZE, "no answer")], ids=str
)
async def test_each_verb_contains_the_real_bot_and_the_proof_says_how(
    tmp_path: Path, bot: RunningBot, key: Path, verb: Verb, got: str
) -> None:
    paths, settings = paths_in(tmp_path), settings_for(bot, key, timeout_s=2.0)
    async with running_engine(paths, settings), attached(paths) as room:
        incident = await opened(room)
        preview = await room.query(PreviewPlan("support", verb))
        assert isinstance(preview, PlanAnswer)
        command = c.Contain("support", verb, incident, "test", None, preview.sha256)
        answer = await room.submit(command)
        assert isinstance(answer, Ack)
        held = await settled(room, answer.ref, ActionState.HELD, ActionState.NOT_HELD, ActionState.AMBIGUOUS)
        assert held.state is ActionState.HELD, held
        assert held.proof is not None
        assert [sample.verdict for sample in held.proof.samples] == [Verdict.CONTAINED] * 3
        assert all(got in sample.got for sample in held.proof.samples), held.proof
        evidence = await room.query(EvidenceOf(incident))
        assert isinstance(evidence, EvidenceAnswer)
        assert len(evidence.files) >= 3
        assert all((paths.evidence / file.sha256).exists() for file in evidence.files)
        await room.submit(c.Release(answer.ref, "test"))
        back = await settled(room, answer.ref, ActionState.RELEASED, ActionState.AMBIGUOUS)
        assert back.state is ActionState.RELEASED, back
        assert back.proof is not None
        assert back.proof.verdict is Verdict.OPEN


async def test_a_bot_with_a_control_endpoint_alone_leaves_its_processes_as_evidence_and_our_looks_are_no_users(
    tmp_path: Path, bot: RunningBot, key: Path
) -> None:
    paths, full = paths_in(tmp_path), settings_for(bot, key).bots["support"]
    alone = replace(full, contain=ContainSettings(control=full.contain.control))
    async with running_engine(paths, Settings(bots={"support": alone})), attached(paths) as room:
        incident = await opened(room)
        answer = await room.submit(c.Contain("support", Verb.DISABLE, incident, "test"))
        assert isinstance(answer, Ack)
        await settled(room, answer.ref, ActionState.HELD)
        evidence = await room.query(EvidenceOf(incident))
        assert isinstance(evidence, EvidenceAnswer)
        (file,) = [one for one in evidence.files if one.name == "support-processes.json"]
        seen = decode((paths.evidence / file.sha256).read_bytes(), type=Seen)
        assert bot.pid in {one.pid for one in seen.processes}
        told = await room.query(Shadow("support"))
        assert isinstance(told, ShadowAnswer)
        assert (told.blast.requests_last_hour, told.blast.users_last_hour) == (0, 0), "nobody else asked"
        assert told.blast.ours_last_hour == told.result.ours >= 3


async def test_an_adapter_that_says_done_and_does_nothing_ends_in_not_held(tmp_path: Path, always_well: str) -> None:
    paths = paths_in(tmp_path)
    liar = NothingDoer("support")
    settings = settings_without_adapters(tmp_path / "bot.log", always_well)
    async with running_engine(paths, settings, adapters={"support": [liar]}), attached(paths) as room:
        incident = await opened(room)
        answer = await room.submit(c.Contain("support", Verb.DISABLE, incident))
        assert isinstance(answer, Ack)
        action = await settled(room, answer.ref, ActionState.NOT_HELD, ActionState.HELD)
        assert action.state is ActionState.NOT_HELD
        assert len(liar.applied) == 1
        view = await room.first_view()
        assert view.incidents[0].next_step.startswith("ACT-001 is NOT HELD")
        assert "contained" not in view.incidents[0].moments


async def test_without_a_probe_nothing_is_called_contained(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    settings = Settings(bots={"support": BotSettings(log=[str(tmp_path / "bot.log")])})
    async with running_engine(paths, settings, adapters={"support": [NothingDoer("support")]}), attached(paths) as room:
        answer = await room.submit(c.Contain("support", Verb.DISABLE))
        assert isinstance(answer, Ack)
        action = await settled(room, answer.ref, ActionState.AMBIGUOUS, ActionState.HELD)
        assert action.state is ActionState.AMBIGUOUS
        assert "no probe" in action.note


async def test_of_two_consoles_that_race_one_acts_and_the_other_is_told_who_holds_it(
    tmp_path: Path, bot: RunningBot, key: Path
) -> None:
    paths = paths_in(tmp_path)
    async with running_engine(paths, settings_for(bot, key)), attached(paths) as ana, attached(paths) as ben:
        answers = await asyncio.gather(
            *(room.submit(c.Contain("support", Verb.DISABLE)) for room in (ana, ben)),
        )
        done = [answer for answer in answers if isinstance(answer, Ack)]
        refused = [answer for answer in answers if isinstance(answer, Refused)]
        assert len(done) == len(refused) == 1
        assert "ACT-001" in refused[0].reason
        await settled(ben, "ACT-001", ActionState.HELD)
        later = await ben.submit(c.Contain("support", Verb.DISABLE))
        assert isinstance(later, Refused)
        assert "asked by" in later.reason


@pytest.mark.long
async def test_a_containment_that_stops_holding_is_noticed_and_reopens_its_step(
    tmp_path: Path, bot: RunningBot, key: Path
) -> None:
    paths = paths_in(tmp_path)
    async with running_engine(paths, settings_for(bot, key)) as engine, attached(paths) as room:
        incident = await opened(room)
        await room.submit(c.Contain("support", Verb.DISABLE, incident))
        await settled(room, "ACT-001", ActionState.HELD)
        step = next(s for s in engine.desk.incidents[incident].steps.values() if s.step.verb is Verb.DISABLE)
        assert step.state is StepState.DONE
        # Somebody lets the bot back behind our back, through its own control endpoint.
        adapter = engine.parts.adapters["support"][0]
        await adapter.release(engine.desk.actions["ACT-001"].plan, "behind-our-back")
        await settled(room, "ACT-001", ActionState.NOT_HELD)
        assert engine.desk.incidents[incident].steps[step.step.id].state is StepState.TODO


@pytest.mark.long
async def test_an_expired_containment_lets_the_bot_back_and_says_so(tmp_path: Path, bot: RunningBot, key: Path) -> None:
    # The end comes when the test says, so that the proof before it has all the time that it takes. The bot's own clock
    # stays: it is the engine that lets it back, and its signed order is not yet too far from the bot's time.
    paths, clock = paths_in(tmp_path), MovedClock()
    async with running_engine(paths, settings_for(bot, key), clock=clock), attached(paths) as room:
        await room.submit(c.Contain("support", Verb.DISABLE, None, "", 200.0))
        await settled(room, "ACT-001", ActionState.HELD)
        clock.ahead_s = 201.0
        await settled(room, "ACT-001", ActionState.EXPIRED)
        entries = await read_entries(paths.journal)
        assert any("expired" in str(entry.fact) for entry in entries)


async def test_lines_reach_the_stream_and_a_leak_raises_an_alarm(tmp_path: Path, bot: RunningBot, key: Path) -> None:
    paths = paths_in(tmp_path)
    async with running_engine(paths, settings_for(bot, key)) as engine, attached(paths) as room:
        log = bot.folder / "bot.log"
        await eventually(lambda: bool(engine.view().sources))
        with log.open("a") as out:
            out.write(
                '{"level":"INFO","message":"chat completed","user.id":"x","prompt":"p","reply":"CANARY-123456"}\n'
            )
        await eventually(lambda: bool(engine.desk.alarms), what="the alarm")
        answer = await room.query(Lines("support"))
        assert isinstance(answer, LinesAnswer)
        assert any("R06" in line.marks for line in answer.lines)
        await eventually(lambda: engine.view().bots[0].state is BotState.ALARM, what="the board")


async def test_the_desk_after_a_restart_is_the_desk_before_it(tmp_path: Path, bot: RunningBot, key: Path) -> None:
    paths = paths_in(tmp_path)
    settings = settings_for(bot, key)
    async with running_engine(paths, settings) as engine, attached(paths) as room:
        incident = await opened(room)
        for command in (
            c.AddNote(incident, "first \x1b[2J hostile note"),
            c.TickStep(incident, "det-1"),
            c.ChangeSeverity(incident, Severity.SEV1),
            c.EnterPhase(incident, Phase.CONTAINMENT),
            c.Contain("support", Verb.LIMIT, incident),
        ):
            assert isinstance(await room.submit(command), Ack)
        await settled(room, "ACT-001", ActionState.HELD)
        before = engine.desk
    assert fold(await read_entries(paths.journal)).incidents == before.incidents
    async with running_engine(paths, settings) as engine, attached(paths) as room:
        assert engine.desk.incidents == before.incidents
        assert state_of(engine, "ACT-001") == "held"
        # The look at what a former engine left open may become a fact at any moment.
        live = engine.desk
        assert fold((await read_entries(paths.journal))[: live.length]) == live
        await room.submit(c.Contain("support", Verb.DISABLE, incident))
        await settled(room, "ACT-002", ActionState.HELD)
        assert state_of(engine, "ACT-001") == "released"


def state_of(engine: Engine, action: str) -> str:
    return engine.desk.actions[action].state.value


async def test_an_intent_without_an_outcome_is_ambiguous_at_the_next_start_and_a_probe_settles_it(
    tmp_path: Path, bot: RunningBot, key: Path
) -> None:
    paths = paths_in(tmp_path)
    settings = settings_for(bot, key)

    class Stuck(NothingDoer):
        """Its call never returns: the engine ends before the outcome."""

        async def apply(self, plan: Plan, key: str) -> Receipt:
            await asyncio.Event().wait()
            return Receipt("never")

    async with running_engine(paths, settings, adapters={"support": [Stuck("support")]}), attached(paths) as room:
        answer = await room.submit(c.Contain("support", Verb.DISABLE))
        assert isinstance(answer, Ack)
        await settled(room, "ACT-001", ActionState.RUNNING)
    async with running_engine(paths, settings), attached(paths) as room:
        action = await settled(room, "ACT-001", ActionState.NOT_HELD)
        assert action.state is ActionState.NOT_HELD
        words = [type(entry.fact).__name__ for entry in await read_entries(paths.journal)]
        assert words.index("ContainmentAmbiguous") < words.index("ContainmentNotHeld")


async def test_a_key_file_of_the_config_is_never_followed_as_a_log(tmp_path: Path) -> None:
    key = tmp_path / "control.key"
    key.write_text("a key of thirty-two characters..")
    contain = ContainSettings(control=ControlSettings("http://127.0.0.1:9/", str(key)))
    settings = Settings(bots={"support": BotSettings([str(tmp_path / "bot.log")], contain=contain)})
    async with running_engine(paths_in(tmp_path), settings, adapters={}) as engine:
        answer = await engine.submit(c.AddSource(str(key), "x"), "c-1", Actor("me", os.getuid()))
        assert isinstance(answer, Refused)
        assert "secret" in answer.reason
        beside = await engine.submit(c.AddSource(str(tmp_path / "any.txt"), "x"), "c-2", Actor("me", os.getuid()))
        assert isinstance(beside, Ack)
