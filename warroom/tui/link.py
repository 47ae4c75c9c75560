"""The room as the console's hands hold it: a line that breaks is an answer, never an exception."""

from __future__ import annotations

from warroom.core.commands import Ack, Answer, Command, Refused
from warroom.core.model import Verb
from warroom.core.queries import NotAnswered, PreviewPlan, QueryAnswer
from warroom.core.room import ConnectionLost, Room


class Link:
    """Sends and asks."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def submit(self, command: Command) -> Answer:
        """Return the engine's answer; a broken line is a refusal that says that nobody knows."""
        try:
            return await self._room.submit(command)
        except ConnectionLost as error:
            return Refused(f"the engine is gone: {error}", "nobody knows whether it was saved; read the record")

    async def plan(self, bot: str, verb: Verb) -> QueryAnswer:
        """Return the dry run of an act, or why there is none."""
        try:
            return await self._room.query(PreviewPlan(bot, verb))
        except ConnectionLost as error:
            return NotAnswered(f"the engine is gone: {error}")


def answer_words(answer: Answer) -> tuple[str, str]:
    """Return an answer in words and their style: `saved #41`, or `refused: … next: …`."""
    match answer:
        case Ack(seq=seq, ref=ref):
            return f"saved #{seq}" + (f" {ref}" if ref else ""), "good"
        case Refused(reason=reason, next=advice):
            return f"refused: {reason}" + (f"; next: {advice}" if advice else ""), "bad"
