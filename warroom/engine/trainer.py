"""Training in a worker process: scikit-learn is imported there and nowhere else."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import numpy as np

from warroom.detect.bot_detector import BotDetector
from warroom.detect.forest import Forest
from warroom.detect.model_file import load_forest

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
