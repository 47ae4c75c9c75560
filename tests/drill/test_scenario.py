"""What a scenario must say; a mistake names its key."""

from __future__ import annotations

from typing import Any

import pytest

from warroom.adapters.plain_yaml import load_yaml
from warroom.adapters.playbook_files import bundled_dir
from warroom.drill.scenario import ScenarioError, scenario_from
from warroom.drill.score import EVENTS, FORBIDDEN


def data(**changes: Any) -> dict[str, Any]:
    loaded = load_yaml(bundled_dir() / "drills" / "prompt-injection.yaml").data
    assert isinstance(loaded, dict)
    return {**loaded, **changes}


@pytest.mark.parametrize("path", sorted((bundled_dir() / "drills").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_scenario_that_ships_expects_only_what_can_be_seen(path: Any) -> None:
    scenario = scenario_from(load_yaml(path).data)
    assert {one.event for one in scenario.expect} <= {*EVENTS, *FORBIDDEN}
    assert (bundled_dir() / f"{scenario.playbook}.yaml").is_file()
    assert any(one.critical for one in scenario.expect)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"attack_at_s": "soon"}, "attack_at_s"),
        ({"style": "subtle"}, "style"),
        ({"lenght_s": 100}, "lenght_s"),
        ({"schema": "warroom/drill@9"}, "drill@9"),
        ({"attack_at_s": 70}, "must grow"),
        ({"length_s": 30}, "must grow"),
        ({"expect": [{"id": "a", "event": "alarm_raised", "text": "x"}] * 2}, "same id"),
        ({"expect": [{"id": "a", "text": "x"}]}, "event"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_a_mistake_is_named(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ScenarioError, match=named):
        scenario_from(data(**changes))


@pytest.mark.parametrize("loaded", [None, [], "text", 3, {}])
def test_what_is_no_scenario_at_all_is_said(loaded: Any) -> None:
    with pytest.raises(ScenarioError):
        scenario_from(loaded)
