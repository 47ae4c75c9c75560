"""The options of `--plain`, read by every verb that opens a console, mostly to learn that they were not given."""

from __future__ import annotations

import argparse

import msgspec

_HIGHEST_RATE = 100.0


class Plain(msgspec.Struct, frozen=True):
    """How a room is told line by line."""

    lines: tuple[str, ...] = ()
    """Bots whose log lines are told too."""
    rate: float = 5.0
    """Sentences a second at most; of log lines as many again."""
    wait_s: float = 30.0
    """For how long an engine that went away is waited for."""


def add_plain_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of every verb that can tell its room line by line."""
    parser.add_argument("--plain", action="store_true", help="line by line, for screen readers and dumb terminals")
    parser.add_argument(
        "--lines", action="append", default=[], metavar="BOT", help="with --plain: its log lines too; all for every bot"
    )
    parser.add_argument("--rate", type=_rate, default=5.0, metavar="N", help="with --plain: sentences a second at most")
    parser.add_argument(
        "--wait", type=_seconds, default=30.0, metavar="S", help="with --plain: wait so long for an engine that went"
    )


def plain_of(args: argparse.Namespace) -> Plain | None:
    """Return what these options say; None without `--plain`."""
    return Plain(tuple(args.lines), args.rate, args.wait) if args.plain else None


def _rate(text: str) -> float:
    return _number(text, 0.1, _HIGHEST_RATE, "a number of sentences a second, 0.1 to 100")


def _seconds(text: str) -> float:
    return _number(text, 0.0, 86400.0, "a number of seconds, up to 86400")


def _number(text: str, least: float, most: float, what: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not least <= found <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return found
