"""What a stream says of itself: in its title, and in the middle when there is nothing to see."""

from __future__ import annotations

from warroom.core.counted import counted
from warroom.tui.keymap import key_for
from warroom.tui.log_session import LogSession
from warroom.tui.stream_lines import stream_title
from warroom.tui.times import moment_text


def title_words(session: LogSession) -> str:
    """Return the title: whose lines, how far back, what was found or not, filters with what they hide, hits, marks."""
    rows, marked, gone = session.rows, len(session.marks.marked), session.marks.gone
    return stream_title(
        "ALL bots" if session.all else session.bot,
        following=rows.following,
        unseen=rows.unseen,
        back_s=session.back_s,
        news=_news(session),
        words=[
            session.filter.words(session.hidden),
            session.hits.words(rows.rows, rows.cursor, whole=session.at_start),
            "wrap" if session.wrap else "",
            f"{marked} marked" if marked else "",
            f"{gone} mark{'s' if gone > 1 else ''} gone: the log was rewritten" if gone else "",
        ],
    )


def _news(session: LogSession) -> str:
    errand = session.errand
    if errand is not None and errand.reached is not None:
        return f"looking: {moment_text(errand.reached)}, {counted(errand.looked, 'line')}, Esc stops"
    return session.word


def empty_words(session: LogSession) -> str:
    """Return what a view without any row says: nothing came, or what hides it."""
    if not session.opened:
        return "reading…" if session.bot or session.all else ""
    if session.errand is not None and session.errand.kind in ("open", "moment"):
        return "reading…"
    if not session.filter.any or not session.filter.on:
        return session.word or "no line yet"
    far = session.word or ("that is all there is" if session.at_start else "reading…")
    hidden = "1 line is" if session.hidden == 1 else f"{session.hidden:,} lines are"
    return f"{hidden} hidden; {far}; {key_for('filter')} and Enter shows all"
