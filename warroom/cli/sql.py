"""`warroom sql`: one SELECT over the record of a room, or the tables that it can be asked of."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable

from warroom.cli.exits import ABSENT, OK, REFUSED, USAGE, Failure
from warroom.cli.printing import painted, print_json
from warroom.cli.rooms import add_room_option, chosen_room, person, require_journal
from warroom.core.clean import clean
from warroom.core.queries import NotAnswered, QueryAnswer, Sql, SqlAnswer, SqlLoading, SqlRefused
from warroom.core.record_tables import TABLES
from warroom.core.room import ConnectionLost
from warroom.core.sql_words import EXAMPLES, one_line

_CELL = 60
"""Characters of a cell on a terminal; `--json` gives it whole."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument(
        "text", nargs="?", default="", metavar="SQL", help="one SELECT; without it the tables; - reads it"
    )
    parser.add_argument("--limit", type=int, default=1000, metavar="N", help="at most N rows (never more than 1000)")
    parser.add_argument("--wide", action="store_true", help="cut no cell, also on a terminal")
    add_room_option(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a row")


def run(args: argparse.Namespace) -> int:
    """Print rows; exit code 2 when the SQL is wrong, 3 without a room, 4 when the query was ended."""
    if not args.text:
        _tables(as_json=args.json)
        return OK
    if args.limit < 1:
        raise Failure(USAGE, f"--limit {args.limit} is no number of rows", next_step="such as --limit 100")
    question = Sql(one_line(sys.stdin.read() if args.text == "-" else args.text), args.limit)
    answer = _ask(args.room, question)
    match answer:
        case SqlAnswer():
            _rows_json(answer) if args.json else _rows(answer, _CELL if sys.stdout.isatty() and not args.wide else None)
            count = "1 row" if len(answer.rows) == 1 else f"{len(answer.rows):,} rows"
            more = f"; {answer.more}" if answer.more else ""
            print(f"warroom: {count} in {answer.seconds:.3f} s{more}", file=sys.stderr)
            return OK
        case SqlRefused():
            raise Failure(
                REFUSED if answer.ended else USAGE, answer.reason, _marked(question.text, answer), answer.advice
            )
        case _:
            raise Failure(REFUSED, getattr(answer, "reason", "no answer"))


def _ask(given: str | None, question: Sql) -> QueryAnswer:
    """Ask the room's engine, else its journal, by the same process that an engine would ask."""
    paths = chosen_room(given)

    async def main() -> QueryAnswer:
        from warroom.client.connection import RoomConnection

        try:
            async with RoomConnection(paths.socket, client="cli", claimed=person()) as room:
                return await _answered(room.query, question)
        except ConnectionLost:
            from warroom.adapters.records_process import RecordsProcess

            await asyncio.to_thread(require_journal, paths)
            async with RecordsProcess(paths.journal) as records:
                answer = await _answered(records.ask, question)
                if isinstance(answer, NotAnswered):
                    raise Failure(ABSENT, f"the room {paths.name} cannot be read", answer.reason) from None
                return answer

    return asyncio.run(main())


async def _answered(ask: Callable[[Sql], Awaitable[QueryAnswer]], question: Sql) -> QueryAnswer:
    """Ask until the record is read; on a terminal say how far that is."""
    said = False
    while isinstance(answer := await ask(question), SqlLoading):
        if sys.stderr.isatty():
            said = True
            far = f"{answer.read:,} of {answer.total:,} entries"
            print(f"\rreading the record: {far} ", end="", file=sys.stderr, flush=True)
    if said:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    return answer


def _tables(*, as_json: bool) -> None:
    for table in TABLES:
        if as_json:
            columns = [{"name": one.name, "type": one.kind, "doc": one.doc} for one in table.columns]
            print_json({"table": table.name, "doc": table.doc, "columns": columns})
            continue
        print(f"{painted(table.name, 'info')}  {table.doc}")
        width = max(len(column.name) for column in table.columns)
        for column in table.columns:
            print(f"  {column.name:{width}}  {painted(f'{column.kind:7}', 'dim')}  {column.doc}")
        print()
    if not as_json:
        print("Such as:")
        for what, query in EXAMPLES:
            print(f'  {painted(f"# {what}", "dim")}\n  warroom sql "{query}"')


def _rows_json(answer: SqlAnswer) -> None:
    names = _distinct(answer.columns)
    for row in answer.rows:
        print_json(dict(zip(names, row, strict=True)))


def _distinct(columns: list[str]) -> list[str]:
    """Return the names with a number behind those that came before: an object has each key once."""
    names: list[str] = []
    for name in columns:
        number, free = 2, name
        while free in names:
            free, number = f"{name}_{number}", number + 1
        names.append(free)
    return names


def _rows(answer: SqlAnswer, most: int | None) -> None:
    cells = [[str(clean("-" if value is None else str(value))) for value in row] for row in answer.rows]
    if most is not None:
        cells = [[cell if len(cell) <= most else cell[: most - 1] + "…" for cell in row] for row in cells]
    table = [[name.upper() for name in answer.columns], *cells]
    widths = [max(len(row[column]) for row in table) for column in range(len(answer.columns))]
    numbers = [
        bool(answer.rows) and all(isinstance(row[column], int | float | None) for row in answer.rows)
        for column in range(len(answer.columns))
    ]
    for row in table:
        padded = (
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, numbers, strict=True)
        )
        print("  ".join(padded).rstrip())


def _marked(text: str, answer: SqlRefused) -> str:
    """Return the piece of the query that the refusal is about, with a mark below its place."""
    if answer.at is None:
        return ""
    begin = max(0, answer.at - 50)
    piece = clean(text[begin : answer.at + 26])
    return f"{piece}\n{' ' * (answer.at - begin)}^"
