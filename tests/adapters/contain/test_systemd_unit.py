"""What is read of a unit's properties, and what a plan keeps of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from warroom.adapters.contain.systemd_unit import Kept, identity_of, kept_of, planned, unit_of
from warroom.core.ports import AdapterFailed

COMMAND = ["/usr/bin/bot", ["/usr/bin/bot", "--port", "80"], False, 0, 0, 0, 0, 0, 0, 0]


def properties(**changed: Any) -> dict[str, Any]:
    """Properties as systemd 252 tells them, with those left out that do not matter here."""
    return {
        "Id": "bot.service",
        "LoadState": "loaded",
        "ActiveState": "active",
        "FragmentPath": "/usr/lib/systemd/system/bot.service",
        "ControlGroup": "/system.slice/bot.service",
        "FreezerState": "running",
        "TriggeredBy": ["bot.timer", "bot.socket"],
        "RequiredBy": ["b.service", "a.service"],
        "BoundBy": ["a.service"],
        "ExecStart": [COMMAND],
        "WatchdogUSec": 2**64 - 1,
        **changed,
    }


def test_a_unit_is_its_command_its_file_and_what_moves_with_it() -> None:
    unit = unit_of(properties())
    assert unit.label == "unit bot.service (/usr/bin/bot --port 80)"
    assert unit.triggers == ["bot.socket", "bot.timer"]
    assert unit.dependents == ["a.service", "b.service"]
    assert unit.watchdog_s == 0.0
    assert unit_of(properties(WatchdogUSec=30_000_000)).watchdog_s == 30.0


@pytest.mark.parametrize(
    ("file", "maskable"),
    [
        ("/usr/lib/systemd/system/bot.service", True),
        ("/lib/systemd/system/bot.service", True),
        ("/run/systemd/generator/bot.service", True),
        ("/etc/systemd/system/bot.service", False),
        ("/run/systemd/transient/bot.service", False),
        ("", False),
    ],
)
def test_a_mask_until_the_next_boot_covers_what_it_outranks(file: str, maskable: bool) -> None:
    assert unit_of(properties(FragmentPath=file)).maskable is maskable
    assert not unit_of(properties(FragmentPath=file, LoadState="masked")).maskable


@pytest.mark.parametrize("state", ["active", "activating", "reloading"])
def test_what_changes_from_minute_to_minute_is_not_kept(state: str) -> None:
    changed = properties(ActiveState=state, ControlGroup="/elsewhere")
    assert identity_of(unit_of(changed)) == identity_of(unit_of(properties()))
    assert identity_of(unit_of(properties(ActiveState="failed"))).up is False


def test_what_a_plan_keeps_comes_back_whole() -> None:
    kept = Kept(identity_of(unit_of(properties())), ["bot.socket"], ["a.service"])
    assert planned(kept_of(kept)) == kept


@pytest.mark.parametrize("broken", [{"Id": 5}, {"ExecStart": [[]]}, {"ExecStart": [5]}, {"ActiveState": None}])
def test_properties_of_another_shape_are_a_failure(broken: dict[str, Any]) -> None:
    with pytest.raises(AdapterFailed, match="shape that is not known"):
        unit_of(properties(**broken))


@pytest.mark.parametrize("restore", ["", "{}", "[1]", msgspec.json.encode({"unit": {}}).decode()])
def test_a_plan_that_keeps_no_unit_is_refused(restore: str) -> None:
    with pytest.raises(AdapterFailed, match="names no unit"):
        planned(restore)
