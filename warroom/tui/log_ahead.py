"""Lines that are shown before they are judged: how far each log was shown, so that none is shown twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from warroom.core.queries import LinesAnswer, Spot, WindowAnswer
from warroom.core.view import LogLine
from warroom.tui.lines import Line, line
from warroom.tui.stream_lines import gap_row

_MANY, _FEW = 500, 150


class Ahead:
    """Where the screen is beyond what the room has judged, and how much it asks for at a time."""

    def __init__(self) -> None:
        self._shown: dict[str, tuple[int, int]] = {}
        """Of each log the end of what was shown unjudged, as generation and offset."""
        self._flooded = False

    @property
    def limit(self) -> int:
        """Lines to ask for: in a flood that no screen can hold some screens full are as good as all."""
        return _FEW if self._flooded else _MANY

    def batches(
        self, answer: LinesAnswer, ends: Callable[[], Sequence[Spot]]
    ) -> Iterator[tuple[list[LogLine], Line | None]]:
        """Yield what is to be added to the rows, each part with the row that says what is missing before it.

        `ends` says how far the rows on the screen go, for logs of which nothing was shown ahead yet.
        """
        self._flooded = answer.dropped > 0
        if self._shown:
            lines, passed = self.beyond(answer.lines)
            yield lines, passed_row(passed) if passed and answer.dropped else None
        else:
            yield answer.lines, gap_row(answer.dropped) if answer.dropped else None
        if answer.ahead is not None:
            lines, passed = self.take(answer.ahead, ends())
            yield lines, passed_row(passed) if passed and lines else None

    def beyond(self, lines: Sequence[LogLine]) -> tuple[list[LogLine], int]:
        """Return those judged lines that lie beyond what was shown, and the bytes between that and the first."""
        fresh = [one for one in lines if self._is_new(one)]
        passed = 0
        for one in fresh:
            generation, offset = self._shown.get(one.source, (one.generation, one.offset))
            passed += max(0, one.offset - (offset if generation == one.generation else 0))
            self._shown[one.source] = (one.generation, one.offset + one.length)
        return fresh, passed

    def _is_new(self, one: LogLine) -> bool:
        return (one.generation, one.offset) >= self._shown.get(one.source, (-1, 0))

    def take(self, found: WindowAnswer, ends: Sequence[Spot]) -> tuple[list[LogLine], int]:
        """Return those lines of the files' ends that were not shown, and how many bytes before them were not either."""
        shown = {**{spot.source: (spot.generation, spot.offset) for spot in ends}, **self._shown}
        fresh = [one for one in found.lines if (one.generation, one.offset) >= shown.get(one.source, (-1, 0))]
        passed = 0
        for spot in found.older:
            generation, offset = shown.get(spot.source, (spot.generation, spot.offset))
            passed += max(0, spot.offset - (offset if generation == spot.generation else 0))
        for spot in found.newer:
            self._shown[spot.source] = max(shown.get(spot.source, (0, 0)), (spot.generation, spot.offset))
        return fresh, passed


def passed_row(size: int) -> Line:
    """Return the row that says how much went by unseen; `size` is in bytes."""
    amount = f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"
    return line(
        (f"~~~~ {amount} went by that this screen does not hold; all is judged, the log file has it ~~~~", "warn")
    )
