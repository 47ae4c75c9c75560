"""`python -m warroom.drill.refbot`: the bot as a process; writes bot.pid, bot.json and bot.log into its folder."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from waitress.server import create_server

from warroom.drill.refbot.composed import Basis, composed_app
from warroom.drill.refbot.log_shape import SHAPES, file_logger
from warroom.drill.refbot.options import add_options, options_of
from warroom.drill.refbot.toolbox import ChildToolbox
from warroom.drill.refbot.workers import listeners, serve_by_workers

_THREADS = 8


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="refbot")
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--format", choices=SHAPES, default="json")
    parser.add_argument("--key-file", type=Path, required=True)
    parser.add_argument("--name", default="support")
    parser.add_argument("--seed", type=int, default=1)
    add_options(parser)
    return parser.parse_args(argv)


def _plant(folder: Path, seed: int) -> None:
    canary = folder / "canary.txt"
    fresh = folder / f"canary.{os.getpid()}"
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "w") as out:
        out.write(f"CANARY-{random.Random(seed).getrandbits(96):024x}\n")
    try:
        # Whole from its first moment, whichever instance comes first.
        canary.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _write(path: Path, content: str) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(content)
    fresh.replace(path)


def _announce(basis: Basis, port: int) -> None:
    url = f"http://127.0.0.1:{port}"
    started = {
        "pid": os.getpid(),
        "url": f"{url}/v1/chat",
        "control_url": f"{url}/control/state",
        "started": time.time(),
    }
    _write(basis.folder / basis.options.named("bot.pid"), f"{os.getpid()}\n")
    _write(basis.folder / basis.options.named("bot.json"), json.dumps(started))
    basis.log.info("bot started", extra={"event": "bot.started", "fields": {}})


def _serve(basis: Basis, worker: int, listener: socket.socket, ready: Callable[[], None]) -> None:
    toolbox = ChildToolbox(basis.folder)
    server = create_server(composed_app(basis, worker, toolbox), sockets=[listener], threads=_THREADS)
    ready()
    try:
        server.run()
    finally:
        server.close()
        toolbox.close()


def main(argv: list[str]) -> int:
    """Serve on 127.0.0.1 until SIGTERM."""
    args = _parse(argv)
    options = options_of(args)
    folder: Path = args.dir
    folder.mkdir(parents=True, exist_ok=True)
    _plant(folder, args.seed)
    log = file_logger(folder / "bot.log", args.format, args.name)
    basis = Basis(args.name, folder, args.key_file.read_bytes().strip(), args.seed, log, options)
    sockets = listeners(options.port, options.workers)
    port = sockets[0].getsockname()[1]
    if options.workers > 1:
        return serve_by_workers(
            sockets,
            lambda worker, own, ready: _serve(basis, worker, own, ready),
            lambda: _announce(basis, port),
        )

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    _serve(basis, 0, sockets[0], lambda: _announce(basis, port))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
