"""A drill's scenario: which bot is attacked how, and what a good team does by when."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from warroom.drill.people import Attack

Event = Literal[
    "alarm_raised",
    "alarm_acknowledged",
    "incident_opened",
    "evidence_taken",
    "containment_requested",
    "containment_not_held",
    "containment_held",
    "containment_released",
    "note_added",
    "role_assigned",
    "report_exported",
    "incident_closed",
    "contain_before_snapshot",
    "hostile_served_after_held",
]
"""What a scenario may expect or forbid; the score knows how each is seen."""


class ScenarioError(Exception):
    """The scenario's data are wrong; the message names the key."""


class Expectation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that should happen (or, when forbidden, must not), `by_s` seconds after the first hostile request."""

    id: str
    event: Event
    text: str
    by_s: float = 0.0
    weight: float = 1.0
    critical: bool = False
    hint: str = ""
    """Told once `by_s` has passed without it."""


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One drill. Times count from the moment at which the visitors begin."""

    schema: str
    id: str
    title: str
    summary: str
    """What happens in it: told when it is over."""
    playbook: str
    bot: str
    attack_at_s: float
    attack_until_s: float
    length_s: float
    expect: list[Expectation]
    briefing: str = ""
    """What those who play may know from the start."""
    shape: Literal["json", "plain"] = "json"
    """json or plain: how the bot logs."""
    style: Attack = Attack.LOUD
    history_minutes: float = 45.0
    workers: Annotated[int, msgspec.Meta(ge=1, le=16)] = 1
    """Processes of the bot that share its socket."""
    private_state: bool = False
    """Each worker keeps its own state: what one is told the others do not know."""
    probe_samples: Annotated[int, msgspec.Meta(ge=1, le=200)] = 3
    """Looks that have to agree; about ten for each worker."""


def scenario_from(data: Any) -> Scenario:
    """Return the scenario that loaded YAML describes; ScenarioError names what is wrong."""
    try:
        scenario = msgspec.convert(data, Scenario)
    except msgspec.ValidationError as error:
        raise ScenarioError(str(error)) from error
    if scenario.schema != "warroom/drill@1":
        raise ScenarioError(f"schema is {scenario.schema!r}; this version reads warroom/drill@1")
    if not 0 < scenario.attack_at_s < scenario.attack_until_s <= scenario.length_s:
        raise ScenarioError("attack_at_s, attack_until_s and length_s must grow in this order")
    names = [one.id for one in scenario.expect]
    if len(set(names)) != len(names):
        raise ScenarioError("two expectations have the same id")
    return scenario
