"""What is normal for one bot: ready when enough is known, honest about what it was trained on."""

from __future__ import annotations

import numpy as np

from warroom.detect.baseline import KEPT, Baseline
from warroom.detect.features import feature_list
from warroom.detect.fit import fit

FEATURES = feature_list(rules=True)


def filled(rows: int, needed: int = 20) -> Baseline:
    baseline = Baseline(FEATURES, needed)
    chance = np.random.default_rng(0)
    for _ in range(rows):
        baseline.add(chance.normal(2.0, 0.2, len(FEATURES)))
    return baseline


def test_it_is_ready_when_enough_windows_are_known() -> None:
    assert not filled(19).ready
    assert filled(20).ready


def test_an_odd_window_is_rarer_than_a_usual_one_with_and_without_the_forest() -> None:
    baseline = filled(200)
    usual, odd = np.full(len(FEATURES), 2.0), np.full(len(FEATURES), 4.0)
    without = baseline.judge(odd)
    assert without.forest_p is None
    assert without.p < 0.01 < baseline.judge(usual).p
    baseline.adopt(fit(baseline.matrix(), [feature.name for feature in FEATURES], 0))
    judged = baseline.judge(odd)
    assert judged.forest_p is not None
    assert judged.forest_p < 0.1
    assert judged.p < 0.01


def test_the_forest_is_trained_on_every_second_window_only() -> None:
    assert len(filled(200).matrix()) == 100


def test_old_windows_make_room_for_new_ones() -> None:
    assert len(filled(KEPT + 50)) == KEPT


def test_how_often_rules_hit_in_quiet_times_is_counted_with_one_more() -> None:
    baseline = Baseline(FEATURES, 10)
    for hit in [0.0] * 98 + [1.0]:
        row = np.zeros(len(FEATURES))
        row[-1] = hit
        baseline.add(row)
    assert baseline.rule_p() == 2 / 100


def test_no_chance_is_told_while_too_little_is_learned() -> None:
    baseline = Baseline(FEATURES, 10)
    for told in (1.0, 1 / 11):
        for _ in range(9 if told == 1.0 else 1):
            baseline.add(np.zeros(len(FEATURES)))
        assert baseline.rule_p() == told
