"""Stop every thread of a process tree where it is (SIGSTOP), and let it run on (SIGCONT)."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence

from warroom.adapters.contain import process_tree as tree
from warroom.adapters.contain.process_target import Identity, refuse_members
from warroom.adapters.contain.process_tree import Process
from warroom.core.clean import clean
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Clock

_STOPPED_WITHIN_S = 5.0
"""Time after which stopping the tree is given up: who waits for a processor on a busy host stops when it gets one."""
_FIRST_PAUSE_S = 0.0005
_PAUSE_S = 0.005
"""Longest time for what was signalled to stop before the tree is read again; the first pauses are shorter."""
_LEVEL_PAUSE_S = 0.05
"""Time for thawed workers to show life before the parent that watches them runs again and misses them."""
_TURNS_LIMIT_S = 2.0
"""Longest wait, over all levels, for those that got no processor in that time; some are at work all the time."""


async def freeze(identity: Identity, clock: Clock) -> int:
    """Stop the tree from the top down, until two readings in a row find everything stopped; return how many stand.

    Raises AdapterFailed when one could not be stopped and all that was stopped runs again, AdapterAmbiguous when even
    that failed.
    """
    stopped: dict[tuple[int, int], Process] = {}
    try:
        return await _stop_all(identity, stopped, clock)
    except (AdapterFailed, OSError) as error:
        await _roll_back(list(stopped.values()), error, clock)
        raise AdapterFailed(clean(f"{error}; nothing is stopped")) from error


async def thaw(identity: Identity, clock: Clock) -> int:
    """Continue the tree, children first: a parent that counts its workers finds them alive; return how many run.

    Raises AdapterFailed when none of the processes is there any more, AdapterAmbiguous when one stays stopped.
    """
    members = await asyncio.to_thread(tree.tree_of, identity.pid, identity.start_ticks)
    if not members:
        raise AdapterFailed(f"{identity.exact[0]}: it ended while it was frozen; start the bot again")
    try:
        await _continue(members, clock)
    except OSError as error:
        raise AdapterAmbiguous(f"not every process could be continued: {error}") from error
    return len(members)


async def _stop_all(identity: Identity, stopped: dict[tuple[int, int], Process], clock: Clock) -> int:
    """Stop until two readings in a row find everything stopped; `stopped` collects what was signalled."""
    still, pause_s = 0, _FIRST_PAUSE_S
    deadline = clock.monotonic() + _STOPPED_WITHIN_S
    while True:
        members, running = await asyncio.to_thread(_stop_once, identity, stopped)
        # A reading is not one moment: a child born during it is seen by the next.
        still = 0 if running else still + 1
        if still == 2:
            return len(members)
        if running and clock.monotonic() >= deadline:
            break
        if running:
            await clock.sleep(pause_s)
            pause_s = min(2 * pause_s, _PAUSE_S)
    who = ", ".join(f"{process.pid} {process.name} (state {process.state})" for process in running[:5])
    raise AdapterFailed(f"these do not stop: {who}")


def _stop_once(identity: Identity, stopped: dict[tuple[int, int], Process]) -> tuple[list[Process], list[Process]]:
    """Read the tree, signal what runs, and return the members and those that ran when they were read."""
    members = tree.tree_of(identity.pid, identity.start_ticks)
    if not members or members[0].pid != identity.pid:
        raise AdapterFailed(f"pid {identity.pid} ended; nothing is left to freeze")
    refuse_members(members)
    running = [process for process in members if not tree.is_stopped(process)]
    for process in running:
        for hit in tree.stop_down(process):
            stopped[hit.pid, hit.start_ticks] = hit
    return members, running


async def _roll_back(stopped: Sequence[Process], cause: Exception, clock: Clock) -> None:
    try:
        await _continue(stopped, clock)
    except (OSError, AdapterAmbiguous) as error:
        raise AdapterAmbiguous(clean(f"{cause}; and not all that was stopped runs again: {error}")) from cause


async def _continue(members: Sequence[Process], clock: Clock) -> None:
    parents = {process.ppid for process in members}
    woken: list[Process] = []
    patience_until = clock.monotonic() + _TURNS_LIMIT_S
    for process in reversed(members):
        if process.pid in parents:
            await _had_their_turn(woken, clock, patience_until)
            woken = []
        await asyncio.to_thread(tree.send, process, signal.SIGCONT)
        woken.append(process)
    for process in members:
        if await asyncio.to_thread(_stands, process):
            raise AdapterAmbiguous(f"pid {process.pid} {process.name} is still stopped")


async def _had_their_turn(woken: Sequence[Process], clock: Clock, until: float) -> None:
    """Return when those that were continued have run and rest again, or at `until`.

    From its SIGCONT until then a process shows R, however long it waits for a processor.
    """
    await clock.sleep(_LEVEL_PAUSE_S)
    while clock.monotonic() < until and await asyncio.to_thread(lambda: any(map(tree.is_busy, woken))):
        await clock.sleep(_PAUSE_S)


def _stands(process: Process) -> bool:
    now = tree.read_process(process.pid)
    return now is not None and now.start_ticks == process.start_ticks and now.state == "T"
