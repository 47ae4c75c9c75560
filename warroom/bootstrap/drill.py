"""The stage of a drill: a bot, its visitors, an engine and a player, each a process of its own, all gone at the end.

A drill differs from a live room only in what is composed here: the bot is the reference bot, its history is recorded
just before, and its journal lies in a room that is marked as a drill.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from warroom.adapters.clock import SystemClock
from warroom.adapters.journal import read_entries
from warroom.adapters.paths import RoomPaths, make_private, room_paths
from warroom.adapters.plain_yaml import load_yaml
from warroom.adapters.playbook_files import bundled_dir
from warroom.bootstrap.director import directed, visits_of
from warroom.client.connection import RoomConnection
from warroom.core.commands import StopEngine
from warroom.core.reduce import fold
from warroom.core.room import ConnectionLost
from warroom.core.timeline import words
from warroom.drill.autopilot import MANNERS, Autopilot, Style
from warroom.drill.recording import record_history
from warroom.drill.refbot.launch import RunningBot, end_group, start_bot, stop_bot
from warroom.drill.refbot.options import Kept, Options
from warroom.drill.scenario import Scenario, ScenarioError, scenario_from
from warroom.drill.score import Report, score

Begun = TypeVar("Begun")
_LEARNED_S = 120.0
"""Longest time for learning the history: seconds, many of them on a busy machine."""

Say = Callable[[str], None]
"""Tells the person in front of the screen what is being done."""


class ScenarioUnknown(Exception):
    """There is no such scenario; the message lists those that there are."""


class Hands(msgspec.Struct, frozen=True):
    """What a front end lends the stage: how an engine is started, a console run and a report written."""

    start_engine: Callable[[RoomPaths, Path], None]
    console: Callable[[RoomPaths], Awaitable[None]]
    export: Callable[[RoomConnection, RoomPaths, str], Awaitable[None]]


class Play(msgspec.Struct, frozen=True):
    """What is asked for."""

    scenario: str
    seed: int
    autopilot: Style
    headless: bool


class Stage(msgspec.Struct, frozen=True):
    """A drill that is set up."""

    scenario: Scenario
    paths: RoomPaths
    bot: RunningBot
    truth: Path
    attack_over: float
    """When the attackers give up, seconds since the epoch."""

    @property
    def began(self) -> float:
        """When the visitors began."""
        return self.attack_over - self.scenario.attack_until_s


def scenario_files() -> dict[str, Path]:
    """Return the scenarios that ship with warroom, by id."""
    return {path.stem: path for path in sorted((bundled_dir() / "drills").glob("*.yaml"))}


def load_scenario(name: str) -> Scenario:
    """Return a scenario by its id; ScenarioUnknown lists the known ones, ScenarioError names file and key."""
    files = scenario_files()
    if name not in files:
        raise ScenarioUnknown(f"there is no scenario {name}; there are: {', '.join(files)}")
    try:
        return scenario_from(load_yaml(files[name]).data)
    except ScenarioError as error:
        raise ScenarioError(f"{files[name]}: {error}") from error


async def play(asked: Play, hands: Hands, say: Say) -> Report:
    """Set the stage, let somebody play, clear everything away, return how it went."""
    async with (
        stage(asked, hands, say) as staged,
        directed(staged.paths.socket, staged.scenario, staged.truth, staged.began),
    ):
        if asked.headless:
            await _headless(asked, staged, hands, say)
        else:
            await hands.console(staged.paths)
    return await report_of(asked, staged)


async def report_of(asked: Play, staged: Stage) -> Report:
    """Return the report of a drill whose engine has ended."""
    entries = await read_entries(staged.paths.journal)
    plans = {name: action.plan for name, action in fold(entries).actions.items()}
    told = [words(entry, plans).text for entry in entries]
    visits = await asyncio.to_thread(visits_of, staged.truth)
    return score(staged.scenario, asked.seed, entries, visits, told, staged.began)


@contextlib.asynccontextmanager
async def stage(asked: Play, hands: Hands, say: Say) -> AsyncIterator[Stage]:
    """Yield a running drill; whatever happens, no process of it is left behind."""
    scenario = load_scenario(asked.scenario)
    paths = room_paths(time.strftime(f"drill-%Y%m%d-%H%M%S-{secrets.token_hex(2)}", time.gmtime()))
    place = paths.folder / "bot"
    async with contextlib.AsyncExitStack() as clearing:
        say(f"DRILL {scenario.id}: the room is {paths.folder}")
        key = await asyncio.to_thread(_prepare, paths, place)
        # Before the bot is there: on a slow machine it would look silent meanwhile, and that is an alarm.
        say(f"recording {scenario.history_minutes:.0f} quiet minutes")
        await asyncio.to_thread(_record, scenario, place, asked.seed)
        start = partial(start_bot, place, shape=scenario.shape, key_file=key, name=scenario.bot, seed=asked.seed)
        bot = await begun(
            clearing, partial(start, options=_options(scenario)), lambda bot: asyncio.to_thread(stop_bot, bot)
        )
        say(f"a real bot answers at {bot.url} (pid {bot.pid})")
        truth = place / "truth.jsonl"
        come = partial(_start_visitors, scenario, bot, truth, asked.seed)
        await begun(clearing, come, lambda group: asyncio.to_thread(end_group, group))
        over = time.time() + scenario.attack_until_s
        config = await asyncio.to_thread(_write_config, scenario, bot, place, key)
        await begun(clearing, partial(hands.start_engine, paths, config), lambda _: _stop_engine(paths))
        say("the engine learns the quiet minutes")
        await _learned(paths)
        say(f"learned; the attack begins {scenario.attack_at_s:.0f} s after the first visitor")
        yield Stage(scenario, paths, bot, truth, over)


async def begun(
    clearing: contextlib.AsyncExitStack, begin: Callable[[], Begun], end: Callable[[Begun], Awaitable[object]]
) -> Begun:
    """Begin something in a thread, to be ended with the drill, also with one that is called off meanwhile.

    A thread cannot be called off: what it begins afterwards would be nobody's.
    """
    work = asyncio.ensure_future(asyncio.to_thread(begin))

    async def clear() -> None:
        await asyncio.wait([work])
        if work.exception() is None:
            await end(work.result())

    clearing.push_async_callback(clear)
    return await asyncio.shield(work)


def _prepare(paths: RoomPaths, place: Path) -> Path:
    make_private(paths.folder)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = place / "control.key"
    key.touch(mode=0o600)
    key.write_text(secrets.token_hex(32))
    return key


def _options(scenario: Scenario) -> Options:
    state = Kept.PRIVATE if scenario.private_state else Kept.SHARED
    return Options(workers=scenario.workers, state=state)


def _record(scenario: Scenario, place: Path, seed: int) -> None:
    record_history(
        place / "history.log",
        seed=seed + 1_000_003,
        minutes=scenario.history_minutes,
        shape=scenario.shape,
        name=scenario.bot,
        ending_at=time.time(),
    )


def _start_visitors(scenario: Scenario, bot: RunningBot, truth: Path, seed: int) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "warroom.drill.traffic", "--url", bot.url, "--truth", str(truth)]
    words += ["--seed", str(seed), "--duration", "3600", "--style", scenario.style.value]
    words += ["--attack-at", str(scenario.attack_at_s), "--attack-until", str(scenario.attack_until_s)]
    return subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


_CONFIG = """\
[bots.{bot}]
log = "bot.log"
history = ["history.log"]
playbook = "{playbook}"

[bots.{bot}.probe]
url = {url}
body = '{{"user": "warroom-probe", "session": "probe", "message": "hello"}}'
contained_when = {{ status = [503], refused = true, timeout = true }}
every_s = 10.0
samples = {samples}

[bots.{bot}.probe.verbs.limit]
body = '{{"user": "warroom-probe", "session": "probe", "message": "where is order 10001?"}}'
contained_when = {{ status = [403, 429, 503] }}

[bots.{bot}.contain.control]
url = {control_url}
key_file = {key}

[bots.{bot}.contain.process]
pidfile = "bot.pid"
"""


def _write_config(scenario: Scenario, bot: RunningBot, place: Path, key: Path) -> Path:
    path = place / "room.toml"
    text = _CONFIG.format(
        bot=scenario.bot,
        samples=scenario.probe_samples,
        playbook=scenario.playbook,
        url=json.dumps(bot.url),
        control_url=json.dumps(bot.control_url),
        key=json.dumps(str(key)),
    )
    path.write_text(text)
    return path


async def _learned(paths: RoomPaths) -> None:
    """Wait until the bot's normal is learned; a drill without a baseline would teach nothing."""
    async with RoomConnection(paths.socket, client="drill", follow=True) as room:
        async with asyncio.timeout(_LEARNED_S):
            while True:
                view = await room.first_view()
                if view.bots and all(bot.needed and bot.learned >= bot.needed for bot in view.bots):
                    return
                await room.arrival()
                if room.lost:
                    raise ConnectionLost(room.lost)


async def _headless(asked: Play, staged: Stage, hands: Hands, say: Say) -> None:
    manner = MANNERS.get(asked.autopilot)
    deadline = staged.began + staged.scenario.length_s
    say("nobody plays" if manner is None else f"the autopilot plays {asked.autopilot}")
    async with RoomConnection(staged.paths.socket, client="drill", follow=True) as room:
        if manner is None:
            await asyncio.sleep(max(0.0, deadline - time.time()))
            return
        pilot = Autopilot(
            room,
            SystemClock(),
            manner,
            playbook=staged.scenario.playbook,
            attack_over=lambda: time.time() >= staged.attack_over,
            export=lambda incident: hands.export(room, staged.paths, incident),
        )
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(1.0, deadline - time.time())):
                await pilot.play()


async def _stop_engine(paths: RoomPaths) -> None:
    try:
        async with RoomConnection(paths.socket, client="drill") as room:
            await room.submit(StopEngine(force=True))
            while not room.lost:
                await room.arrival()
    except ConnectionLost:
        # It ended by itself, or was stopped from the console.
        return
