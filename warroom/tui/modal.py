"""A dialog that answers once: keys that follow faster than the screen can go must not close it twice.

While it is open the others are told of it, and it is told when something new has come.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.screen import ModalScreen

Result = TypeVar("Result")


class Modal(ModalScreen[Result], Generic[Result]):
    """Leave through `leave`; the second time it does nothing."""

    left = False
    """Whether it was answered and is about to go."""

    @property
    def doing(self) -> str:
        """What is asked, as the others are told of it."""
        return ""

    @property
    def confirms(self) -> bool:
        """Whether the next press may act."""
        return False

    def look(self) -> None:
        """Something new has come: say so where it concerns what is asked."""

    def leave(self, result: Result | None) -> None:
        """Dismiss the dialog with its answer, once."""
        if self.left:
            return
        self.left = True
        self.dismiss(result)
