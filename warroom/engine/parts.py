"""Every port of an engine in one value."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

import msgspec

from warroom.core.model import Mode, Playbook
from warroom.core.ports import (
    Accounts,
    Anchor,
    Bystander,
    Clock,
    Containment,
    Evidence,
    Journal,
    LogSource,
    Probe,
    Telemetry,
)
from warroom.core.queries import QueryAnswer, Sql
from warroom.core.record import Batch
from warroom.core.settings import Settings
from warroom.core.view import PlaybookView
from warroom.engine.log_reader import OpenHistory
from warroom.engine.messenger import Telephone
from warroom.engine.pipeline import Backlog
from warroom.engine.retrospect import Reread


class Parts(msgspec.Struct, frozen=True):
    """Every port of an engine: the composition root fills it, tests swap what they like."""

    room: str
    mode: Mode
    clock: Clock
    journal: Journal
    telemetry: Telemetry
    source: LogSource
    backlog: Backlog
    evidence: Evidence
    anchor: Anchor
    settings: Settings
    adapters: Mapping[str, Sequence[Containment]]
    probes: Mapping[str, Sequence[Probe]]
    accounts: Accounts
    playbooks: Mapping[str, Playbook]
    playbook_views: Sequence[PlaybookView]
    witnesses: Mapping[str, Sequence[Bystander]] = {}
    """Who can tell the state of a bot beside its adapters."""
    from_start: bool = False
    """Whether what the configured logs hold already is scored too, or only what comes from now on."""
    sources: Sequence[tuple[str, str]] = ()
    """Further (pattern, bot) pairs to follow, recorded as added."""
    history: Callable[[str], AsyncIterator[Batch]] | None = None
    """Finished logs of ordinary days of a bot, to learn from."""
    reread: Reread | None = None
    """Reads a span of a bot's logs again."""
    log_history: OpenHistory | None = None
    """Opens a log with its former generations, to read older lines again."""
    telephone: Telephone | None = None
    """What it takes to tell people; None where nobody can be told."""
    ask_records: Callable[[Sql], Awaitable[QueryAnswer]] | None = None
    """Answers SQL over the journal, beside the watch."""
