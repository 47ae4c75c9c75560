"""The incident room as lines: header, phases, checklist, the step in hand, timeline."""

from __future__ import annotations

from warroom.core.clean import clean
from warroom.core.model import Phase
from warroom.core.moments import elapsed_text
from warroom.core.view import IncidentView, StepView, TimelineView, View
from warroom.tui.cells import across, cut, fit, labelled, width_of, wrapped
from warroom.tui.keymap import key_for
from warroom.tui.lines import EMPTY, Line, Span, line
from warroom.tui.outbox_lines import due_words
from warroom.tui.times import clock_text, minute_text, moment_text
from warroom.tui.words import PHASES, ROLES, SETTLED, SEVERITY_STYLE, due_text, is_overdue, person, step_mark


def no_incident_lines(view: View, width: int) -> list[Line]:
    """Return what the page says while there is no incident."""
    waiting = sum(1 for a in view.alarms if a.acknowledged is None)
    opens = key_for("open")
    text = f"{opens} on the board ({key_for('page_overview')}) opens one."
    if waiting:
        wait = "1 alarm waits" if waiting == 1 else f"{waiting} alarms wait"
        text = f"{wait}: {key_for('page_alarms')} shows them, {opens} opens an incident."
    return wrapped(f"No incident is open. {text}", width, "dim")


def header_lines(incident: IncidentView, width: int, now: float) -> tuple[Line, Line, Line]:
    """Return one row in three parts: id, severity and title; the running clock; commander and bots.

    The clock stands alone because it is the only cell that changes each second.
    """
    end = now if incident.closed is None else incident.closed
    clock = elapsed_text(end - incident.opened)
    commander = incident.roles.get("incident_commander", f"nobody: {key_for('role')} takes a role")
    who: tuple[Span, ...] = (
        (" │ commander ", "dim"),
        *cut([(commander, "text")], 22),
        (" │ ", "dim"),
        *cut([(", ".join(incident.bots), "text")], 24),
    )
    what = (
        (f"{incident.severity} ", SEVERITY_STYLE[incident.severity]),
        (f"{incident.id} ", "strong"),
        (incident.title, "strong"),
    )
    state = ("OPEN " if incident.open else "CLOSED ", "warn" if incident.open else "dim")
    left = width - len(clock) - sum(width_of(text) for text, _ in who)
    return across(what, [state], left), line((clock, "strong")), Line(who)


def phase_line(incident: IncidentView, width: int) -> Line:
    """Return the phases with how many of their steps are settled; the present one is loud."""
    spans: list[Span] = []
    phases = [p for p in Phase if p is incident.phase or any(s.phase is p for s in incident.steps)]
    gap = " ─ " if width >= 90 else " "
    for phase in phases:
        steps = [s for s in incident.steps if s.phase is phase]
        done = sum(1 for s in steps if s.state in SETTLED)
        if spans:
            spans.append((gap, "dim"))
        counts = f"{done}/{len(steps)}"
        if phase is incident.phase:
            spans.append((f" ▶ {PHASES[phase].upper()} {counts} ", "phase"))
        elif steps and done == len(steps):
            spans.append((f"✓ {PHASES[phase]} {counts}", "good"))
        else:
            spans.append((f"{PHASES[phase]} {counts}", "dim"))
    return line(*cut(spans, width))


def next_line(incident: IncidentView, width: int, now: float) -> Line:
    """Return the next thing to do, and when people wait for an update."""
    if not incident.open:
        return line(
            ("next: ", "accent"), (fit(f"closed; {key_for('export')} writes the post-mortem", width - 6), "text")
        )
    due = due_words(incident, now)
    step = incident.next_step or f"all steps are settled: {key_for('close')} closes it"
    left: list[Span] = [("next: ", "accent"), *cut([(step, "strong")], width - 6)]
    return across(left, [(f" {due[0]}", due[1])] if due else [], width)


def checklist_lines(incident: IncidentView, width: int, now: float) -> list[Line]:
    """Return the steps under their phases: box, required mark, title, owner, due."""
    rows: list[Line] = []
    owners = {s.id: s.by if s.state in SETTLED and s.by else person(s.owner, incident.roles) for s in incident.steps}
    whens = {s.id: _when(s, now) for s in incident.steps}
    cells = (
        min(12, max((width_of(clean(owner)) for owner in owners.values()), default=0)),
        max((len(when) for when in whens.values()), default=0),
    )
    for phase in Phase:
        steps = [s for s in incident.steps if s.phase is phase]
        if not steps:
            continue
        here = phase is incident.phase
        rows.append(line((f"{PHASES[phase].upper()}{'  now' if here else ''}", "phase-name" if here else "head")))
        for step in steps:
            mark = step_mark(step, now)
            spans = _step_spans(step, mark, width - 5 - sum(cells) - 2)
            when_style = "bad" if is_overdue(step, now) else "dim"
            spans += [
                (" " + fit(owners[step.id], cells[0]), "dim"),
                (" " + fit(whens[step.id], cells[1], right=True), when_style),
            ]
            rows.append(line(*cut(spans, width), key=f"step:{step.id}"))
    return rows or [line(("this playbook has no steps", "dim"))]


def _step_spans(step: StepView, mark: Span, title_cells: int) -> list[Span]:
    settled = step.state in SETTLED
    return [
        mark,
        (" *" if step.required and not settled else "  ", "warn"),
        (fit(step.title, title_cells), "dim" if settled else "text"),
    ]


def _when(step: StepView, now: float) -> str:
    """Return when a step was settled or is due."""
    return minute_text(step.at) if step.state in SETTLED and step.at else due_text(step, now)


def checklist_title(incident: IncidentView) -> str:
    """Return how many steps are settled."""
    done = sum(1 for s in incident.steps if s.state in SETTLED)
    return f"Checklist {done}/{len(incident.steps)} · * required"


def step_lines(step: StepView, incident: IncidentView, width: int, now: float) -> list[Line]:
    """Return the step in hand: what to do, by whom, until when, and the keys that do it."""
    bot = incident.bots[0] if incident.bots else "the bot"
    rows = wrapped(step.title, width, "strong")
    keys: list[Span] = []
    if step.verb is not None:
        keys += [(f"{key_for('contain')} ", "key"), (f"contain: {step.verb} {bot}   ", "text")]
    if step.state in SETTLED:
        offered = [("tick", "take the tick back")]
    else:
        offered = [("tick", "tick   "), ("skip", "skip   "), ("note", "note")]
    keys += [span for id, what in offered for span in ((f"{key_for(id)} ", "key"), (what, "text"))]
    rows.append(line(*cut(keys, width)))
    facts = [
        PHASES[step.phase],
        f"owner {ROLES[step.owner]}",
        "required" if step.required else "optional",
        step.state.replace("_", " "),
    ]
    due = due_text(step, now)
    if due:
        facts.append(due)
    rows += wrapped(" · ".join(facts), width, "bad" if is_overdue(step, now) else "dim")
    if step.detail:
        rows += wrapped(step.detail, width)
    if step.by:
        said = f"{step.state} by {step.by}" + (f" at {moment_text(step.at)}" if step.at else "")
        rows += wrapped(said + (f": {step.reason}" if step.reason else ""), width, "dim")
    return rows


def timeline_lines(entries: list[TimelineView], width: int) -> list[Line]:
    """Return entries of the record, oldest first: time, who, what; long texts go on below."""
    rows: list[Line] = []
    who_cells = min(12, max([6, *(width_of(e.who) for e in entries)]))
    for entry in entries:
        label = f"{clock_text(entry.at)} {fit(entry.who, who_cells)} "
        style = "strong" if entry.kind in _LOUD else "text"
        rows += labelled(label, entry.text, width, style, len(label))
    return rows or [EMPTY, line((f"nothing is written down yet; {key_for('note')} writes a note", "dim"))]


_LOUD = frozenset({"contain", "approval", "decision"})
"""Kinds of entries that stand out: what was done to bots, who agreed, what was decided."""
