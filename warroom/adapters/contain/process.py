"""Contain a bot by signals to its process tree: frozen in memory (SIGSTOP), or ended (SIGTERM, then SIGKILL).

Signalling the process of the pidfile alone stops nothing where workers share its socket, so the whole tree is taken and
read again until nothing but what was wanted is left. Everything that release needs stands in the plan: an engine that
was restarted can undo what a former one did.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

from warroom.adapters.contain import process_tree as tree
from warroom.adapters.contain.process_freeze import freeze, thaw
from warroom.adapters.contain.process_start import Start, already_running, kept_start, settled, start, start_for
from warroom.adapters.contain.process_state import state_of
from warroom.adapters.contain.process_stop import stop
from warroom.adapters.contain.process_target import (
    Identity,
    identify,
    may_signal,
    members_of,
    named_by,
    of_plan,
    planned,
)
from warroom.core.clean import clean
from warroom.core.counted import counted
from warroom.core.model import Plan, Reversible, Verb
from warroom.core.ports import AdapterFailed, Check, Checked, Clock, Need, Observation, Receipt
from warroom.core.settings_contain import ProcessSettings

_VERBS = frozenset({Verb.FREEZE, Verb.STOP})


class ProcessAdapter:
    """Verbs freeze and stop on the tree of the pidfile's process; needs the right to signal it."""

    kind = "process"

    def __init__(
        self, bot: str, settings: ProcessSettings, clock: Clock, describe_probe: Callable[[Verb], str]
    ) -> None:
        self.settle_s = settings.settle_s
        self._bot = bot
        self._settings = settings
        self._pidfile = Path(settings.pidfile)
        self._clock = clock
        self._describe_probe = describe_probe
        self._ended: dict[str, Receipt] = {}
        """Stops that were done, by key: the same order again finds nobody, and that is right."""

    def verbs(self) -> frozenset[Verb]:
        """The configured ones of freeze and stop; their releases thaw and start."""
        return frozenset(self._settings.verbs) & _VERBS

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """Return which process is meant with all under it; AdapterFailed when it is not there or is ours."""
        if verb not in self.verbs():
            raise AdapterFailed(f"the process adapter of {self._bot} is not configured to {verb}")
        identity = await asyncio.to_thread(identify, self._pidfile)
        members = await asyncio.to_thread(members_of, identity)
        if verb is Verb.FREEZE:
            plan = self._freeze_plan(identity, expires_s)
        else:
            plan = self._stop_plan(identity, await asyncio.to_thread(self._start_or_why_not, identity), expires_s)
        return msgspec.structs.replace(plan, instances=members)

    def _freeze_plan(self, identity: Identity, expires_s: float | None) -> Plan:
        effects = ["users wait and get no answer until their own time limit", "memory and open connections are kept"]
        if expires_s is not None:
            effects.append("the expiry is kept by this engine: without it the bot stays frozen")
        return Plan(
            bot=self._bot,
            verb=Verb.FREEZE,
            adapter=self.kind,
            exact=[
                *identity.exact,
                "SIGSTOP to it, then to every process under it or in its session, until no new ones appear",
            ],
            effects=effects,
            undo="SIGCONT to the same processes, children first",
            probe=self._describe_probe(Verb.FREEZE),
            expires_s=expires_s,
        )

    def _stop_plan(self, identity: Identity, kept: Start | str, expires_s: float | None) -> Plan:
        effects = [
            "users are refused, and answers under way are lost",
            "what it has in memory is lost: freeze it first and take what is evidence",
            "a supervisor outside the tree may start it again at once; the probe sees that",
        ]
        if expires_s is not None:
            effects.append("the expiry is kept by this engine: without it the bot stays down")
        return Plan(
            bot=self._bot,
            verb=Verb.STOP,
            adapter=self.kind,
            exact=[
                *identity.exact,
                "SIGTERM to it, then to every process under it or in its session, parents first",
                "SIGKILL in its place to each that stands frozen: it never runs on, and does not end in order",
                f"SIGKILL to all that is left after {self._settings.grace_s:g} s",
            ],
            effects=effects,
            undo=f"cannot be undone from here: {kept}" if isinstance(kept, str) else kept.line,
            probe=self._describe_probe(Verb.STOP),
            expires_s=expires_s,
            reversible=Reversible.NO if isinstance(kept, str) else Reversible.BEST_EFFORT,
            restore="" if isinstance(kept, str) else msgspec.json.encode(kept).decode(),
        )

    def needs(self) -> list[Need]:
        """The pidfile, the right to signal its process, and the program that starts it again."""
        needs = [
            Need("file", self._settings.pidfile, "names the bot's first process"),
            Need("right", "signal its processes", "the bot's own account, root, or CAP_KILL"),
        ]
        if Verb.STOP in self.verbs() and self._settings.start:
            needs.append(Need("program", clean(self._settings.start[0]), "starts the bot again after a stop"))
        return needs

    async def check(self, verb: Verb) -> list[Check]:
        """Identify the process and ask the kernel whether it may be signalled (signal 0)."""
        try:
            identity = await asyncio.to_thread(identify, self._pidfile)
        except AdapterFailed as error:
            return [Check("process", Checked.FAILED, str(error))]
        checks = [Check("process", Checked.OK, identity.exact[0])]
        checks.append(await asyncio.to_thread(may_signal, identity))
        if verb is Verb.STOP:
            checks.append(await asyncio.to_thread(self._may_start, identity))
        return checks

    async def observe(self, verb: Verb) -> Observation:
        """Return the states of the tree's processes as the kernel shows them."""
        try:
            identity = await asyncio.to_thread(identify, self._pidfile)
        except AdapterFailed as error:
            return Observation(str(error), self._clock.now())
        members = await asyncio.to_thread(tree.tree_of, identity.pid, identity.start_ticks)
        told = ", ".join(f"{one.pid} {one.name} {one.state}" for one in members[:20])
        return Observation(clean(f"{counted(len(members), 'process', 'processes')}: {told}"), self._clock.now())

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """Return the process tree with its connections and sizes as JSON; AdapterFailed when there is no process."""
        identity = await asyncio.to_thread(identify, self._pidfile)
        content = await asyncio.to_thread(state_of, identity.pid, identity.start_ticks)
        return [(f"{self._bot}-processes.json", content)]

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Freeze or end the plan's tree.

        Raises AdapterFailed when the process is another one now, or nothing was changed in the end; AdapterAmbiguous
        when something of it was, and not all.
        """
        if plan.verb is Verb.STOP and key in self._ended:
            return self._ended[key]
        identity = await asyncio.to_thread(planned, plan)
        if plan.verb is Verb.FREEZE:
            count = await freeze(identity, self._clock)
            are = "is" if count == 1 else "are"
            told = f"{counted(count, 'process', 'processes')} of {self._bot} {are} stopped (all threads in state T)"
            return Receipt(clean(told))
        self._ended[key] = Receipt(clean(await stop(identity, self._clock, self._settings.grace_s)))
        return self._ended[key]

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Let the plan's tree run on, or start the bot again unless it is back already.

        Raises AdapterFailed when there is nothing to continue, or nothing that could be started.
        """
        if plan.verb is Verb.FREEZE:
            identity = await asyncio.to_thread(of_plan, plan)
            count = await thaw(identity, self._clock)
            runs = "runs" if count == 1 else "run"
            return Receipt(clean(f"{counted(count, 'process', 'processes')} of {self._bot} {runs} again"))
        kept = kept_start(plan)
        running = await asyncio.to_thread(already_running, self._pidfile, named_by(plan), key)
        if running is not None:
            return Receipt(clean(f"{self._bot} is up already: pid {running.pid} {running.name}"))
        process = await asyncio.to_thread(start, kept, key)
        told = await settled(process, self._clock, self.settle_s)
        self._ended.pop(key, None)
        return Receipt(clean(f"{self._bot} was started: {told}"))

    def _start_or_why_not(self, identity: Identity) -> Start | str:
        if not self._settings.start:
            return "no start is configured"
        try:
            return start_for(self._settings.start, identity.pid)
        except AdapterFailed as error:
            return str(error)

    def _may_start(self, identity: Identity) -> Check:
        found = self._start_or_why_not(identity)
        if not isinstance(found, str):
            return Check("start", Checked.OK, found.line)
        state = Checked.FAILED if self._settings.start else Checked.UNKNOWN
        return Check("start", state, f"a stop cannot be undone from here: {found}")
