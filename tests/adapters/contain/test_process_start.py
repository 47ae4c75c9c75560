"""Bringing a stopped bot back: once, as whom it was, and only by the program that the plan names."""

from __future__ import annotations

import os
import subprocess
import uuid
from pathlib import Path

import msgspec
import pytest

from tests.adapters.contain.rig_process import all_of, restartable_bot, start_words
from tests.adapters.contain.rigs import ForkingBot, forking_bot
from tests.adapters.time_over import PATIENCE_S
from tests.waiting import wait_until
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.http_probe import HttpProbe
from warroom.adapters.contain.process import ProcessAdapter
from warroom.adapters.contain.process_start import Start, start, start_for
from warroom.core.model import Plan, Reversible, Verb, Verdict
from warroom.core.ports import AdapterFailed, Checked
from warroom.core.settings import ProbeSettings
from warroom.core.settings_contain import ProcessSettings

CLOCK = SystemClock()


def adapter_for(bot: ForkingBot, *words: str, settle_s: float = 1.0) -> ProcessAdapter:
    settings = ProcessSettings(str(bot.pidfile), verbs=[Verb.STOP], start=list(words), settle_s=settle_s)
    return ProcessAdapter("support", settings, CLOCK, lambda verb: f"ask for {verb}")


async def ended(bot: ForkingBot, *words: str) -> Plan:
    adapter = adapter_for(bot, *words)
    plan = await adapter.plan(Verb.STOP, None)
    await adapter.apply(plan, "ACT-001")
    return msgspec.json.decode(msgspec.json.encode(plan), type=Plan)


async def verdict(bot: ForkingBot) -> Verdict:
    return (await HttpProbe(ProbeSettings(bot.url, timeout_s=PATIENCE_S), CLOCK).look(Verb.STOP)).verdict


async def test_a_bot_is_started_again_in_a_session_of_its_own(tmp_path: Path) -> None:
    with restartable_bot(tmp_path) as bot:
        plan = await ended(bot, *start_words(tmp_path))
        assert await verdict(bot) is Verdict.CONTAINED
        told = await adapter_for(bot).release(plan, "ACT-001-key")
        wait_until(lambda: int(bot.pidfile.read_text()) != bot.process.pid, what="its new pidfile")
        assert await verdict(bot) is Verdict.OPEN
        pid = int(bot.pidfile.read_text())
        assert told.text.startswith("support was started: pid ")
        assert os.getsid(pid) == pid
        words = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        assert sorted(word.partition(b"=")[0] for word in words if word) == [b"LANG", b"PATH", b"WARROOM_ACTION"]


async def test_a_second_release_starts_no_second_bot_also_after_a_restart_of_the_engine(tmp_path: Path) -> None:
    key = uuid.uuid4().hex
    with restartable_bot(tmp_path) as bot:
        plan = await ended(bot, *start_words(tmp_path))
        # Its pidfile is lost: only the mark in its environment says that it is back.
        old = bot.pidfile.read_text()
        await adapter_for(bot).release(plan, key)
        wait_until(lambda: bot.pidfile.read_text() != old, what="its new pidfile")
        new = bot.pidfile.read_text()
        bot.pidfile.write_text(old)
        assert "up already" in (await adapter_for(bot).release(plan, key)).text
        bot.pidfile.write_text(new)
        assert "up already" in (await adapter_for(bot).release(plan, "another key")).text
        assert len(all_of(int(new))) == 3


async def test_a_bot_that_was_never_stopped_is_not_started_twice(tmp_path: Path) -> None:
    with restartable_bot(tmp_path) as bot:
        adapter = adapter_for(bot, *start_words(tmp_path))
        plan = await adapter.plan(Verb.STOP, None)
        assert f"up already: pid {bot.process.pid} " in (await adapter.release(plan, "ACT-001")).text


async def test_a_part_that_was_left_is_named_and_nothing_is_started_beside_it(tmp_path: Path) -> None:
    with restartable_bot(tmp_path) as bot:
        adapter = adapter_for(bot, *start_words(tmp_path))
        plan = await adapter.plan(Verb.STOP, None)
        bot.process.kill()
        wait_until(lambda: not Path(f"/proc/{bot.process.pid}/exe").exists())
        with pytest.raises(AdapterFailed, match="of the stopped bot is left"):
            await adapter.release(plan, "ACT-001")


async def test_without_a_start_a_stop_cannot_be_undone_and_says_so(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        plan = await ended(bot)
        assert plan.reversible is Reversible.NO
        assert plan.undo == "cannot be undone from here: no start is configured"
        with pytest.raises(AdapterFailed, match="no start is configured"):
            await adapter_for(bot).release(plan, "ACT-001")


async def test_a_start_that_cannot_be_used_stops_no_stop(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        adapter = adapter_for(bot, str(tmp_path / "absent"))
        (check,) = [one for one in await adapter.check(Verb.STOP) if one.name == "start"]
        assert (check.state, "cannot be read" in check.text) == (Checked.FAILED, True)
        plan = await adapter.plan(Verb.STOP, None)
        assert (plan.reversible, "absent" in plan.undo) == (Reversible.NO, True)
        await adapter.apply(plan, "ACT-001")
        assert await verdict(bot) is Verdict.CONTAINED


async def test_a_program_that_was_exchanged_since_is_not_started(tmp_path: Path) -> None:
    program = tmp_path / "start"
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    with forking_bot(tmp_path) as bot:
        plan = await ended(bot, str(program))
        program.write_text(f"#!/bin/sh\ntouch {tmp_path}/taken\n")
        with pytest.raises(AdapterFailed, match="its content changed"):
            await adapter_for(bot).release(plan, "ACT-001")
        assert not (tmp_path / "taken").exists()


async def test_what_ends_at_once_with_a_fault_is_a_failure(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        plan = await ended(bot, "/bin/false")
        adapter = adapter_for(bot, settle_s=PATIENCE_S)
        with pytest.raises(AdapterFailed, match="ended at once with 1"):
            await adapter.release(plan, "ACT-001")
        assert "ended well" in (await adapter.release(await planned_true(bot, plan), "ACT-001")).text


async def planned_true(bot: ForkingBot, plan: Plan) -> Plan:
    kept = msgspec.json.decode(plan.restore, type=Start)
    true = start_for([str(Path("/bin/true").resolve())], os.getpid())
    kept = msgspec.structs.replace(kept, argv=true.argv, sha256=true.sha256)
    return msgspec.structs.replace(plan, restore=msgspec.json.encode(kept).decode())


async def test_a_release_after_a_restart_of_the_host_starts_it(tmp_path: Path) -> None:
    with restartable_bot(tmp_path) as bot:
        plan = await ended(bot, *start_words(tmp_path))
        boot = plan.exact[0].rpartition(" ")[2]
        old = msgspec.structs.replace(plan, exact=[plan.exact[0].replace(boot, "0-0)"), *plan.exact[1:]])
        await adapter_for(bot).release(old, uuid.uuid4().hex)
        wait_until(lambda: int(bot.pidfile.read_text()) != bot.process.pid, what="its new pidfile")
        assert await verdict(bot) is Verdict.OPEN


def test_it_is_started_as_the_account_that_it_had() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to run a bot as somebody else")
    with subprocess.Popen(["/bin/sleep", "600"], user=65534, group=65534, extra_groups=[65533], umask=0o027) as bot:
        wait_until(lambda: Path(f"/proc/{bot.pid}/exe").resolve().name == "sleep")
        kept = start_for(["/bin/sleep", "601"], bot.pid)
        assert "as uid 65534, gid 65534" in kept.line
        started = start(kept, "ACT-001")
        status = Path(f"/proc/{started.pid}/status").read_text()
        started.kill()
        bot.kill()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert fields["Uid"] == "\t".join(["65534"] * 4)
    assert fields["Gid"] == "\t".join(["65534"] * 4)
    assert (fields["Groups"].strip(), fields["Umask"]) == ("65533", "0027")


def test_no_zombie_is_left_of_what_was_started() -> None:
    process = start(start_for([str(Path("/bin/true").resolve())], os.getpid()), "ACT-001")
    wait_until(lambda: process.returncode == 0 and not Path(f"/proc/{process.pid}").exists())
