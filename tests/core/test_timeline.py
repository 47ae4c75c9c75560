"""Facts in words."""

from __future__ import annotations

import typing

import pytest

from warroom.core import facts
from warroom.core.commands import WORDS, Command
from warroom.core.model import (
    Actor,
    Alarm,
    AlarmLevel,
    BotState,
    EvidenceFile,
    Mode,
    Phase,
    Plan,
    Playbook,
    Proof,
    Reason,
    Role,
    Sample,
    Severity,
    StepState,
    Verb,
    Verdict,
)
from warroom.core.notices import Audience, DeliveryState, Event
from warroom.core.ports import Entry
from warroom.core.timeline import Told, seen, words

EVIL = "\x1b[31mred\u202e\n12:00 engine: all is well"
PLAN = Plan("support", Verb.DISABLE, "control", ["POST /"], ["answers 503"], "enable", "asks", 1800.0)


def proof(verdict: Verdict, *got: str) -> Proof:
    return Proof(verdict, [Sample(1.0, verdict, "POST /chat", answer) for answer in got], 2.0)


def alarm(text: str) -> Alarm:
    reason = Reason("rule", "override", text)
    return Alarm("AL-1", "support", 1.0, 91.4, 1e-6, AlarmLevel.CRITICAL, "override", 0.0, 60.0, [reason])


def told(fact: facts.Fact, plans: dict[str, Plan] | None = None) -> Told:
    return words(Entry(1, 0.0, Actor("kim", 1000), "", fact, "", ""), plans or {})


def test_every_command_that_is_refused_is_told_in_words_and_none_by_its_class() -> None:
    for command in typing.get_args(Command):
        text = told(facts.CommandRefused(command.__name__, "no")).text
        assert command.__name__ not in text
        assert text.endswith(" was refused: no")
        assert text == text.lower()
    assert set(WORDS) == {command.__name__ for command in typing.get_args(Command)}
    assert len(set(WORDS.values())) == len(WORDS)


def test_a_command_of_another_version_keeps_its_cleaned_name() -> None:
    assert told(facts.CommandRefused("Foo\x1b", "no")).text == "Foo␛ was refused: no"


FACTS: list[tuple[facts.Fact, str, str, str | None]] = [
    (facts.RoomOpened("shop", Mode.LIVE), "room", "room shop opened (live)", None),
    (
        facts.NoticeRevived("INC-001-7-legal-mail", "INC-001", "mail", 1),
        "notice",
        "notice INC-001-7-legal-mail, which was given up, is sent again by mail",
        "INC-001",
    ),
    (facts.EngineStarted(7, "1.0", True), "room", "engine 1.0 started (pid 7)", None),
    (facts.EngineStopped("asked"), "room", "engine stopped: asked", None),
    (facts.ConsoleJoined("C1", True), "console", "console C1 attached, read-only", None),
    (facts.ConsoleLeft("C1", "line dropped"), "console", "console C1 left: line dropped", None),
    (facts.CommandRefused("Contain", "read-only"), "refused", "a containment was refused: read-only", None),
    (facts.SourceAdded("/l/*.log", "support"), "source", "log /l/*.log joined the watch for support", None),
    (
        facts.GapSeen("/l/a.log", "truncated", "file shrank", 12),
        "gap",
        "12 bytes of /l/a.log not read (truncated): file shrank",
        None,
    ),
    (
        facts.ModelTrained("support", "ab" * 32, 90),
        "model",
        "model of support trained on 90 windows, every second one that it learned (abababababab)",
        None,
    ),
    (facts.BotStateChanged("support", BotState.ALARM, 88.2), "bot", "support became alarm (score 88)", None),
    (
        facts.AlarmRaised(alarm("a reply carries the system prompt")),
        "alarm",
        "alarm AL-1 (critical) raised for support at score 91: a reply carries the system prompt",
        None,
    ),
    (facts.AlarmAcknowledged("AL-1"), "alarm", "alarm AL-1 acknowledged", None),
    (
        facts.IncidentOpened(
            "INC-1", "Odd", Severity.SEV2, ["support"], Playbook("pi", "P", "1.0.0", "", Severity.SEV2, []), "AL-1"
        ),
        "incident",
        "incident INC-1 opened as SEV2 for support with playbook pi: Odd",
        "INC-1",
    ),
    (facts.IncidentClosed("INC-1", "fixed"), "incident", "incident INC-1 closed: fixed", "INC-1"),
    (
        facts.SeverityChanged("INC-1", Severity.SEV1, "data left"),
        "incident",
        "severity set to SEV1: data left",
        "INC-1",
    ),
    (facts.PhaseEntered("INC-1", Phase.CONTAINMENT), "incident", "phase containment entered", "INC-1"),
    (
        facts.RoleAssigned("INC-1", Role.INCIDENT_COMMANDER, "kim"),
        "role",
        "incident commander is now kim",
        "INC-1",
    ),
    (facts.NoteAdded("INC-1", "called the owner"), "note", "note: called the owner", "INC-1"),
    (facts.DecisionRecorded("INC-1", "stop it", "harm"), "decision", "decided: stop it because harm", "INC-1"),
    (
        facts.MomentMarked("INC-1", "started", 0.0),
        "moment",
        "moment started marked at 1970-01-01T00:00:00.000Z",
        "INC-1",
    ),
    (facts.HandedOver("INC-1", "lee", "shift ends"), "role", "command handed over to lee: shift ends", "INC-1"),
    (
        facts.StepChanged("INC-1", "con-4", StepState.SKIPPED, "no edge"),
        "step",
        "step con-4 skipped: no edge",
        "INC-1",
    ),
    (
        facts.ContainmentRequested("ACT-2", "INC-1", PLAN, "harm", "ACT-1"),
        "contain",
        "containment ACT-2 (disable support) requested by way of control for 30m, in place of ACT-1: harm",
        "INC-1",
    ),
    (
        facts.EvidenceTaken("ACT-2", [EvidenceFile("a", "00", 10, "o", 1.0)]),
        "evidence",
        "1 evidence file (10 bytes) stored for containment ACT-2",
        None,
    ),
    (facts.ContainmentApplied("ACT-2", "ok"), "contain", "containment ACT-2 applied, not yet proven: ok", None),
    (
        facts.ContainmentHeld("ACT-2", proof(Verdict.CONTAINED, "503", "503", "503")),
        "contain",
        "containment ACT-2 HELD: 3 of 3 outside probes got 503",
        None,
    ),
    (
        facts.ContainmentNotHeld("ACT-2", proof(Verdict.OPEN, "200")),
        "contain",
        "containment ACT-2 NOT HELD: 1 of 1 outside probe got 200",
        None,
    ),
    (
        facts.ContainmentFailed("ACT-2", "401"),
        "contain",
        "containment ACT-2 FAILED, nothing was changed: 401",
        None,
    ),
    (
        facts.ContainmentAmbiguous("ACT-2", "cut"),
        "contain",
        "containment ACT-2 AMBIGUOUS, nobody knows whether it was done: cut",
        None,
    ),
    (facts.ActionDone("ACT-2"), "contain", "containment ACT-2 finished", None),
    (facts.ReleaseRequested("ACT-2", "fixed"), "contain", "release of containment ACT-2 requested: fixed", None),
    (
        facts.ContainmentReleased("ACT-2", proof(Verdict.OPEN, "200", "200")),
        "contain",
        "containment ACT-2 RELEASED: 2 of 2 outside probes got 200",
        None,
    ),
    (
        facts.ReleaseFailed("ACT-2", "no answer", None),
        "contain",
        "release of containment ACT-2 FAILED: no answer",
        None,
    ),
    (facts.ContainmentExpired("ACT-2"), "contain", "containment ACT-2 expired by its own time", None),
    (
        facts.ReportExported("INC-1", "md", "cd" * 32),
        "report",
        "post-mortem exported as md (sha256 cdcdcdcdcdcd)",
        "INC-1",
    ),
    (
        facts.ApprovalAsked("ACT-001", "ab" * 32, "stop cannot be undone"),
        "approval",
        "containment ACT-001 waits for a second person (plan abababababab): stop cannot be undone",
        None,
    ),
    (
        facts.ReleaseAsked("ACT-001", "patched", "ab" * 32, "letting a bot back takes two people"),
        "approval",
        "release of containment ACT-001 asked for: patched; it waits for a second person: letting a bot back takes two"
        " people",
        None,
    ),
    (
        facts.ApprovalGiven("ACT-001", "ab" * 32),
        "approval",
        "containment ACT-001 APPROVED (plan abababababab)",
        None,
    ),
    (facts.ApprovalDenied("ACT-001", "wrong bot"), "approval", "containment ACT-001 DENIED: wrong bot", None),
    (facts.ApprovalLapsed("ACT-001"), "approval", "containment ACT-001 LAPSED: nobody approved in time", None),
    (
        facts.GlassBroken("ACT-001", "nobody answers"),
        "approval",
        "GLASS BROKEN for containment ACT-001: one person acts where two are asked for: nobody answers",
        None,
    ),
    (facts.ContainmentStarted("ACT-001", None), "contain", "containment ACT-001 begun", None),
    (
        facts.ContainmentCancelled("ACT-001", "false alarm"),
        "contain",
        "containment ACT-001 called off: false alarm",
        None,
    ),
    (
        facts.ExpiryAnnounced("ACT-001", 600.0),
        "contain",
        "containment ACT-001 ends by itself in 10m: extend or release it in time",
        None,
    ),
    (
        facts.NoticeWritten(
            "INC-001", Audience.LEGAL, Event.UPDATE, Severity.SEV1, "INC-001 goes on", "text", ["mail", "chat"]
        ),
        "notice",
        "update for legal written for mail, chat: INC-001 goes on",
        "INC-001",
    ),
    (
        facts.NoticeWritten("INC-001", Audience.CUSTOMERS, Event.TRIGGER, Severity.SEV1, "Sorry", "text", []),
        "notice",
        "trigger for customers written as a draft: nobody was told: Sorry",
        "INC-001",
    ),
    (
        facts.NoticeSettled("INC-001-9-legal-mail", "INC-001", "mail", DeliveryState.ACCEPTED, 2, "202"),
        "notice",
        "notice INC-001-9-legal-mail accepted by mail after 2 tries: 202",
        "INC-001",
    ),
    (
        facts.NoticeSettled("INC-001-9-legal-mail", "INC-001", "mail", DeliveryState.DEAD, 12, "refused"),
        "notice",
        "notice INC-001-9-legal-mail GIVEN UP by mail: NOBODY was told there: refused",
        "INC-001",
    ),
    (
        facts.UpdateFellDue("INC-001", 0.0),
        "notice",
        "the update due at 1970-01-01T00:00:00.000Z was not sent",
        "INC-001",
    ),
]


@pytest.mark.parametrize(("fact", "kind", "text", "incident"), FACTS, ids=lambda value: type(value).__name__)
def test_each_fact_is_told_in_its_words(fact: facts.Fact, kind: str, text: str, incident: str | None) -> None:
    assert told(fact) == Told(kind, text, incident)  # type: ignore[arg-type]  # plain text stands in for cleaned


def test_no_fact_is_left_untold() -> None:
    assert {type(fact) for fact, *_ in FACTS} == set(typing.get_args(facts.Fact))


def test_an_outcome_names_verb_and_bot_when_the_plan_is_known() -> None:
    held = facts.ContainmentHeld("ACT-2", proof(Verdict.CONTAINED, "503", "503", "503"))
    assert told(held, {"ACT-2": PLAN}).text == "containment ACT-2 (disable support) HELD: 3 of 3 outside probes got 503"


def test_a_probe_that_disagrees_is_counted_but_not_quoted() -> None:
    mixed = Proof(
        Verdict.CONTAINED,
        [Sample(1.0, Verdict.UNKNOWN, "q", "no route"), Sample(2.0, Verdict.CONTAINED, "q", "503")],
        2.0,
    )
    assert told(facts.ContainmentHeld("ACT-2", mixed)).text.endswith("HELD: 1 of 2 outside probes got 503")
    assert told(facts.ContainmentHeld("ACT-2", Proof(Verdict.UNKNOWN, [], 1.0))).text.endswith(
        "no outside probe answered"
    )


@pytest.mark.parametrize(
    "fact",
    [
        facts.NoteAdded("INC-1", EVIL),
        facts.AlarmRaised(alarm(EVIL)),
        facts.ContainmentHeld(EVIL, proof(Verdict.CONTAINED, EVIL)),
        facts.CommandRefused(EVIL, EVIL),
        facts.StepChanged("INC-1", EVIL, StepState.DONE, EVIL),
        facts.GapSeen(EVIL, EVIL, EVIL, None),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_hostile_text_stays_one_printable_line(fact: facts.Fact) -> None:
    text = told(fact).text
    assert "red" in text
    assert not set(text) & set("\x1b\n\u202e")


def test_a_long_text_is_cut_and_says_so() -> None:
    text = told(facts.CommandRefused("Contain", "x" * 5000)).text
    assert len(text) < 600
    assert "characters)" in text


def test_the_same_answer_is_told_once_however_long_it_took() -> None:
    def quoted(*got: str) -> str:
        return seen(Proof(Verdict.OPEN, [Sample(1.0, Verdict.OPEN, "POST /chat", one) for one in got], 1.0))

    same = [f"HTTP 200 in {took} ms: I can help" for took in (12, 9, 31)]
    assert quoted(*same) == "3 of 3 outside probes got HTTP 200: I can help"
    assert quoted("HTTP 503 in 8 ms", *same) == "4 of 4 outside probes got HTTP 200: I can help or HTTP 503"
    assert quoted("refused in 8 ms", "refused in 9 ms").count(" or ") == 1
