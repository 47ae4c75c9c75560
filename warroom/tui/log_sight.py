"""How somebody looks at a log, taken down so that another console can show the same again."""

from __future__ import annotations

from warroom.core.permalink import Permalink, permalink_of
from warroom.core.queries import Spot
from warroom.core.view import LogLine
from warroom.core.whereabouts import MOST_MARKS, MOST_SPOTS, MarkedLine, Sight
from warroom.tui.log_errand import Errand
from warroom.tui.log_marks import Mark
from warroom.tui.log_rows import moment_of
from warroom.tui.log_session import LogSession
from warroom.tui.stream_filter import StreamFilter

_FEW_LOGS = 64
"""Logs whose boundaries are kept with each mark."""


def sight_of(session: LogSession) -> Sight:
    """Return how a log is looked at now."""
    rows, kept = session.rows, session.filter
    spots, line, at = list[Spot](), "", 0.0
    if session.errand is not None and session.errand.kind == "open" and not rows.attached and not rows.rows:
        # It has not come there yet.
        spots, line, at = session.errand.spots, session.errand.line, session.errand.at
    elif session.opened and not rows.following:
        spots = rows.boundary_at(rows.last + 1)
        entry = rows.at_cursor
        if entry is not None and entry.length:
            line, at = session.marks.link(entry), max(0.0, entry.at)
    marks = [_kept(session, mark) for mark in list(session.marks.marked.values())[-MOST_MARKS:]]
    return Sight(
        session.bot, session.all, spots[:MOST_SPOTS], line, at,
        list(kept.only), list(kept.without), kept.level, kept.on, session.hits.text, session.wrap, marks,
    )  # fmt: skip


def _kept(session: LogSession, mark: Mark) -> MarkedLine:
    spots = mark.spots if len(mark.spots) <= _FEW_LOGS else []
    return MarkedLine(session.marks.link(mark.entry), max(0.0, moment_of(mark.entry)), spots)


def show_again(session: LogSession, sight: Sight) -> None:
    """Look at a log as it was looked at; lines are asked for as usual, and a log that stood still stands still."""
    session.bot, session.all, session.wrap = sight.bot, sight.all, sight.wrap
    session.filter = StreamFilter()
    session.filter.only, session.filter.without = list(sight.only), list(sight.without)
    session.filter.level, session.filter.on = sight.level, sight.on
    session.restart()
    session.look_for(sight.search)
    session.marks.forget()
    for mark in sight.marks:
        session.marks.put_back(_entry_of(mark), mark.spots or [_below(mark.link)], permalink_of(mark.link).sha256)
    if sight.spots:
        session.opened, session.rows.attached = True, False
        session.errand = Errand("open", spots=sight.spots, line=sight.line, at=sight.at)


def _below(text: str) -> Spot:
    link = permalink_of(text)
    return Spot(link.source, link.generation, link.offset + link.length)


def _entry_of(mark: MarkedLine) -> LogLine:
    """Return a marked line as far as it is known before anybody has read it again."""
    link: Permalink = permalink_of(mark.link)
    return LogLine(0, mark.at, "line", "", "", link.source, link.offset, link.generation, [], length=link.length)
