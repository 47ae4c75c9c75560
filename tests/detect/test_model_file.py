"""A model file can run nothing, and one that was changed is refused."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from warroom.detect.fit import fit
from warroom.detect.model_file import ModelRefused, load_forest, save_forest

FOREST = fit(np.random.default_rng(0).normal(size=(60, 2)), ["a", "b"], 0)


def test_a_saved_forest_comes_back_equal(tmp_path: Path) -> None:
    save_forest(FOREST, tmp_path / "m.npz")
    back = load_forest(tmp_path / "m.npz")
    assert back.sha256 == FOREST.sha256
    rows = np.random.default_rng(1).normal(size=(9, 2))
    assert np.array_equal(back.score_samples(rows), FOREST.score_samples(rows))


class _Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("raise SystemExit('the model ran')",))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"x" * 1000, pickle.dumps(_Bomb())])
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.npz"
    path.write_bytes(content)
    with pytest.raises(ModelRefused):
        load_forest(path)


def test_a_changed_array_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    save_forest(FOREST, path)
    with np.load(path) as data:
        arrays = {name: data[name] for name in data.files}
    arrays["threshold"] = arrays["threshold"] + 1e-9
    np.savez(path, **arrays)
    with pytest.raises(ModelRefused, match="manifest"):
        load_forest(path)


def test_an_object_array_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    np.savez(path, manifest=np.array([_Bomb()], dtype=object))
    with pytest.raises(ModelRefused):
        load_forest(path)
