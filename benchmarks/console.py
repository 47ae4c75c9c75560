"""The console through a pty, and its peers side by side on the same machine: start, rest, floods, keys, bad lines.

./run bench console --harness PATH [--peers] [--slow-line PATH] [--only PART…]

PATH is a pty harness with the verbs `startup`, `idle`, `flood` and `keys` (ttybench). `--peers` measures lnav and
toolong (`tl`) too, where they are installed. `--slow-line` runs a program behind a line with a rate, a delay and a
large buffer (slow_line RATE DELAY_MS COMMAND…).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent))

from machine import keep

WARROOM = [sys.executable, "-m", "warroom"]
# The engine runs in a session of its own, as it does for people: what is measured is the console alone.
ATTACHED = """room=bench-$$; setsid -f "$0" -m warroom engine --room "$room" "$1" </dev/null >/dev/null 2>&1
until "$0" -m warroom status "$room" >/dev/null 2>&1; do sleep 0.1; done; shift
exec "$0" -m warroom attach "$room" "$@" """


class Peer(msgspec.Struct, frozen=True):
    """A program that follows a log, and a key of it with what that shows."""

    name: str
    command: list[str]
    keys: list[str]


class Part(msgspec.Struct, frozen=True):
    """One measurement."""

    name: str
    verb: str
    options: list[str]
    small: bool = False
    """Measured with a key that changes a few cells, where the others bring up a page."""
    behind: list[str] = []
    """Rate and delay of the line in front of the program, in bytes a second and milliseconds."""


OURS = Peer(
    "warroom", ["sh", "-c", ATTACHED, sys.executable, "{log}"], ["--key", "?", "--key2", "q", "--expect", "Keys"]
)
SMALL = ["--prekey", "5", "--key", "k", "--key2", "G", "--expect", "PAUSED"]
"""On the stream: up one row, which pauses, and back to the end."""
UNBOUNDED = Peer("warroom, no budget", [*OURS.command, "--budget", "0"], OURS.keys)
PEERS = [
    Peer("lnav", ["lnav", "{log}"], ["--key", "?", "--key2", "q", "--expect", "fancy log file viewer"]),
    Peer("toolong", ["tl", "{log}"], ["--key", "^L", "--expect", r"┃ *\d+ (INFO|WARNING|ERROR):root"]),
]
PARTS = [
    Part("idle", "idle", ["--seconds", "20"]),
    *(Part(f"flood {rate}", "flood", ["--rate", str(rate), "--seconds", "6"]) for rate in (5, 1000, 10_000, 100_000)),
    Part("keys at rest", "keys", ["--presses", "200", "--limit", "90"]),
    Part("keys at 10000 lines/s", "keys", ["--rate", "10000", "--presses", "200", "--limit", "90"]),
    Part("keys at 1000 lines/s on 32 kB/s", "keys", ["--rate", "1000", "--link-bps", "32000", "--presses", "60"]),
    Part("keys at 1000 lines/s on 8 kB/s", "keys", ["--rate", "1000", "--link-bps", "8000", "--presses", "40"]),
    Part("small keys at rest", "keys", ["--presses", "200", "--limit", "90"], small=True),
    Part("small keys at 10000 lines/s", "keys", ["--rate", "10000", "--presses", "200", "--limit", "90"], small=True),
    Part(
        "small keys at 1000 lines/s on 32 kB/s",
        "keys",
        ["--rate", "1000", "--link-bps", "32000", "--presses", "100"],
        small=True,
    ),
    Part(
        "keys at 1000 lines/s on 32 kB/s, 50 ms each way, a big buffer",
        "keys",
        ["--rate", "1000", "--presses", "60"],
        behind=["32000", "50"],
    ),
    Part(
        "small keys at 1000 lines/s on 32 kB/s, 50 ms each way, a big buffer",
        "keys",
        ["--rate", "1000", "--presses", "60"],
        small=True,
        behind=["32000", "50"],
    ),
]


def measure(harness: Path, verb: str, folder: Path, words: list[str], options: list[str]) -> list[dict[str, Any]]:
    """Run one measurement of the harness and return its runs."""
    out = folder / "runs.json"
    out.unlink(missing_ok=True)
    command = [sys.executable, str(harness), verb, "--dir", str(folder), "--json", str(out), "--timeout", "5"]
    ended = subprocess.run([*command, *options, "--", *words], stdout=subprocess.DEVNULL, check=False)
    return list(json.loads(out.read_text())["runs"]) if ended.returncode == 0 and out.exists() else []


def medians(runs: list[dict[str, Any]]) -> dict[str, float]:
    """Return the median of every figure."""
    names = {name for run in runs for name, value in run.items() if isinstance(value, int | float)}
    return {
        name: round(statistics.median(run[name] for run in runs if isinstance(run.get(name), int | float)), 4)
        for name in sorted(names)
    }


@contextlib.contextmanager
def engine(folder: Path, log: Path) -> Iterator[list[str]]:
    """Run an engine on a log and yield the command that attaches a console to it."""
    running = subprocess.Popen([*WARROOM, "engine", "--room", "bench", str(log)], start_new_session=True)
    try:
        while subprocess.run([*WARROOM, "status", "bench"], capture_output=True, check=False).returncode:
            time.sleep(0.1)
        yield [*WARROOM, "attach", "bench"]
    finally:
        running.terminate()
        running.wait()


def end_engines(folder: Path) -> None:
    """End the engines of consoles that were measured; their pids stand in their rooms."""
    for lock in folder.glob("state/warroom/rooms/*/engine.lock"):
        pid = lock.read_text().strip()
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if b"\0engine\0" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(int(pid), signal.SIGTERM)
                # Its last acts are written into the folder that is taken away next.
                while Path(f"/proc/{pid}").exists():
                    time.sleep(0.02)


def starts(harness: Path, folder: Path, peers: list[Peer]) -> dict[str, Any]:
    """Measure the time to the first text and to the log, with a running engine and without one."""
    log = folder / "start.log"
    log.write_text("".join(f"INFO:root:Event logged: seq={n:010d}\n" for n in range(2000)))
    found: dict[str, Any] = {}
    often = ["--repeat", "5"]
    with engine(folder, log) as attach:
        found["warroom, engine running"] = medians(measure(harness, "startup", folder, attach, often))
    cold = [measure(harness, "startup", folder, [*WARROOM, "watch", str(log), "--room", f"c{n}"], []) for n in range(5)]
    found["warroom, engine started with it"] = medians([run for runs in cold for run in runs])
    for peer in [*peers, Peer("less", ["less", "{log}"], [])]:
        words = [word.replace("{log}", str(log)) for word in peer.command]
        found[peer.name] = medians(measure(harness, "startup", folder, words, often))
    end_engines(folder)
    return found


def main() -> int:
    """Measure and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--harness", type=Path, required=True)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--slow-line", type=Path)
    parser.add_argument("--only", nargs="*", default=[], help="parts, whose figures are printed and not kept")
    parser.add_argument("--repeat", type=int, default=1)
    args = parser.parse_args()
    peers = [peer for peer in PEERS if args.peers and shutil.which(peer.command[0])]
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.environ |= {"XDG_STATE_HOME": str(folder / "state"), "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}
        if not args.only or "start" in args.only:
            figures["start"] = starts(args.harness, folder, peers)
        for part in PARTS:
            if (args.only and part.name not in args.only) or (part.behind and args.slow_line is None):
                continue
            line = [sys.executable, str(args.slow_line), *part.behind] if part.behind else []
            ours = [OURS, UNBOUNDED] if part.verb == "flood" else [OURS]
            figures[part.name] = {}
            for peer in [*ours, *([] if part.small else peers)]:
                keys = [] if part.verb != "keys" else SMALL if part.small else peer.keys
                options = [*part.options, *keys, "--repeat", str(args.repeat)]
                runs = measure(args.harness, part.verb, folder, [*line, *peer.command], options)
                figures[part.name][peer.name] = medians(runs)
                end_engines(folder)
    keep("console", {"peers": [peer.name for peer in peers], "figures": figures}, whole=not args.only)
    return 0


if __name__ == "__main__":
    sys.exit(main())
