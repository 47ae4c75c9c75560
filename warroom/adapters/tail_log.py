"""One log under its name: the generation that lies there now, those that rotation moved away, and what lies between."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Sequence

from msgspec.structs import replace

from warroom.adapters.tail_file import NotALog, TailFile, lines_before
from warroom.adapters.tail_generations import Generations
from warroom.adapters.tail_intake import Reading
from warroom.adapters.tail_packed import PackedFile
from warroom.core.record import Batch, Checkpoint, Gap

GONE_S = 5.0
"""Time without a write after which nobody is expected to write on in a file that lost its name."""
KEPT_S = 600.0
"""Time without a write after which a rotated file is let go, although its name is still there."""
SHOWN_LINES = 1000
"""Old lines that are shown of a log which is followed from its end."""


class FollowedLog:
    """Not for several threads at once."""

    def __init__(self, path: str, bot: str, reading: Reading, *, from_start: bool) -> None:
        self.path = path
        self.bot = bot
        self.backlog_end = 0
        """Where the log ended when it was first opened from its end."""
        self.file: TailFile | None = None
        """The generation that was last seen under the name."""
        self.former: Sequence[str] = ()
        """Rotated files to read before the first generation."""
        self._reading = reading
        self._generations = Generations(path, bot, reading)
        self._intake = self._generations.intake
        self._from_start = from_start
        self._gone: list[TailFile] = []
        self._resumed: Checkpoint | None = None
        self._left: Checkpoint | None = None
        """How far the generation was read that was let go while nothing lay under the name."""
        self._absent_since: float | None = None
        self._trouble = ""
        self._unread = False
        """Whether the trouble is that reading fails, which an opened file alone does not end."""

    @property
    def source(self) -> str:
        """The name that its records bear."""
        return self._generations.source

    @property
    def busy(self) -> bool:
        """Whether something has to be done for it even when nobody writes."""
        return bool(self._gone) or (self.file is not None and (self.file.waits or self._absent_since is not None))

    @property
    def files(self) -> list[TailFile]:
        """The generations that may still grow, oldest first."""
        return [*self._gone, *([] if self.file is None else [self.file])]

    def resume(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Go on where a former run ended: the newest generation counts, the others were read."""
        *before, self._resumed = sorted(checkpoints, key=lambda one: one.generation)
        self._generations.ended(*before)

    def close(self) -> None:
        """Let go of all files."""
        for file in self.files:
            self._release(file)
        self._gone.clear()
        self.file = None

    def look(self, found: os.stat_result) -> None:
        """Compare what lies under the name with what is held."""
        if not stat.S_ISREG(found.st_mode):
            self.trouble("not_a_log", f"{self.source} is no regular file")
            return
        self._absent_since = None
        file = self.file
        try:
            if file is None:
                self._open_first()
            elif file.identity != (found.st_dev, found.st_ino) or (file.parked and not file.unpark()):
                self._succeed(file)
            elif why := file.rewritten():
                self._generations.restart(file, why, self.files)
            elif file.read_to == 0 and found.st_size:
                self._generations.first_lines(file, file.checkpoint())
        except FileNotFoundError:
            self.missing()
        except NotALog as error:
            self.trouble("not_a_log", str(error))
        except OSError as error:
            if error.errno == errno.EMFILE and self._reading.make_room():
                self.look(found)
            else:
                self.trouble("unreadable", error.strerror or str(error))
        else:
            if not self._unread:
                self._all_well()

    def _all_well(self) -> None:
        if self._trouble:
            self._trouble = ""
            self._reading.put(Batch(self.source, self.bot, []))

    def missing(self) -> None:
        """Nothing lies under the name; a file that had it is read on as long as somebody writes into it."""
        file = self.file
        now = time.monotonic()
        self._absent_since = self._absent_since or now
        if file is None:
            if self._generations.number < 0:
                self._from_start = True
                self.trouble("waiting", "")
            if self._resumed is not None and self._trouble != "gone" and now - self._absent_since >= GONE_S:
                self._resumed = self._generations.go_on_without(self._resumed)
                self._trouble = "gone"
            return
        quiet = now - max(self._absent_since, file.active)
        if quiet < GONE_S:
            return
        if file.parked:
            self._let_go(file)
            lost = self._generations.find_lost(file.checkpoint(), ())
            self._generations.replace_parked(file, lost)
            self._left = file.checkpoint() if lost.rest is None else lost.rest.checkpoint()
        else:
            self._intake.put(file, file.finish(self._reading.now()))
        if not self._trouble:
            self._trouble = "gone"
            self.say("gone", Gap("vanished", "the log is gone; it is read as soon as it is there again", 0))
        if quiet >= KEPT_S and self.file is not None:
            self._let_go(file)

    def _let_go(self, file: TailFile) -> None:
        self.file, self._left = None, file.checkpoint()
        self._release(file)

    def read(self) -> bool:
        """Read on, a few batches at most; return whether there is more. What cannot be read is said once."""
        more = False
        try:
            for file in self.files:
                if not file.parked:
                    more = self._intake.read(file) or more
            now = time.monotonic()
            for file in list(self._gone):
                self._settle(file, now)
        except OSError as error:
            self._unread = True
            self.trouble("unreadable", error.strerror or str(error))
            return False
        if self._unread:
            self._unread = False
            self._all_well()
        return more

    def finish(self) -> None:
        """Read what is there to its end; nobody writes any more."""
        for file in self.files:
            try:
                self._intake.drain(file)
                self._intake.put(file, file.finish(self._reading.now()))
            except OSError as error:
                self.trouble("unreadable", error.strerror or str(error))

    def trouble(self, state: str, reason: str) -> None:
        """Say once that the log cannot be followed now."""
        told, self._trouble = self._trouble, f"{state} {reason}"
        if told != self._trouble:
            self.say(state, Gap(state, reason) if reason else None)

    def say(self, state: str, gap: Gap | None) -> None:
        """Hand on a state of the log, and a gap if there is one."""
        self._generations.say(state, gap, self.file.offset if self.file is not None else 0)

    # Opening

    def _open_first(self) -> None:
        """Open the log for the first time in this run, or again after it was gone."""
        first = self._generations.number < 0
        file = self._generations.open(self.path)
        resumed, self._resumed = self._resumed, None
        left, self._left = self._left, None
        if resumed is not None:
            self._generations.go_on(file, resumed)
        elif left is not None:
            self._generations.begin_after(left, file, self.files)
        elif first and self.former:
            self._generations.read_rotated(self.former)
            self._generations.begin(file)
        elif first and not self._from_start and not isinstance(file, PackedFile):
            self.backlog_end = file.size
            file.start_at(file.last_lines_start(SHOWN_LINES))
        self._hold(file)
        if not file.size or resumed is not None:
            # That nothing was read is worth keeping too: what a next run finds beside it is news then. And a log at
            # rest is known at once after a restart: it is evidence, whether a line comes or not.
            show = self._reading.show_again and resumed is not None and not isinstance(file, PackedFile)
            again = lines_before(file, SHOWN_LINES, self._reading.now()) if show else []
            self._reading.put(
                Batch(self.source, self.bot, again, file.checkpoint(), file.behind if again else 0, again=bool(again))
            )

    def _hold(self, file: TailFile) -> None:
        self.file = file
        self._generations.number = file.generation
        self._reading.owners[file.identity] = self.path

    def _release(self, file: TailFile) -> None:
        if self._reading.owners.get(file.identity) == self.path:
            del self._reading.owners[file.identity]
        file.close()

    # Rotation

    def _succeed(self, file: TailFile) -> None:
        """Another file has the name now: read the old one to its end, then what came between, then the new one."""
        # Opened before the others are looked for: whatever loses the name from now on is held already.
        fresh = self._generations.open(self.path)
        if fresh.identity == file.identity and not file.parked:
            # It was only away for a moment.
            fresh.close()
            return
        try:
            self._leave(file, fresh)
        except OSError:
            fresh.close()
            raise
        self._generations.begin(fresh)
        self._hold(fresh)

    def _leave(self, file: TailFile, fresh: TailFile) -> None:
        deleted, modified_ns = file.deleted, file.modified_ns
        if not file.parked:
            if why := file.rewritten():
                self._generations.restart(file, why, self.files)
            self._intake.drain(file)
        # What came between may be older than what a late writer still adds to this one.
        checkpoint = replace(file.checkpoint(), modified_ns=modified_ns)
        lost = self._generations.find_lost(checkpoint, [*self.files, fresh])
        self.file = None
        if file.parked:
            self._release(file)
            self._generations.replace_parked(file, lost)
        else:
            file.gone_since = time.monotonic()
            self._gone.append(file)
            if lost.rest is not None:
                # A copy of it, which adds nothing to what the descriptor gives.
                lost.rest.close()
        self._generations.ended(checkpoint)
        if deleted and lost.later and lost.rest is None:
            reason = "the log was rotated more than once between two looks; files may have been deleted unread"
            self._intake.put(file, [file.gap("rotated_unread", reason, self._reading.now())])
        self._generations.read_rotated(lost.later)

    def _settle(self, file: TailFile, now: float) -> None:
        """Give a rotated file up when nobody writes into it any more."""
        quiet = now - max(file.active, file.gone_since or 0.0)
        if file.behind or quiet < GONE_S:
            return
        self._intake.put(file, file.finish(self._reading.now()))
        if file.deleted or quiet >= KEPT_S:
            self._gone.remove(file)
            self._release(file)
