"""What is configured of a bot."""

from __future__ import annotations

from tests.adapters.contain.liars import NothingDoer
from warroom.core.model import Criticality, Verb
from warroom.core.settings import BotSettings, ProbeSettings, Settings
from warroom.core.view import Way
from warroom.engine.configured import Configured

SHOP = BotSettings(
    ["/l/shop.log"],
    evidence=["/etc/shop.yaml"],
    criticality=Criticality.HIGH,
    playbook="prompt-injection",
    probe=ProbeSettings("http://127.0.0.1/", every_s=7.0),
)
TWO = [
    NothingDoer("shop", kind="control", verbs=frozenset({Verb.LIMIT, Verb.DISABLE})),
    NothingDoer("shop", kind="flag", verbs=frozenset({Verb.DISABLE})),
]


def configured() -> Configured:
    return Configured(Settings(bots={"shop": SHOP}), {"shop": TWO}, lambda: ["shop", "late"])


def test_each_verb_comes_with_each_adapter_that_can_mild_to_hard() -> None:
    assert configured().verbs_of("shop") == [Verb.SNAPSHOT, Verb.LIMIT, Verb.DISABLE]
    assert configured().ways_of("shop") == [
        Way(Verb.SNAPSHOT, "evidence"),
        Way(Verb.LIMIT, "control"),
        Way(Verb.DISABLE, "control"),
        Way(Verb.DISABLE, "flag"),
    ]


def test_a_bot_offers_the_playbook_of_its_config_and_one_that_joined_later_the_usual_one() -> None:
    assert [configured().playbook_of(name) for name in ("shop", "late")] == ["prompt-injection", "unknown-bot-incident"]


def test_a_bot_that_joined_later_is_known_and_can_only_be_looked_at() -> None:
    known = configured().known({})
    assert list(known.bots) == ["shop", "late"]
    assert known.bots["late"] == [Verb.SNAPSHOT]
    assert known.criticality == {"shop": Criticality.HIGH, "late": Criticality.NORMAL}


def test_settings_of_one_bot_are_not_those_of_another() -> None:
    assert (configured().files_of("shop"), configured().every_s("shop")) == (["/etc/shop.yaml"], 7.0)
    assert (configured().files_of("late"), configured().every_s("late")) == ([], 30.0)
