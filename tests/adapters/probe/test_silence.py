"""A look at a log that grows, rests, is rotated, is gone."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adapters.time_over import PATIENCE_S
from warroom.adapters.clock import SystemClock
from warroom.adapters.probe.command import CommandLook
from warroom.adapters.probe.silence import SilenceLook
from warroom.core.model import Verb, Verdict
from warroom.core.settings_probe import CommandProbe, SilenceProbe
from warroom.engine.prover import Prover


class Meanwhile:
    """A clock on which something happens while the look waits."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self._happens = happens

    def now(self) -> float:
        return 0.0

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        await asyncio.to_thread(self._happens)


async def seen(log: Path, happens: Callable[[], object]) -> Verdict:
    look = SilenceLook("quiet", SilenceProbe(verbs=[Verb.ISOLATE], log=str(log)), Meanwhile(happens))
    assert "no new byte in 5 s" in look.describe(Verb.ISOLATE)
    return (await look.look(Verb.ISOLATE)).verdict


def grow(log: Path) -> None:
    with log.open("a") as out:
        out.write("one more\n")


def rotate(log: Path, content: str) -> None:
    log.rename(log.with_suffix(".1"))
    log.write_text(content)


def rotate_and_grow(log: Path) -> None:
    rotate(log, "")
    grow(log.with_suffix(".1"))


def make_folder(log: Path) -> None:
    log.unlink()
    log.mkdir()


def delete_and_grow(log: Path) -> None:
    with log.open("a") as out:
        log.unlink()
        out.write("nobody can read this by its name\n")


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("nothing", Verdict.CONTAINED),
        ("grows", Verdict.OPEN),
        ("rotated, and written to", Verdict.OPEN),
        ("rotated, and empty", Verdict.UNKNOWN),
        ("truncated and begun anew", Verdict.OPEN),
        ("truncated", Verdict.UNKNOWN),
        ("written without growing", Verdict.UNKNOWN),
        ("rotated, and the old file written to", Verdict.OPEN),
        ("deleted, and written to", Verdict.OPEN),
        ("replaced by a folder", Verdict.UNKNOWN),
        ("deleted", Verdict.UNKNOWN),
    ],
)
async def test_what_happens_to_the_log_meanwhile_decides(name: str, verdict: Verdict, tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text("started\n")
    happens: dict[str, Callable[[], object]] = {
        "nothing": lambda: None,
        "grows": lambda: grow(log),
        "rotated, and written to": lambda: rotate(log, "x\n"),
        "rotated, and empty": lambda: rotate(log, ""),
        "truncated and begun anew": lambda: log.write_text("x\n"),
        "truncated": lambda: log.write_text(""),
        "written without growing": lambda: os.utime(log, (1.0, 1.0)),
        "rotated, and the old file written to": lambda: rotate_and_grow(log),
        "deleted, and written to": lambda: delete_and_grow(log),
        "replaced by a folder": lambda: make_folder(log),
        "deleted": log.unlink,
    }
    assert await seen(log, happens[name]) is verdict


async def test_a_log_that_was_never_there_tells_nothing(tmp_path: Path) -> None:
    assert await seen(tmp_path / "absent.log", lambda: None) is Verdict.UNKNOWN


async def test_a_pipe_in_the_place_of_the_log_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "bot.log")
    async with asyncio.timeout(PATIENCE_S):
        assert await seen(tmp_path / "bot.log", lambda: None) is Verdict.UNKNOWN


async def test_looks_leave_no_file_open(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text("started\n")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        await seen(log, lambda: None)
        await seen(tmp_path, lambda: None)
    assert len(os.listdir("/proc/self/fd")) <= before + 1


async def test_silence_alone_is_no_proof_and_beside_another_look_it_agrees(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text("at work\n")
    quiet = SilenceLook("quiet", SilenceProbe(verbs=[Verb.FREEZE], log=str(log), quiet_s=0.01), SystemClock())
    alone = await Prover(SystemClock(), {"support": [quiet]}).look("support", Verb.FREEZE, Verdict.CONTAINED, 0.0)
    assert alone.verdict is Verdict.UNKNOWN
    assert all(sample.weak and "silence alone proves nothing" in sample.got for sample in alone.samples)
    assert "never called held" in quiet.describe(Verb.FREEZE)
    for program, verdict in (("/bin/true", Verdict.CONTAINED), ("/bin/false", Verdict.OPEN)):
        state = CommandLook(
            "state", CommandProbe(verbs=[Verb.FREEZE], argv=[program], timeout_s=PATIENCE_S), SystemClock()
        )
        both = Prover(SystemClock(), {"support": [quiet, state]})
        assert (await both.look("support", Verb.FREEZE, Verdict.CONTAINED, 0.0)).verdict is verdict


async def test_a_bot_that_writes_is_open_by_its_log_alone(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_text("at work\n")
    quiet = SilenceLook("quiet", SilenceProbe(verbs=[Verb.FREEZE], log=str(log)), Writing(log))
    proof = await Prover(SystemClock(), {"support": [quiet]}).look("support", Verb.FREEZE, Verdict.CONTAINED, 0.0)
    assert proof.verdict is Verdict.OPEN


class Writing(SystemClock):
    """A clock on which the bot writes a line while somebody waits."""

    def __init__(self, log: Path) -> None:
        self._log = log

    async def sleep(self, seconds: float) -> None:
        await asyncio.to_thread(grow, self._log)
