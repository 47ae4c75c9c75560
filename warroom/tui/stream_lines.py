"""One log line as a row of the stream: time, level, the rules it matched, its text."""

from __future__ import annotations

from warroom.core.clean import clean
from warroom.core.moments import clock_text
from warroom.core.view import LogLine
from warroom.tui.cells import fit
from warroom.tui.lines import Line, line

_LEVELS = {
    "DEBUG": ("debug", "dim"),
    "INFO": ("info ", "dim"),
    "WARNING": ("WARN ", "warn"),
    "ERROR": ("ERROR", "bad"),
    "CRITICAL": ("CRIT!", "loud"),
}


def log_row(entry: LogLine) -> Line:
    """Return the row of one line; a time that is not the line's own is marked `~`, one that has not come yet `!`."""
    word, style = _LEVELS.get(entry.level, ("     ", "dim"))
    mark = {"line": (" ", "dim"), "ahead": ("!", "warn")}.get(entry.time_source, ("~", "dim"))
    marks = " ".join(fit(mark, min(24, len(mark))) for mark in entry.marks)
    return line(
        (clock_text(entry.at), "dim"),
        mark,
        (f"{word} ", style),
        *((("!! ", "bad"), (f"{marks} ", "bad")) if marks else ()),
        (clean(entry.text), "strong" if marks else "text"),
    )


def gap_row(missing: int) -> Line:
    """Return the row that says how many lines are not shown."""
    return line((f"~~~~ {missing} lines went by that this screen does not hold; the log file has them ~~~~", "warn"))


def stream_title(bot: str, *, following: bool, unseen: int) -> str:
    """Return what is followed, and how much is waiting below a paused stream."""
    if not bot:
        return "Stream · no bot yet"
    if following:
        return f"Stream {clean(bot)} · FOLLOW"
    return f"Stream {clean(bot)} · PAUSED +{unseen} new · G resumes"
