"""A dialog that answers once: keys that follow faster than the screen can go must not close it twice."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.screen import ModalScreen

Result = TypeVar("Result")


class Modal(ModalScreen[Result], Generic[Result]):
    """Leave through `leave`; the second time it does nothing."""

    _left = False

    def leave(self, result: Result | None) -> None:
        """Dismiss the dialog with its answer, once."""
        if self._left:
            return
        self._left = True
        self.dismiss(result)
