"""Answers to read-only questions: nothing here changes the room."""

from __future__ import annotations

from collections.abc import Callable

from warroom.core.desk import Desk
from warroom.core.model import Actor, EvidenceFile
from warroom.core.own_requests import OwnRequests, probe_of
from warroom.core.queries import (
    EvidenceAnswer,
    EvidenceOf,
    History,
    HistoryAnswer,
    Lines,
    LogHistogram,
    LogSearch,
    LogWindow,
    NotAnswered,
    Observe,
    PreviewNotice,
    PreviewPlan,
    Query,
    QueryAnswer,
    RawLine,
    Shadow,
    Sql,
)
from warroom.engine.configured import Configured
from warroom.engine.log_reader import LogReader
from warroom.engine.messenger import Messenger
from warroom.engine.parts import Parts
from warroom.engine.pipeline import Pipeline
from warroom.engine.planner import Planner
from warroom.engine.retrospect import Retrospect


class Answers:
    """Asks whoever knows."""

    def __init__(
        self,
        parts: Parts,
        configured: Configured,
        planner: Planner,
        messenger: Messenger,
        pipeline: Pipeline,
        desk: Callable[[], Desk],
    ) -> None:
        self._journal = parts.journal
        self._ask_records = parts.ask_records
        self._planner = planner
        self._messenger = messenger
        self._desk = desk
        self._reader = LogReader(parts.clock, pipeline, parts.log_history, parts.telemetry.checkpoints)
        self._retrospect = Retrospect(
            parts.clock,
            parts.reread,
            desk,
            configured.names,
            checkpoints=parts.telemetry.checkpoints,
            arrivals=pipeline.arrivals.marks,
            hold_off_s=parts.settings.detect.hold_off_s,
            own=lambda bot: OwnRequests(probe_of(parts.settings, bot)),
        )

    async def query(self, query: Query, actor: Actor) -> QueryAnswer:
        """Answer a question of somebody."""
        match query:
            case Lines():
                return await self._reader.lines(query)
            case LogWindow():
                return await self._reader.window(query)
            case LogSearch():
                return await self._reader.search(query)
            case LogHistogram():
                return self._reader.counts(query)
            case RawLine():
                return await self._reader.raw(query)
            case PreviewPlan():
                return await self._planner.preview(query, actor)
            case PreviewNotice():
                return self._messenger.preview(query)
            case Shadow():
                return await self._retrospect.shadow(query)
            case Observe(action=action):
                return await self._planner.observe(action)
            case History(after=after):
                return HistoryAnswer(await self._journal.entries(after))
            case EvidenceOf(incident=incident):
                return EvidenceAnswer(self._evidence_of(incident))
            case Sql():
                if self._ask_records is None:
                    return NotAnswered("this room answers no SQL")
                return await self._ask_records(query)

    def _evidence_of(self, incident: str) -> list[EvidenceFile]:
        actions = [a for a in self._desk().actions.values() if not incident or a.incident == incident]
        return [file for action in actions for file in action.evidence]
