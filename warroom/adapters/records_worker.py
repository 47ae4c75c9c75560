"""The process that answers SQL: reads a journal, takes questions from its standard input, ends with whoever asks.

Some work of SQLite cannot be interrupted (one call of printf may take seconds), and memory that a query takes is the
memory of its process. So queries run here, with less right to the processor than the watch, under limits of the
system, and a query that goes beyond them takes nothing but this process with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from warroom.adapters.records_db import RecordsDb
from warroom.core.ports import JournalError
from warroom.core.queries import NotAnswered, Sql, SqlAnswer, SqlLoading, SqlRefused

HARD_SECONDS = 2.0
"""When the system ends the process, whatever it does."""
MOST_MEMORY = 256 << 20
"""Bytes that a query may take beside the tables."""
IDLE_S = 300.0
LOAD_S = 0.4
"""Time for which a journal is read before it is said how far that is."""
_NICE = 10

RecordsAnswer = SqlAnswer | SqlRefused | SqlLoading | NotAnswered


class Begun(msgspec.Struct, frozen=True, tag=True):
    """The tables are up to the journal; from here on the time of the query counts."""


WorkerWord = Begun | SqlAnswer | SqlRefused | SqlLoading | NotAnswered


@contextlib.contextmanager
def _bounded() -> Iterator[None]:
    """Let the system end the process when it takes too long, and refuse it memory beyond the bound."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MOST_MEMORY, hard))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, HARD_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _say(word: WorkerWord) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(word) + b"\n")
    sys.stdout.buffer.flush()


async def _answer(db: RecordsDb, line: bytes) -> None:
    question = msgspec.json.decode(line, type=Sql)
    try:
        loading = await db.refresh(LOAD_S)
    except JournalError as error:
        _say(NotAnswered(str(error)))
        return
    if loading is not None:
        _say(loading)
        return
    _say(Begun())
    with _bounded():
        answer = await db.ask(question)
    _say(answer)


async def serve(journal: Path) -> None:
    """Answer questions until standard input ends, or nobody asked anything for a while."""
    reader = asyncio.StreamReader(limit=1 << 20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with RecordsDb(journal) as db:
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout(IDLE_S):
                    line = await reader.readline()
                if not line:
                    return
                await _answer(db, line)


if __name__ == "__main__":
    os.nice(_NICE)
    # What a journal becomes stays: to look through it for garbage again and again takes a fifth of the time to load it.
    gc.set_threshold(100_000, 50, 50)
    asyncio.run(serve(Path(sys.argv[1])))
