"""What is done to a unit for each verb, and how exactly that is undone."""

from __future__ import annotations

import contextlib

from warroom.adapters.contain.systemd_bus import Manager, Refused
from warroom.adapters.contain.systemd_unit import Kept, Unit
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Clock

_STEP_S = 0.05
NO_FREEZER = "this host has no unified control groups: use the process or the cgroup adapter to freeze it"


async def freeze(manager: Manager, now: Unit) -> str:
    """Freeze it; a unit that is frozen already is left as it is."""
    if not now.up:
        raise AdapterFailed(f"{now.label} is {now.state}; is the bot up?")
    if now.frozen:
        return f"{now.label} is frozen already"
    try:
        await manager.freeze(now.id)
    except Refused as refused:
        advice = f"; {NO_FREEZER}" if refused.name == "NotSupported" else ""
        raise AdapterFailed(f"{refused}{advice}; it runs as before") from refused
    return f"{now.label} is frozen"


async def thaw(manager: Manager, kept: Kept) -> str:
    """Let it run on, unless it was frozen before the plan."""
    now = await manager.unit(kept.unit.id)
    if not now.up:
        raise AdapterFailed(f"{now.label} ended while it was frozen; start it again: systemctl start {now.id}")
    if kept.unit.frozen:
        return f"{now.label} was frozen before and stays so"
    try:
        await manager.thaw(now.id)
    except Refused as refused:
        raise AdapterFailed(str(refused)) from refused
    return f"{now.label} runs" + (" again" if now.frozen else " already")


async def stop(manager: Manager, kept: Kept, clock: Clock, grace_s: float, timeout_s: float) -> str:
    """Stop what triggers it, then itself, and mask it until the next boot where a mask counts.

    Raises AdapterFailed when systemd refuses the first request, AdapterAmbiguous when something of it is done and
    the unit is not down.
    """
    done: list[str] = []
    try:
        for trigger in kept.triggers:
            await manager.stop(trigger)
            done.append(trigger)
        await manager.stop(kept.unit.id)
    except Refused as refused:
        await _start_again(manager, done, refused)
        raise AdapterFailed(f"{refused}; it runs as before") from refused
    await _await_down(manager, kept.unit.id, clock, grace_s, timeout_s)
    masked = await _mask(manager, kept.unit)
    if (await manager.unit(kept.unit.id)).up:
        # Somebody was faster than the mask.
        with contextlib.suppress(Refused):
            await manager.stop(kept.unit.id)
        await _await_down(manager, kept.unit.id, clock, grace_s, timeout_s)
    return ", ".join([f"{kept.unit.label} is stopped", *masked, *(f"{name} is stopped" for name in done)])


async def _start_again(manager: Manager, names: list[str], cause: Refused) -> None:
    for name in names:
        try:
            await manager.start(name)
        except Refused as refused:
            raise AdapterAmbiguous(f"{cause}; and {name} does not start again: {refused}") from cause


async def _await_down(manager: Manager, name: str, clock: Clock, grace_s: float, timeout_s: float) -> None:
    end = clock.monotonic() + grace_s
    killed = False
    while (now := await manager.unit(name)).state not in ("inactive", "failed"):
        if clock.monotonic() >= end:
            if killed:
                raise AdapterAmbiguous(f"{now.label} is still {now.state}: who starts it?")
            # While it is being stopped, systemd does not start it again for what is killed.
            with contextlib.suppress(Refused):
                await manager.kill(name)
            killed, end = True, clock.monotonic() + timeout_s
        await clock.sleep(_STEP_S)


async def _mask(manager: Manager, unit: Unit) -> list[str]:
    if not unit.maskable:
        return []
    try:
        await manager.mask(unit.id)
        if not (await manager.unit(unit.id)).masked:
            # A unit that others refer to stays loaded as it was.
            await manager.reload()
    except Refused as refused:
        return [f"but it is not masked ({refused})"]
    return ["masked until the next boot"]


async def start(manager: Manager, kept: Kept, clock: Clock, timeout_s: float) -> str:
    """Take the mask away and start what ran before: what triggers it, itself, what was stopped with it.

    Raises AdapterFailed when systemd refuses, AdapterAmbiguous when it does not come up.
    """
    try:
        if kept.unit.maskable and await manager.masked_until_reboot(kept.unit.id):
            await manager.unmask(kept.unit.id)
            if (await manager.unit(kept.unit.id)).masked:
                await manager.reload()
        # A socket cannot be started any more once its service runs.
        for name in kept.triggers:
            if not (await manager.neighbour(name)).up:
                await manager.start(name)
        if kept.unit.up and not (await manager.unit(kept.unit.id)).up:
            await manager.start(kept.unit.id)
        for name in kept.dependents:
            await manager.start(name)
    except Refused as refused:
        raise AdapterFailed(f"{refused}; it is not up: look at journalctl -u {kept.unit.id}") from refused
    if kept.unit.up:
        await _await_up(manager, kept.unit.id, clock, timeout_s)
    return f"{kept.unit.label} runs" if kept.unit.up else f"{kept.unit.label} can be triggered again"


async def _await_up(manager: Manager, name: str, clock: Clock, timeout_s: float) -> None:
    end = clock.monotonic() + timeout_s
    while (now := await manager.unit(name)).state != "active":
        if clock.monotonic() >= end:
            raise AdapterAmbiguous(f"{now.label} is {now.state} after its start: look at journalctl -u {name}")
        await clock.sleep(_STEP_S)
