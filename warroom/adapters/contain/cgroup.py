"""Contain a bot by its cgroup (version 2): every process in it stands still, or is killed at once, by the kernel.

Other than with signals no process can be missed and none can be born meanwhile: what is in the group or comes into it
is hit. What is not in it is not, so a worker that was moved away runs on and only a look from outside finds it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

from warroom.adapters.contain import cgroup_acts as acts
from warroom.adapters.contain import cgroup_tree as tree
from warroom.adapters.contain.cgroup_state import also_hit, states_of
from warroom.adapters.contain.cgroup_target import Kept, identify, of_plan, planned, populated
from warroom.adapters.contain.cgroup_tree import Gone, Group
from warroom.adapters.contain.process_tree import children_of, command_line
from warroom.core.clean import clean
from warroom.core.counted import counted
from warroom.core.model import Plan, Reversible, Verb
from warroom.core.ports import AdapterFailed, Check, Checked, Clock, Need, Observation, Receipt
from warroom.core.settings_contain import CgroupSettings

_VERBS = frozenset({Verb.FREEZE, Verb.STOP})
_FILES = {Verb.FREEZE: tree.FREEZE, Verb.STOP: tree.KILL}
_NO_RELEASE = "a stop cannot be undone from here: start the bot as it is started otherwise"
_SHOWN = 20
_WAIT_LIMIT_S = 15.0
"""An act that takes longer is given up by whoever asked for it."""


class CgroupAdapter:
    """Verbs freeze and stop on one cgroup with all below it; needs the right to write its files."""

    kind = "cgroup"

    def __init__(self, bot: str, settings: CgroupSettings, clock: Clock, describe_probe: Callable[[Verb], str]) -> None:
        self.settle_s = settings.settle_s
        self._bot = bot
        self._settings = settings
        self._wait_s = min(settings.settle_s, _WAIT_LIMIT_S)
        self._clock = clock
        self._describe_probe = describe_probe
        self._done: dict[str, Receipt] = {}
        """What was done, by key: the same order again finds it done, and that is right."""

    def verbs(self) -> frozenset[Verb]:
        """The configured ones of freeze and stop; a freeze is released by a thaw, a stop by nothing."""
        return frozenset(self._settings.verbs) & _VERBS

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """Return which cgroup is meant and how it stands; AdapterFailed when it is empty, ours or not there."""
        if verb not in self.verbs():
            raise AdapterFailed(f"the cgroup adapter of {self._bot} is not configured to {verb}")
        kept = await asyncio.to_thread(self._found)
        above = await asyncio.to_thread(tree.frozen_above, Path(kept.group.folder))
        return Plan(
            bot=self._bot,
            verb=verb,
            adapter=self.kind,
            exact=[kept.group.label, *_steps(verb, kept)],
            effects=_effects(verb, kept, above, expires_s),
            undo=_undo(verb, kept),
            probe=self._describe_probe(verb),
            expires_s=expires_s,
            reversible=Reversible.EXACT if verb is Verb.FREEZE else Reversible.NO,
            instances=[kept.group.label],
            shared=await asyncio.to_thread(also_hit, kept.group),
            restore=msgspec.json.encode(kept).decode(),
        )

    def needs(self) -> list[Need]:
        """The cgroup, and the right to write its files."""
        files = " and ".join(_FILES[verb] for verb in sorted(self.verbs()))
        return [
            Need("file", clean(self._settings.cgroup), "the cgroup that holds the bot and nothing else"),
            Need("right", f"write {files} of it", "root, or the account that made the cgroup"),
        ]

    async def check(self, verb: Verb) -> list[Check]:
        """Find the cgroup, ask whether its file may be written, and look for processes of the bot outside of it."""
        try:
            kept = await asyncio.to_thread(self._found)
        except AdapterFailed as error:
            return [Check("cgroup", Checked.FAILED, str(error))]
        checks = [Check("cgroup", Checked.OK, kept.group.label)]
        if verb in _FILES:
            checks.append(await asyncio.to_thread(_may_write, kept.group, _FILES[verb]))
        return [*checks, await asyncio.to_thread(_whole, kept.group)]

    async def observe(self, verb: Verb) -> Observation:
        """Return what the kernel says of the cgroup, and who is in it."""
        try:
            text = await asyncio.to_thread(self._observed)
        except (AdapterFailed, Gone, OSError) as error:
            text = str(error)
        return Observation(clean(text), self._clock.now())

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """Return the cgroup and those below it with their processes as JSON; AdapterFailed when it is not there."""
        kept = await asyncio.to_thread(self._found)
        try:
            content = await asyncio.to_thread(states_of, kept.group)
        except OSError as error:
            raise AdapterFailed(clean(f"{kept.group.label} cannot be read: {error}")) from error
        return [(f"{self._bot}-cgroup.json", content)]

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Freeze or end the plan's cgroup.

        Raises AdapterFailed when it is another one now, empty, or was frozen or thawed by somebody else since the plan;
        AdapterAmbiguous when it was told to and nobody knows how it stands.
        """
        if plan.verb is Verb.STOP and key in self._done:
            return self._done[key]
        kept = await asyncio.to_thread(planned, plan, again=key in self._done)
        match plan.verb:
            case Verb.FREEZE:
                done = await acts.freeze(kept, self._clock, self._wait_s)
            case Verb.STOP:
                done = await acts.stop(kept, self._clock, self._wait_s)
            case _:
                raise AdapterFailed(f"{plan.verb} is not an act of the cgroup adapter")
        self._done[key] = Receipt(clean(done))
        return self._done[key]

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Let the plan's cgroup run on, unless it was frozen before; raises AdapterFailed for a stop."""
        if plan.verb is not Verb.FREEZE:
            raise AdapterFailed(_NO_RELEASE)
        kept = await asyncio.to_thread(of_plan, plan)
        receipt = Receipt(clean(await acts.thaw(kept, self._clock, self._wait_s)))
        self._done.pop(key, None)
        return receipt

    def _found(self) -> Kept:
        return populated(identify(self._settings.cgroup))

    def _observed(self) -> str:
        group = identify(self._settings.cgroup)
        seen, members = tree.events(group), tree.members(Path(group.folder))
        told = ", ".join(f"{one.pid} {one.name} {one.state}" for one in members[:_SHOWN])
        words = f"{'frozen' if seen.frozen else 'not frozen'}, {'populated' if seen.populated else 'empty'}"
        return f"{group.folder}: {words}; {counted(len(members), 'process', 'processes')}: {told}"


def _steps(verb: Verb, kept: Kept) -> list[str]:
    if verb is Verb.STOP:
        return [
            f"write 1 to {tree.KILL}: SIGKILL to every process in it and in the cgroups below it, frozen or not",
            "wait until cgroup.events says populated 0",
        ]
    if kept.frozen:
        return ["nothing: somebody else has frozen it already, and it is left so when this is released"]
    return [
        f"write 1 to {tree.FREEZE}: every process in it and in the cgroups below it stands still",
        "wait until cgroup.events says frozen 1",
    ]


def _effects(verb: Verb, kept: Kept, above: Path | None, expires_s: float | None) -> list[str]:
    if verb is Verb.STOP:
        effects = [
            "users are refused, and answers under way are lost",
            "what it has in memory is lost: freeze it first and take what is evidence",
            "a supervisor outside of the cgroup may start it again at once; the probe sees that",
        ]
        if expires_s is not None:
            effects.append("an expiry brings nothing back: the bot stays down until it is started")
        if kept.frozen:
            effects.append("the cgroup stays frozen: what is started in it stands still until it is thawed")
    else:
        effects = [
            "users wait and get no answer until their own time limit",
            "memory and open connections are kept",
            "a process that comes into the cgroup stands still too; one that is moved out of it runs on",
        ]
        if above is not None:
            effects.append(clean(f"{above} above it is frozen: no release from here lets the bot run"))
        if expires_s is not None:
            effects.append("the expiry is kept by this engine: without it the bot stays frozen")
    return effects


def _undo(verb: Verb, kept: Kept) -> str:
    if verb is Verb.STOP:
        return _NO_RELEASE
    if kept.frozen:
        return "nothing: it was frozen before by somebody else and stays so"
    return f"write 0 to {tree.FREEZE}, and wait until cgroup.events says frozen 0"


def _may_write(group: Group, name: str) -> Check:
    if not tree.has(group, name):
        text = f"{group.folder} has no {name}: it came with Linux 5.14; use the process adapter"
        return Check("kernel", Checked.FAILED, clean(text))
    if not tree.may_write(group, name):
        text = f"{group.folder}/{name} may not be written; run the engine as root or as the account that made it"
        return Check("right to write", Checked.FAILED, clean(text))
    return Check("right to write", Checked.OK, clean(f"{group.folder}/{name} may be written"))


def _whole(group: Group) -> Check:
    """Say whether a child of the cgroup's processes is outside of it, as one that was moved away is."""
    members = tree.members(Path(group.folder))
    inside = {one.pid for one in members}
    away = [child for one in members for child in children_of(one) if child.pid not in inside]
    if not away:
        return Check(
            "whole bot", Checked.OK, f"no child of its {counted(len(members), 'process', 'processes')} is outside of it"
        )
    told = ", ".join(f"{one.pid} {one.name} [{command_line(one.pid)}]" for one in away[:_SHOWN])
    text = f"children of its processes are outside of it and would run on: {told}"
    return Check("whole bot", Checked.UNKNOWN, clean(text, 400))
