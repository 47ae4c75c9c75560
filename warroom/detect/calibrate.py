"""From raw scores to probabilities under this bot's normal, and from those to 0-100.

The p of a score is its rank among the bot's own normal windows (a conformal p-value). Beyond the sample a rank says
nothing, so the tail above the 90th percentile is continued by an exponential fitted to the excesses: an extrapolation,
good for ordering and for a budget of alarms, not a measured frequency. Detectors are joined by the largest -log10 p
plus half the mean, and the joined score is calibrated once more, because joining is a detector too.
"""

from __future__ import annotations

import math

import numpy as np

from warroom.detect.robust import Matrix

_TAIL = 0.10
_LEAST_P = 1e-12


class Ranks:
    """The normal raw scores of one detector."""

    def __init__(self, normal: Matrix) -> None:
        self._sorted = np.sort(normal)
        self._start = float(np.quantile(self._sorted, 1.0 - _TAIL))
        excess = self._sorted[self._sorted > self._start] - self._start
        spread = float(self._sorted[-1] - self._sorted[0])
        # With few windows the mean excess is uncertain; a wider tail errs towards silence.
        mean = float(excess.mean()) if len(excess) else 0.0
        self._scale = max(mean, 0.05 * spread, 1e-9) * (1.0 + 2.0 / math.sqrt(max(1, len(excess))))

    def p(self, raw: float) -> float:
        """Return the probability of a raw score at least this large; falls as `raw` grows, within (0, 1]."""
        if raw > self._start:
            return max(_LEAST_P, _TAIL * math.exp(-(raw - self._start) / self._scale))
        at_least = len(self._sorted) - int(np.searchsorted(self._sorted, raw, side="left"))
        return max(_TAIL, min(1.0, (at_least + 1) / (len(self._sorted) + 1)))


def fuse(ps: list[float]) -> float:
    """Return the joined raw score of several detectors' p."""
    logs = [-math.log10(p) for p in ps]
    return max(logs) + 0.5 * sum(logs) / len(logs)


def score_of(p: float, threshold_p: float) -> float:
    """Return 0 to 100 for a probability: 0 at 1, 50 at the threshold, 100 at its square; grows as p falls."""
    return max(0.0, min(100.0, 50.0 * math.log10(max(p, _LEAST_P)) / math.log10(threshold_p)))


def threshold(alarms_per_day: float, hop_s: float) -> float:
    """Return the p at which a bot that is scored each `hop_s` seconds alarms about `alarms_per_day` times by chance."""
    return min(0.01, max(1e-6, alarms_per_day * hop_s / 86400.0))
