"""The training worker: a model or one clear line, never a traceback."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from warroom.detect.fit import average_path, fit
from warroom.detect.model_file import load_forest


def worker(data: Path, model: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "warroom.detect.fit", str(data), str(model), "--seed", "1"]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.long
def test_the_worker_writes_the_same_model_as_training_here(tmp_path: Path) -> None:
    matrix = np.random.default_rng(0).normal(size=(80, 3))
    np.savez(tmp_path / "data.npz", matrix=matrix, names=np.array(["a", "b", "c"]))
    done = worker(tmp_path / "data.npz", tmp_path / "model.npz")
    assert (done.returncode, done.stderr) == (0, "")
    assert load_forest(tmp_path / "model.npz").sha256 == fit(matrix, ["a", "b", "c"], 1).sha256


def _npy(path: Path) -> None:
    with path.open("wb") as out:
        np.save(out, np.zeros(3))


def _spoilt(how: object, id: str, *, long: bool = True) -> object:
    """Return one way to spoil a file; a process of its own looks at each, which takes a second."""
    return pytest.param(how, id=id, marks=pytest.mark.long if long else ())


@pytest.mark.parametrize(
    "spoil",
    [
        _spoilt(lambda path: None, "missing", long=False),
        _spoilt(lambda path: path.write_bytes(b""), "empty"),
        _spoilt(lambda path: path.write_bytes(b"garbage" * 100), "garbage"),
        _spoilt(lambda path: path.write_bytes(pickle.dumps({"matrix": [[1.0]]})), "pickle", long=False),
        _spoilt(_npy, "npy"),
        _spoilt(lambda path: np.savez(path, other=np.zeros(3)), "no matrix"),
        _spoilt(lambda path: np.savez(path, matrix=np.zeros((2, 3)), names=np.array(["a", "b", "c"])), "too few"),
        _spoilt(lambda path: np.savez(path, matrix=np.zeros((20, 3)), names=np.array(["a"])), "other names"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(tmp_path: Path, spoil: object) -> None:
    spoil(tmp_path / "data.npz")  # type: ignore[operator]  # a way to spoil a file
    done = worker(tmp_path / "data.npz", tmp_path / "model.npz")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "model.npz").exists()


def test_the_average_path_grows_with_the_sample() -> None:
    values = [average_path(count) for count in (0, 1, 2, 3, 10, 256)]
    assert values[:3] == [0.0, 0.0, 1.0]
    assert values == sorted(values)
