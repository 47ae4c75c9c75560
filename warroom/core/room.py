"""The front-end contract: submit a command, see the latest view, ask a question. Nothing else crosses to a console."""

from __future__ import annotations

from typing import Protocol

import msgspec

from warroom.core.commands import Answer, Command
from warroom.core.company import Company, Here, Target
from warroom.core.model import Mode
from warroom.core.queries import Query, QueryAnswer
from warroom.core.view import View


class Welcome(msgspec.Struct, frozen=True, tag=True):
    """What the engine says to a console that attaches; operator and uid are what the kernel reports."""

    protocol: int
    version: str
    room: str
    mode: Mode
    console: str
    operator: str
    uid: int
    read_only: bool
    pid: int


class ConnectionLost(Exception):
    """The engine is gone or the line to it broke; the message says what to do."""


class NobodyThere(ConnectionLost):
    """No engine answers at all: neither does one refuse us."""


class Outage(msgspec.Struct, frozen=True):
    """A time without the engine: what was shown before it is old until it is over."""

    number: int
    """Counts those of this console, from 1."""
    began: float
    """Seconds since the epoch."""
    lasted_s: float | None = None
    """How long it lasted; None while it lasts."""
    next_try: float | None = None
    """When the engine is looked for again, seconds since the epoch; None when nobody looks."""


class Room(Protocol):
    """A room as a front end holds it."""

    @property
    def welcome(self) -> Welcome:
        """Who the engine says we are; another one after an outage."""
        ...

    @property
    def latest(self) -> View | None:
        """The newest view that has arrived; None until the first."""
        ...

    @property
    def lost(self) -> str:
        """Empty while connected, else why the line is gone."""
        ...

    @property
    def outage(self) -> Outage | None:
        """The newest time without the engine; None when there was none. It is over once a view came after it."""
        ...

    @property
    def company(self) -> Company:
        """Who else is here, as last told."""
        ...

    async def arrival(self) -> None:
        """Wait until something newer than before the last call has come: a view, company, the end of the line."""
        ...

    def present(self, here: Here) -> None:
        """Say what this console looks at; it may be lost."""
        ...

    async def point(self, target: Target | None) -> Answer:
        """Point at something, or at nothing any more; raises ConnectionLost."""
        ...

    async def submit(self, command: Command) -> Answer:
        """Send a command and wait for its one answer; raises ConnectionLost."""
        ...

    async def query(self, query: Query) -> QueryAnswer:
        """Ask and wait for the answer; raises ConnectionLost."""
        ...
