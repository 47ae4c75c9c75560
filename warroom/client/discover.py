"""Which rooms run: an engine answers on a room's socket or it does not."""

from __future__ import annotations

import asyncio
from pathlib import Path

from warroom.client.connection import RoomConnection
from warroom.core.room import ConnectionLost, Welcome


async def running(sockets: dict[str, Path]) -> dict[str, Welcome]:
    """Return what the engines behind these sockets say of themselves, by room name; silent ones are left out."""

    async def ask(path: Path) -> Welcome | None:
        try:
            async with RoomConnection(path, client="cli") as room:
                return room.welcome
        except ConnectionLost:
            return None

    names = [name for name, path in sockets.items() if path.exists()]
    async with asyncio.TaskGroup() as tasks:
        asked = {name: tasks.create_task(ask(sockets[name])) for name in names}
    answers = {name: task.result() for name, task in asked.items()}
    return {name: welcome for name, welcome in answers.items() if welcome is not None}
