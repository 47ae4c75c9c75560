"""The engine is away: what is said of that meanwhile, and once when it is back."""

from __future__ import annotations

from collections.abc import Callable

from warroom.core.clean import clean
from warroom.core.model import Mode
from warroom.core.moments import age_text
from warroom.core.room import Outage
from warroom.core.view import View
from warroom.tui.cells import fit, width_of
from warroom.tui.keymap import key_for
from warroom.tui.link import GONE
from warroom.tui.scene import Scene
from warroom.tui.times import moment_text

_WHY_CELLS = 70
_STOPPED = "engine stopped"
"""How the record's words for an end in order begin (`core/timeline.py`)."""
_ENDED = ("the engine ended", "the line to the engine broke")


class Absence:
    """Knows which outages are news to whoever looks at something; those before it was shown are not."""

    def __init__(self, outage: Callable[[], Outage | None]) -> None:
        self._outage = outage
        self._known = self._now()

    def _now(self) -> tuple[int, bool]:
        """Return the number of the newest outage and whether it lasts."""
        found = self._outage()
        return (found.number, found.lasted_s is None) if found is not None else (0, False)

    @property
    def lasts(self) -> bool:
        """Whether the engine is away now."""
        return self._now()[1]

    def news(self) -> str:
        """Return what is new since the last call: that the engine went, or for how long it was gone."""
        now = self._now()
        if now == self._known:
            return ""
        self._known = now
        return f"{GONE}." if now[1] else f"the engine was gone for {self._span()}."

    def back(self) -> str:
        """Return what is said when an outage has ended since the last call, else an empty text."""
        now = self._now()
        if now[1] or now == self._known:
            return ""
        self._known = now
        return f"the engine is back after {self._span()}: what you see is current again"

    def _span(self) -> str:
        found = self._outage()
        return age_text(max(1.0, found.lasted_s or 0.0)) if found is not None else ""


def absence_text(scene: Scene) -> str:
    """Return the sentence that everybody must see while the engine is away: since when, what holds, what to do."""
    outage, seen = scene.outage, scene.view.now if scene.view else None
    why = fit(scene.lost, min(_WHY_CELLS, width_of(clean(scene.lost)))).rstrip()
    if outage is None or outage.lasted_s is not None:
        return f"engine gone: {why} · this screen is old; {key_for('leave')} leaves"
    reason = stopped_because(scene.view)
    drill = (scene.view.mode if scene.view else scene.welcome.mode) is Mode.DRILL
    if reason is not None and drill:
        over = f"THE DRILL IS OVER: its engine stopped in order at {moment_text(outage.began)}, {reason}."
        again = "Its room is not started again; `warroom drill` begins another."
        return f"{over} You see how it stood then. {key_for('leave')} leaves. {again}"
    name = "ENGINE GONE" if reason is None else f"ENGINE STOPPED in order, {reason},"
    since = f"{name} since {moment_text(outage.began)} ({_seconds(scene.now - outage.began)})"
    # That the engine ended is plain; anything else is worth more than what follows from it.
    parts = [f"{since}: {'nothing is watched, recorded or sent' if scene.lost.startswith(_ENDED) else why}."]
    if seen is not None:
        parts.append(f"You see {moment_text(seen)}. What is contained stays so, but unproven.")
    left = max(0.0, (outage.next_try or scene.now) - scene.now)
    parts.append(f"Next try: {left:.0f} s." if left >= 1 else "Trying now.")
    # The command comes last, so that a long name of a room breaks no other words apart.
    start = "A drill’s room is not started again" if drill else f"Start it: warroom watch --room {scene.welcome.room}"
    parts += [f"{key_for('leave')} leaves.", start]
    return " ".join(parts)


def stopped_because(view: View | None) -> str | None:
    """Return why the engine stopped, as the record says in its last word of it; None where it did not end in order."""
    told = next((one for one in reversed(view.messages) if one.kind == "room"), None) if view else None
    if told is None or not told.text.startswith(_STOPPED):
        return None
    return told.text.removeprefix(_STOPPED).removeprefix(": ") or "nobody said why"


def _seconds(span: float) -> str:
    """Return a time that goes on, in whole seconds while it is short."""
    return f"{max(0, int(span))}s" if span < 100 else age_text(span)
