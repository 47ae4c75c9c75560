"""A rehearsal acts on its own bot and on nothing else."""

from __future__ import annotations

import pytest

from warroom.core.drill_rules import beyond_the_drill
from warroom.core.model import Verb
from warroom.core.settings import BotSettings, ContainSettings, ControlSettings, ProcessSettings, Settings
from warroom.core.settings_contain import CommandSettings, FlagSettings, NftSettings

ROOM = "/state/rooms/drill-1"


def beyond(contain: ContainSettings) -> list[str]:
    return list(beyond_the_drill(Settings(bots={"support": BotSettings(["/x.log"], contain=contain)}), ROOM))


def test_the_bot_of_the_drill_may_be_contained() -> None:
    control = ControlSettings("http://127.0.0.1:8080/control", f"{ROOM}/bot/control.key")
    process, flag = ProcessSettings(f"{ROOM}/bot/bot.pid"), FlagSettings(f"{ROOM}/bot/flags.json")
    assert beyond(ContainSettings(control=control, process=process, flag=flag)) == []
    assert list(beyond_the_drill(Settings(), ROOM)) == []


@pytest.mark.parametrize(
    ("kind", "contain"),
    [
        (
            "control",
            ContainSettings(control=ControlSettings("https://bots.example.org/control", f"{ROOM}/bot/control.key")),
        ),
        (
            "control",
            ContainSettings(control=ControlSettings("http://127.0.0.1:8080/control", "/etc/warroom/support.key")),
        ),
        ("process", ContainSettings(process=ProcessSettings("/run/support.pid"))),
        ("process", ContainSettings(process=ProcessSettings(f"{ROOM}/../../../run/support.pid"))),
        ("process", ContainSettings(process=ProcessSettings(f"{ROOM}/bot/bot.pid", start=["/usr/bin/support"]))),
        ("flag", ContainSettings(flag=FlagSettings("/etc/flags.json"))),
        ("command", ContainSettings(command=CommandSettings([Verb.DISABLE], ["/usr/local/bin/block"]))),
        ("nft", ContainSettings(nft=NftSettings(user="support"))),
    ],
)
def test_whatever_else_could_be_acted_on_is_named(kind: str, contain: ContainSettings) -> None:
    assert beyond(contain) == [f"bots.support.contain.{kind}"]
