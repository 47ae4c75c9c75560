"""What `./run test` does: format, lint, types, tests; all stages run, then a table says how each went.

`--all` adds the tests that are marked long and gives each more time. Further arguments go to pytest. With
WARROOM_SKIPS_FILE set, the list of skipped tests and their reasons is written there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LONG_TIMEOUT_S = 600


class Result(NamedTuple):
    """How one stage went."""

    stage: str
    passed: bool
    seconds: float


def stages(everything: bool, extra: list[str]) -> dict[str, list[str]]:
    """Return the words of each stage after `python -m`, in order."""
    chosen = ["--timeout", str(LONG_TIMEOUT_S)] if everything else ["-m", "not long"]
    return {
        "format": ["ruff", "format", "--check", "."],
        "lint": ["ruff", "check", "."],
        "types": ["mypy"],
        "tests": ["pytest", "-q", "-n", "2", "--dist", "worksteal", *chosen, *extra],
    }


def run(stage: str, words: list[str], skips: Path) -> Result:
    """Run one stage with its output on the screen."""
    print(f"== {stage}: {' '.join(words)}", flush=True)
    began = time.monotonic()
    environment = {**os.environ, "WARROOM_SKIPS_FILE": str(skips)}
    code = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, env=environment).returncode
    return Result(stage, code == 0, time.monotonic() - began)


def main(argv: list[str]) -> int:
    """Run all stages; 0 when every one passed."""
    extra = [word for word in argv if word != "--all"]
    with tempfile.TemporaryDirectory() as folder:
        skips = Path(os.environ.get("WARROOM_SKIPS_FILE", f"{folder}/skips"))
        results = [run(stage, words, skips) for stage, words in stages("--all" in argv, extra).items()]
        skipped = skips.read_text() if skips.exists() else ""
    print("\nskipped:" if skipped else "\nskipped: nothing")
    for line in skipped.splitlines():
        print(f"  {line}")
    for result in results:
        print(f"{'ok' if result.passed else 'FAILED':6} {result.stage:8} {result.seconds:6.1f} s")
    return 0 if all(result.passed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
