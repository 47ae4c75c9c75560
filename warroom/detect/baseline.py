"""What is normal for one bot: its windows so far, the detectors built on them and their calibration."""

from __future__ import annotations

from collections import deque

import msgspec
import numpy as np

from warroom.detect.calibrate import Ranks, fuse
from warroom.detect.features import Feature, Vector
from warroom.detect.forest import Forest
from warroom.detect.robust import Matrix, Robust

KEPT = 2000
"""Normal windows kept; older ones make room."""
_REFRESH = 60
"""New normal windows after which the calibration is made anew."""


class Judgement(msgspec.Struct, frozen=True):
    """What the detectors say of one window."""

    p: float
    z: Vector
    forest_p: float | None


class Baseline:
    """Normal windows of a bot. `judge` may be called once `ready`."""

    def __init__(self, features: list[Feature], needed: int) -> None:
        self.features = features
        self.needed = needed
        self.forest: Forest | None = None
        self._rows: deque[Vector] = deque(maxlen=KEPT)
        self._since = 0
        self.robust: Robust | None = None
        self._robust_ranks: Ranks | None = None
        self._forest_ranks: Ranks | None = None
        self._fused_ranks: Ranks | None = None
        self._fresh = next((n for n, feature in enumerate(features) if feature.name == "fresh_min"), 0)
        self._fresh_ranks: Ranks | None = None

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def ready(self) -> bool:
        """Whether there are enough normal windows."""
        return len(self._rows) >= self.needed

    def add(self, row: Vector) -> None:
        """Take one more normal window."""
        self._rows.append(row)
        self._since += 1

    def matrix(self) -> Matrix:
        """Return the rows that a forest is trained on: every second one; the others calibrate it honestly."""
        rows = np.array(self._rows)
        return Robust(rows, self.features).filled(rows)[::2]

    def rule_p(self) -> float:
        """Return how often windows of this bot's normal hold a rule hit, with one more counted on either side.

        1 while too little is learned to say.
        """
        if not self.ready:
            return 1.0
        column = next((n for n, feature in enumerate(self.features) if feature.rules), None)
        hit = 0 if column is None else sum(1 for row in self._rows if row[column] > 0)
        return (hit + 1) / (len(self._rows) + 1)

    def adopt(self, forest: Forest) -> None:
        """Use a trained forest from now on."""
        self.forest = forest
        self._since = _REFRESH

    def judge(self, row: Vector) -> Judgement:
        """Return how odd a window is."""
        robust = self._refreshed()
        assert self._robust_ranks is not None
        assert self._fused_ranks is not None
        assert self._fresh_ranks is not None
        forest_p = None
        ps = [self._robust_ranks.p(float(robust.score(row)[0])), self._fresh_ranks.p(float(row[self._fresh]))]
        if self.forest is not None and self._forest_ranks is not None:
            forest_p = self._forest_ranks.p(float(-self.forest.score_samples(robust.filled(row))[0]))
            ps.append(forest_p)
        return Judgement(self._fused_ranks.p(fuse(ps)), robust.z(row), forest_p)

    def _refreshed(self) -> Robust:
        if self.robust is not None and self._since < _REFRESH:
            return self.robust
        self._since = 0
        rows = np.array(self._rows)
        robust = self.robust = Robust(rows, self.features)
        raws = robust.score(rows)
        ranks = self._robust_ranks = Ranks(raws)
        fresh = self._fresh_ranks = Ranks(rows[:, self._fresh])
        held_out = np.zeros(len(rows), dtype=bool)
        held_out[1::2] = True
        per_window = [
            [ranks.p(float(raw)), fresh.p(float(new))] for raw, new in zip(raws, rows[:, self._fresh], strict=True)
        ]
        if self.forest is not None:
            odd = -self.forest.score_samples(robust.filled(rows))
            forest = self._forest_ranks = Ranks(odd[held_out])
            for ps, raw in zip(per_window, odd, strict=True):
                ps.append(forest.p(float(raw)))
        self._fused_ranks = Ranks(np.array([fuse(ps) for ps in per_window])[held_out])
        return robust
