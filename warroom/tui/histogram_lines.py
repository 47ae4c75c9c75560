"""How busy the last minutes were: one row of blocks, and alarms as `!` in a row under it."""

from __future__ import annotations

from collections.abc import Sequence

from warroom.core.counted import counted
from warroom.core.queries import HistogramAnswer
from warroom.tui.cells import cut
from warroom.tui.lines import Line, Span
from warroom.tui.times import minute_text

SPAN_S = 1200.0
LABEL_CELLS = 34
_BLOCKS = "▁▂▃▄▅▆▇█"
_WIDTHS_S = (5, 10, 15, 20, 30, 60)


def bucket_count(width: int) -> int:
    """Return how many buckets fit beside the words in a row of that width."""
    room = max(10, width - LABEL_CELLS)
    return int(SPAN_S / next((wide for wide in _WIDTHS_S if SPAN_S / wide <= room), _WIDTHS_S[-1]))


def histogram_lines(counts: HistogramAnswer, alarms: Sequence[float], width: int) -> list[Line]:
    """Return the row of blocks with its words, and a row of `!` where there are alarms among them.

    A bucket with errors has another colour; how many there were stands in the words.
    """
    top = max(counts.lines, default=0)
    bars: list[Span] = []
    for lines, errors in zip(counts.lines, counts.errors, strict=True):
        block = _BLOCKS[(lines * 8 - 1) // top] if lines else " "
        bars.append((block, "bad" if errors else "info"))
    late = counts.since > counts.start + counts.bucket_s
    words = f" since {minute_text(counts.since)}" if late else " 20 min"
    words += f" · {counted(sum(counts.lines), 'line')}"
    if sum(counts.errors):
        words += f" · {sum(counts.errors):,} errors"
    rows = [Line(cut([(" ", "dim"), *_joined(bars), (words, "dim")], width))]
    marks = _marks(counts, alarms)
    if marks.strip():
        rows.append(Line(cut([(" ", "dim"), (marks, "bad"), (" ! alarms", "dim")], width)))
    return rows


def _marks(counts: HistogramAnswer, alarms: Sequence[float]) -> str:
    places = {int((moment - counts.start) // counts.bucket_s) for moment in alarms}
    return "".join("!" if place in places else " " for place in range(len(counts.lines)))


def _joined(bars: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for text, style in bars:
        if joined and joined[-1][1] == style:
            joined[-1] = (joined[-1][0] + text, style)
        else:
            joined.append((text, style))
    return joined
