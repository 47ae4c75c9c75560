"""What a console may read beside its room: post-mortems as they would be written now, and the drills that there are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from warroom.cli.exits import Failure
from warroom.cli.export import dossier_from, render
from warroom.core.draft import Draft, DraftPart, Exported
from warroom.core.facts import ReportExported
from warroom.core.ports import Entry
from warroom.core.queries import History, HistoryAnswer
from warroom.core.room import ConnectionLost, Room


class Previews:
    """Makes drafts from the record; entries that were read once are kept, so that only what is new is asked for."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._entries: list[Entry] = []

    async def draft(self, incident: str) -> Draft:
        """Return an incident's post-mortem as it would be written now; raises ExportFailed, ConnectionLost."""
        from warroom.tui.report import ExportFailed

        answer = await self._room.query(History(self._entries[-1].seq if self._entries else 0))
        if not isinstance(answer, HistoryAnswer):
            raise ConnectionLost("the engine gave no record")
        self._entries += answer.entries
        try:
            return await asyncio.to_thread(_draft, self._entries, incident)
        except Failure as failure:
            raise ExportFailed(f"{failure.what} {failure.why}".strip()) from failure


def _draft(entries: Sequence[Entry], incident: str) -> Draft:
    dossier = dossier_from(entries, incident)
    parts = [DraftPart(one.title, one.words, next(iter(one.prompts), ""), one.written) for one in dossier.parts]
    newest: Exported | None = None
    for entry in entries:
        match entry.fact:
            case ReportExported(incident=name, format=kind) if name == incident:
                newest = Exported(entry.seq, entry.at, entry.actor.label, kind)
            case _:
                pass
    return Draft(render(dossier, "md"), tuple(parts), entries[-1].seq, newest)


async def known_scenarios() -> list[tuple[str, str]]:
    """Return name and title of each drill that ships with warroom."""
    return await asyncio.to_thread(_scenarios)


def _scenarios() -> list[tuple[str, str]]:
    from warroom.bootstrap.drill import load_scenario, scenario_files

    return [(name, load_scenario(name).title) for name in scenario_files()]
