"""Probabilities fall as scores grow, scores rise as probabilities fall, and the threshold keeps its budget."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from warroom.detect.calibrate import Ranks, fuse, score_of, threshold

samples = st.lists(st.floats(-100, 100), min_size=2, max_size=80)


@given(samples, st.lists(st.floats(-1000, 1000), min_size=2, max_size=20))
def test_p_is_a_probability_and_never_rises_with_the_raw_score(normal: list[float], raws: list[float]) -> None:
    ranks = Ranks(np.array(normal))
    ps = [ranks.p(raw) for raw in sorted(raws)]
    assert all(0 < p <= 1 for p in ps)
    assert ps == sorted(ps, reverse=True)


@given(st.floats(1e-12, 1), st.floats(1e-12, 1))
def test_the_score_is_monotone_and_fifty_at_the_threshold(one: float, other: float) -> None:
    if one < other:
        assert score_of(one, 1e-4) >= score_of(other, 1e-4)
    assert 0 <= score_of(one, 1e-4) <= 100
    assert abs(score_of(1e-4, 1e-4) - 50) < 1e-9
    assert score_of(1.0, 1e-4) == 0


def test_one_odd_detector_is_enough_and_agreement_adds() -> None:
    assert fuse([1e-6, 1.0, 1.0]) > fuse([1e-3, 1e-3, 1e-3])
    assert fuse([1e-6, 1e-6, 1e-6]) > fuse([1e-6, 1.0, 1.0])


def test_ordinary_windows_seldom_look_rare() -> None:
    chance = np.random.default_rng(0)
    ranks = Ranks(chance.gamma(2.0, size=500))
    seen = [ranks.p(float(raw)) for raw in chance.gamma(2.0, size=20_000)]
    assert np.mean(np.array(seen) < 0.01) < 0.02
    assert np.mean(np.array(seen) < 1e-4) < 5e-4


def test_the_threshold_follows_the_budget_of_alarms() -> None:
    assert threshold(1.0, 5.0) == 5.0 / 86400
    assert threshold(2.0, 5.0) > threshold(1.0, 5.0)
    assert threshold(1e9, 5.0) == 0.01
    assert threshold(0.0, 5.0) == 1e-6
