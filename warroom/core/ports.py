"""The ports: what the engine needs of the world, as protocols. Adapters implement them, tests swap them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from warroom.core.arrivals import Arrival
from warroom.core.facts import Fact
from warroom.core.model import Actor, EvidenceFile, Level, Plan, Sample, Verb
from warroom.core.record import Batch, Checkpoint, Coverage, Gap, Record


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


class Rereading(Protocol):
    """One reading of a span of a bot's logs from their files, beside the watch. Blocks: call from a thread."""

    def read(self) -> Iterator[Batch]:
        """Yield batches, once; in no order of time."""
        ...

    def stop(self) -> None:
        """End the reading, from any thread."""
        ...

    @property
    def coverage(self) -> Coverage:
        """How far it came, once it has ended."""
        ...


class Page(msgspec.Struct, frozen=True):
    """A piece of one generation of a log, parsed."""

    records: list[Record]
    """In the order of the file; `received` is when they came, as far as that is known."""
    first: int
    """Offset at which the first record begins."""
    next: int
    """Offset behind the last."""
    size: int
    """Bytes that were read for it."""


class LogHistory(Protocol):
    """One log with those of its generations that can still be read. Blocks: call from a thread, and close it.

    Whatever is broken about a file is a `Gap` in `faults`, never an exception.
    """

    faults: list[Gap]
    """What could not be opened, so far."""

    def has(self, generation: int) -> bool:
        """Say whether a generation can be read."""
        ...

    def older(self, generation: int) -> int | None:
        """Return the next older generation that can be read; None when there is none."""
        ...

    def newer(self, generation: int) -> int | None:
        """Return the next newer generation that can be read; None when there is none."""
        ...

    def lost_bytes(self, low: int, high: int) -> int | None:
        """Return how many bytes the watch read of generations `low` to `high`; None when it knows of none."""
        ...

    def begin(self, generation: int) -> int:
        """Return the first offset of a generation that can be read."""
        ...

    def end(self, generation: int) -> int:
        """Return the offset behind the last byte of a generation."""
        ...

    def before(self, generation: int, offset: int, size: int) -> Page:
        """Return the whole records of about `size` bytes that end at an offset where a record begins."""
        ...

    def after(self, generation: int, offset: int, size: int) -> Page:
        """Return the whole records of about `size` bytes that begin at an offset where a record begins."""
        ...

    def raw(self, generation: int, offset: int, length: int) -> bytes:
        """Return bytes as they lie there now; fewer at the end of the file."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


class Telemetry(Protocol):
    """What may be thrown away at the price of reading logs again: how far they were read, and when."""

    fault: str
    """Why nothing is saved at the moment; empty when it is."""

    async def save(self, batches: Sequence[Batch]) -> None:
        """Commit the checkpoints of these batches."""
        ...

    async def checkpoints(self) -> list[Checkpoint]:
        """The last checkpoint of each generation."""
        ...

    async def arrivals(self) -> list[Arrival]:
        """When bytes of each log came, as far back as that is kept; oldest first."""
        ...


class Held(Protocol):
    """A file as it was at one moment, held so that nobody can take it away."""

    path: str

    async def keep(self) -> EvidenceFile:
        """Store the whole of it as long as it was then, and let go of it."""
        ...

    def close(self) -> None:
        """Let go of it; twice is harmless."""
        ...


class Evidence(Protocol):
    """The store of evidence files, named by sha256."""

    async def keep(self, name: str, content: bytes, origin: str) -> EvidenceFile:
        """Store bytes; the same bytes are stored once."""
        ...

    async def keep_file(self, path: str) -> EvidenceFile:
        """Store a copy of a file as it is now."""
        ...

    async def keep_end(self, path: str, most: int) -> tuple[EvidenceFile, Held | None]:
        """Store the last `most` bytes of a file; what is longer is held as it is then."""
        ...


class Receipt(msgspec.Struct, frozen=True):
    """What the adapter says that it did."""

    text: str


class Need(msgspec.Struct, frozen=True):
    """Something that an adapter cannot work without."""

    kind: str
    """file, program, library, right, address"""
    what: str
    why: str


class Checked(StrEnum):
    """How a precondition stands."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Check(msgspec.Struct, frozen=True):
    """One precondition, looked at without changing anything."""

    name: str
    state: Checked
    text: str
    """What was found, and what to do when it failed."""


class Observation(msgspec.Struct, frozen=True):
    """An adapter's own reading of its target; it is shown and proves nothing."""

    text: str
    at: float


class AdapterFailed(Exception):
    """Nothing was changed at the target; the message says why."""


class AdapterAmbiguous(Exception):
    """Contact was lost after the request left: nobody knows whether it was done."""


class Witness(Protocol):
    """Somebody who can tell the state of a bot, for evidence, and acts on nothing."""

    kind: str

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """State now as (name, content); raises AdapterFailed."""
        ...


class Bystander(Witness, Protocol):
    """A witness that is no adapter; what takes it long it finds out beforehand."""

    async def prepare(self) -> None:
        """Look once; what cannot be told now is no failure."""
        ...


class Containment(Protocol):
    """One way to act on one bot. `apply` is called once per action id; the same id again must be harmless."""

    kind: str
    """Name of the adapter, as its table in the config: control, process, nft."""
    settle_s: float
    """Seconds until the effect must be visible from outside."""

    def verbs(self) -> frozenset[Verb]:
        """Containing verbs that it can do as configured."""
        ...

    def needs(self) -> list[Need]:
        """What it cannot work without: files, programs, rights, addresses. Fixed by its settings; asks nobody."""
        ...

    async def check(self, verb: Verb) -> list[Check]:
        """Look at every precondition of a verb without changing anything; a broken world is a failed check."""
        ...

    async def plan(self, verb: Verb, expires_s: float | None) -> Plan:
        """The exact effect, without changing anything; raises AdapterFailed when it cannot be done at all.

        The same target in the same state gives the same plan: its hash is what people approve.
        """
        ...

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """State before the change as (name, content), for evidence."""
        ...

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Do it; `key` is the action id. Raises AdapterFailed or AdapterAmbiguous."""
        ...

    async def release(self, plan: Plan, key: str) -> Receipt:
        """Undo what `apply` did with the same plan and key, and nothing else; twice is harmless."""
        ...

    async def observe(self, verb: Verb) -> Observation:
        """Read the target's state by the adapter's own means; a broken world is an observation that says so."""
        ...


class Probe(Protocol):
    """A look at the bot from outside, independent of every adapter."""

    samples: int
    """Agreeing samples wanted for a verdict."""

    def judges(self, verb: Verb) -> bool:
        """Whether its look can tell if this verb holds."""
        ...

    def describe(self, verb: Verb) -> str:
        """What is asked and which answer means contained, in words."""
        ...

    async def look(self, verb: Verb) -> Sample:
        """Ask once; a broken world is a sample with verdict UNKNOWN, never an exception."""
        ...


class Standing(msgspec.Struct, frozen=True):
    """Who an account of this host is in this room."""

    name: str
    """Its login name, or `uid-N`."""
    level: Level | None
    """None when it has none."""
    shared: bool
    """Whether several people use it."""
    enrolled: int
    """How many accounts may act (responders and commanders)."""
    doubt: str = ""
    """Why this may be out of date; empty when the host was asked."""


class Accounts(Protocol):
    """Who the accounts of this host are in this room; a change counts within half a minute."""

    async def standing(self, uid: int) -> Standing:
        """Return who an account is; answers within seconds, also where the host's name service does not."""
        ...


class Anchor(Protocol):
    """A place outside the journal that remembers its head."""

    async def drop(self, room: str, seq: int, head: str) -> None:
        """Remember the head; a place that cannot be written is skipped, the next one is tried."""
        ...
