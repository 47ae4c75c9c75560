"""The protocol on the room's socket: JSON lines, versioned by the hello, each message a tagged struct.

Views are whole and only the latest matters; every command and question carries the client's id and is answered once.
"""

from __future__ import annotations

import functools
from typing import Annotated

import msgspec

from warroom.core.commands import Answer, Command
from warroom.core.company import Company, Here, Target
from warroom.core.exercise import Exercise
from warroom.core.queries import Query, QueryAnswer
from warroom.core.room import Welcome
from warroom.core.view import View

PROTOCOL = 1
MAX_MESSAGE_BYTES = 1 << 20
"""A longer message from a client is refused."""
ID_LIMIT = 100
"""Characters of an id: it is kept with what it asked for."""
Id = Annotated[str, msgspec.Meta(max_length=ID_LIMIT)]


class Hello(msgspec.Struct, frozen=True, tag=True):
    """The first message of a client."""

    protocol: int
    version: str
    client: str
    """console, cli or drill; only consoles are listed as present."""
    read_only: bool = False
    claimed: str = ""
    """Who says to be behind a shared account."""


class Submit(msgspec.Struct, frozen=True, tag=True):
    """A command; a repeated id gets the first answer again."""

    id: Id
    command: Command


class Ask(msgspec.Struct, frozen=True, tag=True):
    """A read-only question."""

    id: Id
    query: Query


class Follow(msgspec.Struct, frozen=True, tag=True):
    """Send views from now on, the latest whenever it changed."""


class Present(msgspec.Struct, frozen=True, tag=True):
    """What this console looks at; from then on it is told who else is there. Never answered, and never recorded."""

    here: Here


class Point(msgspec.Struct, frozen=True, tag=True):
    """Point at something, or at nothing any more; answered like a command, and not recorded."""

    id: Id
    target: Target | None


class Post(msgspec.Struct, frozen=True, tag=True):
    """Hang up the board of an exercise that one leads, or take it down; answered like a command, and not recorded."""

    id: Id
    board: Exercise | None


class Answered(msgspec.Struct, frozen=True, tag=True):
    """The answer to a command."""

    id: str
    answer: Answer


class Told(msgspec.Struct, frozen=True, tag=True):
    """The answer to a question."""

    id: str
    answer: QueryAnswer


class Shown(msgspec.Struct, frozen=True, tag=True):
    """The latest view."""

    view: View


class Together(msgspec.Struct, frozen=True, tag=True):
    """Who is here; sent to consoles that have said what they look at, the latest whenever it changed."""

    company: Company


class Denied(msgspec.Struct, frozen=True, tag=True):
    """A message that could not be taken, and why; the connection stays, unless the hello was denied."""

    id: str
    reason: str


FromClient = Hello | Submit | Ask | Follow | Present | Point | Post
FromEngine = Welcome | Answered | Told | Shown | Together | Denied


@functools.cache
def from_client() -> msgspec.json.Decoder[FromClient]:
    """Return the decoder of what clients say, made once: a console, which needs only the other one, starts sooner."""
    return msgspec.json.Decoder(FromClient)


@functools.cache
def from_engine() -> msgspec.json.Decoder[FromEngine]:
    """Return the decoder of what the engine says, made once."""
    return msgspec.json.Decoder(FromEngine)


class _Envelope(msgspec.Struct):
    """The one field of a message that an answer needs."""

    id: str = ""


def encode(message: FromClient | FromEngine) -> bytes:
    """Return a message as one line of JSON with its newline."""
    return msgspec.json.encode(message) + b"\n"


def refusal_of(reason: object, line: bytes) -> Denied:
    """Return the denial of a line that does not decode; its id is given back when it can be read."""

    try:
        named = msgspec.json.decode(line, type=_Envelope).id
    except msgspec.DecodeError:
        named = ""
    return Denied(named[:ID_LIMIT], f"this message cannot be taken: {str(reason)[:300]}")
