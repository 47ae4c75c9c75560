"""What the person at the console has chosen, kept by id so that a new view never moves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from warroom.core.notices import Delivery
from warroom.core.view import ActionView, AlarmView, BotView, IncidentView, StepView, View
from warroom.tui.lines import split_key
from warroom.tui.words import SETTLED


@dataclass(slots=True)
class Chosen:
    """The ids under the cursors."""

    ids: dict[str, str] = field(default_factory=dict)
    """Kind (bot, alarm, incident, step, action, notice) to id."""
    kind: str = ""
    """Kind of the row that the focused cursor stands on."""

    def take(self, key: str) -> bool:
        """Choose the thing that a row stands for; say whether anything changed."""
        kind, name = split_key(key)
        if not name or (self.ids.get(kind) == name and self.kind == kind):
            return False
        self.ids[kind] = name
        self.kind = kind
        return True

    def key(self, kind: str) -> str:
        """Return the row key of what is chosen of this kind, or an empty text."""
        name = self.ids.get(kind, "")
        return f"{kind}:{name}" if name else ""


def the_alarm(view: View, chosen: Chosen) -> AlarmView | None:
    """Return the chosen alarm, else the newest that nobody acknowledged, else the newest.

    None also for a chosen one that is gone, as in a flood: nobody pointed at another.
    """
    wanted = chosen.ids.get("alarm")
    newest = list(reversed(view.alarms))
    if wanted:
        return next((a for a in newest if a.id == wanted), None)
    return next((a for a in newest if a.acknowledged is None), None) or next(iter(newest), None)


def gone_alarm(view: View, chosen: Chosen) -> str:
    """Return in words that the chosen alarm is gone; an empty text when it is there, or none was chosen."""
    wanted = chosen.ids.get("alarm", "")
    if not wanted or any(alarm.id == wanted for alarm in view.alarms):
        return ""
    return f"alarm {wanted} is not among the newest {len(view.alarms)} any more"


def alarm_to_see(view: View, chosen: Chosen, page: str) -> AlarmView | None:
    """Return the alarm that is acknowledged on this page: that under the cursor, else the loudest of the bot there."""
    if page == "alarms" or chosen.kind == "alarm":
        return the_alarm(view, chosen)
    bot = the_bot(view, chosen)
    return pending_alarm(view, bot.name) if bot and chosen.kind != "incident" else None


def pending_alarm(view: View, bot: str) -> AlarmView | None:
    """Return the loudest alarm of a bot that nobody acknowledged, the newest of equals."""
    pending = [a for a in reversed(view.alarms) if a.bot == bot and a.acknowledged is None]
    return max(pending, key=lambda alarm: alarm.score, default=None)


def the_incident(view: View, chosen: Chosen) -> IncidentView | None:
    """Return the chosen incident, else the newest open one, else the newest."""
    wanted = chosen.ids.get("incident")
    newest = list(reversed(view.incidents))
    return (
        next((i for i in newest if i.id == wanted), None)
        or next((i for i in newest if i.open), None)
        or next(iter(newest), None)
    )


def the_step(incident: IncidentView, chosen: Chosen) -> StepView | None:
    """Return the chosen step of the incident, else the first that is not settled from its phase on, else the first."""
    wanted = chosen.ids.get("step")
    for step in incident.steps:
        if step.id == wanted:
            return step
    unsettled = [s for s in incident.steps if s.state not in SETTLED]
    here = [s for s in unsettled if s.phase is incident.phase]
    return next(iter(here or unsettled or incident.steps), None)


def the_action(view: View, chosen: Chosen) -> ActionView | None:
    """Return the chosen action, else the newest."""
    wanted = chosen.ids.get("action")
    return next((a for a in view.actions if a.id == wanted), None) or next(reversed(view.actions), None)


def action_in_question(view: View, chosen: Chosen, page: str, fits: Callable[[ActionView], bool]) -> ActionView | None:
    """Return the action under the cursor if it fits; where none is chosen the newest of the incident that does."""
    if page == "actions" or chosen.kind == "action":
        action = the_action(view, chosen)
        return action if action is not None and fits(action) else None
    incident = the_incident(view, chosen)
    here = [a for a in view.actions if incident is not None and a.id in incident.actions]
    return next((a for a in reversed(here) if fits(a)), None)


def the_bot(view: View, chosen: Chosen) -> BotView | None:
    """Return the chosen bot, else one with alarms that nobody acknowledged, else the one with the highest score."""
    wanted = chosen.ids.get("bot")
    found = next((b for b in view.bots if b.name == wanted), None)
    return found or max(view.bots, key=lambda b: (b.alarms > 0, b.score or 0.0), default=None)


def the_notice(view: View, chosen: Chosen) -> Delivery | None:
    """Return the chosen notice of the outbox, else the newest."""
    wanted = chosen.ids.get("notice")
    return next((one for one in view.outbox if one.notice == wanted), None) or next(reversed(view.outbox), None)


def incident_in_question(view: View, chosen: Chosen, page: str) -> IncidentView | None:
    """Return the incident that an act on this page is about: that of the row under the cursor, else the chosen one."""
    named = {incident.id: incident for incident in view.incidents}
    about: Delivery | ActionView | AlarmView | None = None
    if page == "outbox":
        about = the_notice(view, chosen)
    elif page == "actions":
        about = the_action(view, chosen)
    elif page == "alarms":
        about = the_alarm(view, chosen)
    found = named.get(about.incident or "") if about else None
    return found or the_incident(view, chosen)


def story_in_question(view: View, chosen: Chosen, page: str) -> str:
    """Return what there is to tell of on this page: the action in question that belongs to no incident, else the
    incident in question; empty when there is neither."""
    name = ""
    if page == "outbox" and (notice := the_notice(view, chosen)):
        name = notice.incident
    elif page == "actions" and (action := the_action(view, chosen)):
        name = action.id
    if any(one.id == name and not one.incident for one in view.actions):
        return name
    incident = incident_in_question(view, chosen, page)
    return incident.id if incident else ""


def bot_in_question(view: View, chosen: Chosen, page: str) -> BotView | None:
    """Return the bot that an act on this page is about: the incident's, the alarm's or the board's."""
    named = {bot.name: bot for bot in view.bots}
    if page == "incident":
        incident = the_incident(view, chosen)
        first = next((b for b in incident.bots if b in named), None) if incident else None
        if first:
            return named[first]
    if page == "alarms" or (page == "overview" and chosen.kind == "alarm"):
        alarm = the_alarm(view, chosen)
        if gone_alarm(view, chosen):
            return None
        if alarm and alarm.bot in named:
            return named[alarm.bot]
    if page == "actions" or (page == "overview" and chosen.kind == "action"):
        action = the_action(view, chosen)
        if action and action.bot in named:
            return named[action.bot]
    return the_bot(view, chosen)


def turn_over(view: View, chosen: Chosen, page: str, by: int) -> bool:
    """Choose the incident (on its page) or bot after or before the chosen one; say whether there is any."""
    kind = "incident" if page in ("incident", "postmortem") else "bot"
    names = [i.id for i in view.incidents] if kind == "incident" else [b.name for b in view.bots]
    now = the_incident(view, chosen) if kind == "incident" else the_bot(view, chosen)
    if now is None:
        return False
    here = now.name if isinstance(now, BotView) else now.id
    chosen.ids[kind] = names[(names.index(here) + by) % len(names)]
    return True


def opened_kind(view: View | None, chosen: Chosen, page: str, key: str) -> str:
    """Choose what was opened and return its kind; on the page of alarms, an alarm's incident is opened instead."""
    chosen.take(key)
    kind, name = split_key(key)
    alarm = next((a for a in view.alarms if a.id == name), None) if view and kind == "alarm" else None
    if alarm and alarm.incident and page == "alarms":
        chosen.ids["incident"] = alarm.incident
        return "incident"
    return kind
