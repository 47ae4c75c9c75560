"""What breaks in an adapter or a probe costs its own answer: the engine and all that it watches go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.contain.liars import NothingDoer
from tests.engine.rig import attached, paths_in, running_engine, settings_without_adapters, settled
from tests.engine.test_prover import Scripted, SteppedClock
from tests.waiting import eventually
from warroom.core.commands import Ack, Contain, Refused
from warroom.core.model import ActionState, Plan, Sample, Verb, Verdict
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Check, Checked, Observation
from warroom.core.queries import NotAnswered, ObservationAnswer, Observe, PlanAnswer, PreviewPlan
from warroom.engine.fence import fenced, looked


class Breaking(NothingDoer):
    """Meets an answer that its library does not know, in one of its readings."""

    def __init__(self, *where: str) -> None:
        super().__init__("support")
        self.where = where

    def _met(self, where: str) -> None:
        if where in self.where:
            raise KeyError("State")

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        self._met("plan")
        return await super().plan(verb, expires_s)

    async def check(self, verb: Verb) -> list[Check]:
        self._met("check")
        return await super().check(verb)

    async def observe(self, verb: Verb) -> Observation:
        self._met("observe")
        return await super().observe(verb)

    async def snapshot(self) -> list[tuple[str, bytes]]:
        self._met("snapshot")
        return await super().snapshot()


class BrokenProbe(Scripted):
    async def look(self, verb: Verb) -> Sample:
        raise ZeroDivisionError("a bug in the probe")


async def test_a_preview_that_breaks_is_an_answer(tmp_path: Path) -> None:
    paths, settings = paths_in(tmp_path), settings_without_adapters(tmp_path / "bot.log")
    broken = Breaking("plan")
    async with running_engine(paths, settings, adapters={"support": [broken]}), attached(paths) as room:
        answer = await room.query(PreviewPlan("support", Verb.DISABLE))
        assert isinstance(answer, NotAnswered)
        assert answer.reason == "the adapter broke: KeyError: 'State'"
        refused = await room.submit(Contain("support", Verb.DISABLE))
        assert isinstance(refused, Refused)
        broken.where = ("check", "observe")
        answer = await room.query(PreviewPlan("support", Verb.DISABLE))
        assert isinstance(answer, PlanAnswer)
        assert [(one.state, one.text) for one in answer.checks] == [
            (Checked.UNKNOWN, "the adapter broke: KeyError: 'State'")
        ]


async def test_evidence_and_probe_that_break_leave_an_action_that_nobody_knows(tmp_path: Path) -> None:
    paths, settings = paths_in(tmp_path), settings_without_adapters(tmp_path / "bot.log")
    broken, probe = Breaking("snapshot", "observe"), BrokenProbe(Verdict.CONTAINED)
    adapters, probes = {"support": [broken]}, {"support": [probe]}
    async with running_engine(paths, settings, adapters=adapters, probes=probes), attached(paths) as room:
        answer = await room.submit(Contain("support", Verb.DISABLE))
        assert isinstance(answer, Ack)
        seen = await room.query(Observe(answer.ref))
        assert isinstance(seen, NotAnswered)
        broken.where = ("snapshot",)
        assert isinstance(await room.query(Observe(answer.ref)), ObservationAnswer)
        await eventually(lambda: bool(broken.applied), what="the act: evidence that cannot be had does not prevent it")
        assert (await settled(room, answer.ref, ActionState.RUNNING)).state is ActionState.RUNNING


async def test_a_probe_that_breaks_cannot_tell() -> None:
    sample = await looked(BrokenProbe(Verdict.OPEN), Verb.STOP, SteppedClock())
    assert (sample.verdict, sample.got) == (Verdict.UNKNOWN, "the probe broke: ZeroDivisionError: a bug in the probe")


@pytest.mark.parametrize("error", [AdapterFailed("no"), AdapterAmbiguous("lost"), TimeoutError()])
async def test_what_an_adapter_is_meant_to_raise_passes(error: Exception) -> None:
    async def reading() -> None:
        raise error

    with pytest.raises(type(error)):
        await fenced(reading())
