"""Pages of the console: one module and one row of the table each."""

from __future__ import annotations

from warroom.tui.pages.actions import ActionsPage
from warroom.tui.pages.alarms import AlarmsPage
from warroom.tui.pages.exercise import ExercisePage
from warroom.tui.pages.incident import IncidentPage
from warroom.tui.pages.outbox import OutboxPage
from warroom.tui.pages.overview import OverviewPage
from warroom.tui.pages.page import Page
from warroom.tui.pages.postmortem import PostmortemPage
from warroom.tui.pages.query import QueryPage
from warroom.tui.pages.reading import HelpPage, MessagesPage
from warroom.tui.pages.stream import StreamPage

PAGE_TYPES: dict[str, type[Page]] = {
    "overview": OverviewPage,
    "incident": IncidentPage,
    "alarms": AlarmsPage,
    "actions": ActionsPage,
    "stream": StreamPage,
    "outbox": OutboxPage,
    "postmortem": PostmortemPage,
    "exercise": ExercisePage,
    "query": QueryPage,
    "messages": MessagesPage,
    "help": HelpPage,
}
"""Page id to its widget; the first is the root."""
