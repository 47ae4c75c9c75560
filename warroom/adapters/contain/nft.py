"""Cut a bot's network traffic on this host with nftables: by account, by cgroup, or by network namespace.

Connections that are open are cut like new ones: no rule of ours accepts what is established, and the sockets that a
process brought along from another cgroup are cut by their ends. What is cut is dropped in silence, so a connection goes
on where it stood when the bot is let back. The kernel itself forgets the block at its expiry.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from warroom.adapters.contain.command_run import Ended, Overran, run
from warroom.adapters.contain.nft_rules import Match, Open, Whose, held_elements, new_ruleset, opened, ruleset, table_of
from warroom.adapters.contain.nft_targets import shared_with, sockets_of, whose_of
from warroom.core.clean import clean
from warroom.core.model import Plan, Verb
from warroom.core.moments import age_text
from warroom.core.ports import (
    AdapterAmbiguous,
    AdapterFailed,
    Check,
    Checked,
    Clock,
    Need,
    Observation,
    Receipt,
)
from warroom.core.settings_contain import NftSettings

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_TIMEOUT_S = 8.0
_SHOWN = 300
_AGAIN = "a table of this name that another action left is taken away in the same step"
_AFTER_THE_COMMIT = 2
"""Readings of a cgroup's sockets: one that was opened while the first was made is in the second."""


class NftAdapter:
    """Verb isolate. Needs CAP_NET_ADMIN; the table is its own, so nothing of anybody else is changed."""

    kind = "nft"

    def __init__(self, bot: str, settings: NftSettings, clock: Clock, describe_probe: Callable[[Verb], str]) -> None:
        self.settle_s = settings.settle_s
        self._bot = bot
        self._settings = settings
        self._clock = clock
        self._describe_probe = describe_probe
        self._table = table_of(bot)

    def verbs(self) -> frozenset[Verb]:
        """Isolate alone."""
        return frozenset({Verb.ISOLATE})

    def needs(self) -> list[Need]:
        """nft, the right to change rules, and for a namespace nsenter."""
        needs = [
            Need("program", "nft", "loads the rules (Debian: nftables)"),
            Need("right", "CAP_NET_ADMIN", "change the host's packet filter"),
        ]
        if self._settings.netns:
            needs.append(Need("program", "nsenter", "enters the namespace (Debian: util-linux)"))
            needs.append(Need("right", "CAP_SYS_ADMIN", "enter the namespace"))
        return needs

    async def check(self, verb: Verb) -> list[Check]:
        """Find the target and let nft check the ruleset without loading it."""
        try:
            whose = await asyncio.to_thread(whose_of, self._settings)
        except AdapterFailed as error:
            return [Check("target", Checked.FAILED, str(error))]
        checks = [Check("target", Checked.OK, _told(whose))]
        try:
            ended = await self._nft(whose, ["-c", "-f", "-"], ruleset(self._table, whose, self._open(), None))
        except (AdapterFailed, AdapterAmbiguous) as error:
            return [*checks, Check("ruleset", Checked.FAILED, str(error))]
        if ended.code:
            advice = "give the engine CAP_NET_ADMIN" if b"permitted" in ended.output else "see nft(8)"
            return [*checks, Check("ruleset", Checked.FAILED, f"{_said(ended)}; {advice}")]
        return [*checks, Check("ruleset", Checked.OK, "nft would load it")]

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """Return the ruleset that will be loaded; AdapterFailed when there is no such target."""
        if verb is not Verb.ISOLATE:
            raise AdapterFailed(f"the nft adapter of {self._bot} cannot {verb}")
        whose = await asyncio.to_thread(whose_of, self._settings)
        others = await asyncio.to_thread(shared_with, whose)
        rows = new_ruleset(self._table, whose, self._open(), expires_s, "warroom <id of the action>").splitlines()
        brought = ["add to held4, held6 and ports every socket that its processes hold then, wherever it was born"]
        effects = ["connections hang, open ones too, and go on where they stood when it is let back"]
        if self._settings.allow:
            effects.append(f"stays open: {', '.join(self._settings.allow)}")
        if expires_s is not None:
            effects.append(f"the kernel itself forgets the block after {age_text(expires_s)}, also without this engine")
        return Plan(
            bot=self._bot,
            verb=verb,
            adapter=self.kind,
            exact=[
                clean(" ".join(self._argv(whose, ["-f", "-"]))),
                *rows,
                _AGAIN,
                *(brought if _by_cgroup(whose) else []),
            ],
            effects=[clean(text, 300) for text in effects],
            undo=clean(" ".join(self._argv(whose, ["delete", "table", "inet", self._table]))),
            probe=self._describe_probe(verb),
            expires_s=expires_s,
            instances=[_told(whose)],
            shared=[clean(text, 300) for text in others],
            restore=msgspec.json.encode(whose).decode(),
        )

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """Return the host's whole ruleset, or the namespace's, as nft tells it."""
        whose = await asyncio.to_thread(whose_of, self._settings)
        ended = await self._nft(whose, ["list", "ruleset"])
        return [(f"{self._bot}-nft.json", msgspec.json.encode({"ruleset": ended.output.decode("utf-8", "replace")}))]

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Load the table in one step; the same key again changes nothing, so an expiry runs on.

        Raises AdapterFailed when the target is another one now or nft refused, AdapterAmbiguous when it did not end.
        """
        whose = await self._of_plan(plan)
        if await asyncio.to_thread(whose_of, self._settings) != whose:
            raise AdapterFailed("the target is another one since the plan was made")
        mark = _mark(key)
        # One call of nft where no table of ours stands, and only then a question whose it is.
        rules = new_ruleset(self._table, whose, self._open(), plan.expires_s, mark)
        ended = await self._nft(whose, ["-f", "-"], rules)
        if ended.code and b"File exists" in ended.output:
            if mark in clean((await self._nft(whose, ["list", "table", "inet", self._table])).output.decode()):
                return Receipt(f"the table {self._table} stands already")
            ended = await self._nft(whose, ["-f", "-"], ruleset(self._table, whose, self._open(), plan.expires_s, mark))
        if ended.code:
            raise AdapterFailed(f"nft refused it: {_said(ended)}")
        brought = await self._cut_brought_along(whose) if _by_cgroup(whose) else 0
        more = f", and {brought} sockets that it brought along" if brought else ""
        return Receipt(clean(f"the table inet {self._table} drops the traffic of {_told(whose)}{more}"))

    async def _cut_brought_along(self, whose: Whose) -> int:
        cut = 0
        for _ in range(_AFTER_THE_COMMIT):
            sockets = await asyncio.to_thread(sockets_of, whose)
            added = held_elements(self._table, sockets)
            if added:
                ended = await self._nft(whose, ["-f", "-"], added)
                if ended.code:
                    raise AdapterAmbiguous(f"open connections may go on: {_said(ended)}")
            cut = len(sockets)
        return cut

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Take our table away; one that is gone, or whose namespace is, is fine."""
        whose = await self._of_plan(plan)
        ended = await self._nft(whose, ["delete", "table", "inet", self._table])
        if ended.code and b"No such file" not in ended.output:
            raise AdapterFailed(f"nft refused it: {_said(ended)}")
        gone = " (it was gone already)" if ended.code else ""
        return Receipt(f"the table inet {self._table} is taken away{gone}")

    async def observe(self, verb: Verb) -> Observation:
        """Return whether our table stands, what it dropped and how long it lasts."""
        try:
            whose = await asyncio.to_thread(whose_of, self._settings)
            ended = await self._nft(whose, ["-j", "list", "table", "inet", self._table])
        except (AdapterFailed, AdapterAmbiguous) as error:
            return Observation(str(error), self._clock.now())
        text = _summary(ended.output) if ended.code == 0 else f"no table of ours stands ({_said(ended)})"
        return Observation(clean(text, _SHOWN), self._clock.now())

    def _open(self) -> list[Open]:
        try:
            return [opened(text) for text in self._settings.allow]
        except ValueError as error:
            raise AdapterFailed(str(error)) from error

    async def _of_plan(self, plan: Plan) -> Whose:
        if plan.verb is not Verb.ISOLATE or plan.adapter != self.kind:
            raise AdapterFailed("the plan isolates nobody")
        try:
            return msgspec.json.decode(plan.restore, type=Whose)
        except msgspec.DecodeError as error:
            raise AdapterFailed(f"the plan names no target: {error}") from error

    def _argv(self, whose: Whose, words: Sequence[str]) -> list[str]:
        enter = ["nsenter", f"--net={whose.name}"] if whose.match is Match.NETNS else []
        return [*enter, "nft", *words]

    async def _nft(self, whose: Whose, words: Sequence[str], content: str = "") -> Ended:
        argv = self._argv(whose, words)
        program = shutil.which(argv[0], path=_PATH)
        if program is None:
            raise AdapterFailed(f"{argv[0]} is not installed on this host")
        environment = {"PATH": _PATH, "LANG": "C.UTF-8"}
        try:
            return await run(
                [program, *argv[1:]], content=content.encode(), environment=environment, timeout_s=_TIMEOUT_S
            )
        except Overran as error:
            raise AdapterAmbiguous(f"nft did not end within {_TIMEOUT_S:g} s") from error
        except OSError as error:
            raise AdapterFailed(f"{program} cannot be run: {error.strerror}") from error


def _by_cgroup(whose: Whose) -> bool:
    return whose.match is Match.CGROUP


def _mark(key: str) -> str:
    """Return what the table says of the action that it belongs to; a key holds letters, digits and dashes alone."""
    return "warroom " + "".join(letter for letter in key if letter.isalnum() or letter == "-")[:80]


def _told(whose: Whose) -> str:
    what = "uid" if whose.match is Match.USER else "inode"
    return clean(f"{whose.match.value} {whose.name} ({what} {whose.number})")


def _said(ended: Ended) -> str:
    return clean(" ".join(ended.output.decode("utf-8", "replace").split()), 200) or f"exit {ended.code}"


def _summary(listed: bytes) -> str:
    """Return the counters and the rest of the time from nft's JSON."""
    try:
        rows: list[dict[str, Any]] = msgspec.json.decode(listed)["nftables"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return "nft's answer is not understood"
    packets = sum(
        part["counter"]["packets"] for row in rows for part in row.get("rule", {}).get("expr", []) if "counter" in part
    )
    elements = [one for row in rows if row.get("set", {}).get("name") == "on" for one in row["set"].get("elem", [])]
    left = [one["elem"]["expires"] for one in elements if isinstance(one, dict) and "elem" in one]
    if not elements:
        return f"our table stands, its time is over; {packets} packets were dropped"
    lasts = f"for {age_text(float(min(left)))} more" if left else "without an end"
    return f"our table drops {lasts}; {packets} packets so far"
