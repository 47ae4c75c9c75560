"""A room in plain sentences, without signs, colours or columns: for ears, for a braille line, for a dumb terminal."""

from __future__ import annotations

from warroom.core.company import Company, person_name, roles_of
from warroom.core.model import ActionState, BotState, Mode, Phase, StepState, Verdict
from warroom.core.moments import age_text, clock_text, utc_text
from warroom.core.next_verbs import NextVerbs, waits
from warroom.core.notices import OPEN, DeliveryState, outbox_word
from warroom.core.room import Welcome
from warroom.core.standing import owner_of, role_words, standing
from warroom.core.transcript import sentence_of
from warroom.core.view import ActionView, AlarmView, BotView, IncidentView, View

_MOST = 10
_SETTLED = frozenset({StepState.DONE, StepState.SKIPPED, StepState.NOT_APPLICABLE})
_OVER = frozenset(
    {
        ActionState.RELEASED,
        ActionState.EXPIRED,
        ActionState.DONE,
        ActionState.DENIED,
        ActionState.CANCELLED,
        ActionState.LAPSED,
        ActionState.FAILED,
    }
)
_ACTION_WORDS = {
    ActionState.DRAFT: "prepared, nothing of it is done yet",
    ActionState.PENDING_APPROVAL: "waits for a second person",
    ActionState.RUNNING: "under way, not proven yet",
    ActionState.HELD: "HELD",
    ActionState.NOT_HELD: "NOT HELD, the bot still answers",
    ActionState.FAILED: "FAILED, nothing was changed",
    ActionState.AMBIGUOUS: "AMBIGUOUS, nobody knows whether it was done",
    ActionState.RELEASING: "being released",
}


def summary(view: View, welcome: Welcome, company: Company, verbs: NextVerbs) -> list[str]:
    """Return the room at a glance: what it is, bots, incidents, actions, alarms, people, what is due."""
    mode = "a DRILL, nothing of it is real" if view.mode is Mode.DRILL else "LIVE"
    you = f"You are {person_name(welcome.operator)}" + (", only watching." if welcome.read_only else ".")
    head = f"Room {view.room}, {mode}. It is {utc_text(view.now)[:19].replace('T', ' ')} UTC. {you}"
    due = [one.text for one in standing(view, verbs).values()]
    return [
        head,
        *bots(view),
        *incidents(view, verbs),
        *actions(view),
        *alarms(view),
        *people(view, welcome, company),
        *(due or ["Nothing is late or due soon."]),
    ]


def bots(view: View) -> list[str]:
    """Return one sentence a bot."""
    if not view.bots:
        return ["No bot is watched yet."]
    return [f"{_count(len(view.bots), 'bot')}.", *map(_bot, view.bots)]


def _bot(bot: BotView) -> str:
    parts = [bot.state.value]
    if bot.state is BotState.LEARNING:
        parts.append(f"{bot.learned} of {bot.needed} windows learned")
    if bot.score is not None:
        parts.append(f"score {bot.score:.0f}")
    if bot.why:
        parts.append(bot.why)
    if bot.alarms:
        parts.append(f"{_count(bot.alarms, 'alarm')} not acknowledged")
    return f"Bot {bot.name}: {', '.join(parts)}."


def incidents(view: View, verbs: NextVerbs) -> list[str]:
    """Return the open incidents with phase, people and next step."""
    found = [one for one in view.incidents if one.open]
    if not found:
        return ["No incident is open."]
    told = [f"{_count(len(found), 'open incident')}."]
    for one in found:
        told += [_incident(one), next_of(one, view, verbs)]
    return told


def _incident(one: IncidentView) -> str:
    done = sum(step.state in _SETTLED for step in one.steps)
    where = ", ".join(one.bots) or "no bot"
    commander = one.roles.get("incident_commander")
    led = f"led by {person_name(commander)}" if commander else "led by NOBODY"
    steps = f"{done} of {len(one.steps)} steps settled" if one.steps else "no steps"
    since = f"open since {clock_text(one.opened)}"
    return f"{one.id}, {one.severity}, {where}: {one.title.rstrip('.')}; phase {one.phase}, {steps}, {led}, {since}."


def next_of(one: IncidentView, view: View, verbs: NextVerbs) -> str:
    """Return the next step of an incident, whose it is, and the command line for it."""
    step = next((s for s in one.steps if s.title == one.next_step and s.phase is not Phase.PREPARATION), None)
    whose = f", for {owner_of(step, one)}" if step is not None else ""
    todo = verbs.of_incident(one, view)
    return f"Next for {one.id}: {one.next_step.rstrip('.')}{whose}." + (f" Do it: {todo}" if todo else "")


def actions(view: View) -> list[str]:
    """Return what is or may be done to bots now, with its proof."""
    found = [one for one in view.actions if one.state not in _OVER]
    if not found:
        return ["Nothing is contained."]
    return [f"{_count(len(found), 'open action')}.", *(_action(one, view.now) for one in found)]


def _action(one: ActionView, now: float) -> str:
    parts = [_ACTION_WORDS.get(one.state, one.state.value)]
    if one.state in (ActionState.HELD, ActionState.NOT_HELD) or one.proof is not None:
        parts.append(_proof(one))
    if waits(one) and one.approval is not None and one.approval.release:
        parts.append("its release waits for a second person")
    if one.broken_glass:
        parts.append("one person acted alone")
    if one.expires is not None:
        parts.append(f"ends by itself at {clock_text(one.expires)}, in {age_text(one.expires - now)}")
    if one.note:
        parts.append(one.note)
    if one.told.startswith("nobody was told"):
        parts.append(one.told)
    return f"Action {one.id}, {one.verb} {one.bot}, by {person_name(one.operator)}: {', '.join(parts)}."


def _proof(one: ActionView) -> str:
    if one.proof is None:
        return "no probe has answered yet"
    agree = sum(sample.verdict is one.proof.verdict for sample in one.proof.samples)
    saw = {Verdict.CONTAINED: "it contained", Verdict.OPEN: "it open", Verdict.UNKNOWN: "nothing certain"}
    counted = f"{agree} of {len(one.proof.samples)} probes from outside saw {saw[one.proof.verdict]}"
    return f"{counted} at {clock_text(one.proof.at)}"


def alarms(view: View) -> list[str]:
    """Return the alarms that nobody has acknowledged, newest first."""
    found = [one for one in reversed(view.alarms) if one.acknowledged is None]
    if not found:
        return ["Every alarm is acknowledged."] if view.alarms else ["No alarm was raised."]
    shown = [_alarm(one) for one in found[:_MOST]]
    more = [f"{len(found) - _MOST} older ones are not read out."] if len(found) > _MOST else []
    verb = "is" if len(found) == 1 else "are"
    return [f"{_count(len(found), 'alarm')} {verb} not acknowledged, newest first.", *shown, *more]


def _alarm(one: AlarmView) -> str:
    why = one.reasons[0].text if one.reasons else one.cause
    return (
        f"Alarm {one.id}, {one.level}, {one.bot} at {clock_text(one.time)}, score {one.score:.0f}: {why.rstrip('.')}."
    )


def people(view: View, welcome: Welcome, company: Company) -> list[str]:
    """Return who is here, in which part, and who points at what."""
    told: list[str] = []
    for one in view.consoles:
        parts = [role_words(role) for role, _ in roles_of(view.incidents, one.operator)]
        name = person_name(one.operator) + (" (you)" if one.id == welcome.console else "")
        if one.read_only:
            parts.append("only watching")
        presence = company.of(one.id)
        if presence is not None and presence.doing:
            parts.append(presence.doing)
        told.append(f"{name}, {', '.join(dict.fromkeys(parts))}" if parts else name)
    here = f"Here: {'; '.join(told)}." if told else "Nobody is here."
    pointer = company.pointer
    return [here, *([f"{person_name(pointer.by)} points at {pointer.words}."] if pointer is not None else [])]


def told(view: View) -> list[str]:
    """Return who was told and who was not."""
    if not view.outbox:
        return ["Nobody was told anything by this room yet."]
    taken = sum(one.state is DeliveryState.ACCEPTED for one in view.outbox)
    lines = [f"{taken} of {_count(len(view.outbox), 'notice')} taken by their receivers."]
    left = outbox_word(view.outbox, view.now)
    lines += [f"{left}."] if left else []
    for one in view.outbox[-_MOST:]:
        state = {DeliveryState.ACCEPTED: "taken", DeliveryState.DEAD: "GIVEN UP, nobody was told there"}
        word = state.get(one.state, "on its way" if one.state in OPEN else one.state.value)
        why = f" ({one.error})" if one.error and one.state is not DeliveryState.ACCEPTED else ""
        lines.append(f"{clock_text(one.created)}, {one.incident}, {one.audience} by {one.channel}: {word}{why}.")
    return lines


def messages(view: View, count: int) -> list[str]:
    """Return the newest entries of the record, oldest first."""
    return [f"{clock_text(one.at)}Z {sentence_of(one)}" for one in view.messages[-count:]] or ["Nothing happened yet."]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun if number == 1 else noun + 's'}"
