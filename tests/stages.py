"""What `./run test` does: format, lint, types, tests; all stages run, then a table says how each went.

`--all` adds the tests that are marked long. Further arguments go to pytest. With WARROOM_SKIPS_FILE set, the list of
skipped tests and their reasons is written there.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_SKIP = re.compile(r"^SKIPPED \[\d+\] (?P<place>[^:]+):\d+: (?P<reason>.*)$", re.MULTILINE)


def run(name: str, words: list[str], log: Path) -> tuple[str, bool, float]:
    """Run a stage, its output to the screen and to `log`; returns its name, whether it passed, and its seconds."""
    print(f"== {name}: {' '.join(words[2:] if words[1:2] == ['-m'] else words)}", flush=True)
    began = time.monotonic()
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as stage:
        assert stage.stdout is not None
        with log.open("a") as copy:
            for line in stage.stdout:
                sys.stdout.write(line)
                copy.write(line)
    return name, stage.returncode == 0, time.monotonic() - began


def skips_of(log: str) -> list[str]:
    """Return `file: reason` of each skipped test, sorted, once each."""
    return sorted({f"{found['place']}: {found['reason']}" for found in _SKIP.finditer(log)})


def main(argv: list[str]) -> int:
    """Run all stages; 0 when every one passed."""
    everything = "--all" in argv
    extra = [word for word in argv if word != "--all"]
    python = sys.executable
    marker = [] if everything else ["-m", "not long"]
    stages = {
        "format": [python, "-m", "ruff", "format", "--check", "."],
        "lint": [python, "-m", "ruff", "check", "."],
        "types": [python, "-m", "mypy"],
        "tests": [python, "-m", "pytest", "-q", "-n", "2", *marker, *extra],
    }
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        results = [run(name, words, log) for name, words in stages.items()]
        skips = skips_of(log.read_text())
    print("\nskipped:" if skips else "\nskipped: nothing")
    for skip in skips:
        print(f"  {skip}")
    for name, passed, seconds in results:
        print(f"{'ok    ' if passed else 'FAILED'} {name:8} {seconds:6.1f} s")
    if target := os.environ.get("WARROOM_SKIPS_FILE"):
        Path(target).write_text("".join(f"{skip}\n" for skip in skips))
    return 0 if all(passed for _, passed, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
