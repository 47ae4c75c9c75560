"""Forests on disk: npz arrays and a JSON manifest inside; never pickle, so a model file can run nothing."""

from __future__ import annotations

import zipfile
from pathlib import Path

import msgspec
import numpy as np

from warroom.detect.forest import Forest

_ARRAYS = ("roots", "feature", "threshold", "left", "right", "path")


class ModelRefused(Exception):
    """The file is no forest, or not the one that its manifest names."""


class _Manifest(msgspec.Struct, frozen=True):
    schema: str
    names: list[str]
    depth: int
    normal_path: float
    sha256: str


def save_forest(forest: Forest, path: Path) -> None:
    """Write a forest to a file."""
    manifest = _Manifest("warroom/forest@1", forest.names, forest.depth, forest.normal_path, forest.sha256)
    content = np.frombuffer(msgspec.json.encode(manifest), dtype=np.uint8)
    arrays = {name: getattr(forest, name) for name in _ARRAYS}
    with path.open("wb") as out:
        np.savez_compressed(out, manifest=content, **arrays)


def load_forest(path: Path) -> Forest:
    """Return the forest of a file; ModelRefused when it is none or was changed, OSError when it cannot be read."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            manifest = msgspec.json.decode(data["manifest"].tobytes(), type=_Manifest)
            arrays = {name: data[name] for name in _ARRAYS}
    except (KeyError, ValueError, EOFError, zipfile.BadZipFile, msgspec.DecodeError) as error:
        raise ModelRefused(f"{path}: {error}") from error
    forest = Forest(names=manifest.names, depth=manifest.depth, normal_path=manifest.normal_path, **arrays)
    if forest.sha256 != manifest.sha256:
        raise ModelRefused(f"{path}: its content does not fit its manifest")
    return forest
