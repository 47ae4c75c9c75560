"""A real engine on a real socket in a folder of its own, with the reference bot or with parts that a test swaps."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.build import probes_for
from warroom.adapters.paths import RoomPaths, room_paths
from warroom.bootstrap.room import open_engine, serve
from warroom.client.connection import RoomConnection
from warroom.core.facts import BotStateChanged, Fact
from warroom.core.model import ActionState, Mode, Verb
from warroom.core.ports import Accounts, Clock, Containment, Probe
from warroom.core.settings import (
    BotSettings,
    ContainedWhen,
    ContainSettings,
    ControlSettings,
    ProbeSettings,
    ProcessSettings,
    Settings,
    VerbProbe,
)
from warroom.core.view import ActionView, View
from warroom.drill.refbot.launch import RunningBot
from warroom.engine.engine import Engine

KEY = "a key of thirty-two characters.."
_PATIENCE_S = 60.0
"""Only against hanging: how long anything takes says more about the machine."""


def paths_in(folder: Path, name: str = "test") -> RoomPaths:
    """Return the places of a room below a folder; its socket lies there too."""
    paths = room_paths(name, home=folder / "state")
    return RoomPaths(name, paths.folder, paths.anchors, folder / "s" / "engine.sock")


def settings_for(bot: RunningBot, key: Path, *, timeout_s: float = 5.0) -> Settings:
    """Return the settings of a room that watches and can contain the reference bot.

    A look at a frozen bot lasts `timeout_s`; a machine that stands still for longer than that looks like one.
    """
    asks_tool = '{"user": "probe", "message": "where is order 10001?"}'
    probe = ProbeSettings(
        url=bot.url,
        body='{"user": "probe", "message": "hello"}',
        timeout_s=timeout_s,
        every_s=0.5,
        contained_when=ContainedWhen(status=[503], refused=True, timeout=True),
        verbs={Verb.LIMIT: VerbProbe(asks_tool, ContainedWhen(status=[403, 429, 503]))},
    )
    contain = ContainSettings(
        control=ControlSettings(url=bot.control_url, key_file=str(key)),
        process=ProcessSettings(pidfile=str(bot.folder / "bot.pid")),
    )
    log = [str(bot.folder / "bot.log")]
    return Settings(bots={"support": BotSettings(log=log, probe=probe, contain=contain)})


def settings_without_adapters(log: Path, url: str = "http://127.0.0.1:9/") -> Settings:
    """Return the settings of a room whose adapters a test brings."""
    probe = ProbeSettings(url=url, timeout_s=5.0, every_s=0.5)
    return Settings(bots={"support": BotSettings(log=[str(log)], probe=probe)})


@contextlib.asynccontextmanager
async def running_engine(
    paths: RoomPaths,
    settings: Settings,
    *,
    adapters: Mapping[str, Sequence[Containment]] | None = None,
    probes: Mapping[str, Sequence[Probe]] | None = None,
    mode: Mode = Mode.LIVE,
    clock: Clock | None = None,
    accounts: Accounts | None = None,
) -> AsyncIterator[Engine]:
    """Run an engine and serve it; on leaving it is stopped without a word, as a crash would."""
    if probes is None and adapters is not None:
        probes = {name: probes_for(bot, SystemClock()) for name, bot in settings.bots.items()}
    async with open_engine(
        paths, settings, mode=mode, adapters=adapters, probes=probes, clock=clock, accounts=accounts
    ) as engine:
        work = asyncio.create_task(engine.run())
        try:
            await asyncio.wait_for(engine.ready.wait(), _PATIENCE_S)
            async with serve(engine, paths):
                yield engine
        finally:
            engine.stop()
            await asyncio.wait_for(work, _PATIENCE_S)


@contextlib.asynccontextmanager
async def attached(
    paths: RoomPaths, *, client: str = "console", read_only: bool = False
) -> AsyncIterator[RoomConnection]:
    """Attach to a running engine and wait for the first view."""
    async with RoomConnection(paths.socket, client=client, read_only=read_only, follow=True) as room:
        await room.first_view(_PATIENCE_S)
        yield room


async def acts(engine: Engine, since: int = 0) -> list[Fact]:
    """Return what is on record after an entry, but for what the watch over the bots says by itself each second."""
    entries = await engine.parts.journal.entries()
    return [one.fact for one in entries if one.seq > since and not isinstance(one.fact, BotStateChanged)]


async def settled(room: RoomConnection, action: str, *states: ActionState) -> ActionView:
    """Wait until an action is in one of these states; AssertionError with what it was after a minute."""
    found: ActionView | None = None
    try:
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                view: View = await room.first_view()
                found = next((one for one in view.actions if one.id == action), None)
                if found is not None and found.state in states:
                    return found
                await room.arrival()
    except TimeoutError:
        raise AssertionError(f"{action} did not become {states}, it is {found}") from None
