"""The thread that brings the terminal up to what should be seen, as fast as the line carries it and never faster.

The latest state wins: a frame that could not be sent in time is never sent. Nothing here waits for the terminal while
it holds the lock, so that whoever draws is never held up by a line.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping

from warroom.tui.frame.grid import Grid, Row
from warroom.tui.frame.line import LineGone, TerminalLine
from warroom.tui.frame.order_queue import OrderQueue
from warroom.tui.frame.outlet import CANCEL, Outlet
from warroom.tui.frame.pace import Pace
from warroom.tui.frame.patience import Patience
from warroom.tui.frame.pens import Pens
from warroom.tui.frame.shown import Shown

_QUESTION = "\x1b[6n"
_HURRY_S = 0.25
"""Time after a key in which a frame is its answer."""
_SMALL = 400
"""Bytes of an answer to a key that leaves before its turn."""
_PROBE = 60
"""Bytes with which a frame asks an empty line how long the way is."""
_LEAST_BURST = 200
_POLL_S = 0.1
_WIDE_WINDOW = 16384
_BETWEEN_S = 0.02
_LATE_LOOK_S = 0.1
"""What may pass from one look at the end to the next; a process that was stopped still hears what came meanwhile."""


def erases_in_colour(environment: Mapping[str, str]) -> bool:
    """Say whether the terminal erases in the pen's colour; screen erases in its own whatever the pen is."""
    return not environment.get("TERM", "").startswith("screen")


class FrameWriter:
    """Owns the grid and the thread. `control`, `drawing`, `hurry` and `answered` may be called from any thread."""

    def __init__(
        self,
        line: TerminalLine,
        pace: Pace,
        *,
        erases_in_colour: bool = True,
        before: FrameWriter | None = None,
        on_gone: Callable[[], None] = lambda: None,
        asks: bool = True,
    ) -> None:
        """`before`: whose grid is taken over; `on_gone`: called when the other end is; `asks`: answers are heard."""
        self._line, self._pace, self._on_gone, self._asks = line, pace, on_gone, asks
        size = line.size()
        self.pens: Pens = before.pens if before else Pens()
        self.grid: Grid = before.grid if before else Grid(size.columns, size.rows)
        """What should be seen; drawn on between `lock` and `commit`."""
        self.lock = threading.Condition()
        self.counts: Counter[str] = Counter()
        """frames_in, frames_out, answers, full, cut."""
        self.drawn_at = 0.0  # the newest frame, in monotonic seconds
        self._shown = Shown(self.pens, erases_in_colour=erases_in_colour)
        self._wanted: list[Row] = []
        self._orders = OrderQueue()
        self._dirty = self._halted = self._stopping = self._gone = False
        if before is not None:
            self._dirty = True
            self.grid.resize(size.columns, size.rows)
        self._outlet = Outlet(line, pace, self.lock, self.counts)
        self._urgent_until, self._answers_from, self._taken = 0.0, 0, 0
        self._thread = threading.Thread(target=self._run, name="frame-writer", daemon=True)
        self._thread.start()

    # Called by whoever draws

    def control(self, order: str) -> None:
        """Send an order besides the cells, before the next frame; a bell that is waiting already is not doubled."""
        with self.lock:
            self._orders.put(order, always=self._stopping)
            self.lock.notify()

    def commit(self) -> None:
        """The grid was drawn on; `lock` may be held."""
        with self.lock:
            self._dirty, self.drawn_at = True, time.monotonic()
            self.counts["frames_in"] += 1
            self.lock.notify()

    def hurry(self) -> None:
        """Somebody pressed a key: what is drawn next is its answer."""
        with self.lock:
            self._urgent_until, self._answers_from = time.monotonic() + _HURRY_S, self.counts["frames_in"]
            self.lock.notify()

    def answered(self) -> None:
        """The terminal answered a question."""
        with self.lock:
            self._pace.answered(time.monotonic())
            self.counts["answers"] += 1
            self.lock.notify()

    def redraw(self) -> None:
        """Send the whole screen again: something else may have written on it."""
        with self.lock:
            self._wanted = []
            self._dirty = True
            self.lock.notify()

    @property
    def rest_s(self) -> float:
        """Seconds until what is drawn next may leave, behind a frame that waits; whoever draws sooner draws in vain."""
        waiting_s = max(0.0, self._pace.due(answers_key=False) - time.monotonic())
        return waiting_s + self._pace.gap_s if self._dirty else waiting_s

    def taken_over(self, on_gone: Callable[[], None]) -> None:
        """Somebody else draws from now on, hears what the terminal answers, and wants to know when it is gone."""
        with self.lock:
            self._asks, self._on_gone = True, on_gone
            self._fit()
        if self._gone:
            on_gone()

    def resized(self) -> None:
        """The terminal may have another size, and may have lost cells: the whole screen is sent again."""
        with self.lock:
            self._fit()
            self.redraw()

    @property
    def gone(self) -> bool:
        """Whether nobody is at the other end any more."""
        return self._gone

    def quiesce(self, limit_s: float = 0.5, answering_s: float = 1.5) -> None:
        """Send no more frames and wait for answers that are under way: later they would be typed into the shell.

        A terminal that has answered before is given `answering_s`.
        """
        with self.lock:
            if self._stopping:
                return
            self._orders.active, self._halted, self._stopping = False, True, True
            self._outlet.ending = True
            self.lock.notify()
            patience, longest_s = Patience(_LATE_LOOK_S), answering_s if self._pace.heard else limit_s
            while self._pace.unheard and not self._gone and patience.lasts(longest_s):
                self.lock.wait(_BETWEEN_S)
            if self._pace.unheard and not self._gone:
                # Questions that are still unread would be answered into the shell.
                self._line.discard()
                self._orders.put_first(CANCEL)

    def stop(self, limit_s: float = 2.0) -> None:
        """Send the orders that are waiting and end the thread; a line that does not move is emptied first."""
        with self.lock:
            self._stopping, self._halted = True, False
            self._outlet.ending = True
            self.lock.notify()
            patience = Patience(_LATE_LOOK_S)
            # A signal may have come in the middle of drawing: to wait here gives the lock away, to join would not.
            while not self._gone and patience.lasts(limit_s):
                self.lock.wait(_BETWEEN_S)
            ended = self._gone
        if ended:
            # Else it may still write, and what is opened next could get this number.
            self._thread.join(limit_s)
            self._line.close()

    # The thread

    def _run(self) -> None:
        try:
            with contextlib.suppress(LineGone):
                while self._turn():
                    pass
        finally:
            with self.lock:
                self._gone = True
                stopping = self._stopping
                self.lock.notify_all()
            if not stopping:
                self._on_gone()

    def _turn(self) -> bool:
        """Send what is due; False when it is over."""
        with self.lock:
            while self._halted or not (self._orders or self._stopping or (self._dirty and self._orders.active)):
                self.lock.wait()
            stopping = self._stopping
            orders, changes_screen = self._orders.take()
            if changes_screen:
                self._shown.forget()
        if self._stopping:
            self._outlet.closing += orders
        if orders:
            self._outlet.write(orders)
        if stopping:
            return False
        if self._dirty and self._orders.active:
            self._frame_in_turn()
        return True

    def _frame_in_turn(self) -> None:
        with self.lock:
            now = time.monotonic()
            urgent = self._urgent_until > now and self.counts["frames_in"] > self._answers_from
            wait = self._pace.due(answers_key=urgent) - now
            early = urgent and wait > 0
            wait = 0.0 if urgent else wait
            window, room = self._pace.window(), self._pace.room(now)
            if room < min(_LEAST_BURST, window) or (self._pace.waiting and window < _WIDE_WINDOW and not urgent):
                wait = max(wait, _BETWEEN_S)
            if wait > 0:
                self.lock.wait(wait)
                return
        self._frame(urgent=urgent, early=early)

    def _frame(self, *, urgent: bool, early: bool) -> None:
        began, before = time.monotonic(), self._pace.sent
        cursor = self._bring()
        burst: list[str] = []
        size = 0
        for piece in self._shown.pieces(self._wanted, small_first=urgent):
            if self._stopping:
                return
            burst.append(piece)
            size += len(piece)
            if early and size > _SMALL:
                # The rest waits for its turn.
                self._leave_rest()
                break
            probes = size >= _PROBE and not self._pace.waiting
            if not probes and size < self._pace.room(time.monotonic()):
                continue
            self._send(burst)
            size = 0
            if not probes and not self._wait_for_room():
                self._leave_rest()
                self.counts["cut"] += 1
                return
        if burst or self._pace.sent > before:
            burst.append(self._shown.cursor(cursor))
        self._send(burst)
        self.counts["frames_out"] += 1
        if not (early and self._dirty):
            with self.lock:
                self._pace.frame_left(began, self._pace.sent - before)

    def _bring(self) -> tuple[int, int] | None:
        with self.lock:
            self._dirty, self._taken = False, self.counts["frames_in"]
            self._fit()
            if not self._wanted:
                self._shown.forget()
            self.grid.bring(self._wanted)
            return self.grid.cursor

    def _fit(self) -> None:
        size = self._line.size()
        if (size.columns, size.rows) != (self.grid.columns, self.grid.rows):
            self.grid.resize(size.columns, size.rows)
            self._wanted = []

    def _leave_rest(self) -> None:
        with self.lock:
            self._answers_from, self._dirty = self._taken, True

    def _wait_for_room(self) -> bool:
        """Wait until a burst may follow; False when a newer frame, a key or the end is better served by stopping."""
        with self.lock:
            while self._pace.room(time.monotonic()) < _LEAST_BURST:
                if self._stopping:
                    return False
                self.lock.wait(_POLL_S)
            newer = self.counts["frames_in"] > max(self._answers_from, self._taken)
            return not (self._stopping or self._orders or (newer and self._urgent_until > time.monotonic()))

    def _send(self, burst: list[str]) -> None:
        text = "".join(burst)
        burst.clear()
        if text:
            self._outlet.write(text)
        with self.lock:
            asks = self._asks and self._pace.wants_question() and not self._stopping
            if asks:
                self._pace.ask(len(_QUESTION), time.monotonic())
        if asks:
            self._outlet.write(_QUESTION)
