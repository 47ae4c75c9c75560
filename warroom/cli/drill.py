"""`warroom drill`: a real bot is attacked, and somebody (or an autopilot) leads the incident."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from warroom.cli.console import Drawing, add_screen_options, drawing_of
from warroom.cli.exits import INTERRUPTED, NO, OK, USAGE, Failure
from warroom.cli.printing import print_json, print_prose, print_table

if TYPE_CHECKING:
    from warroom.adapters.paths import RoomPaths
    from warroom.client.connection import RoomConnection
    from warroom.drill.score import Report

_PASSED = ("P", "S")
_ENDS = "This ends the drill: its bot, visitors and engine stop, and your report is printed."
STYLES = ("good", "hasty", "slow", "none")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument(
        "scenario",
        nargs="?",
        default="prompt-injection",
        metavar="SCENARIO|list",
        help="what is played (default: prompt-injection), or list: which there are and how long each takes headless",
    )
    parser.add_argument("--headless", action="store_true", help="without a console: an autopilot or nobody plays")
    parser.add_argument("--autopilot", choices=STYLES, default="none", help="who plays a headless drill")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same visitors")
    parser.add_argument("--json", action="store_true", help="print the report (or the list) as JSON")
    add_screen_options(parser)


def run(args: argparse.Namespace) -> int:
    """Play; exit code 1 when a critical expectation is missed or the grade is under S."""
    try:
        import flask  # noqa: F401  the reference bot needs it
        import waitress  # noqa: F401
    except ImportError as error:
        raise Failure(USAGE, "a drill needs the reference bot", str(error), "pip install 'warroom[drill]'") from error
    from warroom.bootstrap.drill import Hands, Play, ScenarioUnknown, load_scenario, play, scenario_files
    from warroom.drill.autopilot import Style
    from warroom.drill.scenario import ScenarioError

    if args.scenario == "list":
        found = [load_scenario(name) for name in scenario_files()]
        if args.json:
            for one in found:
                print_json({"id": one.id, "playbook": one.playbook, "length_s": one.length_s, "title": one.title})
            return OK
        rows = [(one.id, one.playbook, f"{one.length_s:.0f}s + learning", one.title) for one in found]
        print_table(("SCENARIO", "PLAYBOOK", "HEADLESS", "TITLE"), rows)
        return OK
    if not args.headless and not args.plain:
        from warroom.cli.console import require_terminal

        require_terminal()
    drawing = drawing_of(args)
    chosen = Play(args.scenario, args.seed, Style(args.autopilot), args.headless)
    hands = Hands(_start_engine, lambda paths: _console(paths, drawing), _export)
    try:
        report = asyncio.run(_unless_called_off(play(chosen, hands, _say)))
    except asyncio.CancelledError:
        return INTERRUPTED
    except ScenarioError as error:
        raise Failure(USAGE, "the scenario cannot be played", str(error)) from error
    except ScenarioUnknown as error:
        raise Failure(USAGE, str(error), next_step="list them: warroom drill list") from error
    if args.json:
        print_json(report)
    else:
        _tell(report)
    return OK if report.grade in _PASSED else NO


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _start_engine(paths: RoomPaths, config: Path) -> None:
    from warroom.cli.engine import start_engine

    start_engine(paths, config=config, drill=True)


async def _unless_called_off(playing: Coroutine[None, None, Report]) -> Report:
    _heed_signals(asyncio.current_task())
    return await playing


def _heed_signals(drill: asyncio.Task[Any] | None) -> None:
    """Let signals that would end this process alone call the drill off: bot, visitors and engine end with it."""
    loop = asyncio.get_running_loop()
    called: list[int] = []

    def call_off(number: int) -> None:
        # Called off once more it would stop clearing up.
        if not called and drill is not None:
            drill.cancel()
        called.append(number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, call_off, number)


async def _console(paths: RoomPaths, drawing: Drawing) -> None:
    from warroom.cli.console import run_console

    drill = asyncio.current_task()
    try:
        await run_console(paths, read_only=False, drawing=msgspec.structs.replace(drawing, leaving=_ENDS))
    finally:
        # The console had these for its own end.
        _heed_signals(drill)


async def _export(room: RoomConnection, paths: RoomPaths, incident: str) -> None:
    from warroom.cli.export import write_report

    for kind in ("md", "html"):
        await write_report(room, paths, incident, kind, paths.folder / f"{incident.lower()}.{kind}")


def _tell(report: Report) -> None:
    from warroom.drill import report_words

    print_prose(report_words.headline(report))
    print_table(report_words.HEADER, report_words.rows(report))
    print_prose(report_words.detected(report))
    print_prose(report_words.LEGEND)
