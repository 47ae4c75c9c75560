"""Asks the process that answers SQL, and starts it anew when a query has ended it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from warroom.adapters.records_worker import HARD_SECONDS, Begun, RecordsAnswer, WorkerWord
from warroom.core.queries import NotAnswered, Sql, SqlRefused
from warroom.core.sql_words import LONGEST_SQL, ended

MOST_WAITING = 8
"""Questions that may wait for the one that runs."""
_READ_S = 60.0
"""Time to read the journal, which may be long the first time."""
_LONGEST_ANSWER = 4 << 20
_word = msgspec.json.Decoder(WorkerWord)


class RecordsProcess:
    """One room's answers to SQL; use as an async context manager. The process starts with the first question."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._worker: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._waiting = 0

    @property
    def pid(self) -> int | None:
        """The process that answers; None while there is none."""
        return self._worker.pid if self._worker is not None and self._worker.returncode is None else None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def ask(self, question: Sql) -> RecordsAnswer:
        """Return the answer to one question, one after the other; never raises for what a query does."""
        if len(question.text) > LONGEST_SQL:
            return SqlRefused(f"a query has {LONGEST_SQL} characters at most; this has {len(question.text)}")
        if self._waiting > MOST_WAITING:
            return NotAnswered(f"{self._waiting} queries wait already; ask again in a moment")
        self._waiting += 1
        try:
            async with self._turn:
                return await self._asked(msgspec.json.encode(question) + b"\n")
        finally:
            self._waiting -= 1

    async def _asked(self, line: bytes) -> RecordsAnswer:
        try:
            # A process that was idle for long may end just now: another one takes the question.
            word = await self._first_word(line) or await self._first_word(line)
            if word is None:
                return NotAnswered("the process that reads the journal for SQL ended before it could")
            if not isinstance(word, Begun):
                return word
            answer = await self._heard(HARD_SECONDS + 2.0)
        except BaseException as error:
            # Whatever it says later would be taken for the answer to another question.
            await self._end()
            if isinstance(error, TimeoutError):
                return NotAnswered("the journal could not be read in time")
            raise
        if answer is None or isinstance(answer, Begun):
            await self._end()
            return ended(f"ended by the system: it took more than {HARD_SECONDS:g} s or too much memory")
        return answer

    async def _first_word(self, line: bytes) -> WorkerWord | None:
        if self.pid is None:
            await self._end()
            await self._start()
        assert self._worker is not None
        assert self._worker.stdin is not None
        with contextlib.suppress(ConnectionError):
            self._worker.stdin.write(line)
            await self._worker.stdin.drain()
            word = await self._heard(_READ_S)
            if word is not None:
                return word
        await self._end()
        return None

    async def _heard(self, most_s: float) -> WorkerWord | None:
        """Return its next word; None when it has ended."""
        assert self._worker is not None
        assert self._worker.stdout is not None
        async with asyncio.timeout(most_s):
            line = await self._worker.stdout.readline()
        try:
            word: WorkerWord = _word.decode(line)
        except msgspec.DecodeError:
            # It was ended in the middle of a word.
            return None
        return word

    async def _start(self) -> None:
        self._worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "warroom.adapters.records_worker",
            str(self._journal),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LONGEST_ANSWER,
            start_new_session=True,
        )

    async def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        if worker.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                worker.kill()
        if worker.stdin is not None:
            worker.stdin.close()
        if worker.stdout is not None:
            # The transport closes itself once its pipes have ended.
            while await worker.stdout.read(1 << 16):
                continue
        await worker.wait()
