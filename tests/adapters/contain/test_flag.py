"""The kill switch in a file of flags: the flag alone, whole, and back to the letter."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.adapters.contain.rig_flag import FLAGS, FlaggedBot, flagged_bot
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.flag import FlagAdapter
from warroom.adapters.contain.http_probe import HttpProbe
from warroom.core.model import Plan, Verb, Verdict
from warroom.core.ports import AdapterFailed, Checked
from warroom.core.settings_contain import FlagSettings

CLOCK = SystemClock()


@pytest.fixture
def flags(tmp_path: Path) -> Path:
    path = tmp_path / "flags.json"
    path.write_text(FLAGS)
    return path


def adapter_for(
    path: Path, *, flag: str = "bot-mode", disable: str = "disabled", limit: str = "limited"
) -> FlagAdapter:
    return FlagAdapter("support", FlagSettings(str(path), flag, disable, limit), CLOCK, lambda verb: f"ask for {verb}")


async def disabled(path: Path) -> tuple[FlagAdapter, Plan]:
    adapter = adapter_for(path)
    plan = await adapter.plan(Verb.DISABLE, None)
    await adapter.apply(plan, "ACT-001")
    return adapter, plan


async def test_only_the_default_variant_of_the_flag_differs_afterwards(flags: Path) -> None:
    await disabled(flags)
    assert flags.read_text() == FLAGS.replace('"defaultVariant": "normal"', '"defaultVariant": "disabled"')


async def test_a_release_puts_the_file_back_to_the_letter(flags: Path) -> None:
    adapter, plan = await disabled(flags)
    await adapter.release(plan, "ACT-001")
    assert flags.read_text() == FLAGS
    assert "was already" in (await adapter.release(plan, "ACT-001")).text
    assert os.listdir(flags.parent) == [flags.name]


async def test_a_flag_that_left_the_bot_to_its_code_is_enabled_and_left_so_again(flags: Path) -> None:
    before = FLAGS.replace('"state":  "ENABLED"', '"state":"DISABLED"')
    flags.write_text(before)
    adapter, plan = await disabled(flags)
    assert '"state":"ENABLED"' in flags.read_text()
    await adapter.release(plan, "ACT-001")
    assert flags.read_text() == before


async def test_targeting_rules_are_set_aside_since_they_come_before_the_default(flags: Path) -> None:
    before = FLAGS.replace('"ours": [1, 2]', '"targeting": {"if": [{"in": ["vip", {"var": "user"}]}, "normal"]}')
    flags.write_text(before)
    adapter, plan = await disabled(flags)
    assert "with targeting rules" in plan.exact[0]
    assert '"targeting": {}' in flags.read_text()
    await adapter.release(plan, "ACT-001")
    assert flags.read_text() == before


async def test_what_a_flag_lacks_is_added_and_taken_away_again(flags: Path) -> None:
    before = '{"flags": {"bot-mode": {"variants": {"disabled": 0}}}}'
    flags.write_text(before)
    adapter, plan = await disabled(flags)
    assert msgspec.json.decode(flags.read_bytes())["flags"]["bot-mode"] == {
        "state": "ENABLED",
        "defaultVariant": "disabled",
        "variants": {"disabled": 0},
    }
    await adapter.release(plan, "ACT-001")
    assert flags.read_text() == before


async def test_what_others_changed_meanwhile_is_kept(flags: Path) -> None:
    adapter, plan = await disabled(flags)
    theirs = msgspec.json.decode(flags.read_bytes())
    theirs["flags"]["greeting"]["defaultVariant"] = "off"
    theirs["flags"]["fresh"] = {"state": "ENABLED", "variants": {}}
    flags.write_bytes(msgspec.json.encode(theirs))
    await adapter.release(plan, "ACT-001")
    after = msgspec.json.decode(flags.read_bytes())
    assert after["flags"]["bot-mode"]["defaultVariant"] == "normal"
    assert (after["flags"]["greeting"]["defaultVariant"], "fresh" in after["flags"]) == ("off", True)


async def test_a_flag_that_somebody_else_changed_since_is_not_released(flags: Path) -> None:
    adapter, plan = await disabled(flags)
    theirs = flags.read_text().replace('"defaultVariant": "disabled"', '"defaultVariant": "limited"')
    flags.write_text(theirs)
    with pytest.raises(AdapterFailed, match=r"somebody else changed flag bot-mode .* default variant limited"):
        await adapter.release(plan, "ACT-001")
    assert flags.read_text() == theirs


async def test_a_flag_that_changed_since_the_plan_is_not_switched(flags: Path) -> None:
    adapter = adapter_for(flags)
    plan = await adapter.plan(Verb.DISABLE, None)
    theirs = FLAGS.replace('"ours": [1, 2]', '"ours": [1, 2, 3]')
    flags.write_text(theirs)
    with pytest.raises(AdapterFailed, match="nothing was changed"):
        await adapter.apply(plan, "ACT-001")
    assert flags.read_text() == theirs


async def test_a_config_that_names_another_flag_by_now_voids_the_plan(flags: Path) -> None:
    plan = await adapter_for(flags).plan(Verb.DISABLE, None)
    with pytest.raises(AdapterFailed, match="another flag since the plan"):
        await adapter_for(flags, flag="greeting").apply(plan, "ACT-001")
    assert flags.read_text() == FLAGS


async def test_a_flag_that_is_off_already_is_left_as_it_is(flags: Path) -> None:
    adapter, _ = await disabled(flags)
    again = await adapter.plan(Verb.DISABLE, None)
    assert again.exact[1] == "stays"
    assert "was already" in (await adapter.apply(again, "ACT-002")).text


async def test_a_disable_over_a_limit_goes_back_to_the_limit(flags: Path) -> None:
    adapter = adapter_for(flags)
    limit = await adapter.plan(Verb.LIMIT, None)
    await adapter.apply(limit, "ACT-001")
    disable = await adapter.plan(Verb.DISABLE, None)
    await adapter.apply(disable, "ACT-002")
    await adapter.release(disable, "ACT-002")
    assert '"defaultVariant": "limited"' in flags.read_text()
    await adapter.release(limit, "ACT-001")
    assert flags.read_text() == FLAGS


async def test_a_bot_that_is_off_already_is_not_let_back_by_a_limit(flags: Path) -> None:
    adapter, _ = await disabled(flags)
    with pytest.raises(AdapterFailed, match="a limit would let the bot back"):
        await adapter.plan(Verb.LIMIT, None)


async def test_a_flag_without_a_variant_to_limit_offers_no_limit(flags: Path) -> None:
    adapter = adapter_for(flags, limit="")
    assert adapter.verbs() == {Verb.DISABLE}
    with pytest.raises(AdapterFailed, match="not configured to limit"):
        await adapter.plan(Verb.LIMIT, None)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is not JSON"),
        (b"\xff{}", "not UTF-8"),
        (b"\xef\xbb\xbf{}", "is not JSON"),
        (b"[]", 'no object "flags"'),
        (b'{"flags": []}', 'no object "flags"'),
        (b'{"flags": {"other": {}}}', "no flag bot-mode; it has: other"),
        (b'{"flags": {"bot-mode": 5}}', "no flag bot-mode"),
        (b'{"flags": {"bot-mode": {}}}', "no variant disabled; it has: none"),
        (b'{"flags": {"bot-mode": {"variants": {"on": 1}}}}', "no variant disabled; it has: on"),
        (b'{"flags": {"bot-mode": {"variants": {"disabled": NaN}}}}', "NaN is not JSON"),
        (b'{"flags": {"bot-mode": {}, "bot-mode": {"variants": {"disabled": 1}}}}', "bot-mode stands in it twice"),
        (b'{"flags": {"bot-mode": {"state": 1, "state": 2, "variants": {"disabled": 1}}}}', "state stands in it twice"),
        (b'{"flags":' * 100_000, "nested too deeply"),
        (b'{"flags": {"bot-mode": {"variants": {"disabled": "' + b"x" * 70_000 + b'"}}}}', "over 64 kB"),
        (b" " * 1_000_001, "over 1 MB"),
        (b'{"flags": {"\x1b[2J": {}}}', "not JSON"),
        (b'{"flags": {"\\u001b[2J": {}}}', "it has: \N{SYMBOL FOR ESCAPE}"),
    ],
)
async def test_a_file_that_cannot_be_used_is_refused_and_left(flags: Path, content: bytes, why: str) -> None:
    flags.write_bytes(content)
    adapter = adapter_for(flags)
    with pytest.raises(AdapterFailed, match=why):
        await adapter.plan(Verb.DISABLE, None)
    (failed,) = await adapter.check(Verb.DISABLE)
    assert failed.state is Checked.FAILED
    assert flags.read_bytes() == content


async def test_a_file_that_became_unusable_since_the_plan_is_left(flags: Path) -> None:
    adapter = adapter_for(flags)
    plan = await adapter.plan(Verb.DISABLE, None)
    flags.write_text("{half")
    with pytest.raises(AdapterFailed, match=r"is not JSON.*nothing was changed"):
        await adapter.apply(plan, "ACT-001")
    assert flags.read_text() == "{half"
    assert "is not JSON" in (await adapter.observe(Verb.DISABLE)).text


async def test_checks_and_observation_tell_the_flag_as_it_is(flags: Path) -> None:
    adapter = adapter_for(flags)
    assert [check.state for check in await adapter.check(Verb.DISABLE)] == [Checked.OK, Checked.OK]
    assert "state ENABLED, default variant normal" in (await adapter.observe(Verb.DISABLE)).text
    assert {need.kind for need in adapter.needs()} == {"file", "right"}


async def test_a_plan_of_another_adapter_is_not_taken(flags: Path) -> None:
    adapter = adapter_for(flags)
    plan = msgspec.structs.replace(await adapter.plan(Verb.DISABLE, None), restore="{}")
    with pytest.raises(AdapterFailed, match="names no flag"):
        await adapter.apply(plan, "ACT-001")


async def test_the_plan_says_that_other_readers_are_not_known(flags: Path) -> None:
    plan = await adapter_for(flags).plan(Verb.DISABLE, 60.0)
    assert plan.shared == [f"every reader of {flags}: other instances and bots are not known from here"]
    assert any("kept by this engine" in effect for effect in plan.effects)


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[FlaggedBot]:
    with flagged_bot(tmp_path) as running:
        yield running


async def test_a_limit_and_a_disable_show_outside(bot: FlaggedBot) -> None:
    adapter, probe = adapter_for(bot.flags), HttpProbe(bot.probe, CLOCK)
    for verb in (Verb.LIMIT, Verb.DISABLE):
        await adapter.apply(await adapter.plan(verb, None), f"ACT-{verb}")
        bot.caught_up()
        assert (await probe.look(verb)).verdict is Verdict.CONTAINED


async def test_a_bot_whose_flag_was_left_to_its_code_is_contained_too(bot: FlaggedBot) -> None:
    bot.flags.write_text(FLAGS.replace('"state":  "ENABLED"', '"state":"DISABLED"'))
    await disabled(bot.flags)
    bot.caught_up()
    assert (await HttpProbe(bot.probe, CLOCK).look(Verb.DISABLE)).verdict is Verdict.CONTAINED


async def test_a_file_that_nobody_reads_is_switched_and_the_bot_is_seen_open(tmp_path: Path) -> None:
    with flagged_bot(tmp_path, reads=tmp_path / "another.json") as bot:
        adapter, plan = await disabled(bot.flags)
        assert bot.flag()["defaultVariant"] == "disabled"
        assert "disabled" in (await adapter.observe(plan.verb)).text
        bot.caught_up()
        assert (await HttpProbe(bot.probe, CLOCK).look(Verb.DISABLE)).verdict is Verdict.OPEN
