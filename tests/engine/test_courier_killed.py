"""Couriers that are killed, and two that share the work: what was in hand is sent by the next, nothing twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.adapters.notify.receivers import HttpReceiver, Request, notice
from tests.engine.test_courier import ROOT, Scripted, in_order, key_file, outbox, receiver
from tests.waiting import eventually, wait_until
from warroom.adapters.clock import SystemClock
from warroom.adapters.notify.outbox import SqliteOutbox, read_deliveries
from warroom.core.notices import Delivery, DeliveryState
from warroom.engine.courier import Courier

__all__ = ["key_file", "outbox", "receiver"]
_WORKER = """
import asyncio, random, sys
from pathlib import Path
from warroom.adapters.clock import SystemClock
from warroom.adapters.notify.outbox import SqliteOutbox
from warroom.adapters.notify.webhook import WebhookSender
from warroom.core.settings_notify import WebhookChannel
from warroom.engine.courier import Courier

async def main(path, url, key_file, holder):
    channel = WebhookSender(WebhookChannel(url=url, key_file=key_file), SystemClock())
    async def report(row):
        print(row.notice, row.state, flush=True)
    async with SqliteOutbox(Path(path)) as outbox:
        await Courier(
            clock=SystemClock(), outbox=outbox, channels={"chat": channel}, report=report,
            jitter=random.random, holder=holder, lease_s=1.0,
        ).run()

asyncio.run(main(*sys.argv[1:]))
"""


def worker(tmp_path: Path, receiver: HttpReceiver, key_file: Path, holder: str) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-c", _WORKER, str(tmp_path / "outbox.db"), receiver.url, str(key_file), holder]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)


@pytest.mark.long
@pytest.mark.parametrize("second", ["engine", "another"])
async def test_what_a_killed_worker_had_in_hand_is_sent_by_the_next(
    tmp_path: Path, outbox: SqliteOutbox, receiver: HttpReceiver, key_file: Path, second: str
) -> None:
    notices = [notice(n, incident=f"INC-{n % 4:03d}") for n in range(60)]
    await outbox.enqueue(notices)

    def stops_answering(request: Request) -> int:
        if len(receiver.requests) == 16:
            receiver.gate.clear()
        return 202

    # The worker dies while this one, and what came just before it, has been taken and not answered.
    receiver.answers = stops_answering
    first = worker(tmp_path, receiver, key_file, "engine")
    try:
        await eventually(lambda: len(receiver.requests) >= 16, timeout_s=60)
    finally:
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    held = [row for row in await outbox.deliveries() if row.state is DeliveryState.LEASED]
    assert held
    receiver.gate.set()
    again = worker(tmp_path, receiver, key_file, second)
    try:
        await asyncio.to_thread(wait_until, lambda: _all_accepted(tmp_path), timeout_s=90, what="all accepted")
    finally:
        again.terminate()
        again.wait()
    assert Counter(one.key for one in receiver.taken) == {one.key: 1 for one in notices}
    assert len(receiver.requests) > len(notices)
    for number in range(4):
        numbers = in_order(receiver.taken, f"INC-{number:03d}")
        assert numbers == sorted(numbers)


def _all_accepted(tmp_path: Path) -> bool:
    rows = asyncio.run(read_deliveries(tmp_path / "outbox.db"))
    return all(row.state is DeliveryState.ACCEPTED for row in rows)


async def test_two_couriers_share_the_work_and_send_nothing_twice(tmp_path: Path, outbox: SqliteOutbox) -> None:
    channel = Scripted()
    await outbox.enqueue([notice(n, incident=f"INC-{n % 5:03d}") for n in range(60)])
    async with SqliteOutbox(tmp_path / "outbox.db") as other:
        told: list[str] = []

        async def report(row: Delivery) -> None:
            told.append(row.notice)

        both = [
            Courier(
                clock=SystemClock(),
                outbox=one,
                channels={"chat": channel},
                report=report,
                jitter=random.random,
                holder=str(number),
            )
            for number, one in enumerate((outbox, other))
        ]
        tasks = [asyncio.create_task(one.run()) for one in both]
        # What one has recorded and not told yet the other may tell too; the journal takes it once.
        await eventually(lambda: len(set(told)) >= 60)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    assert Counter(one.id for one in channel.sent) == dict.fromkeys(told, 1)
