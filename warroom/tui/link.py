"""The room as the console's hands hold it: a line that breaks is an answer, never an exception."""

from __future__ import annotations

from warroom.core.commands import Ack, Answer, Command, Refused
from warroom.core.company import Target
from warroom.core.queries import NotAnswered, ObservationAnswer, Query, QueryAnswer
from warroom.core.room import ConnectionLost, Room

GONE = "the engine is gone: nothing can be sent until it is back"


class Link:
    """Sends and asks."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def submit(self, command: Command) -> Answer:
        """Return the engine's answer; a broken line is a refusal that says that nobody knows."""
        if self._room.lost:
            return Refused(f"not sent: {GONE}")
        try:
            return await self._room.submit(command)
        except ConnectionLost as error:
            return Refused(f"the engine is gone: {error}", "nobody knows whether it was saved; read the record")

    async def point(self, target: Target | None) -> Answer:
        """Return the engine's answer to a pointer; a broken line is a refusal."""
        try:
            return await self._room.point(target)
        except ConnectionLost as error:
            return Refused(f"the engine is gone: {error}")

    async def ask(self, query: Query) -> QueryAnswer:
        """Return the engine's answer to a question; a broken line is one that was not answered."""
        try:
            return await self._room.query(query)
        except ConnectionLost as error:
            return NotAnswered(f"the engine is gone: {error}")


def answer_words(answer: Answer) -> tuple[str, str]:
    """Return an answer in words and their style: `saved #41`, or `refused: … next: …`."""
    match answer:
        case Ack(seq=seq, ref=ref):
            return f"saved #{seq}" + (f" {ref}" if ref not in ("", str(seq)) else ""), "good"
        case Refused(reason=reason, next=advice):
            return f"refused: {reason}" + (f"; next: {advice}" if advice else ""), "bad"


def observed_words(answer: QueryAnswer) -> str:
    """Return an adapter's own reading of its target in words, or why there is none."""
    match answer:
        case ObservationAnswer(adapter=adapter, text=text):
            return f"{adapter} reads: {text} (proves nothing)"
        case NotAnswered(reason=reason):
            return f"its adapter reads nothing: {reason}"
        case _:
            return "its adapter reads nothing"
