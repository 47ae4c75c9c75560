"""What the keys do: each act asks what it must ask, then sends one command. Nothing here draws."""

from __future__ import annotations

from warroom.core import commands as c
from warroom.core.model import Phase, Role, Severity
from warroom.core.view import ActionView, IncidentView, View
from warroom.tui import bot_acts, point_acts, tell_acts
from warroom.tui.chosen import (
    alarm_to_see,
    bot_in_question,
    gone_alarm,
    pending_alarm,
    the_alarm,
    the_incident,
    the_step,
)
from warroom.tui.console import Act, Console
from warroom.tui.decisions import stands
from warroom.tui.draft_lines import the_part
from warroom.tui.forms import Answers, Field, Form
from warroom.tui.keymap import key_for
from warroom.tui.words import LIVE_ACTIONS, PHASES, ROLES, SETTLED

_ALL_LINES = "all lines"


def _incident(console: Console, view: View) -> IncidentView | None:
    incident = the_incident(view, console.scene.chosen)
    if incident is None:
        console.say(f"there is no incident yet; {key_for('open')} on the board or on an alarm opens one", "warn")
    return incident


async def acknowledge(console: Console, view: View) -> None:
    """Acknowledge the alarm in question, and say which that was."""
    scene = console.scene
    alarm = alarm_to_see(view, scene.chosen, scene.page)
    if alarm is None:
        on_alarm = scene.page == "alarms" or scene.chosen.kind == "alarm"
        gone = gone_alarm(view, scene.chosen) if on_alarm else ""
        console.say(f"not sent: {gone}; choose another" if gone else "no alarm here that nobody has seen", "warn")
    elif await console.send(c.AcknowledgeAlarm(alarm.id)):
        console.say(f"{scene.answer} · acknowledged {alarm.id} of {alarm.bot}", "good")


async def open_incident(console: Console, view: View) -> None:
    """Ask playbook, severity and title, then open an incident."""
    scene = console.scene
    bot = bot_in_question(view, scene.chosen, scene.page)
    if bot is None:
        console.say("there is no bot to open an incident for", "warn")
        return
    from_alarm = scene.page == "alarms" or (scene.page == "overview" and scene.chosen.kind == "alarm")
    alarm = the_alarm(view, scene.chosen) if from_alarm else pending_alarm(view, bot.name)
    playbooks = tuple(
        (p.id, f"{p.title}  ({p.severity or 'severity not set'})") for p in view.playbooks if not p.broken
    )
    first = next((id for id, _ in playbooks if id == bot.playbook), playbooks[0][0] if playbooks else "")
    severities = (("", "as the playbook says"), *((s.value, s.value) for s in Severity))
    reason = alarm.reasons[0].text if alarm and alarm.reasons else bot.why
    broken = tuple(f"playbook {p.id} is broken: {p.broken}" for p in view.playbooks if p.broken)
    form = Form(
        f"Open an incident: {bot.name}",
        (
            Field("title", "Title", f"{bot.name}: {reason}"[:120]),
            Field("playbook", "Playbook", first, playbooks),
            Field("severity", "Severity", "", severities, required=False),
        ),
        broken,
        submit="Open",
        about=f"alarm:{alarm.id}" if alarm else "",
    )

    def command_of(answers: Answers) -> c.Command:
        severity = Severity(answers["severity"]) if answers["severity"] else None
        return c.OpenIncident(bot.name, answers["playbook"], answers["title"], severity, alarm.id if alarm else None)

    if await console.ask_and_send(form, command_of):
        console.go("incident")


async def tick(console: Console, view: View) -> None:
    """Tick the step in hand, or take its tick back with a reason."""
    incident = _incident(console, view)
    step = the_step(incident, console.scene.chosen) if incident else None
    if incident is None or step is None:
        return
    if step.state not in SETTLED:
        await console.send(c.TickStep(incident.id, step.id))
        return
    about = f"step:{incident.id}/{step.id}"
    form = Form(f"Take the tick back: {step.title}", (Field("reason", "Why"),), submit="Take it back", about=about)
    await console.ask_and_send(form, lambda answers: c.UntickStep(incident.id, step.id, answers["reason"]))


async def skip(console: Console, view: View) -> None:
    """Skip the step in hand with a reason."""
    incident = _incident(console, view)
    step = the_step(incident, console.scene.chosen) if incident else None
    if incident is None or step is None:
        return
    if step.state in SETTLED:
        state = step.state.replace("_", " ")
        console.say(f"{step.id} is {state}: nothing to skip; {key_for('tick')} takes that back", "warn")
        return
    words = ("This step is required: the record will say that it was skipped, and why.",) if step.required else ()
    about = f"step:{incident.id}/{step.id}"
    form = Form(f"Skip: {step.title}", (Field("reason", "Why"),), words, submit="Skip", about=about)
    await console.ask_and_send(form, lambda answers: c.SkipStep(incident.id, step.id, answers["reason"]))


async def note(console: Console, view: View) -> None:
    """Write a note; log lines that are marked or pointed at can go with it, each named so that it can be proved."""
    incident = _incident(console, view)
    if incident is None:
        return
    lines = console.lines_in_hand()
    scene = console.scene
    part = the_part(scene.drafts.found.get(incident.id), scene.chosen) if scene.page == "postmortem" else ""
    words = ("An action item is: what | owner | date",) if part == "action" else ()
    fields = [Field("text", "Note", f"{part}: " if part else "")]
    if lines:
        several = ((_ALL_LINES, f"all {len(lines)} of them"),) if len(lines) > 1 else ()
        offered = (("", "no log line"), *reversed(lines), *several)
        fields.append(Field("line", "Log line that the note names", lines[-1][0], offered, required=False))

    def command_of(answers: Answers) -> c.Command:
        chosen = answers.get("line", "")
        named = [link for link, _ in lines] if chosen == _ALL_LINES else [chosen] if chosen else []
        return c.AddNote(incident.id, " ".join([answers["text"], *(f"[{line}]" for line in named)]))

    await console.ask_and_send(Form(f"Note for {incident.id}", tuple(fields), words), command_of)


async def decide(console: Console, view: View) -> None:
    """Record a decision."""
    incident = _incident(console, view)
    if incident is None:
        return
    fields = (Field("text", "Decided"), Field("reason", "Because"))
    form = Form(f"Decision in {incident.id}", fields, submit="Record", about=f"incident:{incident.id}")
    await console.ask_and_send(form, lambda answers: c.RecordDecision(incident.id, answers["text"], answers["reason"]))


async def take_role(console: Console, view: View) -> None:
    """Give a role to the person here or to somebody else."""
    incident = _incident(console, view)
    if incident is None:
        return
    held = incident.roles
    roles = tuple((r.value, ROLES[r] + (f"  (now {held[r]})" if held.get(r) else "")) for r in Role)
    me = console.scene.welcome.operator
    fields = (Field("role", "Role", roles[0][0], roles), Field("person", "Who", me))

    def command_of(answers: Answers) -> c.Command:
        person = "" if answers["person"] == me else answers["person"]
        return c.AssignRole(incident.id, Role(answers["role"]), person)

    form = Form(f"Role in {incident.id}", fields, submit="Assign", about=f"role:{incident.id}")
    await console.ask_and_send(form, command_of)


async def raise_severity(console: Console, view: View) -> None:
    """Make the incident one step more severe."""
    await _change_severity(console, view, -1)


async def lower_severity(console: Console, view: View) -> None:
    """Make the incident one step less severe; needs a reason."""
    await _change_severity(console, view, 1)


async def _change_severity(console: Console, view: View, by: int) -> None:
    incident = _incident(console, view)
    if incident is None:
        return
    scale = list(Severity)
    place = scale.index(incident.severity) + by
    if not 0 <= place < len(scale):
        console.say(f"{incident.id} is {incident.severity}: there is none beyond", "warn")
        return
    title = f"{incident.id}: {incident.severity} to {scale[place]}"
    fields = (Field("reason", "Why", required=by > 0),)
    about = f"severity:{incident.id}"
    form = Form(title, fields, submit="Raise" if by < 0 else "Lower", about=about)
    await console.ask_and_send(form, lambda answers: c.ChangeSeverity(incident.id, scale[place], answers["reason"]))


async def next_phase(console: Console, view: View) -> None:
    """Enter another phase, the next one first."""
    incident = _incident(console, view)
    if incident is None:
        return
    phases = list(Phase)
    after = phases[min(phases.index(incident.phase) + 1, len(phases) - 1)]
    still_open = [
        s.title for s in incident.steps if s.phase is incident.phase and s.required and s.state not in SETTLED
    ]
    words = tuple(f"still open: {title}" for title in still_open[:5])
    options = tuple((p.value, PHASES[p] + ("  (now)" if p is incident.phase else "")) for p in phases)
    form = Form(
        f"{incident.id}: enter a phase",
        (Field("phase", "Phase", after.value, options),),
        words,
        submit="Enter",
        about=f"phase:{incident.id}",
    )
    await console.ask_and_send(form, lambda answers: c.EnterPhase(incident.id, Phase(answers["phase"])))


async def hand_over(console: Console, view: View) -> None:
    """Pass the command on."""
    incident = _incident(console, view)
    if incident is None:
        return
    fields = (Field("to", "To whom"), Field("note", "Situation", required=False))
    about = f"command:{incident.id}"
    form = Form(f"Hand over {incident.id}", fields, submit="Hand over", about=about)
    await console.ask_and_send(form, lambda answers: c.HandOver(incident.id, answers["to"], answers["note"]))


async def mark_moment(console: Console, view: View) -> None:
    """Name the present moment."""
    incident = _incident(console, view)
    if incident is None:
        return
    words = (
        "Such as started, aware, contained, recovered.",
        f"Marked: {', '.join(incident.moments) or 'none'}.",
    )
    form = Form(f"Mark a moment of {incident.id}", (Field("moment", "Moment"),), words, about=f"incident:{incident.id}")
    await console.ask_and_send(form, lambda answers: c.MarkMoment(incident.id, answers["moment"]))


async def close(console: Console, view: View) -> None:
    """Close the incident with a reason."""
    incident = _incident(console, view)
    if incident is None:
        return
    if not incident.open:
        console.say(f"{incident.id} is closed already", "warn")
        return
    if held := [a for a in view.actions if a.incident == incident.id and a.state in LIVE_ACTIONS]:
        await _not_closed_yet(console, incident, held)
        return
    left = sum(1 for s in incident.steps if s.required and s.state not in SETTLED)
    steps = "1 required step is" if left == 1 else f"{left} required steps are"
    words = (f"{steps} still open.",) if left else ()
    about = f"close:{incident.id}"
    form = Form(f"Close {incident.id}", (Field("reason", "Why"),), words, submit="Close it", about=about)
    await console.ask_and_send(form, lambda answers: c.CloseIncident(incident.id, answers["reason"]))


async def _not_closed_yet(console: Console, incident: IncidentView, held: list[ActionView]) -> None:
    """Say what keeps an incident open before anybody types a reason, and lead to it when that is wanted."""
    acts = tuple(f"{action.verb} {action.bot}: {stands(action)}." for action in held)
    releases, closes = key_for("release"), key_for("close")
    words = (
        "What was done to a bot is not over yet:",
        *acts,
        f"{releases} on page {key_for('page_actions')} releases it and lets the bot back; then {closes} closes.",
    )
    form = Form(f"{incident.id} cannot be closed yet", (), words, submit="Show it", about=f"close:{incident.id}")
    if await console.ask(form) is not None:
        console.scene.chosen.take(f"action:{held[-1].id}")
        console.go("actions")


async def export(console: Console, view: View) -> None:
    """Ask the format, then write the post-mortem."""
    incident = _incident(console, view)
    if incident is None:
        return
    formats = (("md", "Markdown"), ("html", "HTML"), ("json", "JSON"))
    form = Form(f"Post-mortem of {incident.id}", (Field("format", "Format", "md", formats),), submit="Write")
    answers = await console.ask(form)
    if answers:
        await console.write_report(incident.id, answers["format"])


ACTS: dict[str, Act] = {
    "ack": acknowledge,
    "open": open_incident,
    "tick": tick,
    "skip": skip,
    "note": note,
    "decide": decide,
    "role": take_role,
    "raise": raise_severity,
    "lower": lower_severity,
    "phase": next_phase,
    "hand_over": hand_over,
    "moment": mark_moment,
    "close": close,
    "contain": bot_acts.contain,
    "approve": bot_acts.approve,
    "deny": bot_acts.deny,
    "begin": bot_acts.begin,
    "cancel": bot_acts.cancel,
    "break_glass": bot_acts.break_glass,
    "release": bot_acts.release,
    "verify": bot_acts.verify,
    "export": export,
    "tell": tell_acts.tell,
    "again": tell_acts.again,
    "point": point_acts.point,
}
"""Action id to what it does; every action that sends a command is here."""
