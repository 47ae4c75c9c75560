"""The containment dialog: choose how, see exactly what will be done, then confirm with a quiet hand.

The bot is pinned by name when the dialog opens, and what is confirmed is bound to the hash of the plan that is shown.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from warroom.core.commands import Ack, Contain, Refused
from warroom.core.model import Reversible, Verb
from warroom.core.queries import NotAnswered, PlanAnswer, PreviewPlan, QueryAnswer, Shadow
from warroom.core.view import ActionView, BotView, Way
from warroom.tui.bar import Bar
from warroom.tui.cells import fit
from warroom.tui.dialogs import PushButton
from warroom.tui.keys import give_keys_to
from warroom.tui.lines import EMPTY, Line, line
from warroom.tui.pane import Pane
from warroom.tui.plan_lines import last_hour_words, loud_lines, preview_lines
from warroom.tui.quiet import HINT, ROOMY, QuietButton, QuietDialog, Submit
from warroom.tui.stale import Watch
from warroom.tui.theme import Painter
from warroom.tui.words import VERBS, action_state, read_span

Preview = Callable[[PreviewPlan | Shadow], Awaitable[QueryAnswer]]


def ways_of(bot: BotView) -> list[Way]:
    """Return the ways to act on a bot, mild to hard; a way without an adapter takes the mildest that can."""
    return bot.ways or [Way(verb, "") for verb in bot.verbs]


def way_rows(ways: Sequence[Way], live: Sequence[ActionView]) -> list[Line]:
    """Return one row a way: verb, adapter, what it does, and how it stands where it was taken already.

    `live` are the bot's actions that are not over; the key of a row is `option:` and its place.
    """
    cells = max((len(way.adapter) for way in ways), default=0)
    rows = []
    for number, way in enumerate(ways):
        words, style = next((action_state(action) for action in live if _goes(way, action)), ("", "text"))
        rows.append(
            line(
                (fit(way.verb, 10), "strong"),
                (fit(way.adapter, cells + 2) if cells else "", "accent"),
                (VERBS[way.verb], "text"),
                (f"   {words}" if words else "", style),
                key=f"option:{number}",
            )
        )
    return rows


def more_ways(bot: str, ways: Sequence[Way]) -> list[Line]:
    """Return a word on where more ways come from, for a bot of which only evidence can be taken."""
    if any(way.verb is not Verb.SNAPSHOT for way in ways):
        return []
    told = (
        "More ways (limit, disable, revoke, isolate, freeze, stop) come with a config:",
        f"[bots.{bot}.contain], see docs/config.md",
    )
    return [EMPTY, *(line((text, "dim")) for text in told)]


def first_choice(ways: Sequence[Way], live: Sequence[ActionView]) -> int:
    """Return the place of the way behind the hardest that was taken: what does not hold is followed by a harder one."""
    last = max((n for n, way in enumerate(ways) if any(_goes(way, action) for action in live)), default=-1)
    return min(last + 1, max(0, len(ways) - 1))


def _goes(way: Way, action: ActionView) -> bool:
    return way.verb == action.verb and way.adapter in ("", action.adapter)


class ContainDialog(QuietDialog):
    """Dismissed with the action's id once the engine has saved the intent, or with None."""

    def __init__(
        self,
        painter: Painter,
        target: tuple[BotView, str],
        ports: tuple[Preview, Submit, Callable[[], float]],
        *,
        mode: str,
        verb: str = "",
        live: Sequence[ActionView] = (),
        watch: Watch | None = None,
    ) -> None:
        """`target` is the bot and the incident; `verb` is that of the step in hand, for which no choice is asked.

        `live` are the bot's actions that are not over.
        """
        super().__init__(painter, ports[2])
        bot, self._incident = target
        self._bot, self._held_by = bot.name, bot.held_by or ""
        self._ways, self._live = ways_of(bot), live
        self._preview, self._submit, _ = ports
        self._mode = mode
        self._watch = watch
        self._way: Way | None = next((way for way in self._ways if way.verb == verb), None)
        self._plan: PlanAnswer | None = None
        self._last_hour = ""
        self._seen = ""
        """Hash of the plan that was shown last."""
        self._asked: tuple[PreviewPlan | None, str] = None, ""
        """The question that the plan answers or will answer, or what was wrong with it."""

    @property
    def doing(self) -> str:
        """The act that is chosen, or for whom one is."""
        return f"confirming: {self._way.verb} {self._bot}" if self._way else f"choosing how to contain {self._bot}"

    @property
    def confirms(self) -> bool:
        """Whether the way is chosen."""
        return self._way is not None

    def compose(self) -> ComposeResult:
        """Make both steps; one of them is shown."""
        with Vertical():
            yield Bar(self._painter, id="head")
            yield Pane(self._painter, id="ways")
            yield Pane(self._painter, id="plan", cursor=False)
            yield Bar(self._painter, [], id="loud")
            yield self.field("expires", "Ends by itself after (30m, 2h; empty: never)")
            yield self.field("reason", "Reason (goes into the record)")
            yield self.field("confirm", "Type the bot’s name to confirm")
            yield Bar(self._painter, id="says")
            with Horizontal(classes="buttons"):
                yield PushButton(self._painter, "Cancel", id="cancel")
                yield PushButton(self._painter, "Other way", id="other")
                yield PushButton(self._painter, "Prepare", id="draft")
                yield QuietButton(self._painter, "Contain", id="go", clock=self._clock)

    def on_mount(self) -> None:
        """Show the choice, or the dry run when the step in hand names the verb."""
        pane = self.query_one("#ways", Pane)
        pane.title(f"How to contain {self._bot}, mild to hard")
        rows = [*way_rows(self._ways, self._live), *more_ways(self._bot, self._ways)]
        pane.show(rows, f"option:{first_choice(self._ways, self._live)}")
        self._show_step()
        self._read_last_hour()
        if self._way is not None:
            self._read_plan()

    @work(group="last hour")
    async def _read_last_hour(self) -> None:
        """Ask whom the bot served; its logs are read again, so this may come after the plan."""
        told = last_hour_words(await self._preview(Shadow(self._bot)))
        if told and self.is_attached:
            self._last_hour = told
            if self._plan is not None:
                # Words that move under a finger must not count as read.
                self.go_button.stir()
                self._show_plan()

    def _show_step(self) -> None:
        way = self._way
        what = f"{way.verb} {self._bot}" if way else f"Contain {self._bot}"
        where = f"for {self._incident}" if self._incident else "without an incident"
        held = f", held by {self._held_by} now" if self._held_by else ""
        self.show_head(self._mode, what, where, held, acts=not self._looks)
        self.query_one("#ways").display = way is None
        for name in ("#plan", "#reason-row", "#other", "#draft", "#go"):
            self.query_one(name).display = way is not None
        self.query_one("#expires-row").display = way is not None and not self._looks
        self._show_plan()
        give_keys_to(self.query_one("#cancel" if way else "#ways"))
        self.show_says(HINT if way else "Nothing is sent yet. Enter shows the dry run. Esc cancels.", "dim")

    def _show_plan(self) -> None:
        """Show the plan that may be confirmed, and what must be said loudly about it."""
        answer, way = self._plan, self._way
        loud = (
            [] if answer is None or way is None else loud_lines(answer.plan, answer.two, max(20, self.size.width - 2))
        )
        self.query_one("#loud", Bar).show(loud)
        self.query_one("#confirm-row").display = way is not None and self._final
        if answer is not None:
            rows = preview_lines(answer, max(20, self.size.width - 6), self._last_hour)
            self.show_plan("Dry run: exactly this will be done", rows)
        self._show_buttons(two=answer is not None and bool(answer.two))

    def _show_buttons(self, *, two: bool) -> None:
        roomy, other = self.size.width >= ROOMY, self.query_one("#other", PushButton)
        other.relabel("Other way" if roomy else "Other")
        if two:
            self.go_button.relabel("Ask for a second person" if roomy else "2nd person")
        else:
            what = "Take evidence of" if self._looks and roomy else "Take it" if self._looks else "Contain"
            self.go_button.about(what, self._bot, self.size.width - (48 if roomy else 44))

    @property
    def _looks(self) -> bool:
        """Whether evidence alone is taken: nothing is changed, so nothing ends and nothing is contained."""
        return self._way is not None and self._way.verb is Verb.SNAPSHOT

    @property
    def _final(self) -> bool:
        return self._plan is not None and self._plan.plan.reversible is Reversible.NO

    def _wanted(self) -> tuple[PreviewPlan | None, str]:
        """Return the question for what is chosen and typed now, or what is wrong with it."""
        expires_s, fault = (None, "") if self._looks else read_span(self.value("expires"))
        if self._way is None or fault:
            return None, fault
        return PreviewPlan(self._bot, self._way.verb, expires_s, self._way.adapter), ""

    def _read_plan(self, why: str = "") -> None:
        """Ask for the dry run and show it; until then nothing can be confirmed."""
        self._plan, self._asked = None, self._wanted()
        self.query_one("#loud", Bar).show([])
        self.query_one("#plan", Pane).title("Dry run: not read yet, nothing can be confirmed")
        query, fault = self._asked
        if query is None:
            self.show_says(fault, "bad")
        else:
            self._fetch(query, why)

    @work(exclusive=True, group="plan")
    async def _fetch(self, query: PreviewPlan, why: str) -> None:
        answer = await self._preview(query)
        pane = self.query_one("#plan", Pane)
        if not pane.is_attached or query != self._asked[0]:
            return  # cancelled, or asked anew, meanwhile
        if isinstance(answer, PlanAnswer):
            self._plan = answer
            changed = self._seen not in ("", answer.sha256)
            self._seen = answer.sha256
            self._show_plan()
            told = [why, "The plan changed: read it again." if changed else "", HINT]
            self.show_says(" ".join(text for text in told if text), "warn")
        else:
            reason = answer.reason if isinstance(answer, NotAnswered) else "the engine gave no plan"
            pane.show([line((reason, "bad"))])
            self.show_says(f"{why} no plan: {reason}; Esc, or Other way".strip(), "bad")
        self.go_button.stir()

    def look(self) -> None:
        """Somebody acted on the bot, or closed the incident: read the plan again, confirm again."""
        self._meets_news()

    def _meets_news(self) -> bool:
        told = self._watch.changed() if self._watch and not self._sending and self.is_attached else ""
        if told and self._way is not None:
            self.to_cancel()
            self._read_plan(told)
        elif told:
            self.show_says(told, "bad")
        return bool(told)

    def on_pane_opened(self, event: Pane.Opened) -> None:
        """A way was chosen."""
        event.stop()
        self._way = self._ways[int(event.key.removeprefix("option:"))]
        self._plan, self._seen = None, ""
        self._show_step()
        self._read_plan()

    def on_pane_resized(self, event: Pane.Resized) -> None:
        """Rows of the plan follow the width."""
        event.stop()
        self._show_plan()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Another end is another plan: it is read again before anything can be confirmed."""
        if event.input.id == "expires" and self._way is not None and self._wanted() != self._asked:
            self._read_plan()

    def on_push_button_pressed(self, event: PushButton.Pressed) -> None:
        """Cancel, choose again, prepare, or confirm."""
        event.stop()
        match event.button.id:
            case "go":
                self._confirm(draft=False)
            case "draft":
                self._confirm(draft=True)
            case "other" if not self._sending:
                self._way, self._plan = None, None
                self._show_step()
            case "cancel":
                self.action_cancel()

    def _unsaid(self, *, draft: bool) -> str:
        """Return why nothing can be confirmed now, or an empty text."""
        wanted = self._wanted()
        over = self._watch.over() if self._watch else ""
        if blocked := wanted[1] or over or self.unseen:
            return blocked
        if self._plan is None or wanted != self._asked:
            return "there is no plan yet."
        if self._final and not draft and self.value("confirm") != self._bot:
            return f"this cannot be undone: type the bot’s name, {self._bot}, to confirm."
        return ""

    @work(group="send")
    async def _confirm(self, *, draft: bool) -> None:
        if self._sending or self._meets_news():
            return
        plan, way, query = self._plan, self._way, self._asked[0]
        missing = self._unsaid(draft=draft)
        if missing or plan is None or way is None or query is None:
            self.show_says(f"Not sent: {missing}", "warn")
            return
        command = Contain(
            bot=self._bot,
            verb=way.verb,
            incident=self._incident or None,
            reason=self.value("reason"),
            expires_s=query.expires_s,
            plan_sha256=plan.sha256,
            adapter=way.adapter,
            draft=draft,
            confirm=self.value("confirm") if self._final and not draft else "",
        )
        self._sending = True
        answer = await self._submit(command)
        self._sending = False
        match answer:
            case Ack():
                self.leave(answer.ref)
            case Refused():
                self.to_cancel()
                self._read_plan(f"Refused: {answer.reason}. {answer.next}".strip())
