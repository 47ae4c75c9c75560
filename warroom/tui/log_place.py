"""Where somebody stands in a log, so that they can be led away and back."""

from __future__ import annotations

import msgspec

from warroom.core.company import MOST_SPOTS, Kind, Target
from warroom.core.permalink import permalink_of, source_text
from warroom.core.queries import Spot
from warroom.core.view import View
from warroom.tui.log_errand import Errand
from warroom.tui.log_session import LogSession

_TEXT_LIMIT = 200


class LogPlace(msgspec.Struct, frozen=True):
    """Whose log is shown, and from which boundary upwards."""

    bot: str
    all: bool
    spots: list[Spot]
    """Empty where the newest lines are followed."""
    filtered: bool


def place_in(session: LogSession) -> LogPlace:
    """Return where somebody stands now."""
    rows = session.rows
    spots = [] if rows.following or not session.opened else rows.boundary_at(rows.cursor + 1)
    return LogPlace(session.bot, session.all, spots, session.filter.on)


def stand_at(session: LogSession, place: LogPlace) -> None:
    """Show a place; lines are asked for as usual."""
    same = (session.bot, session.all) == (place.bot, place.all)
    last = session.last_seq if same else 0
    session.bot, session.all, session.filter.on = place.bot, place.all, place.filtered
    session.restart()
    if place.spots:
        session.opened, session.last_seq, session.rows.attached = True, last, False
        session.errand = Errand("open", spots=place.spots)


def turn_all(session: LogSession) -> None:
    """Show all bots by time, or the one again: where the person reads, or at the newest lines."""
    rows, errand = session.rows, session.errand
    spots = [] if rows.following or not session.opened else rows.boundary_at(rows.cursor + 1)
    entry = rows.at_cursor
    at = rows.rows[rows.cursor].moment if rows.cursor < len(rows.rows) else 0.0
    line = session.marks.link(entry) if entry is not None and entry.length else ""
    if errand is not None and errand.kind in ("open", "moment"):
        # They have not come there yet since they turned before.
        spots, line, at = errand.home or errand.spots, errand.line, errand.at
    session.all = not session.all
    session.restart()
    if spots:
        session.opened, session.rows.attached = True, False
        # Of the other logs nobody knows yet which of their lines came then.
        way = Errand("moment", line=line, at=at, home=spots)
        session.errand = way if session.all else Errand("open", spots=spots, line=line, at=at)


def line_in_hand(session: LogSession) -> Target | None:
    """Return the line under the cursor as something to point at; None while the log runs, or on a row that is none."""
    rows = session.rows
    entry = None if rows.following else rows.at_cursor
    if entry is None or entry.level == "GAP" or not entry.length:
        return None
    spots = rows.boundary_at(rows.cursor + 1)
    return Target(
        Kind.LINE,
        session.marks.link(entry),
        bot=session.who,
        spots=spots if len(spots) <= MOST_SPOTS else [],
        text=entry.text[:_TEXT_LIMIT],
    )


def place_of_line(view: View, target: Target) -> LogPlace:
    """Return where a line that is pointed at is the last one; whoever points may have filtered, here nothing is."""
    link = permalink_of(target.name)
    watched = next((one.bot for one in view.sources if source_text(one.path) == link.source), "")
    below = [Spot(link.source, link.generation, link.offset + max(1, link.length))]
    all_bots = bool(target.spots) and not target.bot
    return LogPlace(target.bot or watched, all_bots, target.spots or below, filtered=False)
