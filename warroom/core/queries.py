"""Queries: read-only questions to the engine, each with the type of its answer.

They change nothing, are not journaled and may be asked by anybody who is attached.
"""

from __future__ import annotations

import msgspec

from warroom.core.model import EvidenceFile, Plan, Verb
from warroom.core.ports import Entry
from warroom.core.view import LogLine


class _Query(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    """A question."""


class Lines(_Query, frozen=True):
    """Log lines of one bot (or of all, with an empty name) newer than `after`, the newest `limit` of them."""

    bot: str
    after: int = 0
    limit: int = 500


class PreviewPlan(_Query, frozen=True):
    """The dry run of an action: what exactly would be done. Changes nothing."""

    bot: str
    verb: Verb
    expires_s: float | None = None


class History(_Query, frozen=True):
    """Journal entries after a sequence number, for a report or a timeline beyond what the view holds."""

    after: int = 0


class EvidenceOf(_Query, frozen=True):
    """Evidence files taken for an incident (all of the room with an empty id)."""

    incident: str = ""


Query = Lines | PreviewPlan | History | EvidenceOf


class LinesAnswer(msgspec.Struct, frozen=True, tag=True):
    """Lines, oldest first."""

    lines: list[LogLine]
    dropped: int
    """Lines between `after` and the first one here that the ring no longer holds."""


class PlanAnswer(msgspec.Struct, frozen=True, tag=True):
    """The plan and the hash that binds a command to it."""

    plan: Plan
    sha256: str


class HistoryAnswer(msgspec.Struct, frozen=True, tag=True):
    """Entries in order."""

    entries: list[Entry]


class EvidenceAnswer(msgspec.Struct, frozen=True, tag=True):
    """Evidence files in the order taken."""

    files: list[EvidenceFile]


class NotAnswered(msgspec.Struct, frozen=True, tag=True):
    """The question could not be answered, and why."""

    reason: str


QueryAnswer = LinesAnswer | PlanAnswer | HistoryAnswer | EvidenceAnswer | NotAnswered
