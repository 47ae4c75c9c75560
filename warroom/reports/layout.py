"""What both layouts share: the templates, the filters for times and sizes, and the words of a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import jinja2

from warroom.core.model import Phase
from warroom.core.moments import clock_text, utc_text
from warroom.reports.dossier import Dossier, StepNote, span_text
from warroom.reports.parts import TO_WRITE

MEASURES = (
    ("ttd_s", "Time to detect", "first hostile line to first alarm"),
    ("tta_s", "Time to acknowledge", "first alarm to first acknowledgement"),
    ("ttc_s", "Time to contain", "first alarm to the first containment proven from outside"),
    ("ttr_s", "Time to recover", "first alarm to service back"),
)
"""Key, name and definition of each measure, in the order shown."""


def environment(*, autoescape: bool, finalize: Callable[[Any], Any]) -> jinja2.Environment:
    """Return the template environment; `finalize` makes every printed value safe for the format at hand."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("warroom.reports", "templates"),
        autoescape=autoescape,
        finalize=finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(
        when=_when, day=_day, clock=clock_text, span=_span, size=_size, number=_number, title_case=_title
    )
    return made


def context(dossier: Dossier) -> dict[str, Any]:
    """Return what both templates draw from."""
    return {
        "d": dossier,
        "incident": dossier.incident,
        "parts": {part.key: part for part in dossier.parts},
        "measures": [(name, dossier.incident.metrics.get(key), meaning) for key, name, meaning in MEASURES],
        "phases": list(_by_phase(dossier)),
        "to_write": TO_WRITE,
    }


def _by_phase(dossier: Dossier) -> Iterator[tuple[Phase, list[StepNote], int]]:
    """Yield each phase with its steps and how many of them are settled."""
    for phase, group in groupby(dossier.steps, key=lambda note: note.step.phase):
        notes = list(group)
        yield phase, notes, sum(note.standing not in ("open", "overdue") for note in notes)


def _when(seconds: float) -> str:
    return utc_text(seconds)[:19].replace("T", " ")


def _day(seconds: float) -> str:
    return utc_text(seconds)[:10]


def _span(seconds: float | None) -> str:
    return "not known" if seconds is None else span_text(seconds)


def _size(count: int) -> str:
    if count < 1024:
        return f"{count} B"
    return f"{count / 1024:.1f} KiB" if count < 1024**2 else f"{count / 1024**2:.1f} MiB"


def _number(value: float) -> str:
    return f"{value:.4g}"


def _title(text: str) -> str:
    words = text.replace("_", " ")
    return words[:1].upper() + words[1:]
