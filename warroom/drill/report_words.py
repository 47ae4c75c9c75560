"""A drill's report in the words of page 8: the same titles, the same marks, times on the same clock. Pure."""

from __future__ import annotations

from warroom.core.exercise import GRADES
from warroom.core.moments import elapsed_text
from warroom.drill.score import Outcome, Report

HEADER = ("RESULT", "AT", "BY", "EXPECTED")
_RESULTS = {"forbidden": "broken", "avoided": "kept"}
LEGEND = (
    "grades: P from 90 of 100, S from 70, M from 50, else U; U too where something critical was missed. "
    "Times are those of the drill's clock."
)


def headline(report: Report) -> str:
    """Return scenario, points and grade, with what the grade means."""
    told = f"drill {report.scenario}, seed {report.seed}: {report.score:.0f} of 100"
    return f"{told}, grade {report.grade} ({GRADES[report.grade]})"


def rows(report: Report) -> list[tuple[str, str, str, str]]:
    """Return a row for each expectation, as `HEADER` names its cells."""
    return [
        (
            _RESULTS.get(one.result, one.result),
            _clock(report, one.at_s),
            "-" if one.result in _RESULTS else _clock(report, one.by_s),
            f"{_title(one)}{' (critical)' if one.critical else ''}",
        )
        for one in report.expectations
    ]


def detected(report: Report) -> str:
    """Return when the attack was seen, and how well."""
    seen = report.detection
    if seen.ttd_s is None:
        return "the attack was never seen by an alarm"
    alarm = f"first alarm at {_clock(report, seen.ttd_s)}, {seen.ttd_s:.1f} s after the first hostile request"
    shares = [
        f"{name} {value:.0%}"
        for name, value in (("precision", seen.precision), ("recall", seen.recall))
        if value is not None
    ]
    return "; ".join([alarm, *shares])


def _title(one: Outcome) -> str:
    return one.text or one.id


def _clock(report: Report, after_s: float | None) -> str:
    """Return a moment after the first hostile request as page 8 shows it."""
    if after_s is None or report.attack_s is None:
        return "-"
    return elapsed_text(report.attack_s + after_s).removeprefix("00:")
