"""The texts of notices that come with warroom: for each audience and event a template in six parts.

What happened, impact, what we did and whether it is verified, what we do next, when the next word comes, whom to ask.
"""

from __future__ import annotations

from warroom.core.notices import Audience, Event

_SUBJECTS = {
    Event.TRIGGER: "[{{ incident.severity }}] {{ incident.id }} opened: {{ incident.kind }}",
    Event.ACKNOWLEDGE: "[{{ incident.severity }}] {{ incident.id }} is being worked on: {{ incident.kind }}",
    Event.UPDATE: "[{{ incident.severity }}] {{ incident.id }} update: {{ incident.kind }}",
    Event.RESOLVE: "[{{ incident.severity }}] {{ incident.id }} resolved: {{ incident.kind }}",
}
_CUSTOMER_SUBJECTS = {
    Event.TRIGGER: "We are looking into a problem with our assistant",
    Event.ACKNOWLEDGE: "We are working on a problem with our assistant",
    Event.UPDATE: "Update on the problem with our assistant",
    Event.RESOLVE: "The problem with our assistant is resolved",
}
_CUSTOMER_LEADS = {
    Event.TRIGGER: "There is a problem with our assistant. We are looking into it.",
    Event.ACKNOWLEDGE: "There is a problem with our assistant. We are working on it.",
    Event.UPDATE: "There is a problem with our assistant. We are still working on it.",
    Event.RESOLVE: "There was a problem with our assistant. It is resolved.",
}
_LEADS = {
    Event.TRIGGER: "An incident was opened at {{ incident.opened }}.",
    Event.ACKNOWLEDGE: "Somebody works on the incident that was opened at {{ incident.opened }}.",
    Event.UPDATE: "This is news of the incident that was opened at {{ incident.opened }}.",
    Event.RESOLVE: "The incident that was opened at {{ incident.opened }} is resolved.",
}
_WHAT = "Kind: {{ incident.kind }}. Severity: {{ incident.severity }}. Bots: {{ incident.bots|join }}."
_AWARE = "First known to us: {{ incident.aware }}. A time limit that the law sets may run from then."
_TITLE = "{{ incident.title }}"
_RECENT = """{% if incident.recent %}
Latest entries:
{% for line in incident.recent %}
- {{ line }}
{% endfor %}
{% endif %}"""
_IMPACT = "{% if impact %}{{ impact }}{% else %}Not known yet.{% endif +%}"
_DEEDS = """{% for deed in deeds %}
- {{ deed.text }}
{% else %}
Nothing was changed at a bot so far.
{% endfor %}"""
_DETAILED = """{% for deed in deeds %}
- {{ deed.id }} {{ deed.text }}{% if deed.seen %} (seen: {{ deed.seen }}){% endif %}

{% else %}
Nothing was changed at a bot so far.
{% endfor %}"""
_BY = """{% for deed in deeds %}
- {{ deed.id }} {{ deed.text }} (by {{ deed.adapter }})
{% else %}
Nothing was changed at a bot so far.
{% endfor %}"""
_VERIFIED = """{% if standing == "held" %}
We have restricted what the assistant can do, and have verified this from outside.
{% elif standing == "open" %}
We have begun to restrict what the assistant can do. This is not verified yet.
{% elif standing == "lifted" %}
We had restricted what the assistant can do. This is lifted again.
{% else %}
We have not changed the assistant so far.
{% endif %}"""
_NEXT = "{{ next }}"
_NEXT_STEP = "{{ next }} Next step: {{ incident.next_step }}."
_UPDATE = "{% if next_update %}At {{ next_update }}.{% else %}None is planned.{% endif +%}"
_CONTACT = "{{ contact }}"
_DRAFT = "DRAFT, to be read, changed and sent by a person. Nothing of it was sent."

_HAPPENED = {
    Audience.SECURITY: (_TITLE, _WHAT),
    Audience.ENGINEERING: (_WHAT,),
    Audience.SUPPORT: (_WHAT, "Users may ask about it. Please promise nothing that does not stand here."),
    Audience.EXECUTIVES: (_WHAT,),
    Audience.LEGAL: (_WHAT, _AWARE),
    Audience.CUSTOMERS: (),
}
_DID = {
    Audience.SECURITY: _DETAILED,
    Audience.ENGINEERING: _BY,
    Audience.SUPPORT: _DEEDS,
    Audience.EXECUTIVES: _DEEDS,
    Audience.LEGAL: _DEEDS,
    Audience.CUSTOMERS: _VERIFIED,
}


def source_of(audience: Audience, event: Event) -> str:
    """Return the built-in template for an audience and an event; a line `Subject: …`, an empty one, the text."""
    outside = audience is Audience.CUSTOMERS
    subject = (_CUSTOMER_SUBJECTS if outside else _SUBJECTS)[event]
    lead = (_CUSTOMER_LEADS if outside else _LEADS)[event]
    security = audience is Audience.SECURITY
    parts = [
        ("What happened", "\n".join((lead, *_HAPPENED[audience]))),
        ("Impact", _IMPACT),
        ("What we did", _DID[audience]),
        ("What we do next", _NEXT_STEP if security and event is not Event.RESOLVE else _NEXT),
        ("Next update", _UPDATE),
        ("Contact", _CONTACT),
    ]
    body = "\n\n".join(f"{title}\n{text.rstrip()}" for title, text in parts)
    first = f"{_DRAFT}\n\n" if outside else ""
    last = f"\n{_RECENT}" if security else ""
    return f"Subject: {subject}\n\n{first}{body}\n{last}"
