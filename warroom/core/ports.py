"""The ports: what the engine needs of the world, as protocols. Adapters implement them, tests swap them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import msgspec

from warroom.core.facts import Fact
from warroom.core.model import Actor, EvidenceFile, Plan, Sample, Verb
from warroom.core.record import Batch, Checkpoint


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back, for waiting."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Entry(msgspec.Struct, frozen=True):
    """One row of the journal: a fact, when, by whom, and its place in the chain."""

    seq: int
    at: float
    actor: Actor
    command: str
    """Id of the command that caused it, empty for findings and outcomes."""
    fact: Fact
    prev: str
    hash: str


class Pending(msgspec.Struct, frozen=True):
    """A fact on its way into the journal."""

    at: float
    actor: Actor
    command: str
    fact: Fact


class Journal(Protocol):
    """The record of acts. One writer; `append` returns only when the rows are on disk."""

    async def append(self, pending: Sequence[Pending]) -> list[Entry]:
        """Commit all or nothing; raises JournalError when the disk refuses."""
        ...

    async def entries(self, after: int = 0) -> list[Entry]:
        """Rows with seq > after, in order."""
        ...


class JournalError(Exception):
    """The journal could not be read or written; the message says what to do."""


class LogSource(Protocol):
    """Where batches of records come from."""

    def add(self, pattern: str, bot: str, *, from_start: bool) -> None:
        """Follow a path or glob for a bot; may be called while running."""
        ...

    def resume(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Continue where a former run ended; call before `batches`."""
        ...

    def batches(self) -> AsyncIterator[Batch]:
        """Batches in the order read; at most a bounded number wait."""
        ...

    async def close(self) -> None:
        """Stop reading and let go of the files."""
        ...


class Telemetry(Protocol):
    """What may be thrown away at the price of reading logs again: checkpoints and scored windows."""

    fault: str
    """Why nothing is saved at the moment; empty when it is."""

    async def save(self, batches: Sequence[Batch]) -> None:
        """Commit the checkpoints of these batches."""
        ...

    async def checkpoints(self) -> list[Checkpoint]:
        """The last checkpoint of each generation."""
        ...


class Evidence(Protocol):
    """The store of evidence files, named by sha256."""

    async def keep(self, name: str, content: bytes, origin: str) -> EvidenceFile:
        """Store bytes; the same bytes are stored once."""
        ...

    async def keep_file(self, path: str) -> EvidenceFile:
        """Store a copy of a file as it is now."""
        ...


class Receipt(msgspec.Struct, frozen=True):
    """What the adapter says that it did."""

    text: str


class AdapterFailed(Exception):
    """Nothing was changed at the target; the message says why."""


class AdapterAmbiguous(Exception):
    """Contact was lost after the request left: nobody knows whether it was done."""


class Containment(Protocol):
    """One way to act on one bot. `apply` is called once per action id; the same id again must be harmless."""

    kind: str
    """Name of the adapter: control, process."""
    settle_s: float
    """Seconds until the effect must be visible from outside."""

    def verbs(self) -> frozenset[Verb]:
        """Containing verbs that it can do as configured."""
        ...

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """The exact effect, without changing anything; raises AdapterFailed when it cannot be done at all."""
        ...

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """State before the change as (name, content), for evidence."""
        ...

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Do it; `key` is the action id. Raises AdapterFailed or AdapterAmbiguous."""
        ...

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Undo what `apply` did with the same plan and key."""
        ...


class Probe(Protocol):
    """A look at the bot from outside, independent of every adapter."""

    samples: int
    """Agreeing samples wanted for a verdict."""

    def describe(self, verb: Verb) -> str:
        """What is asked and which answer means contained, in words."""
        ...

    async def look(self, verb: Verb) -> Sample:
        """Ask once; a broken world is a sample with verdict UNKNOWN, never an exception."""
        ...


class Anchor(Protocol):
    """A place outside the journal that remembers its head."""

    async def drop(self, room: str, seq: int, head: str) -> None:
        """Remember the head; a place that cannot be written is skipped, the next one is tried."""
        ...
