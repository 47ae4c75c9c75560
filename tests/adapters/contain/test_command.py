"""Programs of the operator's own: what they are given, and what each way to end means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.adapters.contain.rig_command import SWITCH, over_once, program
from tests.adapters.contain.rig_flag import flagged_bot
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.command import CommandAdapter
from warroom.adapters.contain.http_probe import HttpProbe
from warroom.core.model import Reversible, Verb, Verdict
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Checked
from warroom.core.settings_contain import CommandSettings

CLOCK = SystemClock()
ECHO = """
import json, os, sys
told = {name: os.environ.get(name) for name in ("PATH", "LANG", "WARROOM_ACTION", "WARROOM_BOT", "WARROOM_VERB")}
with open(sys.argv[1], "a") as log:
    print(json.dumps([sys.argv[2:], json.load(sys.stdin), told]), file=log)
"""


def adapter_for(settings: CommandSettings, bot: str = "support") -> CommandAdapter:
    return CommandAdapter(bot, settings, CLOCK, lambda verb: f"ask for {verb}")


def ends(folder: Path, script: str, **more: Any) -> CommandAdapter:
    return adapter_for(CommandSettings([Verb.DISABLE], [program(folder, "tool", script)], **more))


async def test_the_program_gets_the_plan_as_arguments_input_and_environment(tmp_path: Path) -> None:
    tool, log = program(tmp_path, "tool", ECHO), tmp_path / "log"
    settings = CommandSettings(
        [Verb.DISABLE],
        [tool, str(log), "{bot}", "--for={expires_s}", "{action}", "$HOME; *"],
        release=[tool, str(log), "back", "{bot}", "{verb}"],
    )
    adapter = adapter_for(settings)
    plan = await adapter.plan(Verb.DISABLE, 90.5)
    assert json.loads(plan.exact[0]) == [tool, str(log), "support", "--for=91", "<id of the action>", "$HOME; *"]
    receipt = await adapter.apply(plan, "ACT-007")
    await adapter.release(plan, "ACT-007")
    applied, released = map(json.loads, log.read_text().splitlines())
    assert applied == [
        ["support", "--for=91", "ACT-007", "$HOME; *"],
        {"task": "apply", "action": "ACT-007", "bot": "support", "verb": "disable", "expires_s": 90.5},
        {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "WARROOM_ACTION": "ACT-007",
            "WARROOM_BOT": "support",
            "WARROOM_VERB": "disable",
        },
    ]
    assert released[0] == ["back", "support", "disable"]
    assert released[1]["task"] == "release"
    assert json.dumps([tool, str(log), "support", "--for=91", "ACT-007", "$HOME; *"]) in receipt.text


@pytest.mark.parametrize(
    ("code", "error", "why"),
    [
        (1, AdapterFailed, "nothing was changed .exit 1. says"),
        (63, AdapterFailed, "nothing was changed .exit 63."),
        (64, AdapterFailed, "nothing was changed .exit 64."),
        (75, AdapterFailed, "nothing was changed, try later"),
        (78, AdapterFailed, "nothing was changed .exit 78."),
        (79, AdapterAmbiguous, "exit 79 is none that says"),
        (127, AdapterAmbiguous, "exit 127"),
        (255, AdapterAmbiguous, "exit 255"),
    ],
)
async def test_what_an_exit_code_means(tmp_path: Path, code: int, error: type[Exception], why: str) -> None:
    adapter = ends(tmp_path, f"print('sorry \\x1b[2J'); raise SystemExit({code})")
    with pytest.raises(error, match=why) as raised:
        await adapter.apply(await adapter.plan(Verb.DISABLE, None), "ACT-001")
    assert "sorry \N{SYMBOL FOR ESCAPE}[2J" in str(raised.value)
    assert "\x1b" not in str(raised.value)


async def test_a_program_that_is_killed_leaves_it_open_whether_it_acted(tmp_path: Path) -> None:
    adapter = ends(tmp_path, "import os; os.kill(os.getpid(), 9)")
    with pytest.raises(AdapterAmbiguous, match="killed by SIGKILL"):
        await adapter.apply(await adapter.plan(Verb.DISABLE, None), "ACT-001")


async def test_a_program_that_does_not_end_leaves_it_open_whether_it_acted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "said"
    over_once(monkeypatch, said.exists)
    script = f"print('half', flush=True)\nopen({str(said)!r}, 'w')\nimport time; time.sleep(600)"
    adapter = ends(tmp_path, script, timeout_s=0.5)
    with pytest.raises(AdapterAmbiguous, match=r"did not end within 0\.5 s and was killed: half"):
        await adapter.apply(await adapter.plan(Verb.DISABLE, None), "ACT-001")


@pytest.mark.parametrize("bot", [";id", "$(id)", "--all", "../../x", "a\nb", "two words"])
async def test_a_bot_whose_name_a_program_could_misread_is_refused_before_anything_starts(
    tmp_path: Path, bot: str
) -> None:
    tool, log = program(tmp_path, "tool", ECHO), tmp_path / "log"
    settings = CommandSettings([Verb.DISABLE], [tool, str(log)], release=[tool, str(log)], observe=[tool, str(log)])
    plan = await adapter_for(settings).plan(Verb.DISABLE, None)
    adapter, hostile = adapter_for(settings, bot), msgspec.structs.replace(plan, bot=bot)
    with pytest.raises(AdapterFailed, match="is no plain name"):
        await adapter.plan(Verb.DISABLE, None)
    for act in (adapter.apply, adapter.release):
        with pytest.raises(AdapterFailed, match="is no plain name"):
            await act(hostile, "ACT-001")
        with pytest.raises(AdapterFailed, match="is no plain name"):
            await act(plan, bot)
    assert "is no plain name" in (await adapter.observe(Verb.DISABLE)).text
    assert not log.exists()


async def test_a_program_whose_content_changed_is_another_plan_and_is_not_run(tmp_path: Path) -> None:
    tool = program(tmp_path, "tool", "print('as planned')")
    adapter = adapter_for(CommandSettings([Verb.DISABLE], [tool], release=[tool]))
    plan = await adapter.plan(Verb.DISABLE, None)
    program(tmp_path, "tool", "print('another')")
    assert (await adapter.plan(Verb.DISABLE, None)).sha256 != plan.sha256
    for act in (adapter.apply, adapter.release):
        with pytest.raises(AdapterFailed, match="its content changed"):
            await act(plan, "ACT-001")


async def test_a_config_that_names_other_programs_by_now_voids_the_plan(tmp_path: Path) -> None:
    tool = program(tmp_path, "tool", "pass")
    plan = await adapter_for(CommandSettings([Verb.DISABLE], [tool])).plan(Verb.DISABLE, None)
    with pytest.raises(AdapterFailed, match="names other programs"):
        await adapter_for(CommandSettings([Verb.DISABLE], [tool, "more"])).apply(plan, "ACT-001")
    with pytest.raises(AdapterFailed, match="names no program"):
        await adapter_for(CommandSettings([Verb.DISABLE], [tool])).apply(
            msgspec.structs.replace(plan, restore=""), "ACT-001"
        )


async def test_a_program_that_everybody_may_write_is_not_planned(tmp_path: Path) -> None:
    tool = program(tmp_path, "tool", "pass")
    Path(tool).chmod(0o777)
    adapter = adapter_for(CommandSettings([Verb.DISABLE], [tool]))
    with pytest.raises(AdapterFailed, match="everybody may write"):
        await adapter.plan(Verb.DISABLE, None)
    (check,) = await adapter.check(Verb.DISABLE)
    assert (check.state, "chmod o-w" in check.text) == (Checked.FAILED, True)


async def test_what_has_no_release_says_so_and_is_not_released(tmp_path: Path) -> None:
    adapter = ends(tmp_path, "pass")
    plan = await adapter.plan(Verb.DISABLE, None)
    assert (plan.reversible, "cannot be undone" in plan.undo) == (Reversible.NO, True)
    with pytest.raises(AdapterFailed, match="undo it by hand"):
        await adapter.release(plan, "ACT-001")


async def test_own_checks_and_observations_are_run_and_told(tmp_path: Path) -> None:
    tool = program(tmp_path, "tool", "import sys; print('says', sys.argv[1:]); sys.exit(len(sys.argv) > 2)")
    fine = CommandSettings([Verb.DISABLE], [tool], check=[tool, "{bot}"], observe=[tool, "{verb}"])
    adapter = adapter_for(fine)
    assert [check.state for check in await adapter.check(Verb.DISABLE)] == [Checked.OK, Checked.OK]
    assert "says ['disable']" in (await adapter.observe(Verb.DISABLE)).text
    ((name, content),) = await adapter.snapshot()
    assert (name, json.loads(content)["ok"]) == ("support-state.json", True)
    broken = adapter_for(msgspec.structs.replace(fine, check=[tool, "a", "b"], observe=[]))
    _, own = await broken.check(Verb.DISABLE)
    assert (own.state, "ends with 1" in own.text) == (Checked.FAILED, True)
    assert (await broken.observe(Verb.DISABLE)).text == "no program is configured that reads the state"
    assert await broken.snapshot() == []


async def test_verbs_that_are_not_configured_are_refused(tmp_path: Path) -> None:
    adapter = adapter_for(CommandSettings([Verb.DISABLE, Verb.THAW], [program(tmp_path, "tool", "pass")]))
    assert adapter.verbs() == {Verb.DISABLE}
    with pytest.raises(AdapterFailed, match="not configured to freeze"):
        await adapter.plan(Verb.FREEZE, None)


async def test_what_cannot_be_executed_after_all_is_a_failure(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"\x00\x01 no program")
    plain.chmod(0o755)
    adapter = adapter_for(CommandSettings([Verb.DISABLE], [str(plain)]))
    with pytest.raises(AdapterFailed, match=r"cannot be started: .*nothing was done"):
        await adapter.apply(await adapter.plan(Verb.DISABLE, None), "ACT-001")


async def test_a_program_that_says_done_and_does_nothing_is_seen_open(tmp_path: Path) -> None:
    with flagged_bot(tmp_path) as bot:
        probe = HttpProbe(bot.probe, CLOCK)
        idle = ends(tmp_path, "print('done')")
        assert "done" in (await idle.apply(await idle.plan(Verb.DISABLE, None), "ACT-001")).text
        bot.caught_up()
        assert (await probe.look(Verb.DISABLE)).verdict is Verdict.OPEN
        switch = program(tmp_path, "switch", SWITCH)
        real = adapter_for(CommandSettings([Verb.DISABLE], [switch, str(bot.flags), "disabled"]))
        await real.apply(await real.plan(Verb.DISABLE, None), "ACT-002")
        bot.caught_up()
        assert (await probe.look(Verb.DISABLE)).verdict is Verdict.CONTAINED
