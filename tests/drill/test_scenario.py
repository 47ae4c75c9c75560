"""What a scenario must say; a mistake names its key."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from warroom.adapters.plain_yaml import load_yaml
from warroom.adapters.playbook_files import bundled_dir
from warroom.drill.refbot.log_shape import SHAPES
from warroom.drill.scenario import Event, ScenarioError, scenario_from
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
        ({"expect": [{"id": "a", "event": "alarm_rased", "text": "x"}]}, r"alarm_rased.*expect\[0\]\.event"),
        ({"shape": "jsonl"}, r"jsonl.*shape"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
def test_a_mistake_is_named(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ScenarioError, match=named):
        scenario_from(data(**changes))


def test_the_score_knows_how_to_see_each_thing_that_may_be_expected() -> None:
    assert sorted(get_args(Event)) == sorted([*EVENTS, *FORBIDDEN])


def test_each_shape_that_may_be_asked_for_is_one_that_the_bot_can_log() -> None:
    for shape in SHAPES:
        assert scenario_from(data(shape=shape)).shape == shape


@pytest.mark.parametrize("loaded", [None, [], "text", 3, {}])
def test_what_is_no_scenario_at_all_is_said(loaded: Any) -> None:
    with pytest.raises(ScenarioError):
        scenario_from(loaded)
