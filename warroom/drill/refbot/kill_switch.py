"""The kill switch in a file of feature flags (the flagd schema, https://flagd.dev/schema/v0/flags.json)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from warroom.drill.refbot.mode import Mode

FLAG = "bot-mode"
LOOK_S = 0.25
"""The file is looked at no more often than this."""
_CODE_DEFAULT = Mode.NORMAL


class _Flag(msgspec.Struct, frozen=True, rename="camel"):
    state: str
    variants: dict[str, Any]
    default_variant: str
    targeting: dict[str, Any] | None = None


class _Flags(msgspec.Struct, frozen=True):
    flags: dict[str, msgspec.Raw]


class KillSwitch:
    """Reads the mode out of a flag file when it changed; safe for threads. No file: normal; a broken one: disabled."""

    def __init__(self, path: Path, monotonic: Callable[[], float]) -> None:
        self._path = path
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._next = float("-inf")
        self._seen: tuple[int, int, int] | None = None
        self._mode = _CODE_DEFAULT

    def mode(self) -> Mode:
        """Return what the flag says, at most `LOOK_S` old."""
        with self._lock:
            now = self._monotonic()
            if now >= self._next:
                self._next = now + LOOK_S
                self._look()
            return self._mode

    def _look(self) -> None:
        try:
            found = self._path.stat()
            stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
            if stamp != self._seen:
                self._mode = mode_in(self._path.read_bytes())
                self._seen = stamp
        except FileNotFoundError:
            self._mode, self._seen = _CODE_DEFAULT, None
        except OSError:
            self._mode, self._seen = Mode.DISABLED, None


def mode_in(content: bytes) -> Mode:
    """Return the mode that a flag file sets; disabled when it does not say so in a way that this reader follows.

    A flag whose state is DISABLED leaves the choice to the code, as flagd has it. Targeting rules are not followed
    here, so a flag that has some shuts the bot.
    """
    try:
        flags = msgspec.json.decode(content, type=_Flags).flags
        flag = msgspec.json.decode(flags[FLAG], type=_Flag)
        if flag.state == "DISABLED":
            return _CODE_DEFAULT
        if flag.state != "ENABLED" or flag.targeting:
            return Mode.DISABLED
        return Mode(flag.variants[flag.default_variant])
    except (msgspec.DecodeError, ValueError, KeyError, TypeError, RecursionError):
        return Mode.DISABLED
