"""Training in a worker process: scikit-learn is imported there and nowhere else."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np

from warroom.core.facts import Fact, ModelTrained
from warroom.core.ports import Clock
from warroom.detect.bot_detector import BotDetector
from warroom.detect.forest import Forest
from warroom.detect.model_file import load_forest
from warroom.engine.pipeline import BotWatch, Pipeline

_TIMEOUT_S = 120.0


class TrainingFailed(Exception):
    """The worker did not make a model; the message holds its last words."""


async def train(detector: BotDetector, *, seed: int = 0) -> Forest:
    """Return a forest fitted in a worker process to the detector's normal windows."""
    matrix, names = detector.training_matrix()
    with tempfile.TemporaryDirectory(prefix="warroom-train-") as folder:
        data, model = Path(folder) / "normal.npz", Path(folder) / "forest.npz"
        await asyncio.to_thread(np.savez, data, matrix=matrix, names=np.array(names))
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "warroom.detect.fit",
            str(data),
            str(model),
            "--seed",
            str(seed),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                _, words = await worker.communicate()
        except BaseException as error:
            if worker.returncode is None:
                worker.kill()
                await worker.wait()
            if isinstance(error, TimeoutError):
                raise TrainingFailed(f"training took longer than {_TIMEOUT_S:.0f} s") from error
            raise
        if worker.returncode != 0:
            raise TrainingFailed(words.decode("utf-8", "replace")[-500:])
        return await asyncio.to_thread(load_forest, model)


class Tutor:
    """Trains a forest for each bot that has enough normal windows. `fault` says what went wrong last, else empty."""

    def __init__(self, clock: Clock, pipeline: Pipeline, report: Callable[[Fact], Awaitable[None]]) -> None:
        self._clock = clock
        self._pipeline = pipeline
        self._report = report
        self.fault = ""

    async def train_for_ever(self) -> None:
        """Look each second whether a bot is ready."""
        while True:
            for watch in list(self._pipeline.bots.values()):
                if not watch.trained and watch.detector.ready_to_train():
                    await self._train(watch)
            await self._clock.sleep(1.0)

    async def _train(self, watch: BotWatch) -> None:
        matrix, _ = watch.detector.training_matrix()
        try:
            forest = await train(watch.detector)
        except TrainingFailed as error:
            self.fault = f"no forest for {watch.name}: {error}; the other detectors go on"
            watch.trained = "failed"
            return
        watch.detector.adopt(forest)
        watch.trained = forest.sha256
        await self._report(ModelTrained(watch.name, forest.sha256, len(matrix)))
