"""What is done to a cgroup for each verb, and how it is undone: freeze, thaw and kill by its files.

What the kernel says afterwards counts, not that the file could be written (Documentation/admin-guide/cgroup-v2.rst).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from warroom.adapters.contain import cgroup_tree as tree
from warroom.adapters.contain import process_tree
from warroom.adapters.contain.cgroup_target import Kept
from warroom.adapters.contain.cgroup_tree import Events, Gone, Group
from warroom.adapters.contain.process_tree import Process
from warroom.core.clean import clean
from warroom.core.counted import counted
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Clock

_STEP_S = 0.005
_SHOWN = 5


async def freeze(kept: Kept, clock: Clock, within_s: float) -> str:
    """Let all of the cgroup stand still and say who does; a frozen one is left as it is.

    Raises AdapterFailed when it does not come to stand, or nobody is in it any more, and it is as before;
    AdapterAmbiguous when even that cannot be said.
    """
    group = kept.group
    try:
        before = await asyncio.to_thread(tree.members, Path(group.folder))
        if not kept.frozen:
            await asyncio.to_thread(tree.write, group, tree.FREEZE, "1")
    except (OSError, Gone) as error:
        raise AdapterFailed(f"{group.folder} cannot be frozen: {_why(error)}; nothing was done") from error
    try:
        seen = await _until(group, clock, within_s, lambda seen: seen.frozen)
    except (OSError, Gone) as error:
        await _take_back(kept, f"{group.folder} cannot be read any more: {_why(error)}")
    if not seen.frozen:
        await _take_back(kept, f"{group.folder} does not stand still within {within_s:g} s")
    if not seen.populated:
        await _take_back(kept, f"nobody is in {group.folder} any more: its processes ended or were moved")
    return await asyncio.to_thread(_told, group, before)


async def thaw(kept: Kept, clock: Clock, within_s: float) -> str:
    """Let the cgroup run on, unless somebody else had frozen it before, and say how it stands.

    Raises AdapterFailed when it is gone or may not be written, AdapterAmbiguous when it does not run on.
    """
    group = kept.group
    try:
        if kept.frozen:
            await asyncio.to_thread(tree.events, group)
            return f"{group.folder} was frozen before by somebody else and stays so"
        await asyncio.to_thread(tree.write, group, tree.FREEZE, "0")
        seen = await _until(group, clock, within_s, lambda seen: not seen.frozen)
    except Gone as error:
        raise AdapterFailed(f"{error}: its processes ended while they were frozen; start the bot again") from error
    except OSError as error:
        raise AdapterFailed(f"{group.folder} cannot be thawed: {_why(error)}") from error
    if seen.frozen:
        above = await asyncio.to_thread(tree.frozen_above, Path(group.folder))
        if above is None:
            raise AdapterAmbiguous(f"{group.folder} is told to run and still says frozen after {within_s:g} s")
        return f"{group.folder} is not frozen by us any more, but {above} above it is: thaw that one"
    if not seen.populated:
        return f"{group.folder} may run again, but nobody is in it: start the bot again"
    return f"{group.folder} runs again"


async def stop(kept: Kept, clock: Clock, within_s: float) -> str:
    """End all of the cgroup at once by cgroup.kill, also what stands frozen, and say how many ended.

    Raises AdapterFailed when nothing was done, AdapterAmbiguous when somebody is in it afterwards.
    """
    group = kept.group
    try:
        before = await asyncio.to_thread(tree.members, Path(group.folder))
        await asyncio.to_thread(tree.write, group, tree.KILL, "1")
    except (OSError, Gone) as error:
        raise AdapterFailed(f"{group.folder} cannot be killed: {_why(error)}; nothing was done") from error
    try:
        seen = await _until(group, clock, within_s, lambda seen: not seen.populated)
    except OSError as error:
        raise AdapterAmbiguous(f"{group.folder} was killed and cannot be read any more: {_why(error)}") from error
    except Gone:
        # Who manages cgroups takes an empty one away.
        seen = Events(populated=False, frozen=False)
    left = await asyncio.to_thread(tree.members, Path(group.folder))
    if seen.populated or left:
        raise AdapterAmbiguous(f"in {group.folder} are, after all was killed: {_named(left)}; who starts them?")
    stays = f"; what is started in {group.folder} stands still until it is thawed" if kept.frozen else ""
    return f"{counted(len(before), 'process', 'processes')} ended by SIGKILL{stays}"


async def _until(group: Group, clock: Clock, within_s: float, wanted: Callable[[Events], bool]) -> Events:
    """Return the first events that are wanted, or the last ones seen in time."""
    deadline = clock.monotonic() + within_s
    while True:
        seen = await asyncio.to_thread(tree.events, group)
        if wanted(seen) or clock.monotonic() >= deadline:
            return seen
        await clock.sleep(_STEP_S)


async def _take_back(kept: Kept, cause: str) -> NoReturn:
    """Undo the freeze that came to nothing, and raise what became of it."""
    try:
        if not kept.frozen:
            await asyncio.to_thread(tree.write, kept.group, tree.FREEZE, "0")
    except Gone:
        raise AdapterFailed(f"{cause}; the cgroup is gone") from None
    except OSError as error:
        raise AdapterAmbiguous(f"{cause}; and the freeze cannot be taken back: {_why(error)}") from error
    raise AdapterFailed(f"{cause}; it is as before")


def _told(group: Group, before: Sequence[Process]) -> str:
    now = tree.members(Path(group.folder))
    inside = {(process.pid, process.start_ticks) for process in now}
    away = [process for process in before if (process.pid, process.start_ticks) not in inside and _lives(process)]
    left = f"; {len(away)} left it meanwhile and run on: {_named(away)}" if away else ""
    return (
        f"{counted(len(now), 'process', 'processes')} of {group.folder} stand{'s' if len(now) == 1 else ''} still{left}"
    )


def _lives(process: Process) -> bool:
    now = process_tree.read_process(process.pid)
    return now is not None and now.start_ticks == process.start_ticks and process_tree.is_alive(now)


def _named(processes: Sequence[Process]) -> str:
    told = [clean(f"{process.pid} {process.name}") for process in processes[:_SHOWN]]
    more = len(processes) - _SHOWN
    return ", ".join([*told, *([f"{more} more"] if more > 0 else [])]) or "some that are not shown here"


def _why(error: OSError | Gone) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
