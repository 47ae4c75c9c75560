"""Engines as processes that start quickly, so that they can be killed many times."""

from __future__ import annotations

import asyncio
import multiprocessing
import multiprocessing.process
import os
import signal

from warroom.adapters.paths import RoomPaths
from warroom.core.model import Mode
from warroom.core.settings import Settings

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["warroom.bootstrap.room", "warroom.adapters.contain.control"])


def _serve(paths: RoomPaths, settings: Settings) -> None:
    from warroom.bootstrap.room import open_engine, serve

    async def main() -> None:
        async with open_engine(paths, settings, mode=Mode.LIVE) as engine:
            work = asyncio.create_task(engine.run())
            await engine.ready.wait()
            async with serve(engine, paths):
                await work

    asyncio.run(main())


class KilledEngine:
    """A room's engine in a process of its own; it ends by SIGKILL alone."""

    def __init__(self, paths: RoomPaths, settings: Settings) -> None:
        self._process: multiprocessing.process.BaseProcess = _FORKS.Process(target=_serve, args=(paths, settings))
        self._process.start()

    def kill(self) -> None:
        """Kill it and wait until it is gone."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.join()
        self._process.close()
