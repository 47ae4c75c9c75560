"""What time does to the console: a terminal that nobody reads for a minute, and its memory over minutes of a flood.

./run bench endurance [PART…] [--seconds N] [--minutes N] [--rate N]

A real engine and a console in a pty of 120x36, lnav on the same log in another where it is installed. Each line says
when it was written, so the age of the newest line on the screen is known at any moment.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from machine import keep

from tests.stories.terminal import Terminal

ROOT = Path(__file__).resolve().parent.parent
SIZE = (120, 36)
WARM_S = 10.0
CURRENT_S = 1.0
"""Age of the newest line on the screen under which a program is current."""
PATIENCE_S = 60.0
SAMPLE_S = 5.0
SETTLED_S = 30.0
"""Time of a flood after which buffers are full and memory should stand still."""
WRITER = """
import sys, time
path, rate = sys.argv[1], int(sys.argv[2])
began, written = time.monotonic(), 0
with open(path, "a") as log:
    while True:
        due = int((time.monotonic() - began) * rate)
        log.write("".join(f"INFO:root:Event logged: at={time.monotonic():.3f} request {n} answered\\n"
                          for n in range(written, due)))
        log.flush()
        written = due
        time.sleep(0.01)
"""
_AT = re.compile(r"at=(\d+\.\d+)")


class Bench:
    """A folder with a log, an engine on it, and the programs that show it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "bot.log"
        self.log.write_text(f"INFO:root:Event logged: at={time.monotonic():.3f} the first\n")
        self.environment = {
            **os.environ,
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_RUNTIME_DIR": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
        }

    def warroom(self, *words: str) -> list[str]:
        """Return a command of ours."""
        return [sys.executable, "-m", "warroom", *words]

    @contextmanager
    def engine(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run the engine."""
        words = self.warroom("engine", "--room", "bench", str(self.log))
        with subprocess.Popen(words, env=self.environment, stderr=subprocess.DEVNULL, start_new_session=True) as engine:
            ask = self.warroom("status", "bench")
            while subprocess.run(ask, env=self.environment, capture_output=True, check=False).returncode:
                time.sleep(0.1)
            try:
                yield engine
            finally:
                engine.terminate()
                engine.wait()

    @contextmanager
    def writing(self, rate: int) -> Iterator[None]:
        """Write lines all the while."""
        with subprocess.Popen([sys.executable, "-c", WRITER, str(self.log), str(rate)]) as writer:
            try:
                yield
            finally:
                writer.kill()

    def terminal(self, words: Sequence[str]) -> Terminal:
        """Run a program in a terminal of its own."""
        return Terminal(words, SIZE, self.environment, self.folder)


def age_s(terminal: Terminal) -> float:
    """Return the age of the newest line on the screen."""
    seen = [float(text) for text in _AT.findall(terminal.text())]
    return time.monotonic() - max(seen, default=0.0)


def look_until_current(terminal: Terminal) -> float:
    """Read until the newest line on the screen is young enough; returns the seconds that took."""
    began = time.monotonic()
    while age_s(terminal) > CURRENT_S:
        if time.monotonic() - began > PATIENCE_S:
            return PATIENCE_S
        terminal.look(0.01)
    return time.monotonic() - began


def unread(bench: Bench, words: Sequence[str], seconds: float, page: str = "") -> dict[str, Any]:
    """Leave a terminal unread for a while; say how long the program takes to be current again, and its memory."""
    with bench.terminal(words) as terminal:
        terminal.see("at=")
        terminal.press(*page)
        look_until_current(terminal)
        terminal.quiet(WARM_S)
        process = psutil.Process(terminal.pid)
        before = process.memory_info().rss
        time.sleep(seconds)
        grown = process.memory_info().rss - before
        sent = len(terminal.written)
        current = look_until_current(terminal)
        return {
            "current_again_s": round(current, 3),
            "bytes_until_then": len(terminal.written) - sent,
            "rss_growth_mb": round(grown / 1e6, 2),
        }


def behind_s(bench: Bench) -> float:
    """Return how old the newest line is that the engine has read."""
    said = subprocess.run(
        bench.warroom("status", "bench", "--json"), env=bench.environment, capture_output=True, check=True
    )
    [source] = json.loads(said.stdout)["sources"]
    return float(source["last_line_age_s"])


def unread_part(bench: Bench, seconds: float, rate: int) -> dict[str, Any]:
    """Measure what nobody reads."""
    found: dict[str, Any] = {"seconds": seconds, "lines_per_s": rate}
    with bench.engine(), bench.writing(rate):
        found["warroom"] = unread(bench, bench.warroom("attach", "bench"), seconds, "5")
        found["engine_newest_line_age_s"] = round(statistics.median(behind_s(bench) for _ in range(5)), 3)
    if shutil.which("lnav"):
        with bench.writing(rate):
            found["lnav"] = unread(bench, ["lnav", str(bench.log)], seconds)
    return found


def slope_mb_min(samples: Sequence[tuple[float, float]]) -> float:
    """Return the slope of memory over time by least squares; samples are seconds and megabytes."""
    times, sizes = zip(*samples, strict=True)
    return round(60 * statistics.linear_regression(times, sizes).slope, 3)


def grown(bench: Bench, words: Sequence[str], seconds: float, page: str = "") -> dict[str, Any]:
    """Show a flood for a while; return memory at its begin, its end and its slope once it has settled."""
    with bench.terminal(words) as terminal:
        terminal.see("at=")
        terminal.press(*page)
        process, began = psutil.Process(terminal.pid), time.monotonic()
        samples: list[tuple[float, float]] = []
        while (spent := time.monotonic() - began) < seconds:
            samples.append((spent, process.memory_info().rss / 1e6))
            terminal.quiet(SAMPLE_S)
        settled = [sample for sample in samples if sample[0] >= min(SETTLED_S, seconds / 2)]
        return {
            "rss_mb": [round(samples[0][1], 1), round(samples[-1][1], 1)],
            "rss_mb_most": round(max(size for _, size in samples), 1),
            "slope_mb_min": slope_mb_min(settled),
        }


def memory_part(bench: Bench, seconds: float, rate: int) -> dict[str, Any]:
    """Measure memory in a flood."""
    found: dict[str, Any] = {"seconds": seconds, "lines_per_s": rate}
    with bench.engine(), bench.writing(rate):
        found["warroom"] = grown(bench, bench.warroom("attach", "bench"), seconds, "5")
    return found


def main() -> int:
    """Measure and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", default=["unread", "memory"], metavar="PART", help="unread, memory")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--rate", type=int, default=1000)
    args = parser.parse_args()
    result: dict[str, Any] = {}
    for name in args.parts:
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder))
            if name == "unread":
                result[name] = unread_part(bench, args.seconds, args.rate)
            else:
                result[name] = memory_part(bench, args.minutes * 60, args.rate)
    keep("endurance", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
