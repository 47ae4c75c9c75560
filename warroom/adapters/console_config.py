"""A person's console settings: `console.toml` in, `ConsoleSettings` or every fault with its line out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from warroom.adapters.plain_toml import ConfigError, Key, load_toml
from warroom.core.settings_console import ConsoleSettings, console_faults

__all__ = ["ConfigError", "load_console"]

KeyRules = Callable[[Mapping[str, list[str]]], Iterable[tuple[str, str]]]
"""Yields action and text of each key that cannot be."""


def load_console(path: Path, key_rules: KeyRules, *, must_exist: bool = True) -> ConsoleSettings:
    """Read and check a file; the usual settings when there is none and none must be.

    Raises ConfigError, also for a file that cannot be opened.
    """
    if not must_exist and not path.exists():
        return ConsoleSettings()

    def rules(settings: ConsoleSettings) -> Iterable[tuple[Key, str]]:
        yield from console_faults(settings)
        yield from ((("keys", action), text) for action, text in key_rules(settings.keys))

    return load_toml(path, ConsoleSettings, one_or_many=_one_or_many, rules=rules)


def _one_or_many(key: Key) -> bool:
    return len(key) == 2 and key[0] == "keys"
