"""Log lines as rows of the stream: time, source, level, rules, text; wrapped, hits lit; and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence

from warroom.core.clean import clean
from warroom.core.counted import counted
from warroom.core.line_filter import Term
from warroom.core.moments import age_text
from warroom.core.permalink import Permalink, permalink_text
from warroom.core.view import LogLine
from warroom.tui.cells import cut, fit, width_of
from warroom.tui.keymap import key_for
from warroom.tui.lines import Line, Span, line
from warroom.tui.times import clock_text

_LEVELS = {
    "DEBUG": ("debug", "dim"),
    "INFO": ("info ", "dim"),
    "WARNING": ("WARN ", "warn"),
    "ERROR": ("ERROR", "bad"),
    "CRITICAL": ("CRIT!", "loud"),
    "GAP": ("~~~~ ", "warn"),
}
_LABEL_CELLS = 9
_LEAST_PATH = 20
_LEAST_SUM = len("  sha256 ") + 13
"""Cells that a permalink and the sum of its bytes keep where not all of them fit."""
_TIME_WORDS = {
    "line": "",
    "assumed_zone": "time without a zone, taken as UTC",
    "arrival": "no time of its own: when it came",
    "line_before": "no time of its own, read again: that of the line before",
    "no_later": "no time of its own, read again: it came no later",
    "ahead": "its time has not come yet",
}


def log_row(entry: LogLine, label: str = "", term: Term | None = None) -> Line:
    """Return the row of one line; a time that is not the line's own is marked `~`, one that has not come yet `!`."""
    word, style = _LEVELS.get(entry.level, ("     ", "dim"))
    mark = {"line": (" ", "dim"), "ahead": ("!", "warn")}.get(entry.time_source, ("~", "dim"))
    marks = " ".join(fit(mark, min(24, len(mark))) for mark in entry.marks)
    return line(
        (clock_text(entry.at), "dim"),
        mark,
        *(((fit(label, _LABEL_CELLS) + " ", "info"),) if label else ()),
        (f"{word} ", style),
        *((("!! ", "bad"), (f"{marks} ", "bad")) if marks else ()),
        *lit(clean(entry.text), term, "strong" if marks else "warn" if entry.level == "GAP" else "text"),
    )


def lit(text: str, term: Term | None, style: str) -> list[Span]:
    """Return a text in one style, what was looked for in it in another."""
    spans: list[Span] = []
    end = 0
    for start, stop in term.spans(text) if term else ():
        if start > end:
            spans.append((text[end:start], style))
        spans.append((text[start:stop], "hit"))
        end = stop
    if end < len(text) or not spans:
        spans.append((text[end:], style))
    return spans


def wrapped_row(row: Line, width: int, most: int, indent: int = 15) -> list[Line]:
    """Return a row broken into rows of `width` cells, those after the first indented; at most `most`, then `…`."""
    rows: list[list[Span]] = [[]]
    room = width
    for text, style in row.spans:
        rest = text
        while rest:
            head, cells = _head(rest, room)
            if head:
                rows[-1].append((head, style))
                rest, room = rest[len(head) :], room - cells
            if rest:
                if len(rows) >= most:
                    return [*(Line(tuple(spans)) for spans in rows[:-1]), _cut_off(rows[-1], width)]
                room = max(8, width - indent)
                rows.append([(" " * (width - room), "text")])
    return [Line(tuple(spans)) for spans in rows]


def _head(text: str, room: int) -> tuple[str, int]:
    """Return as much of a text as fits, and its cells; what is ASCII is measured at once."""
    if room <= 0:
        return "", 0
    head = text[:room]
    if head.isascii():
        return head, len(head)
    cells = 0
    for place, char in enumerate(text):
        wide = width_of(char)
        if cells + wide > room:
            return text[:place], cells
        cells += wide
    return text, cells


def _cut_off(spans: Sequence[Span], width: int) -> Line:
    return Line((*cut(spans, max(1, width - 1)), ("…", "dim")))


def gap_row(missing: int) -> Line:
    """Return the row that says how many lines are not shown."""
    return line(
        (f"~~~~ {counted(missing, 'line')} went by that this screen does not hold; the log file has all ~~~~", "warn")
    )


def stream_title(
    who: str, *, following: bool, unseen: int, back_s: float = 0.0, news: str = "", words: Sequence[str] = ()
) -> str:
    """Return what is followed, how much waits below it, what was just found or not, and what else is in force."""
    if not who:
        return "Stream · no bot yet"
    told = [f"Stream {clean(who)}", "FOLLOW" if following else f"PAUSED +{unseen} new"]
    if not following and back_s >= 60:
        told.append(f"{age_text(back_s)} back")
    told += [clean(word) for word in (news, *words) if word]
    return " · ".join(told if following else [*told, f"{key_for('last')} resumes"])


def detail_line(entry: LogLine | None, sha256: str, fault: str, width: int) -> Line:
    """Return the line under the cursor as a permalink and the sum of its bytes, or why there is none.

    Without a line, how to stop at one: the row is always there, so that no other row moves when somebody does.
    """
    if entry is None:
        return Line(cut([(f" {key_for('up')} or {key_for('page_up')} stops here and reads back", "dim")], width))
    where: str = clean(permalink_text(Permalink(entry.source, entry.generation, entry.offset, entry.length)))
    words = " · ".join(filter(None, (_TIME_WORDS.get(entry.time_source, ""), " ".join(entry.marks))))
    words = f"  {words}" if words else ""
    told = ""
    if entry.level != "GAP" and entry.length:
        told = f"  sha256 {sha256}" if sha256 else f"  {clean(fault)}" if fault else "  sha256 …"
    lost = bool(fault) and not sha256
    # Of a long path the end says most, of a sum its first digits; why there is no line is said before all else.
    words = "" if lost else words
    room = max(_LEAST_PATH, width - 1 - width_of(words) - (width_of(told) if lost else min(width_of(told), _LEAST_SUM)))
    if width_of(where) > room:
        while width_of(where) >= room:
            where = where[1:]
        where = f"…{where}"
    return Line(cut([(f" {where}", "accent"), (words, "dim"), (told, "warn" if lost else "dim")], width))
