"""Textual's driver for a terminal, with our own last step: cells go to the writer, orders only if they are known."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import ClassVar

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from warroom.tui.frame.early import EarlyScreen
from warroom.tui.frame.hearing import Ear
from warroom.tui.frame.line import TerminalLine, terminal_descriptor
from warroom.tui.frame.orders import TITLE_AWAY, TITLE_BACK, is_allowed, is_ignored, place_of, title_order, tokens
from warroom.tui.frame.pace import DEFAULT_BUDGET_BPS, Pace
from warroom.tui.frame.tap import Canvas
from warroom.tui.frame.writer import FrameWriter, erases_in_colour

_WANTS_HASTE = (events.Key, events.MouseDown, events.Paste)


class FrameDriver(LinuxDriver):
    """Reads keys as Textual does; what leaves for the terminal is cells and a short list of orders."""

    budget_bps: ClassVar[float] = DEFAULT_BUDGET_BPS
    """Bytes a second that frames may take on average; `math.inf` for no such limit."""

    titled: ClassVar[bool] = False
    """Whether the window's title is ours while the terminal is."""

    early: ClassVar[EarlyScreen | None] = None
    """What was drawn before there was a driver."""

    _title = ""
    _title_away = False
    _writer: FrameWriter | None = None
    _canvas: Canvas | None = None
    _ours = _leaving = False

    @property
    def canvas(self) -> Canvas | None:
        """What frames are drawn on; None before the terminal was ours."""
        return self._canvas

    @property
    def writer(self) -> FrameWriter | None:
        """The writer of this terminal; None before the terminal was ours."""
        return self._writer

    def start_application_mode(self) -> None:
        """Take the terminal, and show again what was drawn before it was given back."""
        if self._ours:
            # SIGCONT without a SIGTSTP before it: the shell may have changed every mode meanwhile.
            self.suspend_application_mode()
        early = self.early.hand_over(self._leave) if self.early is not None else None
        self._writer = early or FrameWriter(
            TerminalLine(terminal_descriptor()),
            Pace(self.budget_bps),
            erases_in_colour=erases_in_colour(os.environ),
            before=self._writer,
            on_gone=self._leave,
        )
        self._canvas = Canvas(self._writer)
        self._ours = True
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if early is not None and self.early is not None:
            # Textual found the modes of the early screen; those before it are left behind.
            self.attrs_before = self.early.before
        if self.titled:
            self._writer.control(TITLE_AWAY)
            self._title_away = True
            self._writer.control(title_order(self._title) if self._title else "")
        # By the loop: of two handlers at once the inner one would tell its newer size first,
        # and going on in the middle of a frame would draw it on a canvas that is gone.
        asyncio.get_running_loop().add_signal_handler(signal.SIGWINCH, self._resized)
        asyncio.get_running_loop().add_signal_handler(signal.SIGCONT, self._sigcont_application)

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        if self._writer is not None:
            self._writer.quiesce()
            if self._title_away:
                self._title_away = False
                # Where the terminal keeps no title, none is better than one that is not true any more.
                self._writer.control(title_order("") + TITLE_BACK)
        super().stop_application_mode()

    def entitle(self, text: str) -> None:
        """Name the window, also after the terminal was given back for a while."""
        changed, self._title = text != self._title, text
        if changed and self._title_away and self._writer is not None:
            self._writer.control(title_order(text))

    def close(self) -> None:
        """End the writer."""
        if self._writer is not None:
            self._writer.stop()
        self._ours = False
        super().close()

    def resume_application_mode(self) -> None:
        """Take the terminal again, unless the console is about to leave it."""
        if not self._leaving:
            super().resume_application_mode()

    def disable_input(self) -> None:
        """Read no more keys, after the answers that are under way."""
        self._leaving = self._leaving or not self._app.is_running
        if self._writer is not None:
            self._writer.quiesce()
        super().disable_input()

    def run_input_thread(self) -> None:
        """Read keys; when the line is cut there is nobody to stay for."""
        if not Ear(self.fileno, self.process_message, self._answered).listen(self.exit_event):
            self._leave()

    def process_message(self, message: Message) -> None:
        """A key hurries the next frame."""
        if self._writer is not None and isinstance(message, _WANTS_HASTE):
            self._writer.hurry()
        super().process_message(message)

    def _answered(self) -> None:
        if self._writer is not None:
            self._writer.answered()

    def _leave(self) -> None:
        self._app.call_later(self._app.exit)

    def _resized(self) -> None:
        if self._writer is not None:
            # A terminal that was small for a moment lost cells, also when it has its old size by now.
            self._writer.resized()
            self._app.post_message(events.Resize.from_dimensions(self._get_terminal_size(), None))

    def _get_terminal_size(self) -> tuple[int, int]:
        # COLUMNS and LINES may stand in the environment of a terminal that has changed since.
        return (self._writer.grid.columns, self._writer.grid.rows) if self._writer else super()._get_terminal_size()

    def flush(self) -> None:
        """Nothing is kept here."""

    def write(self, data: str) -> None:
        """Let known orders pass; text that comes this way is no cell and is refused."""
        writer = self._writer
        if writer is None:
            return
        for token in tokens(data):
            place = place_of(token)
            if place is not None:
                with writer.lock:
                    writer.grid.cursor = place if place != (0, 0) else None
            elif is_allowed(token) and not is_ignored(token):
                writer.control(token)
            elif not is_ignored(token):
                writer.counts["refused"] += 1


def frame_driver(budget_bps: float, *, titled: bool = False, early: EarlyScreen | None = None) -> type[FrameDriver]:
    """Return the driver with a byte budget; `math.inf` for none. `titled` takes the window's title too.

    `early`: the screen that it goes on with.
    """
    return type("BudgetedDriver", (FrameDriver,), {"budget_bps": budget_bps, "titled": titled, "early": early})
