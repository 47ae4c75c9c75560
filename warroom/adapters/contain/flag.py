"""Contain a bot by a kill switch in a file of feature flags: every reader gets another variant at its next reading."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from warroom.adapters.contain import flag_file
from warroom.adapters.contain.flag_text import Unreadable, flag_of, same, switched, told, with_flag
from warroom.core.clean import clean
from warroom.core.model import Plan, Verb
from warroom.core.ports import AdapterFailed, Check, Checked, Clock, Need, Observation, Receipt
from warroom.core.settings_contain import FlagSettings


class _Kept(msgspec.Struct, frozen=True):
    """What a plan keeps for its release: which flag, and its object as it was written and as it will be."""

    path: str
    flag: str
    before: str
    after: str


class FlagAdapter:
    """Verbs disable and, where a variant is named for it, limit; needs the right to write into the file's folder."""

    kind = "flag"

    def __init__(self, bot: str, settings: FlagSettings, clock: Clock, describe_probe: Callable[[Verb], str]) -> None:
        self.settle_s = settings.settle_s
        self._bot = bot
        self._settings = settings
        self._clock = clock
        self._describe_probe = describe_probe
        self._path = Path(settings.path)

    def verbs(self) -> frozenset[Verb]:
        """Disable; limit when there is a variant for it."""
        return frozenset({Verb.DISABLE, Verb.LIMIT} if self._settings.limit else {Verb.DISABLE})

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """Return the flag as it is and as it will be; AdapterFailed when file, flag or variant cannot be used."""
        kept = await asyncio.to_thread(self._prepare, verb)
        effects = [
            f"every reader of the file gets {self._variant(verb)} at its next reading; what it does then is its own"
        ]
        if expires_s is not None:
            effects.append("the expiry is kept by this engine: without it the flag stays as it is set")
        change = "stays" if same(kept.before, kept.after) else f"becomes: {told(kept.after)}"
        return Plan(
            bot=self._bot,
            verb=verb,
            adapter=self.kind,
            exact=[
                clean(f"{kept.path}, flag {kept.flag}: {told(kept.before)}"),
                clean(change),
                "written to a new file in the same folder, which takes its place in one step",
            ],
            effects=[clean(effect) for effect in effects],
            undo="the flag's former text, unless somebody else changed this flag since; other flags stay as they are",
            probe=self._describe_probe(verb),
            expires_s=expires_s,
            instances=[clean(f"flag {kept.flag} of {kept.path}")],
            shared=[clean(f"every reader of {kept.path}: other instances and bots are not known from here")],
            restore=msgspec.json.encode(kept).decode(),
        )

    def needs(self) -> list[Need]:
        """The file, and the right to replace it."""
        return [
            Need("file", clean(self._settings.path), "holds the flag that the bot reads"),
            Need("right", clean(f"write into {self._path.parent}"), "the file is replaced whole; its owner is kept"),
        ]

    async def check(self, verb: Verb) -> list[Check]:
        """Read the flag and ask the kernel whether its folder may be written."""
        try:
            kept = await asyncio.to_thread(self._prepare, verb)
        except AdapterFailed as error:
            return [Check("flag", Checked.FAILED, str(error))]
        checks = [Check("flag", Checked.OK, clean(f"{kept.flag}: {told(kept.before)}"))]
        return [*checks, await asyncio.to_thread(_may_replace, self._path)]

    async def observe(self, verb: Verb) -> Observation:
        """Return state and default variant of the flag as the file has them."""
        try:
            written = flag_of((await asyncio.to_thread(flag_file.read, self._path)).text, self._settings.flag)
            text = f"{self._settings.path}, flag {self._settings.flag}: {told(written)}"
        except (AdapterFailed, Unreadable) as error:
            text = f"{self._settings.path}: {error}"
        return Observation(clean(text), self._clock.now())

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """Return the file as it is; AdapterFailed when it cannot be read."""
        content = await asyncio.to_thread(flag_file.read, self._path)
        return [(f"{self._bot}-flags.json", content.text.encode())]

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Switch the flag, unless it is so already.

        Raises AdapterFailed when the flag changed since the plan was made or the file cannot be replaced,
        AdapterAmbiguous when it is not known whether the replacement will last.
        """
        kept = _kept(plan)
        if (kept.path, kept.flag) != (self._settings.path, self._settings.flag):
            raise AdapterFailed("the config names another flag since the plan was made; plan again")
        written = await asyncio.to_thread(_switch, kept, kept.before, kept.after)
        how = "is now" if written else "was already"
        return Receipt(clean(f"flag {kept.flag} of {kept.path} {how}: {told(kept.after)}"))

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Put the flag back as the plan found it; raises as `apply` does, also when somebody else changed it since."""
        kept = _kept(plan)
        written = await asyncio.to_thread(_switch, kept, kept.after, kept.before)
        how = "is again" if written else "was already"
        return Receipt(clean(f"flag {kept.flag} of {kept.path} {how}: {told(kept.before)}"))

    def _variant(self, verb: Verb) -> str:
        return self._settings.limit if verb is Verb.LIMIT else self._settings.disable

    def _prepare(self, verb: Verb) -> _Kept:
        if verb not in self.verbs():
            raise AdapterFailed(f"the flag of {self._bot} is not configured to {verb}")
        path, flag = self._settings.path, self._settings.flag
        try:
            before = flag_of(flag_file.read(self._path).text, flag)
            off = same(before, switched(before, self._settings.disable))
            after = switched(before, self._variant(verb))
        except Unreadable as error:
            raise AdapterFailed(clean(f"{path}: {error}")) from error
        if off and verb is Verb.LIMIT:
            raise AdapterFailed(
                clean(f"flag {flag} of {path} is {told(before)} already: a limit would let the bot back")
            )
        return _Kept(path, flag, before, after)


def _kept(plan: Plan) -> _Kept:
    try:
        return msgspec.json.decode(plan.restore, type=_Kept)
    except msgspec.DecodeError as error:
        raise AdapterFailed("the plan names no flag") from error


def _switch(kept: _Kept, expected: str, wanted: str) -> bool:
    """Write `wanted` where `expected` stands; False when it stands there already."""

    def edit(text: str) -> str | None:
        try:
            now = flag_of(text, kept.flag)
        except Unreadable as error:
            raise flag_file.NotYet(clean(str(error))) from error
        if same(now, wanted):
            return None
        if not same(now, expected):
            found = f"somebody else changed flag {kept.flag} of {kept.path} since: {told(now)}"
            raise AdapterFailed(clean(f"{found}; nothing was changed"))
        return with_flag(text, kept.flag, wanted)

    return flag_file.change(Path(kept.path), edit)


def _may_replace(path: Path) -> Check:
    if os.access(path.parent, os.W_OK | os.X_OK):
        return Check("right to replace", Checked.OK, clean(f"{path.parent} may be written"))
    advice = "give the engine's account the right to write into the folder"
    return Check("right to replace", Checked.FAILED, clean(f"{path.parent} may not be written; {advice}"))
