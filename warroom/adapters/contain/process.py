"""Freeze a bot's processes in memory (SIGSTOP to the whole tree) and thaw them again (SIGCONT).

Stopping the process of the pidfile alone stops nothing where workers share its socket, so the tree is stopped from the
top down and read again until two readings in a row show nothing but stopped threads. Everything that release needs
stands in the plan: an engine that was restarted can undo what a former one did.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec

from warroom.adapters.contain import process_tree as tree
from warroom.adapters.contain.process_state import state_of
from warroom.adapters.contain.process_tree import Process
from warroom.core.clean import clean
from warroom.core.model import Plan, Verb
from warroom.core.moments import utc_text
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Clock, Receipt
from warroom.core.settings import ProcessSettings

_ROUNDS = 200
"""Readings of the tree before stopping it is given up; at 10 ms each this is two seconds."""
_PAUSE_S = 0.005
_LEVEL_PAUSE_S = 0.05
"""Time for thawed workers to show life before the parent that watches them runs again and misses them."""
_PIDFILE_LIMIT = 64
_STALE_S = 2.0
_ROOT = re.compile(r"pid (\d+) .*\(started [^)]*, tick (\d+) of boot ([0-9a-f-]+)\)", re.DOTALL)


class _Identity(msgspec.Struct, frozen=True):
    """Which process a plan means."""

    pid: int
    start_ticks: int
    boot: str
    exact: list[str]
    """The lines of the plan that say so: pid, name and start; program."""


class ProcessAdapter:
    """Verb freeze on the tree of the pidfile's process; needs the right to signal it. Memory is kept."""

    kind = "process"

    def __init__(
        self, bot: str, settings: ProcessSettings, clock: Clock, describe_probe: Callable[[Verb], str]
    ) -> None:
        self.settle_s = settings.settle_s
        self._bot = bot
        self._settings = settings
        self._clock = clock
        self._describe_probe = describe_probe

    def verbs(self) -> frozenset[Verb]:
        """Freeze alone; its release thaws."""
        return frozenset({Verb.FREEZE})

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """Return which process will be stopped with all under it; AdapterFailed when it is not there or is ours."""
        if verb is not Verb.FREEZE:
            raise AdapterFailed(f"the process adapter of {self._bot} cannot {verb}")
        identity = await asyncio.to_thread(self._identify)
        effects = ["users wait and get no answer until their own time limit", "memory and open connections are kept"]
        if expires_s is not None:
            effects.append("the expiry is kept by this engine: without it the bot stays frozen")
        return Plan(
            bot=self._bot,
            verb=verb,
            adapter=self.kind,
            exact=[
                *identity.exact,
                "SIGSTOP to it, then to every process under it or in its session, until no new ones appear",
            ],
            effects=effects,
            undo="SIGCONT to the same processes, children first",
            probe=self._describe_probe(verb),
            expires_s=expires_s,
        )

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """Return the process tree with its connections and sizes as JSON; AdapterFailed when there is no process."""
        identity = await asyncio.to_thread(self._identify)
        content = await asyncio.to_thread(state_of, identity.pid, identity.start_ticks)
        return [(f"{self._bot}-processes.json", content)]

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Stop the plan's tree and see that it stands still.

        Raises AdapterFailed when the process is another one now, or when one could not be stopped and all that was
        stopped runs again; AdapterAmbiguous when even that failed.
        """
        identity = await asyncio.to_thread(_planned, plan)
        stopped: dict[tuple[int, int], Process] = {}
        try:
            count = await self._stop_all(identity, stopped)
        except (AdapterFailed, OSError) as error:
            await self._roll_back(list(stopped.values()), error)
            raise AdapterFailed(clean(f"{error}; nothing is stopped")) from error
        return Receipt(clean(f"{count} processes of {self._bot} are stopped (all threads in state T)"))

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Continue the plan's tree, children first: a parent that counts its workers finds them alive.

        Raises AdapterFailed when none of the processes is there any more, AdapterAmbiguous when one stays stopped.
        """
        identity = await asyncio.to_thread(_of_plan, plan)
        members = await asyncio.to_thread(tree.tree_of, identity.pid, identity.start_ticks)
        if not members:
            raise AdapterFailed(f"{identity.exact[0]}: it ended while it was frozen; start the bot again")
        try:
            await self._continue(members)
        except OSError as error:
            raise AdapterAmbiguous(f"not every process could be continued: {error}") from error
        return Receipt(clean(f"{len(members)} processes of {self._bot} run again"))

    async def _stop_all(self, identity: _Identity, stopped: dict[tuple[int, int], Process]) -> int:
        """Stop until two readings in a row find everything stopped; `stopped` collects what was signalled."""
        still = 0
        running: list[Process] = []
        for _ in range(_ROUNDS):
            members, running = await asyncio.to_thread(_stop_once, identity, stopped)
            # A reading is not one moment: a child born during it is seen by the next.
            still = 0 if running else still + 1
            if still == 2:
                return len(members)
            await self._clock.sleep(_PAUSE_S if running else 0.0)
        who = ", ".join(f"{process.pid} {process.name} (state {process.state})" for process in running[:5])
        raise AdapterFailed(f"these do not stop: {who}")

    async def _roll_back(self, stopped: list[Process], cause: Exception) -> None:
        try:
            await self._continue(stopped)
        except (OSError, AdapterAmbiguous) as error:
            raise AdapterAmbiguous(clean(f"{cause}; and not all that was stopped runs again: {error}")) from cause

    async def _continue(self, members: list[Process]) -> None:
        parents = {process.ppid for process in members}
        for process in reversed(members):
            if process.pid in parents:
                await self._clock.sleep(_LEVEL_PAUSE_S)
            await asyncio.to_thread(tree.send, process, signal.SIGCONT)
        for process in members:
            if await asyncio.to_thread(_stands, process):
                raise AdapterAmbiguous(f"pid {process.pid} {process.name} is still stopped")

    def _identify(self) -> _Identity:
        pid, written = _read_pidfile(Path(self._settings.pidfile))
        process = tree.read_process(pid)
        if process is None or not tree.is_alive(process):
            raise AdapterFailed(f"pid {pid} of {self._settings.pidfile} has ended or never was; is the bot up?")
        _refuse_own(process)
        started = tree.start_time(process)
        if started > written + _STALE_S:
            advice = f"when it is the bot, do: touch {self._settings.pidfile}"
            raise AdapterFailed(f"pid {pid} is younger than {self._settings.pidfile}: the file is stale; {advice}")
        return _identity(process, started)


def _read_pidfile(path: Path) -> tuple[int, float]:
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            found = os.fstat(file)
            content = os.read(file, _PIDFILE_LIMIT) if stat.S_ISREG(found.st_mode) else b""
        finally:
            os.close(file)
    except OSError as error:
        raise AdapterFailed(f"the pidfile {path} cannot be read: {error.strerror}") from error
    words = content.split()
    if not words or not words[0].isdigit() or int(words[0]) < 1:
        raise AdapterFailed(f"the pidfile {path} holds no pid")
    return int(words[0]), found.st_mtime


def _identity(process: Process, started: float) -> _Identity:
    pid = process.pid
    try:
        program = tree.executable(pid)
    except OSError as error:
        raise AdapterFailed(f"the program of pid {pid} cannot be read: {error.strerror}") from error
    boot = tree.boot_id()
    born = f"(started {utc_text(started)}, tick {process.start_ticks} of boot {boot})"
    who = clean(f"pid {pid} {process.name} [{tree.command_line(pid)}] {born}")
    return _Identity(pid, process.start_ticks, boot, [who, clean(f"program {program}")])


def _of_plan(plan: Plan) -> _Identity:
    match = _ROOT.fullmatch(plan.exact[0]) if len(plan.exact) > 1 else None
    if plan.verb is not Verb.FREEZE or match is None:
        raise AdapterFailed("the plan names no process")
    pid, ticks, boot = int(match[1]), int(match[2]), match[3]
    if boot != tree.boot_id():
        raise AdapterFailed(f"the host was started again since; pid {pid} of the plan ended with the former boot")
    return _Identity(pid, ticks, boot, plan.exact[:2])


def _planned(plan: Plan) -> _Identity:
    """Return the plan's process after checking that it is still the same program of the same start."""
    identity = _of_plan(plan)
    process = tree.read_process(identity.pid)
    if process is None or not tree.is_alive(process):
        raise AdapterFailed(f"pid {identity.pid} ended since the plan was made")
    if process.start_ticks != identity.start_ticks:
        raise AdapterFailed(f"pid {identity.pid} belongs to another process now: {process.name}")
    _refuse_own(process)
    if _identity(process, tree.start_time(process)).exact[1] != identity.exact[1]:
        raise AdapterFailed(f"pid {identity.pid} runs another program now: {process.name}")
    return identity


def _refuse_own(process: Process) -> None:
    if process.pid == 1:
        raise AdapterFailed("pid 1 is the host itself; it is never frozen")
    if process.pid in tree.own_line():
        raise AdapterFailed(f"pid {process.pid} is this engine or runs it; it is never frozen")


def _stop_once(identity: _Identity, stopped: dict[tuple[int, int], Process]) -> tuple[list[Process], list[Process]]:
    """Read the tree, signal what runs, and return the members and those that ran when they were read."""
    members = tree.tree_of(identity.pid, identity.start_ticks)
    if not members or members[0].pid != identity.pid:
        raise AdapterFailed(f"pid {identity.pid} ended; nothing is left to freeze")
    own = tree.own_line()
    if any(process.pid in own for process in members):
        raise AdapterFailed(f"this engine belongs to the tree of pid {identity.pid}")
    running = [process for process in members if not tree.is_stopped(process)]
    for process in running:
        for hit in tree.stop_down(process):
            stopped[hit.pid, hit.start_ticks] = hit
    return members, running


def _stands(process: Process) -> bool:
    now = tree.read_process(process.pid)
    return now is not None and now.start_ticks == process.start_ticks and now.state == "T"
