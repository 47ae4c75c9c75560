"""A real source over real files, and everything that it yields."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from tests.waiting import eventually
from warroom.adapters.tail_source import TailSource
from warroom.core.record import Batch, Checkpoint, Record


class Told:
    """What a reader handed on."""

    batches: list[Batch]

    @property
    def records(self) -> list[Record]:
        return [record for batch in self.batches for record in batch.records]

    @property
    def lines(self) -> list[str]:
        return [record.message for record in self.records if record.gap is None]

    @property
    def gaps(self) -> list[str]:
        return [record.gap.kind for record in self.records if record.gap is not None]


class Reader(Told):
    """Collects what a source yields."""

    def __init__(self, source: TailSource) -> None:
        self.source = source
        self.batches: list[Batch] = []

    async def collect(self) -> None:
        async for batch in self.source.batches():
            self.batches.append(batch)

    @property
    def checkpoints(self) -> list[Checkpoint]:
        return [batch.checkpoint for batch in self.batches if batch.checkpoint is not None]

    async def has(self, lines: list[str]) -> None:
        await eventually(lambda: len(self.lines) >= len(lines), what=f"{len(lines)} lines, got {len(self.lines)}")
        assert self.lines == lines


@contextlib.asynccontextmanager
async def reading(
    pattern: Path | str, *, from_start: bool = True, resume: list[Checkpoint] | None = None
) -> AsyncIterator[Reader]:
    source = TailSource()
    source.add(str(pattern), "bot", from_start=from_start)
    source.resume(resume or [])
    reader = Reader(source)
    task = asyncio.create_task(reader.collect())
    try:
        yield reader
    finally:
        await source.close()
        await asyncio.wait_for(task, 60)


def numbered(first: int, last: int) -> list[str]:
    return [f"line {number}" for number in range(first, last)]


def text(lines: list[str]) -> str:
    return "".join(f"INFO:bot:{line}\n" for line in lines)
