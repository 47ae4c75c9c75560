"""How loud facts are, and what they are about."""

from __future__ import annotations

import typing

import msgspec
import pytest

from tests.core.story import START, Story, alarm, plan, proof
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.model import ActionState, AlarmLevel, BotState, Severity, Verb, Verdict
from warroom.core.notices import Audience, DeliveryState, Event
from warroom.core.urgency import Urgency, subject_of, urgency_of

CALM = {
    f.RoomOpened, f.ConsoleJoined, f.ConsoleLeft, f.CommandRefused, f.SourceAdded, f.ModelTrained,
    f.AlarmAcknowledged, f.IncidentClosed, f.PhaseEntered, f.StepChanged, f.MomentMarked, f.ReportExported,
    f.RoleAssigned, f.NoteAdded, f.DecisionRecorded, f.ContainmentRequested, f.EvidenceTaken, f.ContainmentApplied,
    f.ContainmentHeld, f.ActionDone, f.ApprovalGiven, f.ContainmentStarted, f.ContainmentCancelled,
    f.ReleaseRequested, f.NoticeSettled, f.NoticeRevived,
}  # fmt: skip
"""Facts that are never more than told."""


@pytest.mark.parametrize(
    ("fact", "urgency", "about"),
    [
        (f.AlarmRaised(alarm("AL-7")), Urgency.URGENT, "AL-7"),
        (f.ContainmentNotHeld("ACT-1", proof(Verdict.OPEN)), Urgency.URGENT, "ACT-1"),
        (f.ContainmentHeld("ACT-1", proof()), Urgency.INFO, "ACT-1"),
        (f.ContainmentReleased("ACT-1", proof(Verdict.OPEN)), Urgency.WARNING, "ACT-1"),
        (f.ContainmentRequested("ACT-1", None, plan(), "", None, ActionState.RUNNING), Urgency.INFO, "ACT-1"),
        (f.BotStateChanged("support", BotState.SILENT, 0.0), Urgency.WARNING, "support"),
        (f.BotStateChanged("support", BotState.NORMAL, 3.0), Urgency.INFO, "support"),
        (f.GapSeen("/l/a.log", "truncated", "", 12), Urgency.WARNING, "/l/a.log"),
        (f.GapSeen("/l/a.log", "rotated", "", 0), Urgency.INFO, "/l/a.log"),
        (f.GapSeen("/l/a.log", "vanished", "", None), Urgency.WARNING, "/l/a.log"),
        (f.EngineStopped("asked"), Urgency.URGENT, ""),
        (f.NoticeSettled("N-1", "INC-1", "mail", DeliveryState.DEAD, 60, "x"), Urgency.URGENT, "N-1"),
        (f.NoticeSettled("N-1", "INC-1", "mail", DeliveryState.ACCEPTED, 1, ""), Urgency.INFO, "N-1"),
        (f.UpdateFellDue("INC-1", START), Urgency.URGENT, "INC-1"),
    ],
)
def test_what_wants_an_answer_is_urgent_and_names_its_subject(fact: f.Fact, urgency: Urgency, about: str) -> None:
    assert (urgency_of(fact), subject_of(fact)) == (urgency, about)


@pytest.mark.parametrize("channels", [[], ["mail"]])
def test_a_draft_that_nobody_was_sent_is_warned_of(channels: list[str]) -> None:
    fact = f.NoticeWritten("INC-1", Audience.CUSTOMERS, Event.UPDATE, Severity.SEV2, "s", "t", channels)
    assert urgency_of(fact) is (Urgency.INFO if channels else Urgency.WARNING)


@pytest.mark.parametrize("level", AlarmLevel)
def test_an_alarm_is_as_loud_as_its_level(level: AlarmLevel) -> None:
    loud = urgency_of(f.AlarmRaised(msgspec.structs.replace(alarm(), level=level)))
    assert loud is {"notice": Urgency.INFO, "warning": Urgency.WARNING}.get(level.value, Urgency.URGENT)


def test_every_kind_of_fact_was_thought_of() -> None:
    """A new fact is calm only when somebody said so here."""
    judged = {
        f.AlarmRaised, f.BotStateChanged, f.GapSeen, f.EngineStarted, f.EngineStopped, f.IncidentOpened,
        f.ContainmentNotHeld, f.ContainmentFailed, f.ContainmentAmbiguous, f.ContainmentExpired, f.ReleaseFailed,
        f.ApprovalAsked, f.ReleaseAsked, f.GlassBroken, f.ExpiryAnnounced, f.UpdateFellDue, f.SeverityChanged,
        f.ContainmentReleased, f.ApprovalDenied, f.ApprovalLapsed, f.HandedOver, f.NoticeWritten,
    }  # fmt: skip
    assert set(typing.get_args(f.Fact)) == CALM | judged


def test_a_contained_bot_in_a_story_is_told_step_by_step() -> None:
    story = Story()
    story.raise_alarm()
    story.ask(c.OpenIncident("support", "prompt-injection", "t", alarm="AL-1"))
    story.ask(c.Contain("support", Verb.DISABLE), made=plan())
    story.tell(f.ContainmentNotHeld("ACT-001", proof(Verdict.OPEN)))
    loud = [type(entry.fact).__name__ for entry in story.entries if urgency_of(entry.fact) is Urgency.URGENT]
    assert loud == ["AlarmRaised", "IncidentOpened", "ContainmentNotHeld"]
