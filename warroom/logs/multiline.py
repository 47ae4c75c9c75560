"""Which lines belong to the record before them: tracebacks, indented continuations, blocks of pretty JSON."""

from __future__ import annotations

import re

_TRACEBACK = "Traceback (most recent call last):"
_CHAINED = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Warning|Iteration|Group|Timeout)?(?:: |$)")

_DRAWN = ("│", "╰", "╭", "> ", "|", "+")
"""How rich and loguru draw the lines of a traceback, and Python those of an exception group."""
_BLOCK_LINES = 2000
_BLOCK_SIZE = 1 << 20


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
        if text.startswith("╭") and "Traceback" in text:
            self.inside = True
            return True
        if not self.inside:
            return False
        if text == "" or text.startswith(_DRAWN):
            return True
        # The exception's own line ends the traceback; a chained one begins another.
        self.inside = False
        return _EXCEPTION.match(text) is not None

    def reset(self) -> None:
        """A new record began."""
        self.inside = False


class JsonBlock:
    """Collects one object that is printed over many lines: `{`, indented lines, `}`."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._size = 0
        self.complete = False

    @property
    def open(self) -> bool:
        """Whether a block has begun."""
        return bool(self._lines)

    def begins(self, text: str, *, fits: bool) -> bool:
        """Begin a block if this line, which fits no format, opens one."""
        if fits or text != "{":
            return False
        self._lines, self._size, self.complete = [text], len(text), False
        return True

    def takes(self, text: str) -> bool:
        """Add a line; False for one that cannot stand within a block, so that no line hides in it."""
        self.complete = text == "}"
        if not self.complete and not text.startswith((" ", "\t")):
            return False
        if len(self._lines) >= _BLOCK_LINES or self._size > _BLOCK_SIZE:
            return False
        self._lines.append(text)
        self._size += len(text)
        return True

    def end(self) -> str:
        """Return what was collected, and begin afresh."""
        text = "\n".join(self._lines)
        self._lines, self._size, self.complete = [], 0, False
        return text
