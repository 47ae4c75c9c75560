"""A process of its own around a real source: it can be stopped, killed and started anew in the middle of a fault.

Each batch becomes one line of JSON in the file TOLD, with one write, so that a kill leaves whole batches. It ends in
order when its input ends.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import msgspec

from warroom.adapters import tail_intake, tail_log
from warroom.adapters.tail_source import TailSource
from warroom.core.record import Batch, Checkpoint

NEVER = 1 << 60


def brief(batch: Batch) -> Batch:
    """Keep the first and the last record of a batch: for logs so large that telling all of it would take longer."""
    return msgspec.structs.replace(batch, records=[*batch.records[:1], *batch.records[1:][-1:]])


async def main(asked: argparse.Namespace, told: int) -> None:
    """Follow until the input ends; `told` is open for writing."""
    ahead = Path(asked.clock) if asked.clock else None
    source = TailSource(now=lambda: time.time() + (float(ahead.read_text() or 0) if ahead else 0.0))
    for pattern in asked.pattern:
        source.add(pattern, "bot", from_start=not asked.from_end)
    if asked.resume:
        source.resume(msgspec.json.decode(Path(asked.resume).read_bytes(), type=list[Checkpoint]))
    ending = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ending.set)

    async def tell() -> None:
        halt_at = asked.halt_at
        async for batch in source.batches():
            os.write(told, msgspec.json.encode(brief(batch) if asked.brief else batch) + b"\n")
            if batch.checkpoint is not None and batch.checkpoint.offset >= halt_at:
                halt_at = NEVER
                os.kill(os.getpid(), signal.SIGSTOP)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(tell())
        await ending.wait()
        await source.close()


if __name__ == "__main__":
    words = argparse.ArgumentParser()
    words.add_argument("told")
    words.add_argument("pattern", nargs="+")
    words.add_argument("--from-end", action="store_true")
    words.add_argument("--brief", action="store_true")
    words.add_argument("--halt-at", type=int, default=NEVER, help="byte of a log at which it stops itself, once")
    words.add_argument("--resume")
    words.add_argument("--clock")
    words.add_argument("--half", type=float, help="seconds instead of five after which a half line is shown")
    words.add_argument("--gone", type=float, help="seconds instead of five after which an abandoned file is given up")
    words.add_argument("--user", type=int)
    given = words.parse_args(list(map(os.fsdecode, map(os.fsencode, sys.argv[1:]))))
    writable = os.open(given.told, os.O_WRONLY | os.O_APPEND)
    if given.user is not None:
        # Only now, so that the code itself may lie where this user cannot read.
        os.setuid(given.user)
    if given.half is not None:
        tail_intake.PARTIAL_S = given.half
    if given.gone is not None:
        tail_log.GONE_S = given.gone
    asyncio.run(main(given, writable))
