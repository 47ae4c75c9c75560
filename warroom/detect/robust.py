"""Robust z-scores: how far a window is from the bot's median, in units of its usual spread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from warroom.detect.features import Feature, Vector

Matrix = NDArray[np.float64]

TOP = 3
"""Features summed to the raw score: an attack moves a few, noise moves one."""
_MAD_TO_SIGMA = 1.4826
_FLOOR_LOG = 0.10
_FLOOR_SHARE = 0.03
"""Least spread: a feature that never moved must not make the first small move infinite."""


class Robust:
    """Median and spread of normal windows; `z` and `score` take shape (features,) or (windows, features)."""

    def __init__(self, normal: Matrix, features: list[Feature]) -> None:
        self.median: Vector = np.median(normal, axis=0)
        spread = _MAD_TO_SIGMA * np.median(np.abs(normal - self.median), axis=0)
        floor = np.array([_FLOOR_LOG if feature.log else _FLOOR_SHARE for feature in features])
        # Rare things (errors, denials) have a MAD of zero; their standard deviation says more.
        self.spread: Vector = np.maximum(np.maximum(spread, 0.7 * normal.std(axis=0)), floor)
        self.low: Vector = np.percentile(normal, 5, axis=0)
        self.high: Vector = np.percentile(normal, 95, axis=0)

    def z(self, values: Matrix) -> Matrix:
        """Return signed z-scores of the same shape."""
        result: Matrix = (values - self.median) / self.spread
        return result

    def score(self, values: Matrix) -> Matrix:
        """Return the sum of the largest |z| of each window, shape (windows,)."""
        size = np.sort(np.abs(self.z(np.atleast_2d(values))), axis=1)
        total: Matrix = size[:, -TOP:].sum(axis=1)
        return total
