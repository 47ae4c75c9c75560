"""The visitors as a process: plays a schedule against the bot over HTTP and keeps a truth file of what was hostile."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import httpx2
import msgspec

from warroom.drill.people import Attack, Planned, schedule

_AT_ONCE = 64
_TIMEOUT_S = 3.0


class Truth(msgspec.Struct, frozen=True):
    """One request as it went; times in seconds since the epoch, status 0 when nothing answered."""

    id: int
    at: float
    done: float
    user: str
    session: str
    hostile: bool
    kind: str
    status: int
    served: bool
    leaked: bool


async def drive(url: str, visits: Sequence[Planned], truth: IO[bytes], stop: asyncio.Event) -> int:
    """Send each visit at its time until the schedule or `stop` ends it; returns how many were sent."""
    began = time.monotonic()
    sent = 0
    limits = httpx2.Limits(max_connections=_AT_ONCE, max_keepalive_connections=8)
    client = httpx2.AsyncClient(timeout=_TIMEOUT_S, limits=limits, trust_env=False)
    async with client, asyncio.TaskGroup() as tasks:
        for number, visit in enumerate(visits):
            wait = visit.at_s - (time.monotonic() - began)
            if wait > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), wait)
            if stop.is_set():
                break
            sent += 1
            tasks.create_task(_visit(client, url, number, visit, truth))
    return sent


async def _visit(client: httpx2.AsyncClient, url: str, number: int, visit: Planned, truth: IO[bytes]) -> None:
    body = {"user": visit.user, "session": visit.session, "message": visit.message}
    at = time.time()
    status, leaked = 0, False
    try:
        answer = await client.post(url, json=body)
        status, leaked = answer.status_code, b"CANARY-" in answer.content
    except httpx2.HTTPError:
        # A contained bot may refuse or hang: that is a truth as well.
        status = 0
    row = Truth(
        number,
        at,
        time.time(),
        visit.user,
        visit.session,
        visit.hostile,
        visit.kind,
        status,
        status == 200,
        leaked,
    )
    truth.write(msgspec.json.encode(row) + b"\n")
    truth.flush()


def read_truth(path: Path) -> list[Truth]:
    """Return the rows of a truth file; a torn last line is left out."""
    rows: list[Truth] = []
    for line in path.read_bytes().splitlines():
        try:
            rows.append(msgspec.json.decode(line, type=Truth))
        except msgspec.DecodeError:
            continue
    return rows


def main(argv: list[str]) -> int:
    """Play until the schedule ends or SIGTERM."""
    parser = argparse.ArgumentParser(prog="traffic")
    parser.add_argument("--url", required=True)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--duration", type=float, required=True)
    parser.add_argument("--attack-at", type=float, required=True)
    parser.add_argument("--attack-until", type=float, required=True)
    parser.add_argument("--style", choices=[style.value for style in Attack], default="loud")
    args = parser.parse_args(argv)
    visits = schedule(args.seed, args.duration, args.attack_at, args.attack_until, Attack(args.style))

    async def play() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        with args.truth.open("wb") as truth:
            await drive(args.url, visits, truth, stop)

    asyncio.run(play())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
