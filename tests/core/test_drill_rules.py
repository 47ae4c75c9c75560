"""A rehearsal acts on its own bot and on nothing else."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from warroom.core.drill_rules import beyond_the_drill
from warroom.core.model import Verb
from warroom.core.settings import BotSettings, ContainSettings, ControlSettings, ProcessSettings, Settings
from warroom.core.settings_contain import CommandSettings, FlagSettings, NftSettings

ROOM = PurePath("/state/rooms/drill-1")


def beyond(**adapters: object) -> list[str]:
    contain = ContainSettings(**adapters)  # type: ignore[arg-type]  one table each, as the test names them
    return list(beyond_the_drill(Settings(bots={"support": BotSettings(["/x.log"], contain=contain)}), ROOM))


def test_the_bot_of_the_drill_may_be_contained() -> None:
    control = ControlSettings("http://127.0.0.1:8080/control", f"{ROOM}/bot/control.key")
    process, flag = ProcessSettings(f"{ROOM}/bot/bot.pid"), FlagSettings(f"{ROOM}/bot/flags.json")
    assert beyond(control=control, process=process, flag=flag) == []
    assert list(beyond_the_drill(Settings(), ROOM)) == []


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("control", ControlSettings("https://bots.example.org/control", f"{ROOM}/bot/control.key")),
        ("control", ControlSettings("http://127.0.0.1:8080/control", "/etc/warroom/support.key")),
        ("process", ProcessSettings("/run/support.pid")),
        ("process", ProcessSettings(f"{ROOM}/../../../run/support.pid")),
        ("process", ProcessSettings(f"{ROOM}/bot/bot.pid", start=["/usr/bin/support"])),
        ("flag", FlagSettings("/etc/flags.json")),
        ("command", CommandSettings([Verb.DISABLE], ["/usr/local/bin/block"])),
        ("nft", NftSettings(user="support")),
    ],
)
def test_whatever_else_could_be_acted_on_is_named(kind: str, settings: object) -> None:
    assert beyond(**{kind: settings}) == [f"bots.support.contain.{kind}"]
