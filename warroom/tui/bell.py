"""When the terminal's bell rings, and what the window is called: for somebody who looks elsewhere."""

from __future__ import annotations

from warroom.core.clean import clean
from warroom.core.model import ActionState, Mode
from warroom.core.room import Welcome
from warroom.core.view import View

REST_S = 5.0
"""Shortest time between two bells."""
_FLIPPED = frozenset({ActionState.NOT_HELD, ActionState.AMBIGUOUS, ActionState.FAILED, ActionState.EXPIRED})


class Bell:
    """Knows the alarms and containments that were there before; what was there from the start does not ring."""

    def __init__(self) -> None:
        self._alarms: set[str] | None = None
        self._states: dict[str, ActionState] = {}
        self._waiting = False
        self._rang = -REST_S

    def due(self, view: View, now: float) -> bool:
        """Say whether to ring now (monotonic seconds); what comes while it rests rings once afterwards."""
        alarms = {one.id for one in view.alarms}
        states = {one.id: one.state for one in view.actions}
        if self._alarms is not None:
            flips = [id for id, state in states.items() if state in _FLIPPED and self._states.get(id) is not state]
            self._waiting = self._waiting or bool(alarms - self._alarms) or bool(flips)
        self._alarms, self._states = alarms | (self._alarms or set()), states
        if not self._waiting or now - self._rang < REST_S:
            return False
        self._waiting, self._rang = False, now
        return True


def title_text(welcome: Welcome, view: View | None, lost: str, *, ascii: bool) -> str:
    """Return `warroom prod · !! 2 alarms`: alarms that nobody acknowledged, and containments that do not hold."""
    parts = [f"warroom {clean(welcome.room, 40)}"]
    if (view.mode if view else welcome.mode) is Mode.DRILL:
        parts.append("DRILL")
    if lost:
        parts.append("engine gone")
    elif view is not None:
        alarms = sum(1 for one in view.alarms if one.acknowledged is None)
        loose = sum(1 for one in view.actions if one.state is ActionState.NOT_HELD)
        parts += [f"!! {alarms} alarm{'s' if alarms > 1 else ''}"] if alarms else []
        parts += [f"!! {loose} not held"] if loose else []
    return (" - " if ascii else " · ").join(parts)
