"""Adapters and probe from settings."""

from __future__ import annotations

from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.build import adapters_for, probes_for
from warroom.adapters.contain.http_probe import HttpProbe
from warroom.adapters.contain.no_probe import NoProbe
from warroom.core.model import Verb
from warroom.core.settings import BotSettings, ContainSettings, ControlSettings, ProbeSettings, ProcessSettings

CLOCK = SystemClock()
CONTROL = ControlSettings("http://127.0.0.1:8090/control/state", "/etc/warroom/key", settle_s=7.0)
PROCESS = ProcessSettings("/run/bot.pid", settle_s=3.0)


def test_adapters_stand_from_mild_to_hard_with_their_own_settle_time() -> None:
    settings = BotSettings([], contain=ContainSettings(control=CONTROL, process=PROCESS))
    adapters = adapters_for("support", settings, CLOCK)
    assert [(adapter.kind, adapter.settle_s) for adapter in adapters] == [("control", 7.0), ("process", 3.0)]
    assert [adapter.verbs() for adapter in adapters] == [{Verb.LIMIT, Verb.DISABLE}, {Verb.FREEZE}]


def test_a_bot_has_only_what_is_configured() -> None:
    assert adapters_for("support", BotSettings([]), CLOCK) == []
    (only,) = adapters_for("support", BotSettings([], contain=ContainSettings(process=PROCESS)), CLOCK)
    assert only.kind == "process"


def test_a_bot_without_a_probe_gets_the_one_that_proves_nothing() -> None:
    assert isinstance(probes_for(BotSettings([]), CLOCK)[0], NoProbe)
    assert isinstance(probes_for(BotSettings([], probe=ProbeSettings("http://127.0.0.1/")), CLOCK)[0], HttpProbe)
