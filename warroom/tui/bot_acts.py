"""What the keys do to bots: contain, decide about an action, verify. Nothing here draws."""

from __future__ import annotations

from collections.abc import Callable

from warroom.core import commands as c
from warroom.core.model import ActionState, StepState
from warroom.core.view import ActionView, View
from warroom.tui.chosen import action_in_question, bot_in_question, the_action, the_step
from warroom.tui.console import Console
from warroom.tui.decisions import Decision, command_for, needs_reason, title_of, why_not
from warroom.tui.forms import Field, Form
from warroom.tui.words import RELEASABLE, waits

Fits = Callable[[ActionView], bool]


async def contain(console: Console, view: View) -> None:
    """Lead through a containment; the step in hand names the verb first offered."""
    scene = console.scene
    bot = bot_in_question(view, scene.chosen, scene.page)
    if bot is None:
        console.say("there is no bot to contain", "warn")
        return
    incident = next((i for i in reversed(view.incidents) if i.open and bot.name in i.bots), None)
    step = the_step(incident, scene.chosen) if incident and scene.page == "incident" else None
    verb = step.verb.value if step and step.verb and step.state is not StepState.DONE else ""
    if not bot.verbs:
        console.say(f"{bot.name} has no way to be contained; add a contain section to the config", "warn")
        return
    await console.contain(bot.name, verb, incident.id if incident else "")


def _in_question(console: Console, view: View, fits: Fits) -> ActionView | None:
    """Return the action under the cursor, else the newest that fits, of the incident on its page."""
    scene = console.scene
    if scene.page == "actions" or scene.chosen.kind == "action":
        return the_action(view, scene.chosen)
    return action_in_question(view, scene.chosen, scene.page, fits)


_FITS: dict[Decision, tuple[Fits, str]] = {
    Decision.APPROVE: (waits, "nothing waits for a second person here"),
    Decision.DENY: (waits, "nothing waits for a second person here"),
    Decision.BEGIN: (lambda a: a.state is ActionState.DRAFT, "there is no draft here; x, then Prepare, makes one"),
    Decision.CANCEL: (
        lambda a: a.state in (ActionState.DRAFT, ActionState.PENDING_APPROVAL),
        "there is nothing to call off here",
    ),
    Decision.BREAK_GLASS: (waits, "nothing waits for a second person here"),
    Decision.RELEASE: (lambda a: a.state in RELEASABLE, "there is nothing to release here"),
}
"""Decision to the actions that it is about where none is chosen, and what is said when there is none."""


def _decidable(console: Console, view: View, decision: Decision) -> ActionView | None:
    fits, nothing = _FITS[decision]
    action = _in_question(console, view, fits)
    if action is None:
        console.say(nothing, "warn")
        return None
    blocked = why_not(decision, action, console.scene.welcome.uid, console.scene.now)
    if blocked:
        console.say(blocked, "warn")
        return None
    return action


async def _decide(console: Console, view: View, decision: Decision) -> None:
    action = _decidable(console, view, decision)
    if action is not None:
        await console.decide(decision, action)


async def _answer(console: Console, view: View, decision: Decision, submit: str) -> None:
    action = _decidable(console, view, decision)
    if action is None:
        return
    words = (f"{action.id} was asked for by {action.operator}: {action.reason or 'no reason given'}",)
    fields = (Field("reason", "Why", required=needs_reason(decision)),)
    form = Form(title_of(decision, action), fields, words, submit=submit)
    await console.ask_and_send(form, lambda answers: command_for(decision, action, answers["reason"]))


async def approve(console: Console, view: View) -> None:
    """Agree, as the second person, to exactly the plan that is shown."""
    await _decide(console, view, Decision.APPROVE)


async def deny(console: Console, view: View) -> None:
    """Say no, as the second person, with a reason."""
    await _answer(console, view, Decision.DENY, "Say no")


async def begin(console: Console, view: View) -> None:
    """Begin what was prepared."""
    await _decide(console, view, Decision.BEGIN)


async def cancel(console: Console, view: View) -> None:
    """Call off what has not begun."""
    await _answer(console, view, Decision.CANCEL, "Call it off")


async def break_glass(console: Console, view: View) -> None:
    """Begin alone what waits for a second person."""
    await _decide(console, view, Decision.BREAK_GLASS)


async def release(console: Console, view: View) -> None:
    """Undo a containment."""
    await _decide(console, view, Decision.RELEASE)


async def verify(console: Console, view: View) -> None:
    """Probe a containment now, and say what its adapter reads."""
    action = _in_question(console, view, lambda a: a.state in RELEASABLE)
    if action is None:
        console.say("there is nothing to verify here", "warn")
    elif await console.send(c.VerifyHeld(action.id)):
        saved = console.scene.answer
        console.say(f"{saved} · {await console.observe(action.id)}")
