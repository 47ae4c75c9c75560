"""What the key does that tells people. Nothing here draws."""

from __future__ import annotations

from warroom.core.notices import Audience, Event
from warroom.core.queries import PreviewNotice
from warroom.core.view import View
from warroom.tui.chosen import incident_in_question
from warroom.tui.console import Console
from warroom.tui.forms import Field, Form
from warroom.tui.keymap import key_for
from warroom.tui.outbox_lines import told_so_far

_EVENTS = {
    Event.UPDATE: "how it stands now",
    Event.TRIGGER: "that it happens",
    Event.ACKNOWLEDGE: "that somebody is at it",
    Event.RESOLVE: "that it is over",
}


async def tell(console: Console, view: View) -> None:
    """Ask whom to tell what of the incident in question, show the exact notice, and send it when that is wanted."""
    scene = console.scene
    incident = incident_in_question(view, scene.chosen, scene.page)
    if incident is None:
        console.say(f"there is no incident to tell of; {key_for('open')} on the board or on an alarm opens one", "warn")
        return
    audiences = tuple(
        (one.value, f"{one.value:<12} {told_so_far(view, incident.id, one, scene.now)}") for one in Audience
    )
    events = tuple((one.value, f"{one.value}: {words}") for one, words in _EVENTS.items())
    fields = (
        Field("audience", "Whom", audiences[0][0], audiences),
        Field("event", "What", events[0][0], events),
        Field("note", "Words of your own", required=False),
    )
    answers = await console.ask(Form(f"Tell people of {incident.id}", fields, submit="Show it"))
    if answers is not None:
        asked = PreviewNotice(incident.id, Audience(answers["audience"]), Event(answers["event"]), answers["note"])
        await console.tell(asked)
