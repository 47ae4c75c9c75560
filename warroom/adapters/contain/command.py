"""Contain a bot by programs of the operator's own: argument lists, no shell, a fixed environment, fixed exit codes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence

import msgspec

from warroom.adapters.contain.command_argv import examined, filled, named, seconds, shown
from warroom.adapters.contain.command_run import Ended, Overran, run
from warroom.core.clean import clean
from warroom.core.model import Plan, Reversible, Verb
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Check, Checked, Clock, Need, Observation, Receipt
from warroom.core.settings_contain import CommandSettings

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_TRY_LATER = 75
"""EX_TEMPFAIL of sysexits.h."""
_LAST_PROMISED = 78
"""Exit codes from 1 to this one (EX_CONFIG, the last of sysexits.h) promise that nothing was changed."""
_ACTION = "<id of the action>"
_VERBS = frozenset({Verb.LIMIT, Verb.DISABLE, Verb.REVOKE, Verb.ISOLATE, Verb.FREEZE, Verb.STOP})


class _Kept(msgspec.Struct, frozen=True):
    """What a plan binds: both argument lists as configured, and the sha256 of their programs."""

    apply: list[str]
    apply_sha256: str
    release: list[str]
    release_sha256: str


class _Task(msgspec.Struct, frozen=True):
    """What a program reads on its standard input."""

    task: str
    """apply, release, check or observe"""
    action: str
    """The action's id; empty for check and observe."""
    bot: str
    verb: str
    expires_s: float | None


class CommandAdapter:
    """The configured verbs by the configured programs; it knows nothing of what they do, the probe does."""

    kind = "command"

    def __init__(
        self, bot: str, settings: CommandSettings, clock: Clock, describe_probe: Callable[[Verb], str]
    ) -> None:
        self.settle_s = settings.settle_s
        self._bot = bot
        self._settings = settings
        self._clock = clock
        self._describe_probe = describe_probe

    def verbs(self) -> frozenset[Verb]:
        """The configured ones."""
        return frozenset(self._settings.verbs) & _VERBS

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """Return the exact arguments and programs; AdapterFailed when a program or a name cannot be used."""
        self._refuse(verb)
        kept = await asyncio.to_thread(self._programs)
        task = _Task("apply", _ACTION, named("bot", self._bot), verb, expires_s)
        effects = ["what users see is up to the program", "it may be started twice for one action, by the same id"]
        if expires_s is not None:
            effects.append("the expiry is kept by this engine, unless the program takes {expires_s} to the target")
        undo = "cannot be undone from here: no release is configured"
        lines = [shown(self._arguments(kept.apply, task)), f"{kept.apply[0]} has sha256 {kept.apply_sha256}"]
        if kept.release:
            undo = shown(self._arguments(kept.release, task))
            lines.append(f"for the release: {kept.release[0]} has sha256 {kept.release_sha256}")
        return Plan(
            bot=self._bot,
            verb=verb,
            adapter=self.kind,
            exact=[
                *(clean(line) for line in lines),
                clean(b"standard input: " + msgspec.json.encode(task)),
                f"no shell, in /, killed with all that it started after {self._settings.timeout_s:g} s",
            ],
            effects=effects,
            undo=undo,
            probe=self._describe_probe(verb),
            expires_s=expires_s,
            reversible=Reversible.BEST_EFFORT if kept.release else Reversible.NO,
            instances=[clean(f"{self._bot}, as {kept.apply[0]} knows it")],
            shared=["whatever else the program acts on: it cannot be known from here"],
            restore=msgspec.json.encode(kept).decode(),
        )

    def needs(self) -> list[Need]:
        """The programs."""
        lists = [(self._settings.apply, "contains the bot"), (self._settings.release, "lets it back")]
        lists += [(self._settings.check, "looks whether it can"), (self._settings.observe, "reads the state")]
        return [Need("program", clean(argv[0]), why) for argv, why in lists if argv]

    async def check(self, verb: Verb) -> list[Check]:
        """Examine the programs, then run the configured check: exit 0 means that all is well."""
        try:
            plan = await self.plan(verb, None)
        except AdapterFailed as error:
            return [Check("program", Checked.FAILED, str(error))]
        checks = [Check("program", Checked.OK, plan.exact[0])]
        if not self._settings.check:
            return checks
        fine, text = await self._ask("check", self._settings.check, verb)
        return [*checks, Check("own check", Checked.OK if fine else Checked.FAILED, text)]

    async def observe(self, verb: Verb) -> Observation:
        """Return what the configured program says of the state."""
        if not self._settings.observe:
            return Observation("no program is configured that reads the state", self._clock.now())
        _, text = await self._ask("observe", self._settings.observe, verb)
        return Observation(text, self._clock.now())

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """Return what the configured program says of the state, as JSON; nothing when there is none."""
        if not self._settings.observe:
            return []
        fine, text = await self._ask("observe", self._settings.observe, self._settings.verbs[0])
        return [
            (f"{self._bot}-state.json", msgspec.json.encode({"argv": self._settings.observe, "ok": fine, "said": text}))
        ]

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Run the program of the plan.

        Raises AdapterFailed when it is another one now, cannot be started, or says by its exit code (1 to 78) that
        nothing was changed; AdapterAmbiguous when it was killed, ran too long, or ended in another way.
        """
        self._refuse(plan.verb)
        kept = _kept(plan)
        if (kept.apply, kept.release) != (self._settings.apply, self._settings.release):
            raise AdapterFailed("the config names other programs since the plan was made; plan again")
        return await self._act("apply", kept.apply, kept.apply_sha256, plan, key)

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Run the plan's program that lets the bot back; raises as `apply` does."""
        kept = _kept(plan)
        if not kept.release:
            raise AdapterFailed("no release is configured: undo it by hand")
        return await self._act("release", kept.release, kept.release_sha256, plan, key)

    def _refuse(self, verb: Verb) -> None:
        if verb not in self.verbs():
            raise AdapterFailed(f"the programs of {self._bot} are not configured to {verb}")

    def _programs(self) -> _Kept:
        apply, release = self._settings.apply, self._settings.release
        return _Kept(apply, examined(apply[0]), release, examined(release[0]) if release else "")

    def _arguments(self, argv: Sequence[str], task: _Task) -> list[str]:
        values = {"bot": task.bot, "verb": task.verb, "action": task.action, "expires_s": seconds(task.expires_s)}
        return filled(argv, values)

    async def _act(self, name: str, argv: list[str], sha256: str, plan: Plan, key: str) -> Receipt:
        task = _Task(name, named("action", key), named("bot", plan.bot), plan.verb, plan.expires_s)
        arguments = self._arguments(argv, task)
        if await asyncio.to_thread(examined, argv[0]) != sha256:
            raise AdapterFailed(clean(f"{argv[0]} is not the program that the plan names: its content changed"))
        return _receipt(arguments, await self._run(arguments, task))

    async def _ask(self, name: str, argv: list[str], verb: Verb) -> tuple[bool, str]:
        try:
            task = _Task(name, "", named("bot", self._bot), verb, None)
            arguments = self._arguments(argv, task)
            await asyncio.to_thread(examined, argv[0])
            ended = await self._run(arguments, task)
        except (AdapterFailed, AdapterAmbiguous) as error:
            return False, str(error)
        return ended.code == 0, clean(f"{shown(arguments)} ends with {ended.code}: {clean(ended.output)}")

    async def _run(self, arguments: list[str], task: _Task) -> Ended:
        environment = {
            "PATH": PATH,
            "LANG": "C.UTF-8",
            "WARROOM_ACTION": task.action,
            "WARROOM_BOT": task.bot,
            "WARROOM_VERB": task.verb,
        }
        limit_s = self._settings.timeout_s
        try:
            return await run(arguments, content=msgspec.json.encode(task), environment=environment, timeout_s=limit_s)
        except Overran as error:
            text = f"{shown(arguments)} did not end within {limit_s:g} s and was killed: {clean(error.output)}"
            raise AdapterAmbiguous(clean(text)) from error
        except (OSError, ValueError) as error:
            raise AdapterFailed(clean(f"{shown(arguments)} cannot be started: {error}; nothing was done")) from error


def _kept(plan: Plan) -> _Kept:
    try:
        return msgspec.json.decode(plan.restore, type=_Kept)
    except msgspec.DecodeError as error:
        raise AdapterFailed("the plan names no program") from error


def _receipt(arguments: list[str], ended: Ended) -> Receipt:
    """Return what a program said that did it; raise what any other end means."""
    said = f"{shown(arguments)}: {clean(ended.output)}"
    match ended.code:
        case 0:
            return Receipt(clean(f"done by {said}"))
        case code if code == _TRY_LATER:
            raise AdapterFailed(clean(f"nothing was changed, try later (exit {code}) says {said}"))
        case code if 0 < code <= _LAST_PROMISED:
            raise AdapterFailed(clean(f"nothing was changed (exit {code}) says {said}"))
        case code if code < 0:
            raise AdapterAmbiguous(clean(f"killed by {_signal(-code)}: {said}"))
        case code:
            raise AdapterAmbiguous(clean(f"exit {code} is none that says what was done: {said}"))


def _signal(number: int) -> str:
    return signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
