"""Single values have bounds: no setting lets an action stand unproven for hours."""

from __future__ import annotations

import math

import pytest

from warroom.core.model import Verb
from warroom.core.settings import BotSettings, ContainSettings, ControlSettings, ProbeSettings, Settings
from warroom.core.settings_probe import SilenceProbe
from warroom.core.settings_rules import range_faults
from warroom.core.value_rules import MOST_S, all_within, codes_faults, secret_url_faults, url_faults, within


@pytest.mark.parametrize(("key", "most"), MOST_S.items())
def test_a_time_has_a_bound_by_its_name(key: str, most: float) -> None:
    assert list(within(most, ("bots", key))) == []
    ((place, text),) = within(most + 1, ("bots", key))
    assert place == ("bots", key)
    assert text == f"must be {most:g} seconds or less, not {most + 1:g}"


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_a_time_is_more_than_nothing_and_a_number(value: float) -> None:
    assert list(within(value, ("grace_s",))) == [(("grace_s",), f"must be more than 0, not {value:g}")]
    assert list(within(1e9, ("window_s",))) == []


def test_no_config_lets_an_action_run_for_ever_unproven() -> None:
    probe = ProbeSettings("http://127.0.0.1/", timeout_s=1e9, every_s=1e12)
    contain = ContainSettings(control=ControlSettings("http://127.0.0.1/", "/k", settle_s=1e9))
    quiet = SilenceProbe(verbs=[Verb.FREEZE], log="/x", quiet_s=1e9)
    bot = BotSettings(log=["/x"], probe=probe, probes={"quiet": quiet}, contain=contain)
    found = [".".join(place[2:]) for place, _ in range_faults(Settings(bots={"support": bot}))]
    assert found == ["probe.timeout_s", "probe.every_s", "contain.control.settle_s", "probes.quiet.quiet_s"]
    control = ControlSettings("http://127.0.0.1/", "/k", settle_s=601.0, timeout_s=0.0)
    assert [place for place, _ in all_within(control, ("timeout_s", "settle_s"), ())] == [("timeout_s",), ("settle_s",)]


def test_addresses_and_codes_are_what_they_are_called() -> None:
    assert list(url_faults("http://127.0.0.1:8080/chat", ())) == list(codes_faults([100, 599], ())) == []
    assert [text for _, text in codes_faults([200, 99, 600], ())] == ["99 is no HTTP status code (100 to 599)"]
    assert next(iter(url_faults("ftp://h/", ("url",))))[0] == ("url",)
    assert list(secret_url_faults("http://127.0.0.1/t", ())) == []
    assert "in the open" in next(iter(secret_url_faults("http://h/t", ())))[1]
