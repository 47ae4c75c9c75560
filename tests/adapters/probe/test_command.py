"""A look by a program of one's own."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.adapters.contain.rig_command import over_once
from tests.adapters.contain.rigs import is_alive
from tests.adapters.time_over import PATIENCE_S
from tests.waiting import wait_until
from warroom.adapters.clock import SystemClock
from warroom.adapters.probe.command import CommandLook
from warroom.core.model import Sample, Verb, Verdict
from warroom.core.settings_probe import CommandProbe


async def ran(*argv: str, timeout_s: float = PATIENCE_S) -> Sample:
    probe = CommandProbe(verbs=[Verb.DISABLE], argv=list(argv), timeout_s=timeout_s)
    look = CommandLook("gateway", probe, SystemClock())
    assert "exit 0 means contained" in look.describe(Verb.DISABLE)
    return await look.look(Verb.DISABLE)


@pytest.mark.parametrize(
    ("code", "verdict"), [(0, Verdict.CONTAINED), (1, Verdict.OPEN), (2, Verdict.UNKNOWN), (75, Verdict.UNKNOWN)]
)
async def test_the_exit_code_is_the_verdict(code: int, verdict: Verdict) -> None:
    seen = await ran("/bin/sh", "-c", f"echo state is known; exit {code}")
    assert seen.verdict is verdict
    assert "state is known" in seen.got


async def test_a_program_that_is_not_there_or_dies_proves_nothing() -> None:
    assert (await ran("/no/such/program")).verdict is Verdict.UNKNOWN
    assert (await ran("/bin/sh", "-c", "kill -9 $$")).verdict is Verdict.UNKNOWN


async def test_no_shell_reads_the_words_and_the_environment_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "hunter2")
    seen = await ran(sys.executable, "-c", "import os, sys; print(sys.argv[1:], sorted(os.environ))", "; id $(id)", "*")
    assert "['; id $(id)', '*']" in seen.got
    assert "SECRET" not in seen.got


async def test_what_hangs_is_ended_with_all_that_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = tmp_path / "child"
    over_once(monkeypatch, lambda: child.exists() and child.read_text().endswith("\n"))
    seen = await ran("/bin/sh", "-c", f"sleep 600 & echo $! > {child}; wait", timeout_s=0.5)
    assert (seen.verdict, seen.got) == (Verdict.UNKNOWN, "not done within 0.5 s")
    pid = int(child.read_text())
    wait_until(lambda: not is_alive(pid))


async def test_hostile_output_is_bounded_and_cleaned() -> None:
    seen = await ran("/bin/sh", "-c", "printf '\\033[31mred'; head -c 50000000 /dev/zero")
    assert seen.verdict is Verdict.CONTAINED
    assert "\x1b" not in seen.got
    assert len(seen.got) < 300
    assert os.getpgid(0) == os.getpgrp()


async def test_a_program_that_never_stops_printing_is_ended() -> None:
    seen = await ran("/usr/bin/yes", timeout_s=0.5)
    assert (seen.verdict, seen.got) == (Verdict.UNKNOWN, "not done within 0.5 s")


async def test_a_child_that_keeps_the_output_open_keeps_nobody_waiting(tmp_path: Path) -> None:
    child = tmp_path / "child"
    # Were it waited for, the time would be over before: nothing would be known.
    seen = await ran("/bin/sh", "-c", f"sleep 600 & echo $! > {child}; exit 1")
    assert seen.verdict is Verdict.OPEN
    os.kill(int(child.read_text()), signal.SIGKILL)


async def test_a_program_that_asks_gets_nothing() -> None:
    assert (await ran("/bin/sh", "-c", "read answer || exit 1; exit 0")).verdict is Verdict.OPEN


async def test_a_word_with_a_nul_is_no_crash() -> None:
    assert (await ran("/bin/echo", "a\0b")).verdict is Verdict.UNKNOWN
