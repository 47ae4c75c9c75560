"""Takes evidence of a bot before anything is changed: its logs, its files, and what each adapter can read of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import msgspec

from warroom.core.model import EvidenceFile, Plan, Verb
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Containment, Evidence, Held, Witness
from warroom.engine.fence import fenced

EVIDENCE_TIMEOUT_S = 20.0
"""Longest time for evidence: containment must not wait for a slow disk."""
_NOT_TAKEN = "not-taken.txt"


QUICK_BYTES = 256 * 1024
"""What is stored of each log before a bot is cut: its newest lines. A longer one is held open as it is then, and the
whole of it is stored at once after the cut."""


class Taken(msgspec.Struct, frozen=True):
    """What was stored, and what could not be, in words."""

    files: list[EvidenceFile]
    faults: list[str]
    cut: list[Held] = []
    """Logs of which only the end was stored yet; whoever has them stores the rest or closes them."""


class Collector:
    """Copies a bot's logs and files and asks its adapters for their snapshots: process tree, connections, control."""

    def __init__(
        self,
        *,
        adapters: Mapping[str, Sequence[Containment]],
        evidence: Evidence,
        logs_of: Callable[[str], list[str]],
        files_of: Callable[[str], list[str]],
        witnesses: Mapping[str, Sequence[Witness]] | None = None,
    ) -> None:
        self._witnesses = witnesses or {}
        self._adapters = adapters
        self._evidence = evidence
        self._logs_of = logs_of
        self._files_of = files_of

    def plan(self, bot: str) -> Plan:
        """Return the dry run of a snapshot."""
        kinds = [one.kind for one in self._telling(bot)]
        copied = [f"copy {path}" for path in (*self._logs_of(bot), *self._files_of(bot))]
        return Plan(
            bot=bot,
            verb=Verb.SNAPSHOT,
            adapter="evidence",
            exact=copied + [f"read the state by {kind}" for kind in kinds],
            effects=["nothing changes for the users of the bot"],
            undo="nothing to undo",
            probe="files are named by their sha256; nothing else is to be proved",
        )

    async def take(self, bot: str, *, most: int | None = None) -> Taken:
        """Store all that can be had within the time limit, of each log its last `most` bytes; never raises.

        What is longer is held open: the caller stores the rest of it, or closes it. Everything is asked at the same
        time: what is slow must not keep the bot at work.
        """
        logs = [self._copy(path, most) for path in self._logs_of(bot)]
        files = [self._copy(path, None) for path in self._files_of(bot)]
        return await self._together([*logs, *files, *(self._read(bot, one) for one in self._telling(bot))])

    def _telling(self, bot: str) -> list[Witness]:
        return [*self._adapters.get(bot, ()), *self._witnesses.get(bot, ())]

    async def rest(self, cut: Sequence[Held]) -> Taken:
        """Store the whole of logs of which only the end was stored, as long as they were then."""
        return await self._together([self._whole(held) for held in cut])

    async def _together(self, parts: Sequence[Coroutine[Any, Any, Taken]]) -> Taken:
        async with asyncio.TaskGroup() as tasks:
            asked = [tasks.create_task(_in_time(part)) for part in parts]
        found = [one.result() for one in asked]
        taken = Taken(*([item for one in found for item in getattr(one, name)] for name in Taken.__struct_fields__))
        if taken.faults:
            content = "\n".join(taken.faults).encode("utf-8", "replace")
            try:
                taken.files.append(await self._evidence.keep(_NOT_TAKEN, content, "warroom"))
            except OSError as error:
                # The list of files in the journal shows what there is.
                taken.faults.append(f"{_NOT_TAKEN}: {error}")
        return taken

    async def _copy(self, path: str, most: int | None) -> Taken:
        try:
            if most is None:
                return Taken([await self._evidence.keep_file(path)], [])
            file, held = await self._evidence.keep_end(path, most)
        except (OSError, ValueError) as error:
            return Taken([], [f"{path}: {error}"])
        return Taken([file], [], [] if held is None else [held])

    async def _whole(self, held: Held) -> Taken:
        try:
            return Taken([await held.keep()], [])
        except (OSError, ValueError) as error:
            return Taken([], [f"{held.path}: {error}"])

    async def _read(self, bot: str, adapter: Witness) -> Taken:
        try:
            found = await fenced(adapter.snapshot())
            files = [await self._evidence.keep(name, content, f"{adapter.kind} of {bot}") for name, content in found]
        except (AdapterFailed, AdapterAmbiguous, OSError, ValueError) as error:
            return Taken([], [f"{adapter.kind}: {error}"])
        return Taken(files, [])


async def _in_time(part: Coroutine[Any, Any, Taken]) -> Taken:
    try:
        async with asyncio.timeout(EVIDENCE_TIMEOUT_S):
            return await part
    except TimeoutError:
        return Taken([], [f"evidence took longer than {EVIDENCE_TIMEOUT_S:.0f} s; what is missing was not taken"])
