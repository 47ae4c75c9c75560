"""The mode that several workers and instances share: one file, read again by each of them when it changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from warroom.drill.refbot.file_lock import locked
from warroom.drill.refbot.mode import Governor, Order, State, Taken

_Stamp = tuple[int, int, int]


class SharedGovernor(Governor):
    """A governor whose file is the truth: an order that one process took counts for all at their next look.

    The limit of a limited user is still counted in each process for itself.
    """

    def __init__(self, path: Path, now: Callable[[], float], told: Callable[[str], None]) -> None:
        self._lock_file = path.with_suffix(".lock")
        self._seen = _stamp(path)
        super().__init__(path, now, told)

    @property
    def state(self) -> State:
        """The mode now, whoever changed it."""
        with self._lock:
            self._read_again()
            expires = self._state.expires_at
            if expires is None or self._now() < expires:
                return self._state
            with locked(self._lock_file):
                # Another process may have ended the order or taken a new one by now.
                self._read_again()
                return self._current()

    def take(self, name: str, order: Order) -> Taken:
        """Follow an order once, also when another process got its id before; OSError when it cannot be kept."""
        with self._lock, locked(self._lock_file):
            self._read_again()
            return self._take(name, order)

    def _read_again(self) -> None:
        # The stamp comes first: a file that changes while it is read is read once more at the next look.
        stamp = _stamp(self._path)
        if stamp != self._seen:
            self._load()
            self._seen = stamp


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)
