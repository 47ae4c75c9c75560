"""What the doctor sees on real bots, and that it leaves them as they are."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from tests.adapters.contain.rigs import ControlledBot, controlled_bot, forking_bot
from warroom.adapters.clock import SystemClock
from warroom.bootstrap.doctor import Finding, examine
from warroom.core.model import Verb
from warroom.core.ports import Checked
from warroom.core.settings import (
    BotSettings,
    ContainSettings,
    ControlSettings,
    ProbeSettings,
    ProcessSettings,
    Settings,
)


def settings(bot: ControlledBot, log: Path) -> BotSettings:
    control = ControlSettings(bot.control_url, str(bot.key_file), timeout_s=15.0, verbs=[Verb.DISABLE])
    return BotSettings(
        [str(log)], probe=ProbeSettings(bot.url, timeout_s=15.0), contain=ContainSettings(control=control)
    )


async def examined(own: BotSettings) -> list[Finding]:
    return [finding async for finding in examine(Settings(bots={"support": own}), SystemClock())]


def failed(findings: list[Finding]) -> list[str]:
    return [f"{one.part} {one.name}" for one in findings if one.state is Checked.FAILED]


async def test_a_bot_that_could_be_contained_and_proved_is_all_well(tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.touch()
    with controlled_bot(tmp_path) as bot:
        findings = await examined(settings(bot, log))
        assert (bot.mode, bot.calls) == ("normal", [])
    assert failed(findings) == []
    assert [one.part for one in findings] == ["log", "adapter control", "adapter control", "proof"]
    assert [need.kind for need in findings[1].needs] == ["file", "address"]


async def test_what_is_missing_is_said_for_each_part(tmp_path: Path) -> None:
    with controlled_bot(tmp_path) as bot:
        own = settings(bot, tmp_path / "later.log")
        bot.key_file.write_bytes(b"another key\n")
    findings = await examined(own)
    assert failed(findings) == ["adapter control disable: endpoint", "proof disable"]
    assert findings[0].state is Checked.UNKNOWN


async def test_a_verb_that_no_probe_can_prove_is_found_before_it_is_needed(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        probe = ProbeSettings(bot.url, not_for=[Verb.FREEZE], timeout_s=15.0)
        process = ProcessSettings(str(bot.pidfile))
        own = BotSettings([], probe=probe, contain=ContainSettings(process=process))
        findings = await examined(own)
        assert failed(findings) == ["proof freeze"]
        assert 'verbs = ["freeze"]' in findings[-1].text
        assert failed(await examined(replace(own, probe=replace(probe, not_for=[])))) == []
        assert "T" not in bot.states()


async def test_a_probe_that_sees_a_working_bot_as_contained_proves_nothing(tmp_path: Path) -> None:
    with controlled_bot(tmp_path) as bot:
        bot.mode = "disabled"
        findings = await examined(settings(bot, tmp_path))
    assert failed(findings) == ["proof disable"]
    assert "although nothing was done" in findings[-1].text


async def test_one_bot_can_be_looked_at_alone() -> None:
    both = Settings(bots={"a": BotSettings(["/nowhere/a.log"]), "b": BotSettings(["/nowhere/b.log"])})
    assert {finding.bot async for finding in examine(both, SystemClock(), "b")} == {"b"}
