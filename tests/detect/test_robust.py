"""Distance from the bot's median in units of its usual spread."""

from __future__ import annotations

import numpy as np

from warroom.detect.features import feature_list
from warroom.detect.robust import Robust

FEATURES = feature_list(rules=False)
NORMAL = np.random.default_rng(0).normal(2.0, 0.3, size=(200, len(FEATURES)))


def test_the_usual_scores_low_and_the_unusual_high() -> None:
    robust = Robust(NORMAL, FEATURES)
    odd = NORMAL[0].copy()
    odd[1] += 5.0
    assert robust.score(odd)[0] > robust.score(NORMAL).max()
    assert abs(float(robust.z(robust.median).sum())) < 1e-9


def test_outliers_in_the_history_do_not_widen_the_normal_much() -> None:
    spoiled = NORMAL.copy()
    spoiled[:4] += 50.0
    odd = NORMAL[10] + 3.0
    assert Robust(spoiled, FEATURES).z(odd)[0] > 0.3


def test_a_feature_that_never_moved_makes_no_small_step_infinite() -> None:
    flat = np.ones((50, len(FEATURES)))
    assert np.isfinite(Robust(flat, FEATURES).score(flat[0] + 0.01)).all()
    assert Robust(flat, FEATURES).score(flat[0] + 0.01)[0] < 3.0


def test_rows_score_as_they_do_alone() -> None:
    robust = Robust(NORMAL, FEATURES)
    assert np.allclose(robust.score(NORMAL[:5]), [robust.score(row)[0] for row in NORMAL[:5]])


def test_what_was_not_measured_is_as_usual_and_says_nothing_of_what_is_normal() -> None:
    gaps = NORMAL.copy()
    gaps[::2, 0] = np.nan
    robust = Robust(gaps, FEATURES)
    assert robust.median[0] == np.median(NORMAL[1::2, 0])
    assert robust.z(gaps[:2])[0, 0] == 0.0
    assert np.array_equal(robust.filled(gaps)[1::2], NORMAL[1::2])
    never = NORMAL.copy()
    never[:, 0] = np.nan
    first = never[0].copy()
    first[0] = 5.0
    assert Robust(never, FEATURES).z(first)[0] > 10
