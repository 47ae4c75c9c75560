"""Which files somebody may have the engine read as a log: its account reads more than theirs does. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from warroom.core.commands import Refused
from warroom.core.settings import Settings

_PUBLIC = frozenset({"ca_file"})
_MAGIC = frozenset("*?[")


class Reach(msgspec.Struct, frozen=True):
    """What the config says of files."""

    logs: list[str] = []
    """Paths and globs of the logs that it names."""
    secrets: list[str] = []
    """Files that it names as secrets: keys, tokens, passwords."""


def reach_of(settings: Settings) -> Reach:
    """Return the reach of a config: every setting called `…_file` is a secret, apart from certificates."""
    logs = [pattern for bot in settings.bots.values() for pattern in (*bot.log, *bot.history)]
    return Reach(logs, list(dict.fromkeys(_secrets(settings))))


def _secrets(value: Any) -> Iterator[str]:
    match value:
        case msgspec.Struct():
            for name in value.__struct_fields__:
                one = getattr(value, name)
                if name.endswith("_file") and name not in _PUBLIC and one:
                    yield one
                else:
                    yield from _secrets(one)
        case dict():
            for one in value.values():
                yield from _secrets(one)
        case list():
            for one in value:
                yield from _secrets(one)
        case _:
            pass


def out_of_reach(pattern: str, reach: Reach, *, own: bool) -> Refused | None:
    """Return why a pattern is not read as a log, or None.

    The engine's own account and root (`own`) may name anything but secrets; everybody else what lies beside a log of
    the config and ends as it does: not below it, nothing hidden, and no path that goes up again.
    """
    if not own and not _beside(pattern, reach.logs):
        return Refused(
            f"{pattern} does not lie beside a log of the config, or ends otherwise",
            "name one that does, or ask whoever runs the engine to add it",
        )
    if any(_names(pattern, secret) for secret in reach.secrets):
        return Refused(f"{pattern} takes in a file that the config names as a secret", "name the logs alone")
    return None


def _beside(pattern: str, logs: Sequence[str]) -> bool:
    folder, name = posixpath.split(pattern)
    if ".." in pattern.split("/") or _MAGIC & set(folder) or name.startswith(".") or name in ("", "**"):
        return False
    return any(name.endswith(_ending(log)) and _fits(_parts(posixpath.dirname(log)), _parts(folder)) for log in logs)


def _ending(log: str) -> str:
    """Return how the name of a log ends, such as `.log`; its whole name where that says nothing."""
    name = posixpath.basename(log)
    ending = re.split(r"[*?\[]", posixpath.splitext(name)[1])[0]
    return ending if len(ending) > 1 else name


def _names(pattern: str, path: str) -> bool:
    """Whether a path or glob names a file; `**` stands for any depth."""
    parts, names = _parts(pattern), _parts(path)
    return parts == names or _fits([*parts, "*"] if parts[-1:] == ["**"] else parts, names)


def _parts(path: str) -> list[str]:
    return posixpath.normpath(path).strip("/").split("/")


def _fits(parts: Sequence[str], names: Sequence[str]) -> bool:
    reached = {0}
    for part in parts:
        if part == "**":
            reached = set(range(min(reached, default=len(names) + 1), len(names) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(names) and fnmatchcase(names[at], part)}
    return len(names) in reached
