"""What an act may ask of the console."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from warroom.core.commands import Command
from warroom.core.company import Target
from warroom.core.queries import PreviewNotice
from warroom.core.view import ActionView, View
from warroom.tui.decisions import Decision
from warroom.tui.forms import Answers, Form
from warroom.tui.scene import Scene


class Console(Protocol):
    """What an act may ask of the console."""

    @property
    def scene(self) -> Scene:
        """The state that is drawn."""
        ...

    def go(self, page: str) -> None:
        """Show a page."""
        ...

    def say(self, text: str, style: str = "text", kept: str = "") -> None:
        """Show a sentence in the status line and keep it, or the longer `kept`, in the messages."""
        ...

    async def ask(self, form: Form) -> Answers | None:
        """Ask; None when the person changed their mind."""
        ...

    async def ask_and_send(self, form: Form, command_of: Callable[[Answers], Command]) -> bool:
        """Ask, send what follows from the answers, and return whether it was saved.

        What is refused is asked again, as it was filled in and with the reason, until the person changes their mind.
        """
        ...

    def lines_in_hand(self) -> list[tuple[str, str]]:
        """Return the log lines that are marked or pointed at: permalink, and time and text in words."""
        ...

    def in_hand(self) -> Target | None:
        """Return what is under the cursor as something to point at; None when there is nothing."""
        ...

    async def point(self, target: Target | None) -> None:
        """Point at something for everybody, or at nothing any more, and say so."""
        ...

    async def send(self, command: Command) -> bool:
        """Send a command, say its answer, and return whether it was saved."""
        ...

    async def contain(self, bot: str, verb: str, incident: str) -> None:
        """Lead through the containment of a bot."""
        ...

    async def decide(self, decision: Decision, action: ActionView) -> None:
        """Show an action's exact plan and lead through a decision about it."""
        ...

    async def observe(self, action: str) -> str:
        """Return what the adapter of an action reads of its target now, in words."""
        ...

    async def tell(self, asked: PreviewNotice) -> None:
        """Show the exact notice and lead through sending it."""
        ...

    async def write_report(self, incident: str, format: str) -> None:
        """Write a post-mortem and say where."""
        ...


Act = Callable[[Console, View], Awaitable[None]]
