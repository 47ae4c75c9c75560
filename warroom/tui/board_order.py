"""The order of the board: what is urgent first, and no row that moves away under a person who has chosen one."""

from __future__ import annotations

from collections.abc import Sequence

from warroom.core.model import BotState
from warroom.core.view import BotView

URGENCY = (
    BotState.ALARM,
    BotState.ODD,
    BotState.SILENT,
    BotState.CONTAINED,
    BotState.UNKNOWN,
    BotState.LEARNING,
    BotState.NORMAL,
)
"""States, the most urgent first; scores change each second and order nothing."""


class BoardOrder:
    """Sorts until it is held; then rows stay where they are, and a new bot comes last."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._held = False
        self.stale = False
        """Whether the rows would stand otherwise if they were sorted now."""

    def hold(self) -> None:
        """Somebody has chosen a row: keep all of them where they are."""
        self._held = True

    def release(self) -> bool:
        """Let the rows be sorted again; say whether they were held in another order than that."""
        moved = self._held and self.stale
        self._held = self.stale = False
        return moved

    def of(self, bots: Sequence[BotView]) -> list[BotView]:
        """Return the bots in the order of their rows."""
        fresh = sorted(bots, key=lambda bot: (URGENCY.index(bot.state), bot.name))
        if not self._held:
            self._names = [bot.name for bot in fresh]
            return fresh
        places = {name: place for place, name in enumerate(self._names)}
        kept = sorted(fresh, key=lambda bot: places.get(bot.name, len(places)))
        self._names = [bot.name for bot in kept]
        self.stale = kept != fresh
        return kept
