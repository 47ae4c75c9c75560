"""Adapters that lie, for tests of whoever must not believe them."""

from __future__ import annotations

from warroom.core.model import Plan, Verb
from warroom.core.ports import Check, Checked, Need, Observation, Receipt


class NothingDoer:
    """Says that it is done and does nothing, as a control endpoint with a second worker does."""

    settle_s = 0.0

    def __init__(self, bot: str, *, kind: str = "control", verbs: frozenset[Verb] | None = None) -> None:
        self.kind = kind
        self.applied: list[str] = []
        """Keys of the calls of `apply`, in order."""
        self.released: list[str] = []
        self._bot = bot
        self._verbs = verbs or frozenset({Verb.LIMIT, Verb.DISABLE, Verb.REVOKE, Verb.ISOLATE, Verb.FREEZE, Verb.STOP})

    def verbs(self) -> frozenset[Verb]:
        """What it claims."""
        return self._verbs

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """A plan like any other."""
        return Plan(
            bot=self._bot,
            verb=verb,
            adapter=self.kind,
            exact=[f"{verb} {self._bot}"],
            effects=["users are refused"],
            undo=f"release {self._bot}",
            probe="",
            expires_s=expires_s,
        )

    def needs(self) -> list[Need]:
        """Nothing."""
        return []

    async def check(self, verb: Verb) -> list[Check]:
        """All is well, as always."""
        return [Check("endpoint", Checked.OK, "fine")]

    async def observe(self, verb: Verb) -> Observation:
        """What it would like to be true."""
        return Observation("done", 0.0)

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """Something that looks like a state."""
        return [(f"{self._bot}-state.json", b'{"mode":"normal"}')]

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Nothing, successfully."""
        self.applied.append(key)
        return Receipt("done")

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Nothing, successfully."""
        self.released.append(key)
        return Receipt("done")
