"""The thread that reads keys: as Textual's does, behind a sieve for what the terminal replies."""

from __future__ import annotations

import codecs
import os
import select
import threading
import time
from collections.abc import Callable

from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

from warroom.tui.frame.line import own_description
from warroom.tui.frame.replies import ESCAPE, Sieve

_TURN_S = 0.05
_READ = 4096


class Ear:
    """Reads a terminal until it is told to stop, or until nobody is at the other end."""

    def __init__(self, descriptor: int, tell: Callable[[Message], None], answered: Callable[[], None]) -> None:
        """`tell` gets what a person did, `answered` is called for each answer to a question for the cursor's place."""
        self._descriptor, self._tell, self._answered = descriptor, tell, answered
        self._sieve, self._parser = Sieve(), XTermParser()
        # A terminal that does not speak UTF-8 must not end the console.
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")

    def listen(self, over: threading.Event) -> bool:
        """Read until `over` is set; False when the line was cut."""
        # Whoever is stopped after the look and before the read finds a shell's line that never ends: reads do not wait.
        own = own_description(self._descriptor, os.O_RDONLY)
        try:
            return self._listen(self._descriptor if own is None else own, over)
        finally:
            if own is not None:
                os.close(own)

    def _listen(self, descriptor: int, over: threading.Event) -> bool:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        while not over.is_set():
            if poll.poll(int(_TURN_S * 1000)) and not self._read(descriptor):
                return False
            # The moment first, then the look: whoever is held up in between takes nothing that came for silence.
            now = time.monotonic()
            if not poll.poll(0):
                self._pass(self._sieve.tick(now))
            for message in self._parser.tick():
                self._tell(message)
        return True

    def _read(self, descriptor: int) -> bool:
        try:
            read = os.read(descriptor, _READ)
        except BlockingIOError:
            return True
        except OSError:
            return False
        counted = self._sieve.answers
        pieces = self._sieve.feed(self._decoder.decode(read), time.monotonic())
        for _ in range(self._sieve.answers - counted):
            self._answered()
        self._pass(pieces)
        return bool(read)

    def _pass(self, pieces: list[str]) -> None:
        for piece in pieces:
            if piece == ESCAPE:
                self._tell(events.Key("escape", ESCAPE))
                continue
            for message in self._parser.feed(piece):
                self._tell(message)
