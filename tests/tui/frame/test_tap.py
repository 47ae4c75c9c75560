"""The tap sees every frame of the Textual that is installed, and nothing else reaches the terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.color import ColorSystem
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual._compositor import CompositorUpdate
from textual.app import App

from tests.tui.frame.screen_rig import reading
from tests.waiting import wait_until
from warroom.tui.frame.line import TerminalLine
from warroom.tui.frame.orders import ALTERNATE_SCREEN_ON
from warroom.tui.frame.pace import Pace
from warroom.tui.frame.tap import Canvas, TappedApp
from warroom.tui.frame.writer import FrameWriter


@pytest.fixture
def writer() -> Iterator[FrameWriter]:
    with reading(20, 3) as reader:
        made = FrameWriter(TerminalLine(reader.slave), Pace())
        made.control(ALTERNATE_SCREEN_ON)
        yield made
        made.stop()


def row(writer: FrameWriter, y: int) -> str:
    return "".join(cluster for cluster, _ in writer.grid.row(y)).rstrip()


def test_segments_are_drawn_where_the_moves_lead(writer: FrameWriter) -> None:
    red = Style.parse("bold red")
    Canvas(writer).draw(
        [Control.move_to(3, 1).segment, Segment("alarm ", red), Segment("now"), Segment("\n")], ColorSystem.STANDARD
    )
    assert (row(writer, 0), row(writer, 1)) == ("", "   alarm now")
    assert writer.grid.row(1)[3][1] == writer.pens.pen("1;31")
    assert writer.counts["segment_frames"] == 1


def test_text_that_looks_like_an_order_is_text(writer: FrameWriter) -> None:
    Canvas(writer).draw([Control.move_to(0, 0).segment, Segment("a\x1b[2Jb\x07")], ColorSystem.STANDARD)
    assert row(writer, 0) == "a[2Jb"


def test_a_link_in_a_style_does_not_leave(writer: FrameWriter) -> None:
    style = Style(color="red", link="http://evil.example/")
    Canvas(writer).draw([Segment("x", style)], ColorSystem.STANDARD)
    assert writer.grid.row(0)[0] == ("x", writer.pens.pen("31"))


def test_textual_still_has_the_names_that_the_tap_leans_on() -> None:
    assert callable(App._display)
    assert callable(CompositorUpdate.render_segments)
    assert issubclass(TappedApp, App)


def test_a_real_console_sends_all_its_frames_through_the_tap() -> None:
    from tests.tui.test_real_terminal import Terminal

    terminal = Terminal("counted")
    try:
        terminal.see("Stream support")
        terminal.type("2")
        terminal.see("Step in hand")
        terminal.type("1q")
        terminal.see("Leave this console?")
        terminal.type("\r")
        assert terminal.ended() == 0
        counted = terminal.raw.decode().rpartition("counted: ")[2]
    finally:
        terminal.close()
    counts = dict(pair.split("=") for pair in counted.split())
    assert int(counts["segment_frames"]) > 3
    assert counts["refused"] == "0"


def test_a_console_draws_anew_what_somebody_else_spoiled() -> None:
    from tests.tui.test_real_terminal import Terminal

    terminal = Terminal("quiet")
    try:
        terminal.see("Stream support")
        terminal.spoil("wall: the host goes down")
        terminal.see("the host goes down")
        terminal.type("\x0c")
        wait_until(lambda: "the host goes down" not in terminal.text, timeout_s=40)
        terminal.see("Stream support")
    finally:
        terminal.close()
