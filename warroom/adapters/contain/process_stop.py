"""End a process tree: SIGTERM from the top down, SIGKILL to who stands frozen, and to what is left after a time.

Parents are told first, so that a supervisor inside the tree starts nothing in the place of what ends. A process that is
stopped takes SIGTERM only when it runs on, which a contained bot must not: it gets SIGKILL, which needs no running.
"""

from __future__ import annotations

import asyncio
import signal

import msgspec

from warroom.adapters.contain import process_tree as tree
from warroom.adapters.contain.process_target import Identity, refuse_members
from warroom.adapters.contain.process_tree import Process
from warroom.core.clean import clean
from warroom.core.counted import counted
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Clock

_STEP_S = 0.02
_KILLED_WITHIN_S = 3.0
"""Time in which the kernel has to end what got SIGKILL; what waits for a device may take longer."""
_QUIET = 2
"""Readings in a row that have to find nobody: a reading is not one moment."""


class _Hunt(msgspec.Struct):
    """Who belongs to the tree, as far as it was ever seen: an orphan is found by those it came from."""

    identity: Identity
    known: dict[tuple[int, int], Process] = {}
    told: set[tuple[int, int]] = set()
    """Who got SIGTERM."""
    killed: set[tuple[int, int]] = set()
    """Who got SIGKILL."""


async def stop(identity: Identity, clock: Clock, grace_s: float) -> str:
    """End all of the tree and return how, in words.

    Raises AdapterFailed when the first signal is refused or the tree is this engine's own, AdapterAmbiguous when
    something of it is ended and not all.
    """
    hunt = _Hunt(identity)
    try:
        alive = await _until_gone(hunt, clock, grace_s, kill=False)
        if alive:
            alive = await _until_gone(hunt, clock, _KILLED_WITHIN_S, kill=True)
    except OSError as error:
        text = clean(f"a process may not be signalled: {error}")
        if hunt.told or hunt.killed:
            raise AdapterAmbiguous(f"{text}; others of the tree were told to end") from error
        raise AdapterFailed(f"{text}; nothing was done") from error
    if alive:
        who = ", ".join(f"{process.pid} {process.name} (state {process.state})" for process in alive[:5])
        raise AdapterAmbiguous(clean(f"these did not end on SIGKILL: {who}"))
    return f"{counted(len(hunt.known), 'process', 'processes')} ended, {len(hunt.killed)} of them by SIGKILL"


async def _until_gone(hunt: _Hunt, clock: Clock, within_s: float, *, kill: bool) -> list[Process]:
    """Signal whoever is there until nobody is, for at most `within_s`; return who is left."""
    deadline = clock.monotonic() + within_s
    quiet = 0
    while True:
        alive = await asyncio.to_thread(_kill_once if kill else _tell_once, hunt)
        quiet = 0 if alive else quiet + 1
        if quiet == _QUIET or (alive and clock.monotonic() >= deadline):
            return alive
        await clock.sleep(_STEP_S if alive else 0.0)


def _tell_once(hunt: _Hunt) -> list[Process]:
    """Send SIGTERM to who did not get it yet, SIGKILL to who is stopped; return who is alive."""
    alive = _alive(hunt)
    refuse_members(alive)
    for process in alive:
        me = (process.pid, process.start_ticks)
        # Who ends between the reading and this look got SIGTERM, and needs no SIGKILL.
        if tree.stands(process):
            _kill(hunt, process)
        elif me not in hunt.told and tree.send(process, signal.SIGTERM):
            hunt.told.add(me)
    return alive


def _kill_once(hunt: _Hunt) -> list[Process]:
    """Stop who is alive from the top down, so that none of them starts another, then send SIGKILL to all."""
    alive = _alive(hunt)
    refuse_members(alive)
    for process in alive:
        for caught in tree.stop_down(process):
            hunt.known[caught.pid, caught.start_ticks] = caught
            _kill(hunt, caught)
    return alive


def _kill(hunt: _Hunt, process: Process) -> None:
    if tree.send(process, signal.SIGKILL):
        hunt.killed.add((process.pid, process.start_ticks))


def _alive(hunt: _Hunt) -> list[Process]:
    """Return who is alive now, parents first: the tree, and what came from members that it lost."""
    found = {(one.pid, one.start_ticks): one for one in tree.tree_of(hunt.identity.pid, hunt.identity.start_ticks)}
    for me, known in hunt.known.items():
        leads = known.pid in (known.session, known.group)
        if leads or (me not in found and _is_there(known)):
            for one in tree.tree_of(known.pid, known.start_ticks):
                found.setdefault((one.pid, one.start_ticks), one)
    hunt.known.update(found)
    return list(found.values())


def _is_there(known: Process) -> bool:
    now = tree.read_process(known.pid)
    return now is not None and now.start_ticks == known.start_ticks and tree.is_alive(now)
