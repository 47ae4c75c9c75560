"""Values that no room can work with are named with their place."""

from __future__ import annotations

import math

import pytest

from warroom.core.settings import (
    BotSettings,
    ContainSettings,
    DetectSettings,
    FormatSettings,
    ProbeSettings,
    ProcessSettings,
    Settings,
)
from warroom.core.settings_rules import range_faults

PROBE = ProbeSettings(url="http://127.0.0.1:8090/v1/chat")


def faults(settings: Settings) -> list[str]:
    return [".".join(place) for place, _ in range_faults(settings)]


def test_a_sane_room_has_no_fault() -> None:
    contain = ContainSettings(process=ProcessSettings(pidfile="/run/bot.pid"))
    assert faults(Settings(bots={"support": BotSettings(log=["/x"], probe=PROBE, contain=contain)})) == []


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        (Settings(bots={"a\x1bb": BotSettings(log=["/x"])}), "bots.a\x1bb"),
        (Settings(bots={"a": BotSettings(log=[])}), "bots.a.log"),
        (Settings(bots={"a": BotSettings(log=["/x"], probe=ProbeSettings(url="ftp://x"))}), "bots.a.probe.url"),
        (
            Settings(bots={"a": BotSettings(log=["/x"], probe=ProbeSettings(url="http://x/", samples=0))}),
            "bots.a.probe.samples",
        ),
        (
            Settings(bots={"a": BotSettings(log=["/x"], probe=ProbeSettings(url="http://x/", timeout_s=math.nan))}),
            "bots.a.probe.timeout_s",
        ),
        (
            Settings(bots={"a": BotSettings(log=["/x"], contain=ContainSettings(process=ProcessSettings("/p")))}),
            "bots.a.contain",
        ),
        (Settings(detect=DetectSettings(window_s=-1.0)), "detect.window_s"),
    ],
)
def test_what_cannot_work_is_named(settings: Settings, place: str) -> None:
    assert place in faults(settings)


def test_a_format_is_tried_when_the_config_is_read() -> None:
    good = FormatSettings(r"(?P<level>\w+) (?P<message>.*)", ["INFO hello"])
    odd = {
        "ours": good,
        "Ours!": good,
        "broken": FormatSettings("(?P<level>"),
        "nameless": FormatSettings(r"(\w+)"),
        "strict": FormatSettings(r"(?P<level>[A-Z]+)", ["hello"]),
    }
    found = [(".".join(key[1:]), why) for key, why in range_faults(Settings(formats=odd))]
    assert [key for key, _ in found] == ["Ours!", "broken.pattern", "nameless.pattern", "strict.samples"]
    assert "does not fit hello" in found[-1][1]
