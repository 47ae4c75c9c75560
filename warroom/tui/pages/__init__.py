"""Pages of the console: one module and one row of the table each, imported when somebody goes there."""

from __future__ import annotations

import importlib

from warroom.tui.pages.page import Page

_MODULES = {
    "overview": "overview.OverviewPage",
    "incident": "incident.IncidentPage",
    "alarms": "alarms.AlarmsPage",
    "actions": "actions.ActionsPage",
    "stream": "stream.StreamPage",
    "outbox": "outbox.OutboxPage",
    "postmortem": "postmortem.PostmortemPage",
    "exercise": "exercise.ExercisePage",
    "query": "query.QueryPage",
    "messages": "reading.MessagesPage",
    "help": "reading.HelpPage",
}
PAGES = tuple(_MODULES)
"""Ids of the pages; the first is the root."""


def page_type(name: str) -> type[Page]:
    """Return the widget of a page."""
    module, _, kind = _MODULES[name].partition(".")
    found: type[Page] = getattr(importlib.import_module(f"{__name__}.{module}"), kind)
    return found
