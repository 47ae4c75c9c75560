"""Orders that wait to be sent before the next frame, and whose screen it is once they were."""

from __future__ import annotations

from collections import deque

from warroom.tui.frame.orders import ALTERNATE_SCREEN_OFF, ALTERNATE_SCREEN_ON, BELL

_MOST = 256


class OrderQueue:
    """Whoever puts in and takes out holds the writer's lock."""

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()
        self.active = False
        """Whether the alternate screen is ours, so that frames may be sent."""

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def put(self, order: str, *, always: bool = False) -> None:
        """Put in the last place; a bell that is waiting already is not doubled, and there are only so many places."""
        if self._waiting and order == BELL == self._waiting[-1]:
            return
        if always or len(self._waiting) < _MOST:
            self._waiting.append(order)

    def put_first(self, order: str) -> None:
        """Put in the first place."""
        self._waiting.appendleft(order)

    def take(self) -> tuple[str, bool]:
        """Take all of them out as they are to be sent; say whether that changes the screen, so that it shows nothing.

        Who takes over a screen takes it once more, which would clear what stands there: that is left out.
        """
        orders = "".join(self._waiting)
        self._waiting.clear()
        on, off = ALTERNATE_SCREEN_ON, ALTERNATE_SCREEN_OFF
        if on in orders and off not in orders:
            orders = ("" if self.active else on) + orders.replace(on, "")
        changes = on in orders or off in orders
        if changes:
            self.active = orders.rfind(on) > orders.rfind(off)
            orders = orders if self.active else "\x1b[m" + orders
        return orders, changes
