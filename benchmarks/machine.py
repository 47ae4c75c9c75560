"""What a result was measured on: machine, load and versions, written beside every figure."""

from __future__ import annotations

import json
import os
import platform
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"


def surroundings() -> dict[str, Any]:
    """Return the machine, its load and the versions that matter."""
    return {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": {"system": platform.platform(), "cores": os.cpu_count(), "load": os.getloadavg()},
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("warroom", "textual", "numpy", "scikit-learn", "msgspec")},
        },
    }


def keep(name: str, result: dict[str, Any], *, whole: bool = True) -> None:
    """Print one JSON object and, when the `whole` benchmark ran, keep it in results/NAME.json."""
    text = json.dumps({"benchmark": name, **surroundings(), **result}, indent=1)
    if whole:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.json").write_text(text + "\n")
    print(text)
