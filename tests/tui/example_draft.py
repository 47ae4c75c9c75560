"""A post-mortem to read in a console's tests: drawn by the real report from the reports' own example."""

from __future__ import annotations

from msgspec.structs import replace

from tests.reports.hostile import example_dossier, poisoned
from tests.tui.example import example_view
from warroom.core.draft import Draft, DraftPart, Exported
from warroom.core.room import ConnectionLost
from warroom.core.view import View
from warroom.reports.dossier import Dossier
from warroom.reports.markdown import markdown
from warroom.tui.report import ExportFailed

SEQ = 123
"""Length of the example room's record."""


def draft_of(dossier: Dossier, seq: int = SEQ, exported: Exported | None = None) -> Draft:
    """Return a dossier as the console gets it."""
    parts = tuple(DraftPart(one.title, one.words, one.prompts[0], one.written) for one in dossier.parts)
    return Draft(markdown(dossier), parts, seq, exported)


def hostile_draft(text: str) -> Draft:
    """Return a post-mortem in which every text of others is this one."""
    return draft_of(poisoned(example_dossier(), text, spare=("sha256", "hash", "head")))


class Writer:
    """Makes drafts that a test changes, and counts them."""

    def __init__(self, draft: Draft | None = None) -> None:
        self.draft = draft or draft_of(example_dossier())
        self.made: list[str] = []
        self.fault = ""
        self.lost = ""

    async def __call__(self, incident: str) -> Draft:
        self.made.append(incident)
        if self.fault:
            raise ExportFailed(self.fault)
        if self.lost:
            raise ConnectionLost(self.lost)
        return self.draft


def grown(view: View | None, by: int = 1) -> View:
    """Return a view whose record is longer."""
    view = view or example_view()
    return replace(view, chain=replace(view.chain, length=view.chain.length + by))
