"""The thread, a real pseudo-terminal and a reader that draws: the newest state arrives, and nobody is held up."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator

import pytest

from tests.tui.frame.screen_rig import Reader, reading
from tests.waiting import wait_until
from warroom.tui.frame import pace as pace_module
from warroom.tui.frame import writer as writer_module
from warroom.tui.frame.line import TerminalLine
from warroom.tui.frame.orders import ALTERNATE_SCREEN_OFF, ALTERNATE_SCREEN_ON
from warroom.tui.frame.pace import Pace
from warroom.tui.frame.writer import FrameWriter

ROWS, COLUMNS = 24, 80


class Desk:
    """A writer, whoever draws for it, and the reader at the other end."""

    def __init__(self, reader: Reader, budget_bps: float) -> None:
        self.reader = reader
        self.writer = FrameWriter(TerminalLine(reader.slave), Pace(budget_bps))
        self.writer.control(ALTERNATE_SCREEN_ON)

    def draw(self, *lines: str) -> None:
        with self.writer.lock:
            for y, text in enumerate(lines):
                self.writer.grid.put(0, y, text.ljust(COLUMNS), 0)
            self.writer.commit()

    def flood(self, number: int) -> None:
        self.draw(*(f"{number:06d} row {y} {'abcdefghij' * 6}"[:COLUMNS] for y in range(ROWS - 1)))


@contextlib.contextmanager
def desk(*, bps: float = 0.0, budget_bps: float = 1e9, answers: bool = True) -> Iterator[Desk]:
    holder: list[Desk] = []
    with reading(COLUMNS, ROWS, bps, (lambda: holder[0].writer.answered()) if answers else None) as reader:
        holder.append(Desk(reader, budget_bps))
        yield holder[0]
        reader.paused.clear()
        holder[0].writer.stop()


def test_what_is_drawn_arrives() -> None:
    with desk() as one:
        one.draw("hello", "日本 war room")
        wait_until(lambda: "war room" in one.reader.text)
        assert one.reader.screen.display[0].startswith("hello")


def test_only_the_newest_state_is_sent_to_a_line_that_was_not_read() -> None:
    with desk() as one:
        one.draw("ready")
        wait_until(lambda: "ready" in one.reader.text)
        one.reader.paused.set()
        for number in range(3000):
            one.flood(number)
        before = one.reader.count
        one.reader.paused.clear()
        wait_until(lambda: "002999" in one.reader.text)
        assert one.reader.count - before < 60_000, "3000 frames would be 5 MB"


def test_who_draws_is_never_held_up_by_a_line_that_is_not_read() -> None:
    with desk(answers=False) as one:
        one.reader.paused.set()
        longest = 0.0
        for number in range(400):
            begun = time.monotonic()
            one.flood(number)
            longest = max(longest, time.monotonic() - begun)
        # A pty takes 16 kB; a writer that waited would never come here.
        assert longest < 30.0


@pytest.mark.long
def test_the_budget_is_kept_in_a_flood() -> None:
    with desk(budget_bps=10_000) as one:
        one.draw("ready")
        wait_until(lambda: "ready" in one.reader.text)
        begun, before, number = time.monotonic(), one.reader.count, 0
        over = threading.Event()
        while time.monotonic() - begun < 2.0:
            one.flood(number := number + 1)
            over.wait(0.02)
        count = one.reader.count - before
        assert count / (time.monotonic() - begun) < 13_000


def test_the_answer_to_a_key_does_not_wait_for_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "_HURRY_S", 60.0)
    with desk(budget_bps=2_000) as one:
        one.flood(1)
        wait_until(lambda: "000001" in one.reader.text)
        with one.writer.lock:
            one.draw(*(f"{y:02} is new {'zyxwvutsrq' * 6}" for y in range(ROWS - 1)))
            one.writer.hurry()
            one.writer.grid.put(0, ROWS - 1, "answer", 0)
            one.writer.commit()
        wait_until(lambda: "answer" in one.reader.text and "22 is new" in one.reader.text)
        raw = bytes(one.reader.raw)
        assert raw.index(b"answer") < raw.index(b"22 is new"), "what is large goes behind it"


def test_who_draws_next_waits_for_the_frame_that_is_drawn_already(monkeypatch: pytest.MonkeyPatch) -> None:
    # Long enough that the second frame leaves in no test.
    monkeypatch.setattr(pace_module, "_LONGEST_GAP_S", 600.0)
    with desk(budget_bps=1) as one:
        one.flood(1)
        wait_until(lambda: "000001" in one.reader.text)
        # What it costs is known a moment after it left.
        alone = wait_until(lambda: one.writer.rest_s)
        one.flood(2)
        assert alone > 0
        assert one.writer.rest_s > alone, "a frame stands before the next one"


def test_orders_leave_before_the_next_frame_and_a_bell_is_not_doubled() -> None:
    with desk() as one:
        with one.writer.lock:
            for _ in range(50):
                one.writer.control("\x07")
        one.writer.control("\x1b[?1004h")
        one.draw("after")
        wait_until(lambda: "after" in one.reader.text)
        raw = bytes(one.reader.raw)
        assert raw.count(b"\x07") == 1
        assert raw.index(b"\x1b[?1004h") < raw.index(b"after")


def test_without_the_alternate_screen_nothing_is_drawn() -> None:
    with desk() as one:
        one.draw("seen")
        wait_until(lambda: "seen" in one.reader.text)
        one.writer.control(ALTERNATE_SCREEN_OFF)
        one.draw("not for the shell")
        one.writer.control("\x1b[?25h")
        wait_until(lambda: b"\x1b[?25h" in one.reader.raw)
        assert b"not for the shell" not in one.reader.raw


def test_what_somebody_else_wrote_is_gone_after_a_redraw() -> None:
    with desk() as one:
        one.draw("hello")
        wait_until(lambda: "hello" in one.reader.text)
        os.write(one.reader.slave, b"\x1b[5;5Hwall: going down")
        wait_until(lambda: "going down" in one.reader.text)
        one.writer.redraw()
        wait_until(lambda: "hello" in (text := one.reader.text) and "going down" not in text)


def test_a_line_that_is_not_read_does_not_keep_the_end_waiting() -> None:
    with desk(answers=False) as one:
        one.reader.paused.set()
        for number in range(50):
            one.flood(number)
        one.writer.quiesce(0.1)
        one.writer.control("\x1b[?1049l")
        one.writer.stop()
        assert one.reader.paused.is_set()
        wait_until(lambda: one.writer.gone, what="the end of its thread")
