"""`warroom drill`: a real bot is attacked, and somebody (or an autopilot) leads the incident."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from warroom.cli.exits import NO, OK, USAGE, Failure
from warroom.cli.printing import print_json, print_table

if TYPE_CHECKING:
    from warroom.drill.score import Report

_PASSED = ("P", "S")
STYLES = ("good", "hasty", "slow", "none")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument("scenario", nargs="?", default="prompt-injection", metavar="SCENARIO|list")
    parser.add_argument("--headless", action="store_true", help="without a console: an autopilot or nobody plays")
    parser.add_argument("--autopilot", choices=STYLES, default="none", help="who plays a headless drill")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same visitors")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII characters alone")


def run(args: argparse.Namespace) -> int:
    """Play; exit code 1 when a critical expectation is missed or the grade is under S."""
    try:
        import flask  # noqa: F401  the reference bot needs it
        import waitress  # noqa: F401
    except ImportError as error:
        raise Failure(USAGE, "a drill needs the reference bot", str(error), "pip install 'warroom[drill]'") from error
    from warroom.bootstrap.drill import Play, ScenarioUnknown, play, scenarios

    if args.scenario == "list":
        print_table(("SCENARIO", "PLAYBOOK", "SECONDS", "TITLE"), scenarios())
        return OK
    if not args.headless:
        from warroom.cli.console import require_terminal

        require_terminal()
    chosen = Play(args.scenario, args.seed, args.autopilot, headless=args.headless, ascii_only=args.ascii)
    try:
        report = asyncio.run(play(chosen, lambda text: print(text, file=sys.stderr, flush=True)))
    except ScenarioUnknown as error:
        raise Failure(USAGE, str(error), next_step="list them: warroom drill list") from error
    if args.json:
        print_json(report)
    else:
        _tell(report)
    return OK if report.grade in _PASSED else NO


def _tell(report: Report) -> None:
    print(f"drill {report.scenario}, seed {report.seed}: grade {report.grade}, {report.score:.0f} of 100")
    rows = [
        (one.result, one.id, "-" if one.at_s is None else f"{one.at_s:.1f}s", f"{one.by_s:.0f}s", one.event)
        for one in report.expectations
    ]
    print_table(("RESULT", "EXPECTED", "AT", "BY", "EVENT"), rows)
    seen = report.detection
    detected = "never" if seen.ttd_s is None else f"{seen.ttd_s:.1f} s after the first hostile request"
    print(f"detected: {detected}; precision {seen.precision}, recall {seen.recall}")
