"""What the keys do that tell people. Nothing here draws."""

from __future__ import annotations

from warroom.core import commands as c
from warroom.core.notices import Audience, DeliveryState, Event
from warroom.core.queries import PreviewNotice
from warroom.core.view import View
from warroom.tui.chosen import story_in_question, the_notice
from warroom.tui.console import Console
from warroom.tui.forms import Field, Form
from warroom.tui.keymap import key_for
from warroom.tui.outbox_lines import told_so_far, tries_words

_EVENTS = {
    Event.UPDATE: "how it stands now",
    Event.TRIGGER: "that it happens",
    Event.ACKNOWLEDGE: "that somebody is at it",
    Event.RESOLVE: "that it is over",
}


async def tell(console: Console, view: View) -> None:
    """Ask whom to tell what of the incident in question, show the exact notice, and send it when that is wanted.

    An action that belongs to no incident is a story of its own.
    """
    scene = console.scene
    story = story_in_question(view, scene.chosen, scene.page)
    if not story:
        console.say(f"there is no incident to tell of; {key_for('open')} on the board or on an alarm opens one", "warn")
        return
    audiences = tuple((one.value, f"{one.value:<12} {told_so_far(view, story, one, scene.now)}") for one in Audience)
    events = tuple((one.value, f"{one.value}: {words}") for one, words in _EVENTS.items())
    fields = (
        Field("audience", "Whom", audiences[0][0], audiences),
        Field("event", "What", events[0][0], events),
        Field("note", "Words of your own", required=False),
    )
    answers = await console.ask(Form(f"Tell people of {story}", fields, submit="Show it"))
    if answers is not None:
        asked = PreviewNotice(story, Audience(answers["audience"]), Event(answers["event"]), answers["note"])
        await console.tell(asked)


async def again(console: Console, view: View) -> None:
    """Ask whether the notice in question goes again, and have it sent; only one that was given up does."""
    scene = console.scene
    one = the_notice(view, scene.chosen)
    if one is None:
        console.say("there is no notice", "dim")
        return
    if one.state is not DeliveryState.DEAD:
        taken = one.state is DeliveryState.ACCEPTED
        how = f"was accepted by {one.channel}" if taken else f"is on its way to {one.channel}"
        console.say(f"only what was given up goes again: {one.notice} {how}", "warn")
        return
    words = (
        f"{one.event} for {one.audience} of {one.incident}: {one.subject}",
        f"Given up {tries_words(one, scene.now)}{f': {one.error}' if one.error else ''}",
        "The same text leaves under the same key: a receiver that keeps keys takes it once.",
    )
    form = Form(f"Send again by {one.channel}?", (), words, submit="Send again", about=f"notice:{one.notice}")
    if await console.ask(form) is not None:
        await console.send(c.SendAgain(one.notice))
