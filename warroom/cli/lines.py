"""`warroom lines` and `warroom search`: log lines of a room, newest or by permalink, and where a text stands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from warroom.cli.exits import ABSENT, NO, OK, REFUSED, USAGE, Failure
from warroom.cli.printing import painted, print_json
from warroom.cli.rooms import add_room_option, chosen_room, with_room
from warroom.core.clean import clean
from warroom.core.clip import clip_of
from warroom.core.contract import line_json
from warroom.core.line_filter import LEVELS, FilterRefused, LineFilter, Sieve, Term
from warroom.core.moments import utc_text
from warroom.core.permalink import NoPermalink, Permalink, permalink_of, permalink_text
from warroom.core.queries import (
    LogSearch,
    LogWindow,
    NotAnswered,
    Query,
    QueryAnswer,
    RawLine,
    RawLineAnswer,
    SearchAnswer,
    Spot,
    WindowAnswer,
)
from warroom.core.view import LogLine

if TYPE_CHECKING:
    from warroom.client.connection import RoomConnection

_WINDOW = 1000
_LEVEL_STYLES = {"CRITICAL": "bad", "ERROR": "bad", "WARNING": "warn", "DEBUG": "dim", "GAP": "info"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    search = parser.prog.endswith("search")
    if search:
        parser.add_argument("text", metavar="TEXT", help="what to look for; * is anything within a line")
        parser.add_argument("--bot", default="", help="lines of this bot alone")
        parser.add_argument("--hits", type=int, default=20, metavar="N", help="end with so many (default 20)")
    else:
        parser.add_argument("what", nargs="?", default="", metavar="BOT or LINK", help="a bot, or one line's permalink")
        parser.add_argument("--last", type=int, default=50, metavar="N", help="the newest N lines (default 50)")
        parser.add_argument("--around", type=int, default=0, metavar="N", help="with a permalink: N lines on each side")
        parser.add_argument("--raw", action="store_true", help="with a permalink: its exact bytes and nothing else")
    parser.add_argument("--level", default="", type=str.upper, metavar="L", help=f"at least {', '.join(LEVELS[1:])}")
    parser.add_argument(
        "--with", dest="only", action="append", default=[], metavar="T", help="only lines with this text"
    )
    parser.add_argument("--without", action="append", default=[], metavar="T", help="only lines without this text")
    parser.add_argument("--links", action="store_true", help="print the permalink of each line")
    add_room_option(parser)
    parser.add_argument("--json", action="store_true", help="JSON lines")
    parser.set_defaults(search=search)


def run(args: argparse.Namespace) -> int:
    """Print lines; exit code 1 when a text stands nowhere, or a line is not the one that its permalink proves."""
    try:
        filter = LineFilter(args.level, tuple(args.only), tuple(args.without))
        Sieve(filter)
        if args.search:
            Term(args.text)
    except FilterRefused as refused:
        raise Failure(USAGE, str(refused)) from refused
    if args.search:
        return _with(args, lambda room: _search(room, args, filter))
    if "#g" in args.what:
        try:
            link = permalink_of(args.what)
        except NoPermalink as error:
            raise Failure(USAGE, str(error)) from error
        if args.raw and (args.json or args.links or args.around):
            raise Failure(USAGE, "--raw writes bytes and nothing else", next_step="leave --json, --links, --around out")
        if args.raw:
            return _with(args, lambda room: _raw(room, link))
        return _with(args, lambda room: _linked(room, args, link))
    if args.raw:
        raise Failure(USAGE, "--raw wants the permalink of one line", next_step="--links prints them")
    return _with(args, lambda room: _newest(room, args, filter))


def _with(args: argparse.Namespace, work: Callable[[RoomConnection], Awaitable[int]]) -> int:
    return with_room(chosen_room(args.room), work, follow=False)


async def _newest(room: RoomConnection, args: argparse.Namespace, filter: LineFilter) -> int:
    """Print the newest lines that are wanted, however far back they lie."""
    lines: list[LogLine] = []
    hidden, before = 0, list[Spot]()
    while len(lines) < args.last:
        limit = min(_WINDOW, args.last - len(lines))
        answer = await room.query(LogWindow(args.what, before=before, limit=limit, filter=filter))
        if not isinstance(answer, WindowAnswer):
            raise _not_answered(answer)
        lines[:0] = answer.lines
        hidden += answer.hidden
        if answer.end or answer.older == before:
            break
        before = answer.older
    _show(lines[-args.last :] if args.last > 0 else [], args)
    if hidden:
        _say(f"{hidden} lines between them are hidden")
    return OK


async def _linked(room: RoomConnection, args: argparse.Namespace, link: Permalink) -> int:
    """Print the line of a permalink with those around it, and say whether it is what the permalink proves."""
    answer = await room.query(RawLine(link.source, link.generation, link.offset, link.length))
    if not isinstance(answer, RawLineAnswer):
        raise _not_answered(answer, ABSENT)
    here, below = (Spot(link.source, link.generation, link.offset + more) for more in (0, answer.length))
    lines: list[LogLine] = []
    for question in _around(link.source, here, below, args.around):
        window = await room.query(question)
        if isinstance(window, WindowAnswer):
            lines += window.lines
    _show(lines, args)
    found = permalink_text(Permalink(link.source, link.generation, link.offset, answer.length, answer.sha256))
    if link.sha256 and not answer.sha256.startswith(link.sha256):
        _say(f"NOT the same bytes: they are {found} now")
        return NO
    _say(("the same bytes: " if link.sha256 else "") + found)
    return OK


async def _raw(room: RoomConnection, link: Permalink) -> int:
    """Write the bytes of a permalink's line as they lie in the file; to a terminal only those that do nothing there."""
    answer = await room.query(RawLine(link.source, link.generation, link.offset, link.length, whole=True))
    if not isinstance(answer, RawLineAnswer):
        raise _not_answered(answer, ABSENT)
    if sys.stdout.isatty() and clip_of(answer.content).replaced:
        why = "it holds control characters, and this is a terminal, which would obey them"
        raise Failure(USAGE, "not written", why, "--raw > FILE, or --raw | xxd")
    sys.stdout.buffer.write(answer.content)
    sys.stdout.flush()
    same = not link.sha256 or answer.sha256.startswith(link.sha256)
    if not same:
        _say(f"NOT the same bytes: their sha256 is {answer.sha256} now")
    return OK if same else NO


def _around(source: str, here: Spot, below: Spot, count: int) -> Iterable[Query]:
    if count > 0:
        yield LogWindow("", before=[here], limit=count, only_source=source)
    yield LogWindow("", before=[below], limit=1, only_source=source)
    if count > 0:
        yield LogWindow("", after=[below], limit=count, only_source=source)


async def _search(room: RoomConnection, args: argparse.Namespace, filter: LineFilter) -> int:
    """Print hits, the newest first, as they are found; goes back through the files until there are enough."""
    found, looked, before = 0, 0, list[Spot]()
    while found < args.hits:
        limit = min(_WINDOW, args.hits - found)
        answer = await room.query(LogSearch(args.bot, args.text, before=before, limit=limit, filter=filter))
        if not isinstance(answer, SearchAnswer):
            raise _not_answered(answer)
        _show([hit.line for hit in answer.hits], args)
        found, looked = found + len(answer.hits), looked + answer.looked
        if answer.end or answer.go_on == before:
            break
        before = answer.go_on
    _say(f"{found} hits in {looked} lines")
    return OK if found else NO


def _not_answered(answer: QueryAnswer, code: int = REFUSED) -> Failure:
    reason = answer.reason if isinstance(answer, NotAnswered) else "no answer"
    return Failure(ABSENT if reason.startswith("there is no bot") else code, reason)


def _show(lines: Iterable[LogLine], args: argparse.Namespace) -> None:
    for one in lines:
        if args.json:
            print_json(line_json(one))
            continue
        mark = {"line": " ", "ahead": "!"}.get(one.time_source, "~")
        when = painted(f"{utc_text(one.at)}{mark}", "dim")
        level = painted(f"{one.level.lower() or '-':8}", _LEVEL_STYLES.get(one.level, ""))
        rules = "".join(f"!! {clean(rule, 40)} " for rule in one.marks)
        print(f"{when} {clean(one.bot, 16):16} {level} {rules}{clean(one.text)}")
        if args.links and one.length:
            print("  " + permalink_text(Permalink(one.source, one.generation, one.offset, one.length)))
    sys.stdout.flush()


def _say(text: str) -> None:
    print(f"warroom: {clean(text)}", file=sys.stderr)
