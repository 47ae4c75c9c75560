"""The post-mortem page: the report as it would be written now, what is left to people, whether it was written."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from warroom.core.draft import Draft
from warroom.core.view import View
from warroom.tui.bar import Bar
from warroom.tui.chosen import the_incident
from warroom.tui.draft_lines import no_draft_lines, part_lines, parts_title, standing_line, the_part
from warroom.tui.keys import bindings_for, give_keys_to
from warroom.tui.lines import split_key
from warroom.tui.pages.page import Page
from warroom.tui.pane import Pane
from warroom.tui.paper import Paper
from warroom.tui.prompt import Prompt
from warroom.tui.scene import Scene
from warroom.tui.sheet import Sheet, sheet_of


class PostmortemPage(Page):
    """How it stands in one row, the parts for people, then the text over the rest of the screen."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_for("postmortem")

    def compose(self) -> ComposeResult:
        """Make the row, the list, the text and the line to search from."""
        self._state = Bar(self._painter, id="draft-state")
        # The part in question is marked whichever pane has the keys: a note goes there.
        self._parts = Pane(self._painter, id="draft-parts", choice=True)
        self._paper = Paper(self._painter, id="draft-text")
        self._prompt = Prompt(self._painter)
        self._drawn: tuple[Draft, int] | None = None
        self._incident = ""
        yield self._state
        yield self._parts
        yield self._paper
        yield self._prompt

    def panes(self) -> Sequence[Widget]:
        """Return the text first: it is what is read."""
        return [self._paper, *([self._parts] if self._parts.display else [])]

    def draw(self, scene: Scene) -> None:
        """Draw the draft of the chosen incident; make it anew when the record grew."""
        view = scene.view
        if view is None:
            return
        chosen = the_incident(view, scene.chosen)
        incident = chosen.id if chosen else ""
        if chosen and self.display and scene.drafts.begin(incident, view, scene.now):
            self.run_worker(self._read(scene, incident), group="drafts")
        draft = scene.drafts.found.get(incident)
        self._parts.display = draft is not None
        self._state.show([standing_line(incident, scene.drafts, view, scene.width - 2)] if draft else [])
        if draft is None:
            self._drawn = None
            self._paper.title("Post-mortem")
            self._paper.lay(Sheet(no_draft_lines(view, scene.drafts, incident, self._paper.inner_width), []))
            return
        self._draw_draft(draft, incident, view, scene)

    def _draw_draft(self, draft: Draft, incident: str, view: View, scene: Scene) -> None:
        rows = part_lines(draft, self._parts.inner_width)
        self._parts.title(parts_title(draft))
        self._parts.styles.height = 1 + min(len(rows), max(3, scene.height // 5))
        self._parts.show(rows, f"part:{the_part(draft, scene.chosen)}")
        wanted = (draft, self._paper.inner_width)
        if self._drawn != wanted:
            anew = incident != self._incident
            self._drawn, self._incident = wanted, incident
            self.run_worker(self._lay(wanted, from_top=anew), group="sheet", exclusive=True)
        self._say_title()

    async def _lay(self, wanted: tuple[Draft, int], *, from_top: bool) -> None:
        """Lay the text out in a thread: a long incident takes longer than a key may wait."""
        draft, width = wanted
        sheet = await asyncio.to_thread(sheet_of, draft.text, width)
        if from_top:
            self._paper.scroll_to(y=0, animate=False, force=True, immediate=True)
        self._paper.lay(sheet)
        self._say_title()

    def _say_title(self) -> None:
        found = self._paper.found
        self._paper.title(f"Post-mortem of {self._incident}" + (f" · {found}" if found else ""))

    async def _read(self, scene: Scene, incident: str) -> None:
        await scene.drafts.read(incident, scene.now)
        self.draw(scene)

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """Bring the part under the cursor to the top of the text."""
        kind, word = split_key(event.key)
        if kind != "part" or self._drawn is None:
            return
        event.stop()
        for part in self._drawn[0].parts:
            if part.words[0] == word and self._paper.go_to(part.title):
                give_keys_to(self._paper)

    def act_on_log(self, id: str) -> None:
        """Search in the text; what else a log can do means nothing here."""
        if id == "search" and self._drawn is not None:
            self._prompt.open(id, "/")
        elif id in ("next_hit", "previous_hit"):
            self._paper.next_hit(1 if id == "next_hit" else -1)
            self._say_title()

    def stop_looking(self) -> bool:
        """End a search; say whether there was one."""
        stopped = self._paper.stop()
        if stopped and self._drawn is not None:
            self._say_title()
        return stopped

    def on_prompt_closed(self, event: Prompt.Closed) -> None:
        """Give the keys back to the text."""
        event.stop()
        self._leave_prompt()

    def on_prompt_answered(self, event: Prompt.Answered) -> None:
        """Look for what was typed."""
        event.stop()
        self._leave_prompt()
        self._paper.look_for(event.text)
        self._say_title()

    def _leave_prompt(self) -> None:
        if self._prompt.display:
            inside = self._prompt.has_focus_within
            self._prompt.close()
            if inside:
                give_keys_to(self._paper)
