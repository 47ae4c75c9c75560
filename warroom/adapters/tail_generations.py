"""The generations of one log: their numbers, what was read of those that ended, and those that nobody has read."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Sequence

from warroom.adapters.tail_file import Identity, NotALog, TailFile
from warroom.adapters.tail_intake import Intake, Reading
from warroom.adapters.tail_packed import open_log
from warroom.adapters.tail_paths import shown_name
from warroom.adapters.tail_rotation import Lost, Rotated, find_lost, open_rotated
from warroom.core.record import Batch, Checkpoint, Gap
from warroom.logs.formats.format import Format
from warroom.logs.line_parser import gap_record

_REMEMBERED = 32


class Generations:
    """A generation is what lies under a name until the name gets another file or the file is written anew."""

    def __init__(self, path: str, bot: str, reading: Reading) -> None:
        self.source = shown_name(path)
        self.number = -1
        """Of the newest generation; -1 while there was none."""
        self.intake = Intake(reading)
        self._path = path
        self._bot = bot
        self._reading = reading
        self._ended: deque[Checkpoint] = deque(maxlen=_REMEMBERED)

    @property
    def _formats(self) -> Sequence[Format]:
        return self._reading.formats

    def open(self, path: str) -> TailFile:
        """Return a file as the next generation, which counts as soon as it is `held` or begun."""
        return open_log(path, self._bot, self.number + 1, self._formats, source=self.source)

    def _open_rotated(self, one: Rotated) -> TailFile:
        return open_rotated(self._path, one, self._bot, self.number + 1, self._formats, source=self.source)

    def begin(self, file: TailFile) -> None:
        """Let a file be the next generation from its start."""
        self.number += 1
        file.generation = self.number
        file.start_at(0)

    def ended(self, *checkpoints: Checkpoint) -> None:
        """Remember how far generations were read that came to their end."""
        self._ended.extend(checkpoints)

    def find_lost(self, checkpoint: Checkpoint, held: Iterable[TailFile]) -> Lost:
        """Look for a generation that lost its name, and for those after it; `held` are open and not lost."""
        identities: set[Identity] = {file.identity for file in held if not file.parked}
        return find_lost(self._path, self._bot, checkpoint, known=self._ended, held=identities, formats=self._formats)

    def read_rotated(self, later: Iterable[Rotated | str]) -> None:
        """Read whole generations that were rotated away before anybody saw them."""
        for one in later:
            path = one if isinstance(one, str) else one.path
            try:
                file = self.open(path) if isinstance(one, str) else self._open_rotated(one)
            except (OSError, NotALog) as error:
                self.say("reading", Gap("rotated_unread", f"{shown_name(path)} cannot be read: {error}"))
                continue
            self.number = file.generation
            self.intake.read_out(file)
            self.ended(file.checkpoint())

    def first_lines(self, file: TailFile, empty: Checkpoint) -> None:
        """A log that was empty has lines; it may have been copied and truncated before, which nothing in it shows."""
        between = self.find_lost(empty, [file]).later
        if between:
            self.read_rotated(between)
            self.begin(file)

    def go_on(self, file: TailFile, checkpoint: Checkpoint) -> None:
        """Go on where the last run ended, in this file or in the one that was rotated away meanwhile."""
        same_inode = file.identity[1] == checkpoint.inode
        file.generation = self.number = max(0, checkpoint.generation)
        # A device may have another number after the host was started anew.
        if same_inode and file.matches(checkpoint):
            file.start_at(checkpoint.offset, checkpoint.line)
            if checkpoint.offset == 0:
                self.first_lines(file, checkpoint)
            return
        lost = self.find_lost(checkpoint, [file])
        if lost.rest is not None:
            self.intake.read_out(lost.rest)
        self.ended(checkpoint)
        self.read_rotated(lost.later)
        self.begin(file)
        if lost.rest is not None or (checkpoint.offset == 0 and lost.later):
            return
        kind, reason = "rewritten", "the log is another one than the last run read; it is read from its start"
        if lost.later:
            kind, reason = "rotated_unread", "the file that the last run read was rotated away; its end is lost"
        self.intake.put(file, [file.gap(kind, reason, self._reading.now())])

    def go_on_without(self, checkpoint: Checkpoint) -> Checkpoint | None:
        """The last run read a log whose name is empty now: its last lines may lie where rotation put them.

        Returns where to go on as soon as the name has a file again, None when nothing was found.
        """
        self.number = max(0, checkpoint.generation)
        lost = self.find_lost(checkpoint, [])
        if lost.rest is not None:
            self.intake.read_out(lost.rest)
            checkpoint = lost.rest.checkpoint()
        self.ended(checkpoint)
        self.read_rotated(lost.later)
        told = "the log is gone; it is read as soon as it is there again"
        gap = Gap("vanished", told, 0) if lost.rest is not None else Gap("vanished", f"{told}; its end is lost")
        self.say("gone", gap)
        # What is rotated until then comes first.
        return self._ended[-1] if lost.rest is not None or lost.later else None

    def begin_after(self, left: Checkpoint, file: TailFile, held: Iterable[TailFile]) -> None:
        """Let a file be the next generation behind one that was let go, and behind all that was rotated since."""
        lost = self.find_lost(left, [*held, file])
        if lost.rest is not None:
            self.intake.read_out(lost.rest)
            left = lost.rest.checkpoint()
        self.ended(left)
        self.read_rotated(lost.later)
        self.begin(file)

    def restart(self, file: TailFile, why: str, held: Iterable[TailFile]) -> None:
        """The file was truncated or rewritten under us: a new generation; a copy may hold what was not read."""
        now = self._reading.now()
        checkpoint = file.checkpoint()
        lost = self.find_lost(checkpoint, held)
        if lost.rest is None:
            self._reading.put(Batch(self.source, self._bot, file.parser.flush()))
            gone = "what was not read of it is gone" if why == "truncated" else "it no longer holds what was read"
            gap = Gap(why, f"the file was {why}; {gone}")
        else:
            copy = shown_name(os.path.basename(lost.rest.path))
            self.intake.read_out(lost.rest)
            gap = Gap(why, f"the file was {why}; its copy {copy} was read to the end", 0)
        self.ended(checkpoint)
        self.read_rotated(lost.later)
        self.begin(file)
        self.intake.put(file, [file.gap(gap.kind, gap.reason, now, gap.bytes)])

    def replace_parked(self, file: TailFile, lost: Lost) -> None:
        """A file at rest, whose descriptor was given up, lost its name: what was written to it since lies elsewhere."""
        if lost.rest is not None:
            self.intake.read_out(lost.rest)
            return
        reason = "the log was replaced while it was at rest; what was last written to it is lost, if anything was"
        records = [*file.finish(self._reading.now()), file.gap("vanished", reason, self._reading.now())]
        self._reading.put(Batch(self.source, self._bot, records))

    def say(self, state: str, gap: Gap | None, offset: int = 0) -> None:
        """Hand on a state of the log, and a gap if there is one."""
        number = max(0, self.number)
        record = None if gap is None else gap_record(self.source, self._bot, number, offset, gap, self._reading.now())
        self._reading.put(Batch(self.source, self._bot, [] if record is None else [record], state=state))
