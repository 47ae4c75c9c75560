"""From an open file to batches: a few in a row, each with the checkpoint that makes it final."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from warroom.adapters.tail_file import Identity, TailFile
from warroom.core.record import Batch, Record
from warroom.logs.formats.format import Format

HOLD_S = 0.3
"""Longest time that a record waits for lines that belong to it."""
PARTIAL_S = 5.0
"""Time after which a line without an end is shown as far as it goes."""
_TURN = 4
"""Batches of one log in a row, so that a large one does not keep the others waiting."""


@dataclass(slots=True, frozen=True)
class Reading:
    """What all logs of a reader share."""

    formats: Sequence[Format]
    now: Callable[[], float]
    """Seconds since the epoch."""
    put: Callable[[Batch], None]
    stopped: Callable[[], bool]
    make_room: Callable[[], bool]
    """Gives descriptors of files at rest back; False when there are none."""
    owners: dict[Identity, str]
    """Which log reads a file, by the file's identity."""
    show_again: bool = False
    """Whether the last lines that a former run read are handed on once more."""


class Intake:
    """Reads files for `Reading.put`."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def read(self, file: TailFile) -> bool:
        """Hand on a few batches at most; return whether there is more."""
        for _ in range(_TURN):
            records = file.read(self._reading.now())
            more = file.behind > 0
            self.put(file, records)
            if not more:
                self._flush(file)
                return False
            if self._reading.stopped():
                return False
        return True

    def drain(self, file: TailFile) -> None:
        """Hand on all that is there."""
        while not self._reading.stopped() and self.read(file):
            pass

    def read_out(self, file: TailFile) -> None:
        """Hand on all of a file that nobody writes to any more, and let it go."""
        self.drain(file)
        self.put(file, file.finish(self._reading.now()))
        file.close()

    def put(self, file: TailFile, records: list[Record]) -> None:
        """Hand on records of a file; without any, how much of it is not read yet."""
        behind = file.behind
        if records or behind:
            self._reading.put(Batch(file.source, file.bot, records, file.checkpoint(), behind))

    def _flush(self, file: TailFile) -> None:
        """Hand on what waited long enough."""
        quiet = time.monotonic() - file.active
        if file.parser.held_back and quiet >= HOLD_S:
            self.put(file, file.parser.flush())
        if quiet >= PARTIAL_S and (records := file.partial(self._reading.now())):
            self.put(file, records)
