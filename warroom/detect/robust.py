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
    """Median and spread of normal windows; `z` and `score` take shape (features,) or (windows, features).

    What was not measured (NaN) says nothing of what is normal, and is taken as usual.
    """

    def __init__(self, normal: Matrix, features: list[Feature]) -> None:
        columns = [column[~np.isnan(column)] for column in normal.T]
        # What this bot never had at all is 0, so that its first one shows.
        columns = [column if column.size else np.zeros(1) for column in columns]
        self.median: Vector = np.array([np.median(column) for column in columns])
        off = [np.median(np.abs(column - middle)) for column, middle in zip(columns, self.median, strict=True)]
        floor = np.array([_FLOOR_LOG if feature.log else _FLOOR_SHARE for feature in features])
        # Rare things (errors, denials) have a MAD of zero; their standard deviation says more.
        wide = 0.7 * np.array([column.std() for column in columns])
        self.spread: Vector = np.maximum(np.maximum(_MAD_TO_SIGMA * np.array(off), wide), floor)
        low, high = np.array([np.percentile(column, (5, 95)) for column in columns]).T
        self.low: Vector = low
        self.high: Vector = high

    def z(self, values: Matrix) -> Matrix:
        """Return signed z-scores of the same shape."""
        result: Matrix = (self.filled(values) - self.median) / self.spread
        return result

    def filled(self, values: Matrix) -> Matrix:
        """Return values of the same shape with the usual one where there is no measurement."""
        result: Matrix = np.where(np.isnan(values), self.median, values)
        return result

    def score(self, values: Matrix) -> Matrix:
        """Return the sum of the largest |z| of each window, shape (windows,)."""
        size = np.sort(np.abs(self.z(np.atleast_2d(values))), axis=1)
        total: Matrix = size[:, -TOP:].sum(axis=1)
        return total
