"""The visitors' schedule: the same seed the same people, and nobody ordinary who asks what an attacker asks."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from warroom.drill.people import USERS, Attack, attack, ordinary, schedule
from warroom.drill.refbot.brain import calls_of

seeds = st.integers(0, 10_000)


@given(seeds)
@settings(max_examples=20)
def test_the_same_seed_gives_the_same_visits_and_another_seed_others(seed: int) -> None:
    assert schedule(seed, 60, 10, 40, Attack.LOUD) == schedule(seed, 60, 10, 40, Attack.LOUD)
    assert ordinary(seed, 60) != ordinary(seed + 1, 60)


@given(seeds, st.sampled_from(list(Attack)))
@example(36, Attack.QUIET)
@settings(max_examples=20)
def test_visits_come_in_order_and_hostile_ones_only_while_the_attack_lasts(seed: int, style: Attack) -> None:
    visits = schedule(seed, 90, 20, 50, style)
    assert [visit.at_s for visit in visits] == sorted(visit.at_s for visit in visits)
    hostile = [visit for visit in visits if visit.hostile]
    assert hostile[0].at_s == 20
    assert all(20 <= visit.at_s < 50 and visit.user.startswith("x-") for visit in hostile)
    assert all(visit.user.startswith("u-") and visit.kind == "ordinary" for visit in visits if not visit.hostile)


@given(seeds)
@settings(max_examples=20)
def test_no_ordinary_message_makes_the_bot_give_its_configuration_away(seed: int) -> None:
    used = {call.tool for visit in ordinary(seed, 300) for call in calls_of(visit.message)}
    assert not used & {"read_config", "send_email"}
    assert {"search_docs", "order_status", "refund"} <= used


def test_a_loud_attack_gets_what_it_wants_and_a_quiet_one_asks_in_ordinary_words() -> None:
    loud = {call.tool for visit in attack(1, 0, 60, Attack.LOUD) for call in calls_of(visit.message)}
    quiet = {call.tool for visit in attack(1, 0, 60, Attack.QUIET) for call in calls_of(visit.message)}
    assert {"read_config", "send_email"} <= loud
    assert quiet == {"order_status"}
    assert {visit.kind for visit in attack(1, 0, 60, Attack.LOUD)} == {"probe", "obfuscated", "override"}


@pytest.mark.parametrize("style", list(Attack))
def test_an_attack_grows(style: Attack) -> None:
    visits = attack(3, 0, 60, style)
    early, late = (sum(1 for v in visits if low <= v.at_s < low + 10) for low in (0, 50))
    assert late > 1.5 * early


def test_most_people_come_now_and_then_and_a_few_often() -> None:
    visits = ordinary(5, 3600)
    counts = sorted((sum(1 for v in visits if v.user == f"u-{n:02d}") for n in range(USERS)), reverse=True)
    assert counts[0] > 3 * counts[-1]
    assert len(visits) == pytest.approx(1.5 * 3600, rel=0.1)
