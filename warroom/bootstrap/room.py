"""The composition root: every port of an engine gets its adapter here, and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import msgspec

from warroom.adapters.anchor import FileAndSyslogAnchor
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.build import adapters_for, probe_for
from warroom.adapters.evidence import EvidenceStore
from warroom.adapters.journal import SqliteJournal
from warroom.adapters.paths import RoomPaths, make_private
from warroom.adapters.playbook_files import Loaded, bundled_dir, load_playbooks
from warroom.adapters.tail_source import TailSource
from warroom.adapters.telemetry import SqliteTelemetry
from warroom.core.clean import clean
from warroom.core.model import Mode, Playbook
from warroom.core.ports import Clock, Containment, Probe
from warroom.core.record import Batch
from warroom.core.settings import BotSettings, Settings
from warroom.core.view import PlaybookView
from warroom.engine.engine import Engine, Parts
from warroom.engine.server import Server
from warroom.logs.formats.custom import custom_formats
from warroom.logs.formats.format import Format


@contextlib.asynccontextmanager
async def open_engine(
    paths: RoomPaths,
    settings: Settings,
    *,
    mode: Mode,
    sources: Sequence[tuple[str, str]] = (),
    adapters: Mapping[str, Sequence[Containment]] | None = None,
    probes: Mapping[str, Probe] | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Engine]:
    """Yield the engine of a room with all its parts open; the caller runs it. Tests swap ports by keyword.

    Raises JournalError when the journal cannot be opened and PathRefused when a folder is not private.
    """
    clock = clock or SystemClock()
    make_private(paths.folder)
    loaded = load_playbooks([bundled_dir(), *map(Path, settings.playbooks)])
    formats = custom_formats(settings)
    source = TailSource(formats)
    async with (
        SqliteJournal(paths.journal) as journal,
        SqliteTelemetry(paths.telemetry) as telemetry,
        contextlib.aclosing(_Closing(source)),
    ):
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
                adapters=adapters if adapters is not None else _adapters(settings, clock),
                probes=probes if probes is not None else _probes(settings, clock),
                playbooks={one.playbook.id: one.playbook for one in loaded if one.playbook is not None},
                playbook_views=[_playbook_view(one) for one in loaded],
                from_start=mode is Mode.DRILL,
                sources=sources,
                history=lambda bot: read_finished(settings.bots[bot].history, bot, formats),
            )
        )


@contextlib.asynccontextmanager
async def serve(engine: Engine, paths: RoomPaths) -> AsyncIterator[None]:
    """Serve an engine on its room's socket while the context is open."""
    await asyncio.to_thread(make_private, paths.socket.parent)
    await asyncio.to_thread(paths.socket.unlink, missing_ok=True)
    async with Server(engine, paths.socket).serve():
        await asyncio.to_thread(paths.socket.chmod, 0o600)
        yield


class _Closing:
    """Gives a log source the `aclose` that `aclosing` wants."""

    def __init__(self, source: TailSource) -> None:
        self._source = source

    async def aclose(self) -> None:
        await self._source.close()


def _adapters(settings: Settings, clock: Clock) -> dict[str, list[Containment]]:
    return {name: adapters_for(name, bot, clock) for name, bot in settings.bots.items()}


def _probes(settings: Settings, clock: Clock) -> Mapping[str, Probe]:
    return _ProbeOfEach({name: probe_for(bot, clock) for name, bot in settings.bots.items()}, clock)


class _ProbeOfEach(dict[str, Probe]):
    """Bots that were added while the engine runs have a probe that can prove nothing, and says so."""

    def __init__(self, known: Mapping[str, Probe], clock: Clock) -> None:
        super().__init__(known)
        self._clock = clock

    def __missing__(self, bot: str) -> Probe:
        return probe_for(BotSettings(log=[]), self._clock)


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
