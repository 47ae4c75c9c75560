"""Whoever leads a drill: a client that looks at record and truth once a second and posts how the team stands."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Never

from warroom.client.connection import RoomConnection
from warroom.core.commands import Ack
from warroom.core.exercise import Exercise
from warroom.core.ports import Entry
from warroom.core.queries import History, HistoryAnswer
from warroom.core.room import ConnectionLost
from warroom.drill.scenario import Scenario
from warroom.drill.score import Visit
from warroom.drill.standing import standing
from warroom.drill.traffic import read_truth

_LOOK_S = 1.0


@contextlib.asynccontextmanager
async def directed(socket: Path, scenario: Scenario, truth: Path, began: float) -> AsyncIterator[None]:
    """Keep the board up while the context is open; a bug in it is raised at the end, the team plays on until then."""
    leading = asyncio.create_task(direct(socket, scenario, truth, began), name="director")
    try:
        yield
    finally:
        leading.cancel()
        await asyncio.wait([leading])
    if not leading.cancelled():
        leading.result()


async def direct(socket: Path, scenario: Scenario, truth: Path, began: float) -> None:
    """Post the board whenever it changes, to one engine after the other: a board dies with its engine."""
    entries: list[Entry] = []
    while True:
        with contextlib.suppress(ConnectionLost):
            async with RoomConnection(socket, client="drill") as room:
                await _lead(room, entries, lambda: _look(scenario, entries, truth, began))
        # The drill is about to end, or its engine died and somebody starts it again.
        await asyncio.sleep(_LOOK_S)


async def _lead(room: RoomConnection, entries: list[Entry], look: Callable[[], Exercise]) -> Never:
    """Post the board to one engine; adds what is new in the record to `entries`, raises ConnectionLost at its end."""
    posted: Exercise | None = None
    while True:
        answer = await room.query(History(entries[-1].seq if entries else 0))
        if isinstance(answer, HistoryAnswer):
            entries += answer.entries
        board = await asyncio.to_thread(look)
        if board != posted and isinstance(await room.post(board), Ack):
            posted = board
        await asyncio.sleep(_LOOK_S)


def visits_of(truth: Path) -> list[Visit]:
    """Return the requests as the truth file has them so far; none before it is there."""
    if not truth.exists():
        return []
    return [Visit(row.at, row.hostile, row.served, row.done, row.leaked) for row in read_truth(truth)]


def _look(scenario: Scenario, entries: list[Entry], truth: Path, began: float) -> Exercise:
    return standing(scenario, entries, visits_of(truth), began=began, now=time.time())
