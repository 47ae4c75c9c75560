"""The composition root: every port of an engine gets its adapter here, and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import msgspec

from warroom.adapters.accounts import OwnAccount, UnixAccounts
from warroom.adapters.accounts_asked import AccountBook, AskedAccounts
from warroom.adapters.anchor import FileAndSyslogAnchor
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.build import adapters_for, probes_for
from warroom.adapters.evidence import EvidenceStore
from warroom.adapters.journal import SqliteJournal
from warroom.adapters.log_history import FileHistory
from warroom.adapters.notify.build import channels_for
from warroom.adapters.notify.outbox import SqliteOutbox
from warroom.adapters.paths import RoomPaths, make_private, open_to_group, shared_socket
from warroom.adapters.playbook_files import Loaded, bundled_dir, load_playbooks
from warroom.adapters.records_process import RecordsProcess
from warroom.adapters.replay import Replay, Wanted
from warroom.adapters.tail_source import TailSource
from warroom.adapters.telemetry import SqliteTelemetry
from warroom.adapters.witness import witness_for
from warroom.core.clean import clean
from warroom.core.drill_rules import beyond_the_drill
from warroom.core.facts import RoomOpened
from warroom.core.model import Mode, Playbook
from warroom.core.notices import Audience, Event
from warroom.core.ports import Accounts, Bystander, Clock, Containment, Probe
from warroom.core.record import Batch
from warroom.core.settings import Settings
from warroom.core.view import ActionView, IncidentView, PlaybookView
from warroom.engine.engine import Engine
from warroom.engine.log_reader import HistoryWanted
from warroom.engine.messenger import Telephone
from warroom.engine.parts import Parts
from warroom.engine.retrospect import Span
from warroom.engine.server import Server
from warroom.logs.formats.custom import custom_formats
from warroom.logs.formats.format import Format
from warroom.reports.notice_actions import ActionMatter
from warroom.reports.notice_matter import Matter
from warroom.reports.notices import NoticeTemplates, load_templates


@contextlib.asynccontextmanager
async def open_engine(
    paths: RoomPaths,
    settings: Settings,
    *,
    mode: Mode,
    sources: Sequence[tuple[str, str]] = (),
    adapters: Mapping[str, Sequence[Containment]] | None = None,
    probes: Mapping[str, Sequence[Probe]] | None = None,
    clock: Clock | None = None,
    accounts: Accounts | None = None,
) -> AsyncIterator[Engine]:
    """Yield a room's engine with all its parts open; raises JournalError, PathRefused and DrillRefused."""
    make_private(paths.folder)
    clock, loaded = clock or SystemClock(), load_playbooks([bundled_dir(), *map(Path, settings.playbooks)])
    source = TailSource(formats := custom_formats(settings), show_again=True)
    async with (
        SqliteJournal(paths.journal) as journal,
        SqliteTelemetry(paths.telemetry) as telemetry,
        contextlib.aclosing(_Closing(source)),
        _telephone(paths, settings, clock) as telephone,
        RecordsProcess(paths.journal) as records,
    ):
        await _keep_to_the_drill(journal, settings, paths, mode)
        yield Engine(
            Parts(
                room=paths.name,
                mode=mode,
                clock=clock,
                journal=journal,
                telemetry=telemetry,
                source=source,
                backlog=source,
                evidence=EvidenceStore(paths.evidence, clock),
                anchor=FileAndSyslogAnchor(paths.anchors),
                settings=settings,
                adapters=_adapters(settings, clock) if adapters is None else adapters,
                probes=_probes(settings, clock) if probes is None else probes,
                witnesses=_witnesses(settings),
                accounts=accounts or AskedAccounts(_account_book(settings), clock),
                playbooks={one.playbook.id: one.playbook for one in loaded if one.playbook is not None},
                playbook_views=[_playbook_view(one) for one in loaded],
                from_start=mode is Mode.DRILL,
                sources=sources,
                history=lambda bot: read_finished(settings.bots[bot].history, bot, formats),
                telephone=telephone,
                reread=lambda span: _reread(settings, formats, span),
                log_history=lambda wanted: _history(formats, wanted),
                ask_records=records.ask,
            )
        )


class DrillRefused(Exception):
    """The config of a drill names something to act on that is no part of it; the message says what."""


async def _keep_to_the_drill(journal: SqliteJournal, settings: Settings, paths: RoomPaths, mode: Mode) -> None:
    """Raise DrillRefused where a drill could act on what people use; once a drill, a room stays one."""
    first = await journal.first()
    if mode is not Mode.DRILL and not (first and isinstance(first.fact, RoomOpened) and first.fact.mode is Mode.DRILL):
        return
    beyond = list(beyond_the_drill(settings, str(paths.folder)))
    if beyond:
        raise DrillRefused(f"{clean(', '.join(beyond), 300)}: a drill acts on a bot below {paths.folder} alone")


@contextlib.asynccontextmanager
async def serve(engine: Engine, paths: RoomPaths) -> AsyncIterator[None]:
    """Serve an engine on its room's socket while the context is open; where `[access]` names a folder, there too."""
    await asyncio.to_thread(make_private, paths.socket.parent)
    await asyncio.to_thread(paths.socket.unlink, missing_ok=True)
    server = Server(engine, paths.socket)
    async with server.serve():
        await asyncio.to_thread(paths.socket.chmod, 0o600)
        access = engine.parts.settings.access
        if access is None or not access.folder:
            yield
            return
        shared = await asyncio.to_thread(shared_socket, Path(access.folder), access.group, paths.name)
        async with server.serve_also(shared):
            await asyncio.to_thread(open_to_group, shared, access.group)
            yield


@contextlib.asynccontextmanager
async def _telephone(paths: RoomPaths, settings: Settings, clock: Clock) -> AsyncIterator[Telephone | None]:
    """Yield what it takes to tell people; None where the config names nobody."""
    notify = settings.notify
    if notify is None:
        yield None
        return
    templates, _ = load_templates(Path(notify.templates)) if notify.templates else (NoticeTemplates(), [])

    def write(
        audience: Audience,
        event: Event,
        incident: IncidentView | None,
        actions: list[ActionView],
        *,
        now: float,
        next_update: float | None,
        impact: str,
    ) -> tuple[str, str]:
        if incident is None:
            alone = ActionMatter(actions[0], now, notify.contact, impact)
            wording = templates.write_action(audience, event, alone)
        else:
            matter = Matter(incident, actions, now, next_update, notify.contact, impact)
            wording = templates.write(audience, event, matter)
        return wording.subject, wording.text

    async with SqliteOutbox(paths.outbox) as outbox:
        yield Telephone(notify, outbox, channels_for(notify, clock), write, random.random)


def _reread(settings: Settings, formats: Sequence[Format], span: Span) -> Replay:
    own = settings.bots.get(span.bot)
    log, where = ([], {}) if own is None else (own.log, own.where)
    wanted = Wanted(
        [*log, *span.added], span.bot, span.since, span.until, where, formats, span.checkpoints, span.arrivals
    )
    return Replay(wanted)


def _history(formats: Sequence[Format], wanted: HistoryWanted) -> FileHistory:
    state = wanted.state
    return FileHistory(
        state.path,
        state.bot,
        newest=state.generation,
        formats=formats,
        checkpoints=wanted.checkpoints,
        arrivals=wanted.arrivals,
        check=wanted.check,
    )


class _Closing:
    """Gives a log source the `aclose` that `aclosing` wants."""

    def __init__(self, source: TailSource) -> None:
        self._source = source

    async def aclose(self) -> None:
        await self._source.close()


def _adapters(settings: Settings, clock: Clock) -> dict[str, list[Containment]]:
    return {name: adapters_for(name, bot, clock) for name, bot in settings.bots.items()}


def _probes(settings: Settings, clock: Clock) -> dict[str, list[Probe]]:
    return {name: probes_for(bot, clock) for name, bot in settings.bots.items()}


def _account_book(settings: Settings) -> AccountBook:
    return OwnAccount() if settings.access is None else UnixAccounts(settings.access)


def _witnesses(settings: Settings) -> dict[str, list[Bystander]]:
    found = {name: witness_for(name, bot) for name, bot in settings.bots.items()}
    return {name: [one] for name, one in found.items() if one is not None}


def _playbook_view(loaded: Loaded) -> PlaybookView:
    playbook: Playbook | None = loaded.playbook
    if playbook is not None:
        return PlaybookView(playbook.id, clean(playbook.title, 100), playbook.severity, "")
    first = loaded.faults[0]
    broken = clean(f"{first.path}:{first.line}:{first.column} {first.code} {first.text}", 300)
    return PlaybookView(clean(loaded.path.stem, 64), "", None, broken)


async def read_finished(patterns: Sequence[str], bot: str, formats: Sequence[Format] = ()) -> AsyncIterator[Batch]:
    """Yield the batches of logs that nobody writes to any more, through the same reader as live ones."""
    for pattern in patterns:
        source = TailSource(formats, follow=False)
        try:
            source.add(pattern, bot, from_start=True)
            async for batch in source.batches():
                yield batch
        finally:
            await source.close()


def settings_bytes(settings: Settings) -> bytes:
    """Return settings as they are kept in a room, for the next start and for comparing."""
    return msgspec.json.format(msgspec.json.encode(settings), indent=1)


def settings_from(content: bytes) -> Settings:
    """Return settings kept in a room; msgspec.DecodeError when they are none."""
    return msgspec.json.decode(content, type=Settings)
