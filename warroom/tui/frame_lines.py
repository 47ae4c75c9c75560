"""The rows around every page: mode and pages on top, status and keys at the bottom, help and messages."""

from __future__ import annotations

from itertools import zip_longest

from warroom.core.model import Mode
from warroom.core.notices import OPEN, Delivery, DeliveryState
from warroom.core.view import View
from warroom.tui.absence import absence_text
from warroom.tui.actions import ACTIONS, BY_ID, EVERYWHERE, LIST, STREAM, Action, footer_actions
from warroom.tui.banner import alarm_banner
from warroom.tui.cells import across, cut, fit, width_of, wrap, wrapped
from warroom.tui.keymap import help_of, key_for, key_names
from warroom.tui.lines import EMPTY, Line, Span, line
from warroom.tui.offered import is_possible
from warroom.tui.room_lines import timeline_lines
from warroom.tui.scene import LEAST, Scene
from warroom.tui.times import minute_text, zone_text
from warroom.tui.together_lines import here_spans, news_span
from warroom.tui.twins import twin_words
from warroom.tui.words import LIVE_ACTIONS, UNBEGUN, age, size

PAGES = {
    "overview": ("1", "Bots"),
    "incident": ("2", "Incident"),
    "alarms": ("3", "Alarms"),
    "actions": ("4", "Actions"),
    "stream": ("5", "Stream"),
    "outbox": ("6", "Told"),
    "postmortem": ("7", "Post-mortem"),
    "exercise": ("8", "Drill"),
    "query": ("9", "Query"),
    "messages": ("0", "Messages"),
    "help": ("?", "Help"),
}
"""Page to the key that usually opens it and its title."""


def mode_badges(scene: Scene) -> list[Span]:
    """Return the mode as the first word of the screen; a drill can never be taken for real."""
    mode = scene.view.mode if scene.view else scene.welcome.mode
    badges: list[Span] = [(" DRILL ", "drill") if mode is Mode.DRILL else (" LIVE ", "live")]
    if scene.welcome.read_only:
        badges.append((" READ-ONLY ", "readonly"))
    return badges


def top_line(scene: Scene) -> Line:
    """Return badges, the pages with what waits on them, who else is here, and the room's name."""
    tabs, end = _top(scene)
    return across([span for _, span in tabs], end, scene.width)


def tab_at(scene: Scene, column: int) -> str:
    """Return the page whose tab stands in a column of the top line; an empty text where none does."""
    for page, (text, _) in _top(scene)[0]:
        column -= width_of(text)
        if column < 0:
            return page
    return ""


def _top(scene: Scene) -> tuple[list[tuple[str, Span]], list[Span]]:
    """Return the left part of the top line, each span with the page that it stands for, and the right part."""
    room: list[Span] = [(" ", "text"), *cut([(scene.welcome.room, "dim")], 16), (" ", "text")]
    brief = here_spans(scene, names=False)
    badges = [("", badge) for badge in mode_badges(scene)]
    ends = [[*here_spans(scene, names=True), *room], [*brief, *room], [*brief, (" ", "text")] if brief else []]
    for titles, words, end in (*((True, True, end) for end in ends), (True, False, ends[-1])):
        spans = [*badges, *_tabs(scene, titles=titles, words=words)]
        if _cells([*(span for _, span in spans), *end]) <= scene.width:
            return spans, end
    return [*badges, *_tabs(scene, titles=False, words=False)], [*brief, *room]


def _tabs(scene: Scene, *, titles: bool, words: bool) -> list[tuple[str, Span]]:
    """Return the pages with what waits on each: with the titles of all, or only of the page that is shown."""
    found: list[tuple[str, Span]] = []
    waiting, outbox = _waiting(scene.view), scene.view.outbox if scene.view else []
    for page, (usual, title) in PAGES.items():
        here = page == scene.page
        if not here and not _is_offered(page, scene.view):
            continue
        opens = page_key(page, usual)
        tab = f" {opens} {title}" if here or titles else f" {opens}"
        found.append(("", (" ", "text")))
        spans: list[Span] = [(f"{tab} " if here else tab, "tab-here" if here else "dim")]
        if waiting.get(page):
            spans.append((f" {waiting[page]}", "warn"))
        if page == "outbox":
            spans += _outbox_marks(outbox, words=words)
        found += [(page, span) for span in spans]
    return found


def _is_offered(page: str, view: View | None) -> bool:
    """Say whether a page has a tab while another one is shown: those that are read at times have none."""
    match page:
        case "messages" | "help" | "postmortem" | "query":
            return False
        case "outbox":
            return bool(view and view.outbox)
        case "exercise":
            return bool(view and view.exercise)
        case _:
            return True


def page_key(page: str, usual: str) -> str:
    """Return the key that opens a page for the person at this console."""
    action = page if page in BY_ID else f"page_{page}"
    return key_for(action) if action in BY_ID else usual


def _outbox_marks(outbox: list[Delivery], *, words: bool) -> list[Span]:
    """Return how many notices are not sent, and loudly how many were given up."""
    unsent = sum(1 for one in outbox if one.state in OPEN)
    dead = sum(1 for one in outbox if one.state is DeliveryState.DEAD)
    spans: list[Span] = [(f" {unsent} unsent" if words else f" {unsent}", "warn")] if unsent else []
    if not dead:
        return spans
    return [*spans, (" ", "text"), (f" {dead} given up ", "loud")] if words else [(f" {dead}! ", "loud")]


def _waiting(view: View | None) -> dict[str, int]:
    if view is None:
        return {}
    return {
        "incident": sum(1 for i in view.incidents if i.open),
        "alarms": sum(1 for a in view.alarms if a.acknowledged is None),
        "actions": sum(1 for a in view.actions if a.state in LIVE_ACTIONS | UNBEGUN),
    }


def status_line(scene: Scene) -> Line:
    """Return what is new (an answer, an act, a pointer) on the left, the health of the watch on the right."""
    view = scene.view
    who = f"{scene.welcome.operator} on {scene.welcome.room}"
    news = news_span(scene)
    left = (" " + news[0], news[1]) if news else (" " + who, "dim")
    if view is None:
        return across([left], [("waiting for the engine’s first view ", "warn")], scene.width)
    behind = sum(s.behind_bytes for s in view.sources)
    last = max((s.last_line for s in view.sources if s.last_line is not None), default=None)
    clock = minute_text(scene.now) + zone_text(scene.now)
    right: list[Span] = [(f"behind {size(behind)}", "warn" if behind > 1_000_000 else "dim")]
    right.append((f" · line {_ago(last, scene.now)}", "dim"))
    right.append((f" · saved #{view.chain.length} {view.chain.head[:8]}", "dim"))
    if scene.width < 100 and news:
        right = right[2:] if scene.width < 80 else [(" " + right[2][0].removeprefix(" · "), "dim")]
    right.append((f" · {clock} ", "dim" if clock.endswith("Z") else "accent"))
    if scene.width >= 100 and view.outbox_word and not news:
        # The answer to a command stands in its place for a while; the top line counts all the same.
        while _cells([left, (view.outbox_word, "warn"), *right]) >= scene.width - 3 and len(right) > 1:
            right.pop(0)
        right.insert(0, (view.outbox_word + ("" if right[0][0].startswith(" · ") else " · "), "warn"))
    while news and right and _cells([left, *right]) >= scene.width:
        right.pop(0)  # what was answered, and what to do next, matters more than the health of the watch
    return across([left], right, scene.width)


def _ago(moment: float | None, now: float) -> str:
    words = age(moment, now)
    return words if words in ("now", "never") else f"{words} ago"


def opens_at_first(scene: Scene) -> bool:
    """Say whether Enter opens something once the page has the keys: on the board, where there is a bot."""
    return scene.page == "overview" and bool(scene.view and scene.view.bots)


def footer_line(scene: Scene, *, enter: bool) -> Line:
    """Return the keys that matter here, as many as fit; `? help` is always there."""
    *offered, last = footer_actions(scene.page, enter=enter, read_only=scene.welcome.read_only)
    help_spans = _key_spans(last)
    room = scene.width - 1 - _cells(help_spans)
    spans: list[Span] = [(" ", "text")]
    for action in offered:
        if action.id == "help" or not is_possible(action.id, scene):
            continue
        more = [*_key_spans(action), ("  ", "text")]
        if _cells(more) <= room:
            spans += more
            room -= _cells(more)
    return line(*spans, *help_spans)


def _key_spans(action: Action) -> list[Span]:
    return [(key_names(action)[0], "key"), (f" {action.title}", "dim")]


def _cells(spans: list[Span]) -> int:
    return sum(width_of(text) for text, _ in spans)


def banner_texts(scene: Scene) -> list[str]:
    """Return the sentences that everybody must see above the page."""
    if scene.lost:
        return [absence_text(scene)]
    if scene.view is None:
        return []
    return [scene.view.banner] if scene.view.banner else alarm_banner(scene.view, scene.now)


def too_small_line(scene: Scene) -> Line:
    """Return the one honest line of a terminal that is too small."""
    worst = max(scene.view.bots, key=lambda b: b.score or 0.0, default=None) if scene.view else None
    words = f"too small ({scene.width}x{scene.height}, needs {LEAST[0]}x{LEAST[1]}), still watching"
    if worst is not None:
        words = f"{worst.name} {worst.score or 0:.0f} · {words}"
    return line(*cut([*mode_badges(scene), (f" {words}", "text")], scene.width))


def message_lines(scene: Scene, width: int) -> list[Line]:
    """Return the room's messages and this console's answers in the order of time."""
    entries = [*(scene.view.messages if scene.view else []), *scene.said]
    return timeline_lines(sorted(entries, key=lambda e: e.at), width)


_TWINS_FROM = 90
"""Columns from which on the help shows what does the same on the command line."""
_SECTIONS = ((EVERYWHERE, "EVERYWHERE"), (LIST, "IN A LIST"), (STREAM, "IN A STREAM"))


_TWO_COLUMNS = 150
"""Cells from which the help stands in two columns."""


def help_lines(page: str, width: int) -> list[Line]:
    """Return the keys of a page, then those of everywhere, from the table; in two columns where they fit."""
    two = width >= _TWO_COLUMNS
    parts = _help_parts(page, width // 2 - 2 if two else width)
    last = wrapped("Esc never leaves. Whatever you do is asked of the engine and recorded.", width, "dim")
    if not two:
        return [row for part in parts for row in (*part, EMPTY)] + last
    half = width // 2
    left, right = ([row for part in side for row in (*part, EMPTY)] for side in (parts[:2], parts[2:]))
    pairs = zip_longest(left, right, fillvalue=EMPTY)
    rows = [line(*across(one.spans, (), half).spans, *other.spans) for one, other in pairs]
    return [*rows, *last]


def _help_parts(page: str, width: int) -> list[list[Line]]:
    """Return the rows of each place: this page, everywhere, lists, streams."""
    parts: list[list[Line]] = []
    shown: set[str] = set()
    for where, title in ((page, f"ON THIS PAGE: {PAGES[page][1]}"), *_SECTIONS):
        actions = [a for a in ACTIONS if where in a.where and a.id not in shown]
        if not actions:
            continue
        rows = [line((title, "head"))]
        for action in actions:
            shown.add(action.id)
            keys = " ".join(key_names(action))
            first, *more = wrap(help_of(action), max(20, width - 16))
            twin = f"  {twin_words(action.id)}" if width >= _TWINS_FROM else ""
            spare = width - 16 - width_of(first + twin)
            beside: list[Span] = [(twin, "dim")] if twin.strip() and not more and spare >= 0 else []
            rows.append(line((f"  {fit(keys, 14)}", "key"), (first, "text"), *beside))
            rows += [line((" " * 16 + text, "text")) for text in more]
            rows += [line((" " * 14 + twin, "dim"))] if twin.strip() and not beside else []
        parts.append(rows)
    return parts
