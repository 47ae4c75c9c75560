"""A desk to play on: commands in, facts folded, without an engine around it."""

from __future__ import annotations

from warroom.core.access import Rights
from warroom.core.commands import Answer, Command, Refused
from warroom.core.context import Context
from warroom.core.decide import decide
from warroom.core.decide_containment import admit
from warroom.core.desk import Desk
from warroom.core.facts import AlarmRaised, Fact, NoticeWritten, RoomOpened
from warroom.core.model import (
    ENGINE,
    Actor,
    Alarm,
    AlarmLevel,
    Criticality,
    Mode,
    Phase,
    Plan,
    Playbook,
    Proof,
    Reason,
    Role,
    Sample,
    Severity,
    Step,
    Verb,
    Verdict,
)
from warroom.core.ports import Entry
from warroom.core.reduce import Act, Telling, reduce

ANA = Actor("ana", 1000)
BEN = Actor("ben", 1001)
START = 1_700_000_000.0

PLAYBOOK = Playbook(
    id="prompt-injection",
    title="Prompt injection",
    version="1.0.0",
    summary="what to do",
    severity=Severity.SEV2,
    steps=[
        Step("det-1", Phase.DETECTION, "Confirm on raw lines", Role.SECURITY_ANALYST, due_s=600),
        Step("con-1", Phase.CONTAINMENT, "Save evidence", Role.SCRIBE, due_s=300, verb=Verb.SNAPSHOT),
        Step("con-2", Phase.CONTAINMENT, "Disable the bot", Role.OPS_LEAD, due_s=900, verb=Verb.DISABLE),
        Step("rec-1", Phase.RECOVERY, "Let the bot back", Role.OPS_LEAD, verb=Verb.ENABLE),
    ],
)
BOTS = {
    "support": [Verb.SNAPSHOT, Verb.LIMIT, Verb.DISABLE, Verb.REVOKE, Verb.ISOLATE, Verb.FREEZE, Verb.STOP],
}


def proof(verdict: Verdict = Verdict.CONTAINED) -> Proof:
    return Proof(verdict, [Sample(START, verdict, "POST /v1/chat", "503")] * 3, START)


def plan(verb: Verb = Verb.DISABLE, bot: str = "support") -> Plan:
    adapter = {Verb.SNAPSHOT: "evidence", Verb.FREEZE: "process"}.get(verb, "control")
    return Plan(bot, verb, adapter, [f"POST /control/state {verb}"], ["users see 503"], "enable", "POST /v1/chat")


def alarm(name: str = "AL-1", bot: str = "support") -> Alarm:
    reason = Reason("rule", "R1", "an instruction override")
    return Alarm(name, bot, START, 80.0, 1e-5, AlarmLevel.ALARM, "injection", START - 60, START, [reason])


class Story:
    """Folds what it is told; time moves one second a message."""

    def __init__(self, *, rights: Rights | None = None, criticality: dict[str, Criticality] | None = None) -> None:
        self.rights = rights or Rights()
        self.criticality = criticality or {}
        self.desk = Desk()
        self.entries: list[Entry] = []
        self.effects: list[Act] = []
        self.tellings: list[Telling] = []
        self.now = START
        self.tell(RoomOpened("test", Mode.LIVE))

    def ask(
        self,
        command: Command,
        actor: Actor = ANA,
        *,
        name: str = "",
        made: Plan | None = None,
        rights: Rights | None = None,
        written: NoticeWritten | None = None,
        fault: str = "",
    ) -> Answer:
        """Submit a command as the desk task does."""
        context = Context(
            now=self.now,
            actor=actor,
            bots=BOTS,
            playbooks={PLAYBOOK.id: PLAYBOOK},
            plan=made,
            plan_fault=fault,
            written=written,
            rights=rights or self.rights,
            criticality=self.criticality,
        )
        facts = decide(self.desk, command, context)
        if isinstance(facts, Refused):
            return facts
        name = name or f"c-{len(self.entries)}"
        self._record(facts, actor, name)
        return self.desk.answered[name]

    def tell(self, fact: Fact) -> None:
        """Report a finding or an outcome as the effect runner does."""
        self._record(admit(self.desk, fact), ENGINE, "")

    def raise_alarm(self, name: str = "AL-1") -> None:
        self.tell(AlarmRaised(alarm(name)))

    def _record(self, facts: list[Fact], actor: Actor, name: str) -> None:
        self.now += 1.0
        for fact in facts:
            entry = Entry(len(self.entries) + 1, self.now, actor, name, fact, "", "")
            self.entries.append(entry)
            self.desk, effects = reduce(self.desk, entry)
            self.effects += [one for one in effects if isinstance(one, Act)]
            self.tellings += [one for one in effects if not isinstance(one, Act)]
