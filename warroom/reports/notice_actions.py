"""The words about an action that belongs to no incident: what they may speak of, and the built-in texts.

As with incidents, what an attacker may have written (answers of bots, reasons) is for the security people alone.
"""

from __future__ import annotations

from typing import Any

import msgspec

from warroom.core.clean import clean
from warroom.core.model import ActionState, Verb
from warroom.core.notices import Audience, Event
from warroom.core.telling import severity_of_state
from warroom.core.view import ActionView
from warroom.reports.notice_matter import Own, deed_for, hour_text

_SHORT = 300
_LOOKS = 3
_SOON_S = 630.0
"""From when on the end of what holds is the news: it is announced ten minutes before."""


class ActionMatter(msgspec.Struct, frozen=True):
    """What there is to tell of one action at one moment. `impact` and `contact` are words of people."""

    action: ActionView
    now: float
    contact: str = ""
    impact: str = ""


_STANDS = {
    ActionState.RUNNING: "is begun",
    ActionState.HELD: "HOLDS",
    ActionState.NOT_HELD: "does NOT hold",
    ActionState.AMBIGUOUS: "is UNCERTAIN",
    ActionState.FAILED: "FAILED",
    ActionState.RELEASING: "is being let go",
    ActionState.RELEASED: "is released",
    ActionState.EXPIRED: "has ended by itself",
    ActionState.DONE: "is done",
    ActionState.PENDING_APPROVAL: "waits for a second person",
    ActionState.DENIED: "was denied and is not done",
    ActionState.CANCELLED: "is called off and not done",
    ActionState.LAPSED: "lapsed, as nobody agreed, and is not done",
}
_NEXT = {
    ActionState.NOT_HELD: "Somebody verifies it again or takes a harder measure.",
    ActionState.AMBIGUOUS: "Somebody verifies whether it holds.",
    ActionState.FAILED: "Somebody takes another measure.",
    ActionState.PENDING_APPROVAL: "A second person agrees or says no.",
    ActionState.DENIED: "Nothing, unless somebody asks anew.",
    ActionState.CANCELLED: "Nothing, unless somebody asks anew.",
    ActionState.LAPSED: "Nothing, unless somebody asks anew.",
    ActionState.RELEASED: "We watch the bot.",
    ActionState.EXPIRED: "We watch the bot, or contain it anew.",
}
_WATCHED = "It is probed from outside as long as it holds, and you hear when it does not."


def action_matter_for(audience: Audience, event: Event, matter: ActionMatter) -> dict[str, Any]:
    """Return the names that the texts about an action know."""
    action = matter.action
    story = audience is Audience.SECURITY
    looks = action.proof.samples[-_LOOKS:] if story and action.proof is not None else []
    return {
        "audience": audience.value,
        "event": event.value,
        "severity": severity_of_state(action.state).value,
        "id": action.id,
        "bot": clean(action.bot, 64),
        "verb": action.verb.value,
        "stands": _stands(action, matter.now),
        "deed": deed_for(audience, action, matter.now),
        "who": clean(action.operator, 80) if story else "",
        "reason": clean(action.reason, _SHORT) if story else "",
        "looks": [clean(f"{one.verdict}: {one.sent} -> {one.got}", _SHORT) for one in looks],
        "impact": clean(matter.impact, 2000),
        "next": _NEXT.get(action.state, _WATCHED if action.state is ActionState.HELD else "You hear how it ends."),
        "contact": Own(clean(matter.contact, _SHORT)) or f"whoever works on {action.id}",
        "now": hour_text(matter.now, matter.now),
    }


def _stands(action: ActionView, now: float) -> str:
    ends = action.expires is not None and 0 < action.expires - now < _SOON_S
    if action.state is ActionState.HELD and ends:
        return f"ends by itself at {hour_text(action.expires or now, now)}"
    return "is evidence" if action.verb is Verb.SNAPSHOT else _STANDS.get(action.state, "is prepared")


_SUBJECT = "[{{ severity }}] {{ id }}: {{ verb }} {{ bot }} {{ stands }}"
_CUSTOMER_SUBJECT = "Our assistant at present"
_HAPPENED = "The bot {{ bot }} was acted on outside any incident: {{ verb }} {{ bot }} {{ stands }}."
_WHO = """{% if who %}
Asked by {{ who }}{% if reason %}: {{ reason }}{% endif %}.
{% endif %}"""
_LOOKED = """{% if looks %}
The last looks from outside:
{% for look in looks %}
- {{ look }}
{% endfor %}
{% endif %}"""
_DRAFT = "DRAFT, to be read, changed and sent by a person. Nothing of it was sent."
_CUSTOMERS = f"""{_DRAFT}

What happened
We have changed what our assistant does at the moment.

Impact
{{% if impact %}}{{{{ impact }}}}{{% else %}}Not known yet.{{% endif +%}}

Contact
our usual support
"""


def action_source_of(audience: Audience) -> str:
    """Return the built-in template about an action for an audience."""
    if audience is Audience.CUSTOMERS:
        return f"Subject: {_CUSTOMER_SUBJECT}\n\n{_CUSTOMERS}"
    story = audience is Audience.SECURITY
    parts = [
        ("What happened", f"{_HAPPENED}\n{_WHO}" if story else _HAPPENED),
        ("Impact", "{% if impact %}{{ impact }}{% else %}Not known yet.{% endif +%}"),
        (
            "What we did",
            "- {{ id }} {{ deed.text }}" + ("{% if deed.seen %} (seen: {{ deed.seen }}){% endif +%}" * story),
        ),
        ("What we do next", "{{ next }}"),
        ("Contact", "{{ contact }}"),
    ]
    body = "\n\n".join(f"{title}\n{text.rstrip()}" for title, text in parts)
    return f"Subject: {_SUBJECT}\n\n{body}\n" + (f"\n{_LOOKED}" if story else "")
