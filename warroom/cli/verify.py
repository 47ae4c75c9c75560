"""`warroom verify`: check the chain of a room's journal against the heads remembered outside it."""

from __future__ import annotations

import argparse
import asyncio
import re
from pathlib import Path

from warroom.cli.exits import NO, OK, UNKNOWN, USAGE, Failure
from warroom.cli.printing import print_json
from warroom.cli.rooms import chosen_room, require_journal
from warroom.core.chain import Check, Mark, Verdict, check
from warroom.core.ports import JournalError

_CODES = {
    Verdict.OK: OK,
    Verdict.OK_TAIL_UNPROVEN: OK,
    Verdict.BROKEN: NO,
    Verdict.TRUNCATED: NO,
    Verdict.CANNOT_CHECK: UNKNOWN,
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument("room", nargs="?", metavar="R|FILE", help="a room or a journal file")
    parser.add_argument("--anchor", metavar="SEQ:HEAD", action="append", default=[], help="a head noted elsewhere")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(args: argparse.Namespace) -> int:
    """Check and say the verdict: 0 OK, 1 broken or truncated, 5 cannot be checked."""
    marks = [_mark(text) for text in args.anchor]
    journal, anchors = _places(args.room)
    outcome = asyncio.run(_check(journal, [*marks, *anchors]))
    if args.json:
        print_json(outcome)
    else:
        print(outcome.text)
        if outcome.verdict in (Verdict.OK, Verdict.OK_TAIL_UNPROVEN):
            print(f"head {outcome.head}")
    return _CODES[outcome.verdict]


def _mark(text: str) -> Mark:
    found = re.fullmatch(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", text.lower())
    if found is None:
        raise Failure(USAGE, f"--anchor {text!r} is not SEQ:HEAD", "HEAD has 64 hex digits")
    return Mark(int(found[1]), found[2], "the given anchor")


def _places(given: str | None) -> tuple[Path, list[Mark]]:
    from warroom.adapters.anchor import anchor_path, read_marks

    if given is not None and ("/" in given or given.endswith(".db")):
        return Path(given), []
    paths = chosen_room(given)
    marks = read_marks(anchor_path(paths.anchors, paths.name))
    if not marks and not paths.journal.exists():
        # A journal that an anchor remembers was there: that is a finding and no mistyped name.
        require_journal(paths)
    return paths.journal, marks


async def _check(journal: Path, marks: list[Mark]) -> Check:
    from warroom.adapters.journal import read_rows

    try:
        await asyncio.to_thread(lambda: journal.open("rb").close())
        rows = await read_rows(journal)
    except (JournalError, OSError) as error:
        return Check(Verdict.CANNOT_CHECK, 0, "", f"CANNOT-CHECK: {error}")
    return check(rows, marks)
