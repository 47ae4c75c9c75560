"""Training happens in a worker process; what goes wrong there is said and the watch goes on."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from warroom.core.settings import DetectSettings
from warroom.detect.bot_detector import BotDetector
from warroom.detect.features import feature_list
from warroom.engine.trainer import TrainingFailed, train


def detector(rows: int) -> BotDetector:
    made = BotDetector("support", DetectSettings(learn_windows=10))
    chance = np.random.default_rng(1)
    for _ in range(rows):
        made._baseline.add(chance.normal(1.0, 0.2, len(feature_list(rules=True))))
    return made


async def test_a_forest_comes_back_from_the_worker_and_this_process_never_loads_scikit_learn() -> None:
    before = "sklearn" in sys.modules
    forest = await train(detector(60), seed=3)
    assert len(forest.roots) == 100
    assert forest.sha256 == (await train(detector(60), seed=3)).sha256
    assert ("sklearn" in sys.modules) == before


async def test_too_little_to_learn_from_is_said_in_the_workers_words() -> None:
    with pytest.raises(TrainingFailed, match="cannot be used"):
        await train(detector(4))
