"""`python -m warroom.drill.refbot`: the bot as a process; writes bot.pid, bot.json and bot.log into its folder."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from waitress.server import create_server

from warroom.drill.refbot.log_shape import SHAPES, file_logger
from warroom.drill.refbot.mode import Governor
from warroom.drill.refbot.service import World, create_app
from warroom.drill.refbot.toolbox import ChildToolbox

_THREADS = 8


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="refbot")
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--format", choices=SHAPES, default="json")
    parser.add_argument("--key-file", type=Path, required=True)
    parser.add_argument("--name", default="support")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(argv)


def _plant(folder: Path, seed: int) -> None:
    canary = folder / "canary.txt"
    if not canary.exists():
        file = os.open(canary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w") as out:
            out.write(f"CANARY-{random.Random(seed).getrandbits(96):024x}\n")


def _write(path: Path, content: str) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(content)
    fresh.replace(path)


def main(argv: list[str]) -> int:
    """Serve on 127.0.0.1 until SIGTERM."""
    args = _parse(argv)
    folder: Path = args.dir
    folder.mkdir(parents=True, exist_ok=True)
    _plant(folder, args.seed)
    log = file_logger(folder / "bot.log", args.format, args.name)
    toolbox = ChildToolbox(folder)
    governor = Governor(
        folder / "control.json",
        time.time,
        lambda words: log.warning("control changed", extra={"event": "control.changed", "fields": {"mode": words}}),
    )
    world = World(
        args.name, args.key_file.read_bytes().strip(), governor, toolbox, log, time.time, time.sleep, args.seed
    )
    server = create_server(create_app(world), host="127.0.0.1", port=args.port, threads=_THREADS)

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    url = f"http://127.0.0.1:{server.effective_port}"
    started = {
        "pid": os.getpid(),
        "url": f"{url}/v1/chat",
        "control_url": f"{url}/control/state",
        "started": time.time(),
    }
    _write(folder / "bot.pid", f"{os.getpid()}\n")
    _write(folder / "bot.json", json.dumps(started))
    log.info("bot started", extra={"event": "bot.started", "fields": {}})
    try:
        server.run()
    finally:
        server.close()
        toolbox.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
