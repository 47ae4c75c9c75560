"""Whoever leads a drill: a client that looks at record and truth once a second and posts how the team stands."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

from warroom.client.connection import RoomConnection
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
    """Post the board whenever it changes, until the engine is gone."""
    entries: list[Entry] = []
    posted: Exercise | None = None
    try:
        async with RoomConnection(socket, client="drill") as room:
            while True:
                answer = await room.query(History(entries[-1].seq if entries else 0))
                if isinstance(answer, HistoryAnswer):
                    entries += answer.entries
                board = await asyncio.to_thread(_look, scenario, entries, truth, began)
                if board != posted:
                    await room.post(board)
                    posted = board
                await asyncio.sleep(_LOOK_S)
    except ConnectionLost:
        # The drill is over, or somebody stopped its engine: there is nobody left to tell.
        return


def visits_of(truth: Path) -> list[Visit]:
    """Return the requests as the truth file has them so far; none before it is there."""
    if not truth.exists():
        return []
    return [Visit(row.at, row.hostile, row.served, row.done, row.leaked) for row in read_truth(truth)]


def _look(scenario: Scenario, entries: list[Entry], truth: Path, began: float) -> Exercise:
    return standing(scenario, entries, visits_of(truth), began=began, now=time.time())
