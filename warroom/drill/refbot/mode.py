"""What the bot is allowed to do at the moment: normal, limited or disabled, with an expiry; kept over a restart."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec

LIMITED_PER_MINUTE = 10
"""Requests that a user may make in a minute while the bot is limited."""
_REMEMBERED = 1000


class Mode(StrEnum):
    """How much the bot may do, from most to least."""

    NORMAL = "normal"
    LIMITED = "limited"
    DISABLED = "disabled"


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a control request."""

    mode: Mode
    expires_in: Annotated[float, msgspec.Meta(gt=0, le=366 * 86400)] | None = None
    operator: str = ""


def harder(one: Mode, other: Mode) -> Mode:
    """Return the mode of two that allows less."""
    return max(one, other, key=list(Mode).index)


class State(msgspec.Struct, frozen=True):
    """The mode as it stands; `expires_at` in seconds since the epoch."""

    mode: Mode = Mode.NORMAL
    revision: int = 0
    expires_at: float | None = None


class Taken(msgspec.Struct, frozen=True):
    """The answer to a control request."""

    mode: Mode
    revision: int
    replay: bool
    expires_at: float | None


class _Kept(State, frozen=True):
    """What is on disk: the state, and the answers to orders by their ids, so that no restart forgets them."""

    answers: dict[str, Taken] = {}


class Governor:
    """Holds the mode; safe for the service's threads. `told` is called with each change in words."""

    def __init__(self, path: Path, now: Callable[[], float], told: Callable[[str], None]) -> None:
        self._path = path
        self._now = now
        self._told = told
        self._lock = threading.Lock()
        self._visits: dict[str, deque[float]] = {}
        self._load()

    def _load(self) -> None:
        kept = self._kept()
        self._answers = kept.answers
        self._state = State(kept.mode, kept.revision, kept.expires_at)

    def _kept(self) -> _Kept:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return _Kept()
        except (msgspec.DecodeError, UnicodeDecodeError):
            # What cannot be read must not open a bot that was contained.
            return _Kept(Mode.DISABLED, 1)

    @property
    def state(self) -> State:
        """The mode now; an order that expired is over."""
        with self._lock:
            return self._current()

    def _current(self) -> State:
        expires = self._state.expires_at
        if expires is not None and self._now() >= expires:
            self._set(State(Mode.NORMAL, self._state.revision + 1), self._answers)
            self._told("control order expired, back to normal")
        return self._state

    def take(self, name: str, order: Order) -> Taken:
        """Follow an order once; the same id again gets the same answer and changes nothing, after a restart too.

        OSError when the order cannot be kept; then it was not followed.
        """
        with self._lock:
            return self._take(name, order)

    def _take(self, name: str, order: Order) -> Taken:
        known = self._answers.get(name)
        if known is not None:
            return msgspec.structs.replace(known, replay=True)
        expires = None if order.expires_in is None else self._now() + order.expires_in
        taken = Taken(order.mode, self._current().revision + 1, False, expires)
        answers = {**self._answers, name: taken}
        if len(answers) > _REMEMBERED:
            del answers[next(iter(answers))]
        self._set(State(order.mode, taken.revision, expires), answers)
        self._told(f"mode set to {order.mode} by {order.operator or 'unknown'}")
        return taken

    def _set(self, state: State, answers: dict[str, Taken]) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(_Kept(state.mode, state.revision, state.expires_at, answers)))
        fresh.replace(self._path)
        # What is not kept is not followed: its sender sees an error and asks again.
        self._state, self._answers = state, answers

    def within_limit(self, user: str) -> bool:
        """Return whether a user of the limited bot may ask once more in this minute."""
        now = self._now()
        with self._lock:
            visits = self._visits.setdefault(user, deque())
            while visits and now - visits[0] >= 60.0:
                visits.popleft()
            if len(visits) >= LIMITED_PER_MINUTE:
                return False
            visits.append(now)
            return True
