"""Where frames are taken from Textual: the one module that knows names which Textual does not promise.

`App._display(screen, renderable)` is called with every frame; a frame is a `CompositorUpdate`, which is also a Rich
renderable of segments, in which text is text and an order is an order. Textual's minor version is pinned, and a test
fails when frames no longer come this way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar, cast, runtime_checkable

from rich.color import ColorSystem
from rich.console import Console, RenderableType
from rich.segment import ControlType, Segment
from rich.style import Style
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip

from warroom.tui.frame.writer import FrameWriter

_Result = TypeVar("_Result")
_SGR = re.compile(r"\x1b\[([0-9;:]*)m")


@runtime_checkable
class Framed(Protocol):
    """A driver that takes cells instead of text with orders."""

    @property
    def canvas(self) -> Canvas | None:
        """What frames are drawn on; None while the terminal is not ours."""
        ...


class Canvas:
    """Draws the segments of a frame on a writer's grid."""

    def __init__(self, writer: FrameWriter) -> None:
        self._writer = writer
        self._pens: dict[Style, int] = {}

    def draw(self, segments: Iterable[Segment], colours: ColorSystem) -> None:
        """Draw a frame; of the orders in it only moves are followed."""
        writer, grid = self._writer, self._writer.grid
        x = y = 0
        with writer.lock:
            for text, style, control in segments:
                if control:
                    for order in control:
                        if order[0] is ControlType.CURSOR_MOVE_TO:
                            x, y = int(order[1]), int(order[2])  # type: ignore[misc]
                elif text != "\n":
                    x = grid.put(x, y, text, self._pen(style, colours))
            writer.counts["segment_frames"] += 1
            writer.commit()

    def redraw(self) -> None:
        """Send the whole screen again."""
        self._writer.redraw()

    def _pen(self, style: Style | None, colours: ColorSystem) -> int:
        if style is None:
            return 0
        pen = self._pens.get(style)
        if pen is None:
            # A link in a style would be an order beside the pen's: only the pen's is read.
            found = _SGR.search(Strip.render_style(style, "x", colours))
            pen = self._pens[style] = self._writer.pens.pen(found[1] if found else "")
        return pen


class _Tapped(CompositorUpdate):
    """Stands in for a frame: asked for its text it draws the frame and has none."""

    def __init__(self, frame: CompositorUpdate, canvas: Canvas) -> None:
        self._frame, self._canvas = frame, canvas

    def render_segments(self, console: Console) -> str:
        """Draw the frame."""
        colours = console._color_system or ColorSystem.TRUECOLOR
        self._canvas.draw(console.render(cast(RenderableType, self._frame)), colours)
        return ""


class TappedApp(App[_Result]):
    """An app whose frames go to the canvas of its driver, if it has one."""

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        frame: object = renderable
        driver: object = self._driver
        if isinstance(frame, CompositorUpdate) and isinstance(driver, Framed) and driver.canvas is not None:
            frame = _Tapped(frame, driver.canvas)
        super()._display(screen, cast(RenderableType | None, frame))

    async def act_on_key(self, key: str) -> bool:
        """Perform what a key stands for where the focus is, at once; say whether it stands for anything.

        Textual hands a key to the focused widget and lets it rise through the queue of each widget around that.
        """
        return await self._check_bindings(key)

    @property
    def bug(self) -> Exception | None:
        """The exception that ended the app; its text is untrusted."""
        return self._exception

    def _print_error_renderables(self) -> None:
        # A traceback with its values holds what logs said, secrets and orders for the terminal among it.
        self._exit_renderables.clear()


def redraw(app: App[_Result]) -> None:
    """Send the whole screen of an app again: something else may have written on it."""
    driver: object = app._driver
    if isinstance(driver, Framed) and driver.canvas is not None:
        driver.canvas.redraw()


def send(app: App[_Result], order: str) -> None:
    """Send an order beside the cells; one that is not on the list of those that may pass is refused there."""
    driver = app._driver
    if driver is not None:
        driver.write(order)
