"""The kill switch: followed at the next look, and shut when it cannot be read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.drill.refbot.kill_switch import LOOK_S, KillSwitch, mode_in
from warroom.drill.refbot.mode import Mode

VARIANTS = {"normal": "normal", "limited": "limited", "disabled": "disabled"}


def flag(variant: str = "normal", **others: Any) -> bytes:
    one = {"state": "ENABLED", "variants": VARIANTS, "defaultVariant": variant, **others}
    return json.dumps({"$schema": "https://flagd.dev/schema/v0/flags.json", "flags": {"bot-mode": one}}).encode()


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("mode", list(Mode))
def test_the_default_variant_is_followed(mode: Mode) -> None:
    assert mode_in(flag(mode.value)) is mode


def test_the_value_of_a_variant_counts_and_not_its_name() -> None:
    assert mode_in(flag("off", variants={"off": "disabled", "on": "normal"})) is Mode.DISABLED
    assert mode_in(flag("on", variants={"off": "disabled", "on": "normal"})) is Mode.NORMAL


@pytest.mark.parametrize("targeting", [{}, None])
def test_no_targeting_rules_are_no_rules(targeting: object) -> None:
    assert mode_in(flag("limited", targeting=targeting)) is Mode.LIMITED


def test_a_flag_that_is_switched_off_leaves_it_to_the_code() -> None:
    assert mode_in(flag("disabled", state="DISABLED")) is Mode.NORMAL


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"flags": {}}',
        b'{"flags": {"bot-mode": 3}}',
        b"\xff",
        b"[" * 5000,
        b'{"flags": {"bot-mode": ' + b"[" * 5000,
        flag("absent"),
        flag(variants={"normal": "wide open"}),
        flag(variants={"normal": ["normal"]}),
        flag(variants={"normal": None}),
        flag(state="enabled"),
        flag(state=None),
        flag(targeting={"if": [{"==": [{"var": "user"}, "vip"]}, "normal", "disabled"]}),
    ],
)
def test_what_does_not_say_normal_in_a_way_that_is_followed_shuts_the_bot(content: bytes) -> None:
    assert mode_in(content) is Mode.DISABLED


@given(st.binary(max_size=200))
def test_no_rubbish_opens_the_bot(content: bytes) -> None:
    assert mode_in(content) is Mode.DISABLED


def test_a_missing_file_is_normal_and_a_folder_in_its_place_is_not(tmp_path: Path) -> None:
    clock = Clock()
    switch = KillSwitch(tmp_path / "flags.json", clock)
    assert switch.mode() is Mode.NORMAL
    (tmp_path / "flags.json").mkdir()
    clock.now += LOOK_S
    assert switch.mode() is Mode.DISABLED
    (tmp_path / "flags.json").rmdir()
    clock.now += LOOK_S
    assert switch.mode() is Mode.NORMAL


def test_a_change_is_seen_at_the_next_look_and_not_between(tmp_path: Path) -> None:
    clock, file = Clock(), tmp_path / "flags.json"
    file.write_bytes(flag())
    switch = KillSwitch(file, clock)
    assert switch.mode() is Mode.NORMAL
    fresh = tmp_path / "fresh"
    fresh.write_bytes(flag("disabled"))
    os.replace(fresh, file)
    clock.now += LOOK_S * 0.99
    assert switch.mode() is Mode.NORMAL
    clock.now += LOOK_S * 0.01 + 1e-6
    assert switch.mode() is Mode.DISABLED
