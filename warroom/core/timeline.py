"""Facts in words: one plain past-tense sentence for each, for the timeline and the post-mortem.

Who did it is not in the sentence; the entry's actor says so. Every part that a log, a bot, a playbook or a person wrote
has passed `clean`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import assert_never

import msgspec

from warroom.core import facts
from warroom.core.clean import Clean, clean
from warroom.core.commands import WORDS
from warroom.core.model import ActionState, Plan, Proof, StepState
from warroom.core.moments import age_text, utc_text
from warroom.core.notices import DeliveryState
from warroom.core.ports import Entry

_PART = 400
"""Characters kept of one free text in a sentence."""
_NOTE = 2000
_TOOK = re.compile(r"^(HTTP \d{3}) in \d+ ms")
_NO_PLANS: Mapping[str, Plan] = MappingProxyType({})

_STEP_WORDS = {
    StepState.TODO: "put back to do",
    StepState.DOING: "begun",
    StepState.DONE: "ticked done",
    StepState.SKIPPED: "skipped",
    StepState.NOT_APPLICABLE: "marked as not applicable",
    StepState.BLOCKED: "marked as blocked",
}

RoomFact = (
    facts.RoomOpened
    | facts.EngineStarted
    | facts.EngineStopped
    | facts.ConsoleJoined
    | facts.ConsoleLeft
    | facts.CommandRefused
)
WatchFact = (
    facts.SourceAdded
    | facts.GapSeen
    | facts.ModelTrained
    | facts.BotStateChanged
    | facts.AlarmRaised
    | facts.AlarmAcknowledged
)
CourseFact = (
    facts.IncidentOpened
    | facts.IncidentClosed
    | facts.SeverityChanged
    | facts.PhaseEntered
    | facts.StepChanged
    | facts.MomentMarked
    | facts.ReportExported
)
NoticeFact = facts.NoticeWritten | facts.NoticeSettled | facts.NoticeRevived | facts.UpdateFellDue
PeopleFact = facts.RoleAssigned | facts.NoteAdded | facts.DecisionRecorded | facts.HandedOver
ContainFact = (
    facts.EvidenceTaken
    | facts.ContainmentApplied
    | facts.ContainmentHeld
    | facts.ContainmentNotHeld
    | facts.ContainmentFailed
    | facts.ContainmentAmbiguous
    | facts.ActionDone
)
ApprovalFact = (
    facts.ApprovalAsked
    | facts.ReleaseAsked
    | facts.ApprovalGiven
    | facts.ApprovalDenied
    | facts.ApprovalLapsed
    | facts.GlassBroken
    | facts.ContainmentStarted
    | facts.ContainmentCancelled
    | facts.ExpiryAnnounced
)
ReleaseFact = facts.ReleaseRequested | facts.ContainmentReleased | facts.ReleaseFailed | facts.ContainmentExpired


class Told(msgspec.Struct, frozen=True):
    """A fact in words."""

    kind: str
    """room, console, refused, source, gap, model, bot, alarm, incident, step, role, note, decision, moment, contain,
    approval, notice, evidence, report"""
    text: Clean
    incident: str | None
    """The incident that the fact itself names; None where it names only an action or an alarm."""


def words(entry: Entry, plans: Mapping[str, Plan] = _NO_PLANS) -> Told:
    """Tell an entry's fact in one sentence.

    `plans` maps action ids to their plans; with it the outcome of an action also names its verb and bot.
    """
    fact = entry.fact
    match fact:
        case (
            facts.RoomOpened()
            | facts.EngineStarted()
            | facts.EngineStopped()
            | facts.ConsoleJoined()
            | facts.ConsoleLeft()
            | facts.CommandRefused()
        ):
            return _room(fact)
        case (
            facts.SourceAdded()
            | facts.GapSeen()
            | facts.ModelTrained()
            | facts.BotStateChanged()
            | facts.AlarmRaised()
            | facts.AlarmAcknowledged()
        ):
            return _watch(fact)
        case (
            facts.IncidentOpened()
            | facts.IncidentClosed()
            | facts.SeverityChanged()
            | facts.PhaseEntered()
            | facts.StepChanged()
            | facts.MomentMarked()
            | facts.ReportExported()
        ):
            return _course(fact)
        case facts.NoticeWritten() | facts.NoticeSettled() | facts.NoticeRevived() | facts.UpdateFellDue():
            return _notice(fact)
        case facts.RoleAssigned() | facts.NoteAdded() | facts.DecisionRecorded() | facts.HandedOver():
            return _people(fact)
        case facts.ContainmentRequested():
            return _requested(fact)
        case _:
            return _action(fact, _named(fact.action, plans))


def _room(fact: RoomFact) -> Told:
    match fact:
        case facts.RoomOpened(room=room, mode=mode):
            return _told("room", f"room {_part(room)} opened ({mode})")
        case facts.EngineStarted(pid=pid, version=version, clean=in_order):
            before = "" if in_order else "; the one before it had not stopped in order"
            return _told("room", f"engine {_part(version)} started (pid {pid}){before}")
        case facts.EngineStopped(reason=reason):
            return _told("room", f"engine stopped{_because(reason)}")
        case facts.ConsoleJoined(console=console, read_only=read_only):
            return _told("console", f"console {_part(console)} attached{', read-only' if read_only else ''}")
        case facts.ConsoleLeft(console=console, reason=reason):
            return _told("console", f"console {_part(console)} left{_because(reason)}")
        case facts.CommandRefused(command=command, reason=reason):
            return _told("refused", f"{WORDS.get(command, _part(command))} was refused{_because(reason)}")
        case _:
            assert_never(fact)


def _watch(fact: WatchFact) -> Told:
    match fact:
        case facts.SourceAdded(pattern=pattern, bot=bot):
            return _told("source", f"log {_part(pattern)} joined the watch for {_part(bot)}")
        case facts.GapSeen(source=source, kind=kind, reason=reason, bytes=size):
            many = "an unknown number of bytes" if size is None else f"{size} bytes"
            if size == 0:
                return _told("gap", f"{_part(source)}: {_part(kind)}, nothing was lost{_because(reason)}")
            return _told("gap", f"{many} of {_part(source)} not read ({_part(kind)}){_because(reason)}")
        case facts.ModelTrained(bot=bot, sha256=sha256, windows=windows):
            share = f"{windows} windows, every second one that it learned"
            return _told("model", f"model of {_part(bot)} trained on {share} ({_part(sha256)[:12]})")
        case facts.BotStateChanged(bot=bot, state=state, score=score):
            return _told("bot", f"{_part(bot)} became {state} (score {score:.0f})")
        case facts.AlarmRaised(alarm=alarm):
            why = alarm.reasons[0].text if alarm.reasons else alarm.cause
            head = f"alarm {_part(alarm.id)} ({alarm.level}) raised for {_part(alarm.bot)}"
            scored = "" if alarm.action else f" at score {alarm.score:.0f}"
            return _told("alarm", f"{head}{scored}{_because(why)}")
        case facts.AlarmAcknowledged(alarm=alarm_id):
            return _told("alarm", f"alarm {_part(alarm_id)} acknowledged")
        case _:
            assert_never(fact)


def _course(fact: CourseFact) -> Told:
    match fact:
        case facts.IncidentOpened(incident=incident, title=title, severity=severity, bots=bots, playbook=playbook):
            where = ", ".join(_part(bot) for bot in bots) or "no bot"
            head = f"incident {_part(incident)} opened as {severity} for {where}"
            text = f"{head} with playbook {_part(playbook.id)}: {_part(title)}"
            return _told("incident", text, incident)
        case facts.IncidentClosed(incident=incident, reason=reason):
            return _told("incident", f"incident {_part(incident)} closed{_because(reason)}", incident)
        case facts.SeverityChanged(incident=incident, severity=severity, reason=reason):
            return _told("incident", f"severity set to {severity}{_because(reason)}", incident)
        case facts.PhaseEntered(incident=incident, phase=phase):
            return _told("incident", f"phase {phase} entered", incident)
        case facts.StepChanged(incident=incident, step=step, state=state, reason=reason):
            return _told("step", f"step {_part(step)} {_STEP_WORDS[state]}{_because(reason)}", incident)
        case facts.MomentMarked(incident=incident, moment=moment, time=time):
            return _told("moment", f"moment {_part(moment)} marked at {utc_text(time)}", incident)
        case facts.ReportExported(incident=incident, format=kind, sha256=sha256):
            return _told("report", f"post-mortem exported as {_part(kind)} (sha256 {_part(sha256)[:12]})", incident)
        case _:
            assert_never(fact)


def _people(fact: PeopleFact) -> Told:
    match fact:
        case facts.RoleAssigned(incident=incident, role=role, person=person):
            return _told("role", f"{role.replace('_', ' ')} is now {_part(person)}", incident)
        case facts.NoteAdded(incident=incident, text=text):
            return _told("note", f"note: {clean(text, _NOTE)}", incident)
        case facts.DecisionRecorded(incident=incident, text=text, reason=reason):
            return _told("decision", f"decided: {_part(text)}{_because(reason, ' because ')}", incident)
        case facts.HandedOver(incident=incident, to=to, note=note):
            return _told("role", f"command handed over to {_part(to)}{_because(note)}", incident)
        case _:
            assert_never(fact)


def _notice(fact: NoticeFact) -> Told:
    match fact:
        case facts.NoticeWritten(incident=incident, audience=audience, event=event, subject=subject, channels=channels):
            where = f"for {', '.join(_part(one) for one in channels)}" if channels else "as a draft: nobody was told"
            return _told("notice", f"{event} for {audience} written {where}: {_part(subject)}", incident or None)
        case facts.NoticeSettled(
            incident=incident, notice=notice, channel=channel, state=state, tries=tries, text=text
        ):
            head = f"notice {_part(notice)} {state} by {_part(channel)} after {_count(tries, 'try')}"
            if state is DeliveryState.DEAD:
                head = f"notice {_part(notice)} GIVEN UP by {_part(channel)}: NOBODY was told there"
            return _told("notice", f"{head}{_because(text)}", incident)
        case facts.NoticeRevived(incident=incident, notice=notice, channel=channel):
            text = f"notice {_part(notice)}, which was given up, is sent again by {_part(channel)}"
            return _told("notice", text, incident)
        case facts.UpdateFellDue(incident=incident, due=due):
            return _told("notice", f"the update due at {utc_text(due)} was not sent", incident)
        case _:
            assert_never(fact)


def _requested(fact: facts.ContainmentRequested) -> Told:
    plan = fact.plan
    expires = "" if plan.expires_s is None else f" for {age_text(plan.expires_s)}"
    instead = "" if fact.supersedes is None else f", in place of {_part(fact.supersedes)}"
    done = _BEGUN.get(fact.begins, "requested")
    head = f"{_named(fact.action, {fact.action: plan})} {done} by way of {_part(plan.adapter)}"
    return _told("contain", f"{head}{expires}{instead}{_because(fact.reason)}", fact.incident)


_BEGUN = {ActionState.DRAFT: "prepared, not begun,", ActionState.PENDING_APPROVAL: "asked for"}


def _action(fact: ContainFact | ReleaseFact | ApprovalFact, name: str) -> Told:
    match fact:
        case facts.EvidenceTaken(files=files):
            size = sum(file.size for file in files)
            return _told("evidence", f"{_count(len(files), 'evidence file')} ({size} bytes) stored for {name}")
        case facts.ContainmentApplied(receipt=receipt):
            return _told("contain", f"{name} applied, not yet proven{_because(receipt)}")
        case facts.ContainmentHeld(proof=proof):
            return _told("contain", f"{name} HELD: {seen(proof)}")
        case facts.ContainmentNotHeld(proof=proof):
            return _told("contain", f"{name} NOT HELD: {seen(proof)}")
        case facts.ContainmentFailed(reason=reason):
            return _told("contain", f"{name} FAILED, nothing was changed{_because(reason)}")
        case facts.ContainmentAmbiguous(reason=reason):
            return _told("contain", f"{name} AMBIGUOUS, nobody knows whether it was done{_because(reason)}")
        case facts.ActionDone():
            return _told("contain", f"{name} finished")
        case (
            facts.ReleaseRequested() | facts.ContainmentReleased() | facts.ReleaseFailed() | facts.ContainmentExpired()
        ):
            return _release(fact, name)
        case _:
            return _approval(fact, name)


def _approval(fact: ApprovalFact, name: str) -> Told:
    match fact:
        case facts.ApprovalAsked(plan_sha256=plan, why=why):
            return _told("approval", f"{name} waits for a second person (plan {_part(plan)[:12]}){_because(why)}")
        case facts.ReleaseAsked(reason=reason, why=why):
            head = f"release of {name} asked for{_because(reason)}"
            return _told("approval", f"{head}; it waits for a second person{_because(why)}")
        case facts.ApprovalGiven(plan_sha256=plan):
            return _told("approval", f"{name} APPROVED (plan {_part(plan)[:12]})")
        case facts.ApprovalDenied(reason=reason):
            return _told("approval", f"{name} DENIED{_because(reason)}")
        case facts.ApprovalLapsed():
            return _told("approval", f"{name} LAPSED: nobody approved in time")
        case facts.GlassBroken(reason=reason):
            return _told(
                "approval", f"GLASS BROKEN for {name}: one person acts where two are asked for{_because(reason)}"
            )
        case facts.ContainmentStarted():
            return _told("contain", f"{name} begun")
        case facts.ContainmentCancelled(reason=reason):
            return _told("contain", f"{name} called off{_because(reason)}")
        case facts.ExpiryAnnounced(left_s=left):
            return _told("contain", f"{name} ends by itself in {age_text(left)}: extend or release it in time")
        case _:
            assert_never(fact)


def _release(fact: ReleaseFact, name: str) -> Told:
    match fact:
        case facts.ReleaseRequested(reason=reason):
            return _told("contain", f"release of {name} requested{_because(reason)}")
        case facts.ContainmentReleased(proof=proof):
            return _told("contain", f"{name} RELEASED: {seen(proof)}")
        case facts.ReleaseFailed(reason=reason, proof=proof):
            looks = "" if proof is None else f"; {seen(proof)}"
            return _told("contain", f"release of {name} FAILED{_because(reason)}{looks}")
        case facts.ContainmentExpired(proof=proof):
            looks = "" if proof is None else f": {seen(proof)}"
            return _told("contain", f"{name} expired by its own time{looks}")
        case _:
            assert_never(fact)


def seen(proof: Proof) -> str:
    """Tell what the probes saw: `3 of 3 outside probes got HTTP 503`; the commonest answer first.

    How long an answer took makes it no other answer; each look is told with its time beside the proof.
    """
    total = len(proof.samples)
    if not total:
        return "no outside probe answered"
    agreeing = [sample for sample in proof.samples if sample.verdict is proof.verdict]
    answers = Counter(clean(_TOOK.sub(r"\1", sample.got), 60) for sample in agreeing or proof.samples)
    told = " or ".join(answer for answer, _ in answers.most_common())
    return f"{len(agreeing)} of {_count(total, 'outside probe')} got {told}"


def _named(action: str, plans: Mapping[str, Plan]) -> str:
    plan = plans.get(action)
    what = "" if plan is None else f" ({plan.verb} {_part(plan.bot)})"
    return f"containment {_part(action)}{what}"


def _count(number: int, noun: str) -> str:
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else many}"


def _because(reason: str, joint: str = ": ") -> str:
    return f"{joint}{_part(reason)}" if reason else ""


def _part(text: str) -> Clean:
    return clean(text, _PART)


def _told(kind: str, text: str, incident: str | None = None) -> Told:
    return Told(kind, clean(text), incident)
