"""Training of the isolation forest: the one module that imports scikit-learn, run in a process of its own.

python -m warroom.detect.fit DATA.npz MODEL.npz --seed N
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from pathlib import Path

import numpy as np
from sklearn.ensemble import IsolationForest

from warroom.detect.forest import Forest
from warroom.detect.model_file import save_forest
from warroom.detect.robust import Matrix

TREES = 100
SAMPLE = 256
"""Rows that each tree sees."""


def average_path(count: float) -> float:
    """Return c(n): the average path length of an unsuccessful search in a tree of n rows."""
    if count <= 1:
        return 0.0
    if count <= 2:
        return 1.0
    return float(2.0 * (np.log(count - 1.0) + np.euler_gamma) - 2.0 * (count - 1.0) / count)


def fit(matrix: Matrix, names: list[str], seed: int) -> Forest:
    """Return a forest trained on normal windows (windows, features); ValueError when there is nothing to learn from."""
    if matrix.ndim != 2 or matrix.shape[1] != len(names) or len(matrix) < 8:
        raise ValueError(f"a matrix of shape {matrix.shape} does not fit {len(names)} features and at least 8 rows")
    model = IsolationForest(n_estimators=TREES, max_samples=min(SAMPLE, len(matrix)), random_state=seed)
    model.fit(matrix)
    roots: list[int] = []
    columns: list[list[Matrix]] = [[], [], [], [], []]
    deepest = start = 0
    for tree in model.estimators_:
        nodes = tree.tree_
        roots.append(start)
        here = np.arange(nodes.node_count, dtype=np.int32)
        leaf = nodes.children_left < 0
        depth = np.zeros(nodes.node_count)
        for parent in here[~leaf]:
            depth[[nodes.children_left[parent], nodes.children_right[parent]]] = depth[parent] + 1
        unsplit = np.array([average_path(count) for count in nodes.n_node_samples])
        columns[0].append(np.where(leaf, 0, nodes.feature))
        columns[1].append(np.where(leaf, 0.0, nodes.threshold))
        columns[2].append(np.where(leaf, here, nodes.children_left) + start)
        columns[3].append(np.where(leaf, here, nodes.children_right) + start)
        columns[4].append(depth + unsplit)
        deepest = max(deepest, int(depth.max()))
        start += nodes.node_count
    feature, threshold, left, right, path = (np.concatenate(column) for column in columns)
    return Forest(
        names=names,
        roots=np.array(roots, dtype=np.int32),
        depth=deepest,
        feature=feature.astype(np.int32),
        threshold=threshold.astype(np.float64),
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        path=path.astype(np.float64),
        normal_path=average_path(float(model.max_samples_)),
    )


def main(argv: list[str]) -> int:
    """Train from a file to a file; exit code 2 with one line when the input is bad."""
    parser = argparse.ArgumentParser(prog="warroom.detect.fit")
    parser.add_argument("data", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(argv)
    try:
        data = np.load(args.data, allow_pickle=False)
        if not isinstance(data, np.lib.npyio.NpzFile):
            raise ValueError("it is no npz file")
        with data:
            matrix, names = data["matrix"], [str(name) for name in data["names"]]
        forest = fit(matrix, names, args.seed)
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        sys.stderr.write(f"training data cannot be used: {error}\n")
        return 2
    save_forest(forest, args.model)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
