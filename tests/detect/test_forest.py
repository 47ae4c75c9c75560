"""The numpy forest scores as scikit-learn does."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

from warroom.detect.fit import fit


@pytest.mark.parametrize(("rows", "columns", "seed"), [(60, 3, 0), (400, 25, 1), (1000, 8, 2)])
def test_scores_equal_those_of_scikit_learn(rows: int, columns: int, seed: int) -> None:
    chance = np.random.default_rng(seed)
    normal = chance.normal(size=(rows, columns))
    seen = np.vstack([normal[:50], chance.normal(3.0, 2.0, size=(50, columns))])
    forest = fit(normal, [f"f{n}" for n in range(columns)], seed)
    model = IsolationForest(n_estimators=100, max_samples=min(256, rows), random_state=seed).fit(normal)
    assert np.allclose(forest.score_samples(seen), model.score_samples(seen), rtol=0, atol=1e-12)


def test_what_is_far_away_scores_lower_than_what_is_usual() -> None:
    normal = np.random.default_rng(3).normal(size=(300, 4))
    forest = fit(normal, list("abcd"), 0)
    far = forest.score_samples(np.full((1, 4), 9.0))[0]
    assert far < forest.score_samples(normal).min()


def test_equal_forests_have_equal_hashes_and_other_names_another() -> None:
    normal = np.random.default_rng(4).normal(size=(100, 2))
    assert fit(normal, ["a", "b"], 0).sha256 == fit(normal, ["a", "b"], 0).sha256
    assert fit(normal, ["a", "b"], 0).sha256 != fit(normal, ["a", "c"], 0).sha256
