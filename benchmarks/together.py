"""Two people in one room: how long until the act of one is on the other's screen, at rest and in a flood.

./run bench together [--acts N] [--rate N] [--tree DIR]

A real engine and two real consoles, each in a pty of 120x36. One person writes notes; the other's screen is watched,
once on the incident page, once on the board with the stream beside it. `--tree` measures another checkout.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from lines import pacing
from machine import keep

from tests.stories.terminal import Terminal

ROOT = Path(__file__).resolve().parent.parent
SIZE = (120, 36)
REST_S = 8.0
LIMIT_S = 5.0
_LOST = LIMIT_S * 1000


class Room:
    """An engine, and the consoles of ana, who acts, and ben, who looks."""

    def __init__(self, folder: Path, tree: Path) -> None:
        self.folder, self.log = folder, folder / "support.log"
        self.log.touch()
        self.environment = {
            **os.environ,
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_RUNTIME_DIR": str(folder),
            "HOME": str(folder),
            "PYTHONPATH": str(tree),
        }
        self.engine = subprocess.Popen(
            self.words("ana", "engine", "--room", "bench", str(self.log)),
            env=self.environment,
            cwd=tree,
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )
        while self.call("status", "bench").returncode:
            time.sleep(0.1)
        opened = ("--bot", "support", "--playbook", "prompt-injection", "--title", "two people")
        assert self.call("incident", "open", "--room", "bench", *opened).returncode == 0
        self.ana, self.ben = (self.console(who) for who in ("ana", "ben"))

    def words(self, who: str, *words: str) -> list[str]:
        """Return a command of somebody."""
        return [sys.executable, "-m", "warroom", "--as", who, *words]

    def call(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """Run a verb."""
        return subprocess.run(
            self.words("ana", *words), env=self.environment, cwd=self.folder, capture_output=True, check=False
        )

    def console(self, who: str) -> Terminal:
        """Attach a console."""
        terminal = Terminal(self.words(who, "attach", "bench"), SIZE, self.environment, self.folder)
        terminal.see("? help")
        return terminal

    def look(self, seconds: float) -> None:
        """Read both terminals for a while."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.ana.look(0.005)
            self.ben.look(0.005)

    def pages(self, ana: str, ben: str) -> None:
        """Press a key in each console and wait until all is drawn."""
        self.ana.press(ana)
        self.ben.press(ben)
        self.look(2.0)

    def act(self) -> float:
        """Let ana write a note; return the milliseconds until ben sees it."""
        token = "".join(random.choices(string.ascii_lowercase, k=10))
        self.ana.press("t")
        self._until(self.ana, "Note for INC-001")
        self.ana.press(token)
        self._until(self.ana, token)
        self.look(random.uniform(0.05, 0.35))
        begun = time.monotonic()
        self.ana.press("enter")
        took = self._until(self.ben, token, begun)
        while "Note for INC-001" in self.ana.text():
            self.look(0.01)
        return took

    def _until(self, whose: Terminal, words: str, begun: float | None = None) -> float:
        begun = time.monotonic() if begun is None else begun
        other = self.ana if whose is self.ben else self.ben
        while words not in whose.text():
            if time.monotonic() - begun > LIMIT_S:
                print(f"{words!r} did not come:\n{whose.text()}\n{other.text()}", file=sys.stderr)
                return _LOST
            other.look()
            whose.look(0.004)
        return (time.monotonic() - begun) * 1000

    def cost(self, seconds: float) -> dict[str, float]:
        """Return what both processes that matter take while nobody acts: ben's console and the engine."""
        console, engine = psutil.Process(self.ben.pid), psutil.Process(self.engine.pid)
        before = [_spent(console), _spent(engine), float(len(self.ben.written))]
        begun = time.monotonic()
        self.look(seconds)
        took = time.monotonic() - begun
        after = [_spent(console), _spent(engine), float(len(self.ben.written))]
        names = ("console_cpu_percent", "engine_cpu_percent", "console_Bps")
        scale = (100.0, 100.0, 1.0)
        return {n: round(s * (b - a) / took, 1) for n, s, a, b in zip(names, scale, before, after, strict=True)}

    def close(self) -> None:
        """End everything."""
        for terminal in (self.ana, self.ben):
            terminal.__exit__(None, None, None)
        self.engine.terminate()
        self.engine.wait()


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def summary(samples: Sequence[float]) -> dict[str, float]:
    """Return the quantiles of some times in milliseconds."""
    ordered = sorted(samples)
    return {
        "acts": len(ordered),
        "p50_ms": round(statistics.median(ordered), 1),
        "p90_ms": round(ordered[int(0.9 * (len(ordered) - 1))], 1),
        "p99_ms": round(ordered[int(0.99 * (len(ordered) - 1))], 1),
        "most_ms": round(ordered[-1], 1),
        "not_seen": sum(one >= _LOST for one in ordered),
    }


def measured(room: Room, acts: int) -> dict[str, Any]:
    """Measure on the incident page and on the board."""
    found: dict[str, Any] = {}
    for name, key in (("incident page", "2"), ("board with stream", "1")):
        room.pages("2", key)
        found[name] = {"cost": room.cost(REST_S), **summary([room.act() for _ in range(acts)])}
    return found


def main() -> int:
    """Measure and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--acts", type=int, default=150)
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--tree", type=Path, default=ROOT)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        room = Room(Path(place), args.tree)
        try:
            found = {"at rest": measured(room, args.acts)}
            writer = subprocess.Popen(pacing(room.log, args.rate, 3600.0, 0.01), stdout=subprocess.DEVNULL)
            try:
                room.look(5.0)
                found[f"at {args.rate} lines/s"] = measured(room, args.acts)
            finally:
                writer.kill()
                writer.wait()
        finally:
            room.close()
    keep("together" if args.tree == ROOT else "together-other-tree", {"figures": found})
    return 0


if __name__ == "__main__":
    sys.exit(main())
