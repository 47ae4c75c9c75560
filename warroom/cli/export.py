"""`warroom export`: the post-mortem of an incident, written from the record."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from warroom import __version__
from warroom.adapters.paths import RoomPaths
from warroom.cli.exits import ABSENT, OK, REFUSED, USAGE, Failure
from warroom.cli.rooms import add_room_option, chosen_room, person, require_journal
from warroom.core.clean import safe_name
from warroom.core.commands import RecordExport, Refused
from warroom.core.ports import Entry, JournalError
from warroom.core.queries import History, HistoryAnswer
from warroom.core.room import ConnectionLost, Room

if TYPE_CHECKING:
    from warroom.reports.dossier import Dossier

FORMATS = ("md", "html", "json")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of the verb."""
    parser.add_argument("incident", metavar="INCIDENT", help="its id, such as INC-001")
    parser.add_argument("--format", choices=FORMATS, default="md", help="Markdown (default), a page, or JSON")
    parser.add_argument(
        "-o", "--output", metavar="PATH", help="a new file (default: one in the current folder); - prints the report"
    )
    add_room_option(parser)


def run(args: argparse.Namespace) -> int:
    """Write the report and print its path, or print the report itself; works without an engine, unrecorded."""
    paths = chosen_room(args.room)
    try:
        told = asyncio.run(_run(paths, args.incident, args.format, args.output))
    except JournalError as error:
        raise Failure(ABSENT, f"the room {paths.name} cannot be read", str(error)) from error
    sys.stdout.write(told)
    return OK


async def _run(paths: RoomPaths, incident: str, kind: str, output: str | None) -> str:
    from warroom.client.connection import RoomConnection

    try:
        async with RoomConnection(paths.socket, client="cli", claimed=person()) as room:
            return await _made(room, paths, incident, kind, output)
    except ConnectionLost:
        await asyncio.to_thread(require_journal, paths)
        return await _made(None, paths, incident, kind, output)


async def _made(room: Room | None, paths: RoomPaths, incident: str, kind: str, output: str | None) -> str:
    """Return what stdout says: the report's path, or with `-` the report, which then is only looked at: no act."""
    if output == "-":
        return render(dossier_from(await _entries(room, paths), incident), kind)
    target = None if output is None else Path(output)
    return f"{await write_report(room, paths, incident, kind, target)}\n"


async def write_report(
    room: Room | None, paths: RoomPaths, incident: str, kind: str, output: Path | None, *, record: bool = True
) -> Path:
    """Write one report, record its hash in the journal when an engine runs, and return where it is.

    An existing file is never overwritten; Failure says what to do. When the engine refuses to record it, the report
    stays and Failure names it. Who is read-only may write a report but record nothing: `record` is False.
    """
    dossier = dossier_from(await _entries(room, paths), incident)
    content = render(dossier, kind).encode()
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(dossier.exported))
    target = output or Path(f"{safe_name(incident)}-{stamp}.{kind}")
    await asyncio.to_thread(_write, target, content)
    if room is not None and record:
        answer = await room.submit(RecordExport(incident, kind, hashlib.sha256(content).hexdigest()))
        if isinstance(answer, Refused):
            why = f"the report itself is {target}"
            raise Failure(REFUSED, f"the export is not recorded: {answer.reason}", why, answer.next)
    return target


def render(dossier: Dossier, kind: str) -> str:
    """Return a dossier as Markdown, HTML or JSON."""
    match kind:
        case "md":
            from warroom.reports.markdown import markdown

            return markdown(dossier)
        case "html":
            from warroom.reports.html import page

            return page(dossier)
        case _:
            from warroom.reports.json_report import document

            return msgspec.json.format(msgspec.json.encode(document(dossier)), indent=2).decode() + "\n"


def dossier_from(entries: Sequence[Entry], incident: str) -> Dossier:
    """Draw an incident from the record alone: a view that is a moment older must not contradict it.

    Raises Failure where the record has no such incident.
    """
    from warroom.bootstrap.offline import journal_view
    from warroom.core.reduce import fold
    from warroom.reports.dossier import dossier_of

    view = journal_view(entries)
    if all(one.id != incident for one in view.incidents):
        known = ", ".join(one.id for one in view.incidents) or "none"
        raise Failure(ABSENT, f"there is no incident {incident}", f"incidents: {known}")
    actions = [action for action in fold(list(entries)).actions.values() if action.incident == incident]
    files = [file for action in actions for file in action.evidence]
    return dossier_of(view, incident, entries, files, time.time(), __version__)


async def _entries(room: Room | None, paths: RoomPaths) -> list[Entry]:
    if room is None:
        from warroom.adapters.journal import read_entries

        return await read_entries(paths.journal)
    answer = await room.query(History())
    if not isinstance(answer, HistoryAnswer):
        raise ConnectionLost("the engine gave no record")
    return answer.entries


def _write(target: Path, content: bytes) -> None:
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(target, flags, 0o600)
    except FileExistsError:
        raise Failure(USAGE, f"{target} exists already", next_step="name another file with -o") from None
    except OSError as error:
        raise Failure(USAGE, f"{target} cannot be written", str(error)) from error
    with os.fdopen(file, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
