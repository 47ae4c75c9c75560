"""Contain a bot that is a service of systemd: frozen in memory, or stopped and kept from being started.

A killed service with Restart= is back in a moment, so it is stopped and never killed first; what would trigger it is
stopped before it. IPAddressDeny is not offered: where it is not enforced, systemd reports it as set all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

from warroom.adapters.contain import systemd_acts as acts
from warroom.adapters.contain.systemd_bus import Manager
from warroom.adapters.contain.systemd_unit import Kept, Unit, identity_of, kept_of, planned
from warroom.core.clean import clean
from warroom.core.model import Plan, Reversible, Verb
from warroom.core.ports import AdapterFailed, Check, Checked, Clock, Need, Observation, Receipt
from warroom.core.settings_contain import SystemdSettings

_VERBS = frozenset({Verb.FREEZE, Verb.STOP})
_EFFECTS = {
    Verb.FREEZE: ["users wait and get no answer until their own time limit", "memory and open connections are kept"],
    Verb.STOP: ["users are refused at once", "what the bot has in memory is lost"],
}
_SYSTEM_BUS = "unix:path=/run/dbus/system_bus_socket"
_CONTROL_GROUPS = " /sys/fs/cgroup "
_UNIFIED = " - cgroup2 "
_MOST_DEPENDENTS = 200


class SystemdAdapter:
    """Verbs freeze and stop on one service; needs the bus of its manager and the right to manage units."""

    kind = "systemd"

    def __init__(
        self, bot: str, settings: SystemdSettings, clock: Clock, describe_probe: Callable[[Verb], str]
    ) -> None:
        self.settle_s = settings.settle_s
        self._bot = bot
        self._settings = settings
        self._clock = clock
        self._describe_probe = describe_probe

    def verbs(self) -> frozenset[Verb]:
        """The configured ones of freeze and stop."""
        return frozenset(self._settings.verbs) & _VERBS

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """Return which unit is acted on by which requests, and what stops with it; AdapterFailed when it cannot be."""
        if verb not in self.verbs():
            raise AdapterFailed(f"the systemd adapter of {self._bot} is not configured to {verb}")
        async with self._manager() as manager:
            kept = await self._kept(manager, verb)
        unit = kept.unit
        await asyncio.to_thread(_refuse_own, unit)
        if not unit.up and not kept.triggers:
            raise AdapterFailed(f"{unit.label} is not running; is the bot up?")
        lost = verb is Verb.STOP and unit.transient
        best = Reversible.BEST_EFFORT if verb is Verb.STOP else Reversible.EXACT
        return Plan(
            bot=self._bot,
            verb=verb,
            adapter=self.kind,
            exact=[clean(line) for line in self._requests(verb, kept)],
            effects=_effects(verb, unit, expires_s),
            undo=_undo(verb, kept),
            probe=self._describe_probe(verb),
            expires_s=expires_s,
            reversible=Reversible.NO if lost else best,
            instances=[unit.label],
            shared=[clean(f"{name}: systemd stops it with {unit.id}") for name in kept.dependents],
            restore=kept_of(msgspec.structs.replace(kept, unit=identity_of(unit))),
        )

    def needs(self) -> list[Need]:
        """The library, the bus, and the right to manage units."""
        return [
            Need("library", "dbus-fast", "talks to systemd"),
            Need("address", clean(self._settings.bus), "leads to the manager of the unit"),
            Need("right", "manage-units, manage-unit-files, reload-daemon", "root, or a rule of polkit for the engine"),
        ]

    async def check(self, verb: Verb) -> list[Check]:
        """Look at the bus, the unit and, for a freeze, whether this host can; rights are only known by acting."""
        try:
            async with self._manager() as manager:
                checks = [Check("systemd", Checked.OK, await manager.version())]
        except AdapterFailed as error:
            return [Check("systemd", Checked.FAILED, str(error))]
        try:
            plan = await self.plan(verb, None)
        except AdapterFailed as error:
            return [*checks, Check("unit", Checked.FAILED, str(error))]
        checks.append(Check("unit", Checked.OK, plan.instances[0]))
        if verb is Verb.FREEZE and self._settings.bus == _SYSTEM_BUS:
            checks.append(await asyncio.to_thread(_freezer))
        elif verb is Verb.FREEZE:
            checks.append(Check("freezer", Checked.UNKNOWN, "whether its host can freeze is known when it is asked to"))
        return checks

    async def observe(self, verb: Verb) -> Observation:
        """Return the state of the unit as systemd tells it."""
        try:
            async with self._manager() as manager:
                unit = await self._found(manager)
        except AdapterFailed as error:
            return Observation(str(error), self._clock.now())
        more = [word for word, is_so in (("frozen", unit.frozen), ("masked", unit.masked)) if is_so]
        return Observation(clean(f"{unit.label}: {', '.join([unit.state, *more])}"), self._clock.now())

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """Return the unit and its processes as JSON."""
        async with self._manager() as manager:
            unit = await self._found(manager)
            processes = await manager.processes(unit.id) if unit.up else []
        content = {"unit": unit, "processes": processes}
        return [(f"{self._bot}-unit.json", msgspec.json.format(msgspec.json.encode(content), indent=1))]

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Do it to the plan's unit.

        Raises AdapterFailed when the unit runs something else now or systemd refuses, AdapterAmbiguous when systemd
        was lost after a request was sent or the unit is not down.
        """
        kept = planned(plan.restore)
        async with self._manager() as manager:
            now = await self._found(manager)
            _refuse_another(kept.unit, now)
            match plan.verb:
                case Verb.FREEZE:
                    return Receipt(clean(await acts.freeze(manager, now)))
                case Verb.STOP:
                    grace_s, timeout_s = self._settings.grace_s, self._settings.timeout_s
                    return Receipt(clean(await acts.stop(manager, kept, self._clock, grace_s, timeout_s)))
        raise AdapterFailed(f"{plan.verb} is not an act of the systemd adapter")

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Undo it at the plan's unit, and only what `apply` changed; raises as `apply` does."""
        kept = planned(plan.restore)
        async with self._manager() as manager:
            match plan.verb:
                case Verb.FREEZE:
                    return Receipt(clean(await acts.thaw(manager, kept)))
                case Verb.STOP if kept.unit.transient:
                    raise AdapterFailed(f"systemd has forgotten the transient {kept.unit.label}; start it as before")
                case Verb.STOP:
                    return Receipt(clean(await acts.start(manager, kept, self._clock, self._settings.timeout_s)))
        raise AdapterFailed(f"{plan.verb} is not an act of the systemd adapter")

    def _manager(self) -> Manager:
        return Manager(self._settings.bus, self._settings.timeout_s)

    async def _found(self, manager: Manager) -> Unit:
        unit = await manager.unit(self._settings.unit)
        if not unit.known:
            raise AdapterFailed(clean(f"systemd has no unit {self._settings.unit}"))
        return unit

    async def _kept(self, manager: Manager, verb: Verb) -> Kept:
        unit = await self._found(manager)
        if verb is Verb.FREEZE:
            return Kept(unit)
        triggers = [name for name in unit.triggers if (await manager.neighbour(name)).up]
        return Kept(unit, triggers, await _stopped_with(manager, unit))

    def _requests(self, verb: Verb, kept: Kept) -> list[str]:
        unit = kept.unit
        lines = [f"{unit.label}, from {unit.file or 'no file'}"]
        if verb is Verb.FREEZE:
            return [*lines, f"FreezeUnit {unit.id}" if not unit.frozen else "nothing: it is frozen already"]
        lines += [f"StopUnit {name}, which triggers it" for name in kept.triggers]
        lines.append(f"StopUnit {unit.id}, and SIGKILL to what is left after {self._settings.grace_s:g} s")
        return [*lines, f"MaskUnitFiles {unit.id} until the next boot"] if unit.maskable else lines


async def _stopped_with(manager: Manager, unit: Unit) -> list[str]:
    """Return the active units that systemd stops with this one, and with those, in the order found."""
    found: list[str] = []
    waiting = list(unit.dependents)
    while waiting and len(found) < _MOST_DEPENDENTS:
        name = waiting.pop(0)
        if name in found or name == unit.id:
            continue
        other = await manager.neighbour(name)
        if other.up:
            found.append(name)
            waiting.extend(other.dependents)
    return found


def _effects(verb: Verb, unit: Unit, expires_s: float | None) -> list[str]:
    effects = list(_EFFECTS[verb])
    if verb is Verb.FREEZE and unit.watchdog_s:
        effects.append(f"its watchdog of {unit.watchdog_s:g} s may kill it and start it anew: a stop is safer")
    if verb is Verb.STOP and not unit.maskable:
        effects.append("no mask covers its file: a unit that needs it, or a person, can start it again")
    if verb is Verb.STOP and unit.upheld:
        effects.append(clean(f"upheld by {', '.join(unit.upheld)}, which starts it again where it is not masked"))
    if expires_s is not None:
        effects.append(f"the expiry is kept by this engine: without it {verb} stays")
    return effects


def _undo(verb: Verb, kept: Kept) -> str:
    if verb is Verb.FREEZE:
        return f"ThawUnit {clean(kept.unit.id)}"
    if kept.unit.transient:
        return "cannot be undone: systemd forgets a transient unit when it ends"
    names = [*kept.triggers, *([kept.unit.id] if kept.unit.up else []), *kept.dependents]
    mask = f"UnmaskUnitFiles {kept.unit.id}, then " if kept.unit.maskable else ""
    return clean(f"{mask}StartUnit {', '.join(names)}")


def _refuse_another(planned_unit: Unit, now: Unit) -> None:
    # A masked unit shows nothing of its file: it is the one that this plan masked before.
    if now.id != planned_unit.id or (
        not now.masked and (now.file, now.command) != (planned_unit.file, planned_unit.command)
    ):
        raise AdapterFailed(f"{now.label} is not what the plan means: {planned_unit.label}; plan again")


def _refuse_own(unit: Unit) -> None:
    if not unit.group.strip("/"):
        return
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        own = line.split(":", 2)[2]
        if own == unit.group or own.startswith(f"{unit.group}/"):
            raise AdapterFailed(f"this engine belongs to {unit.label}; it is never contained")


def _freezer() -> Check:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    if any(_CONTROL_GROUPS in line and _UNIFIED in line for line in lines):
        return Check("freezer", Checked.OK, "this host has unified control groups")
    return Check("freezer", Checked.FAILED, acts.NO_FREEZER)
