"""What does on the command line what a key does in the console: every act has its verb, every page its list."""

from __future__ import annotations

from types import MappingProxyType

TWINS = MappingProxyType(
    {
        "contain": "contain BOT VERB",
        "tick": "incident tick ID STEP",
        "skip": "incident skip ID STEP --reason REASON",
        "note": "incident note ID TEXT",
        "decide": "incident decide ID TEXT --reason REASON",
        "tell": "notify INCIDENT --to WHO",
        "again": "outbox --again NOTICE",
        "role": "incident role ID ROLE PERSON",
        "raise": "incident severity ID SEVn",
        "lower": "incident severity ID SEVn --reason REASON",
        "phase": "incident phase ID PHASE",
        "hand_over": "incident handover ID TO",
        "moment": "incident mark ID MOMENT",
        "close": "incident close ID --reason REASON",
        "ack": "incident ack ALARM",
        "open": "incident open --bot BOT --title TITLE",
        "approve": "approve ACTION",
        "deny": "deny ACTION --reason T",
        "begin": "begin ACTION",
        "cancel": "cancel ACTION",
        "break_glass": "break-glass ACTION --reason T",
        "release": "release ACTION",
        "verify": "verify-held ACTION",
        "export": "export INCIDENT",
        "point": "point WHAT",
        "page_overview": "bots",
        "page_incident": "incident show ID",
        "page_alarms": "alarms",
        "page_actions": "actions",
        "page_stream": "lines BOT",
        "page_outbox": "outbox",
        "page_messages": "messages",
        "page_postmortem": "export INCIDENT -o -",
        "page_exercise": "drill list",
        "page_query": "sql",
        "search": "search TEXT",
        "filter": "lines BOT --with T",
        "level_up": "lines BOT --level L",
        "mark": "lines BOT --links",
        "all_bots": "lines",
        "copy": "lines LINK --raw",
    }
)
"""Action to the words after `warroom`; names in capitals are for the one who types."""


def twin_words(action: str) -> str:
    """Return the command line of an action, empty where there is none."""
    words = TWINS.get(action)
    return f"warroom {words}" if words else ""
