"""The console through a pty: first paint with a running engine, and what an idle room costs.

./run bench console --harness PATH     PATH is a pty harness with the verbs `startup` and `idle` (ttybench)
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from machine import keep

WARROOM = [sys.executable, "-m", "warroom"]


def measure(harness: Path, verb: str, folder: Path, words: list[str], *options: str) -> list[dict[str, Any]]:
    """Run one measurement of the harness and return its runs."""
    out = folder / f"{verb}.json"
    command = [sys.executable, str(harness), verb, "--dir", str(folder), "--json", str(out), *options, "--", *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    found = json.loads(out.read_text())
    return found if isinstance(found, list) else found.get("runs", [found])


def median_of(runs: list[dict[str, Any]], name: str) -> float | None:
    """Return the median of one figure over runs; None when the harness does not give it."""
    values = [run[name] for run in runs if isinstance(run.get(name), int | float)]
    return round(statistics.median(values), 4) if values else None


def main() -> int:
    """Measure and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--harness", type=Path, required=True)
    parser.add_argument("--repeat", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.environ["XDG_STATE_HOME"] = str(folder / "state")
        os.environ["XDG_RUNTIME_DIR"] = str(folder)
        log = folder / "bot.log"
        log.write_text("".join(f"INFO:root:Event logged: seq={n:010d}\n" for n in range(2000)))
        engine = subprocess.Popen([*WARROOM, "engine", "--room", "bench", str(log)], start_new_session=True)
        try:
            while subprocess.run([*WARROOM, "status", "bench"], capture_output=True, check=False).returncode:
                time.sleep(0.1)
            attach = [*WARROOM, "attach", "bench"]
            start = measure(args.harness, "startup", folder, attach, "--repeat", str(args.repeat))
            less = measure(args.harness, "startup", folder, ["less", str(log)], "--repeat", str(args.repeat))
            idle = measure(args.harness, "idle", folder, attach, "--seconds", "30", "--repeat", "3")
        finally:
            engine.terminate()
            engine.wait()
    keep(
        "console",
        {
            "command": f"attach: {shlex.join(attach[1:])}",
            "first_paint_s": median_of(start, "paint_s"),
            "ready_s": median_of(start, "ready_s"),
            "rss_mb": median_of(start, "rss_mb"),
            "idle_bytes_s": median_of(idle, "idle_Bps"),
            "idle_cpu_percent": median_of(idle, "idle_cpu"),
            "less_first_paint_s": median_of(less, "paint_s"),
            "startup_runs": start,
            "idle_runs": idle,
        },
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
