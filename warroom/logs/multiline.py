"""Which lines belong to the record before them: tracebacks and indented continuations."""

from __future__ import annotations

import re

_TRACEBACK = "Traceback (most recent call last):"
_CHAINED = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Warning|Iteration|Group|Timeout)?(?:: |$)")


class Continuation:
    """Follows a record's further lines."""

    def __init__(self) -> None:
        self.inside = False
        """Between a traceback's head and its last line."""

    def joins(self, text: str) -> bool:
        """Return whether a line that starts no record continues the one before."""
        if text == _TRACEBACK or text in _CHAINED:
            self.inside = True
            return True
        if text.startswith((" ", "\t")):
            return True
        if not self.inside:
            return False
        if text == "":
            return True
        # The exception's own line ends the traceback; a chained one begins another.
        self.inside = False
        return _EXCEPTION.match(text) is not None

    def reset(self) -> None:
        """A new record began."""
        self.inside = False
