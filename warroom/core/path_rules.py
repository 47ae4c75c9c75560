"""What every path of a config must satisfy, wherever it stands: no control characters, and a home that there is.

No file has a NUL in its name, and the engine meets such a path when it is least wanted: at its start, or while a bot
is being contained.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from warroom.core.limits import has_control
from warroom.core.settings_notify import PATH_KEYS as CHANNEL_PATHS

LISTS_OF_PATHS = ("log", "history", "evidence")
"""Keys of a bot."""
ADAPTER_PATHS = ("key_file", "pidfile", "path", "log", "token_file", "admin_token_file", "ca_file")
"""Keys of adapters and named probes; `cgroup` names a folder below its own mount."""
_NAMES = frozenset({*LISTS_OF_PATHS, *ADAPTER_PATHS, *CHANNEL_PATHS, "playbooks", "templates", "folder"})


def path_faults(settings: object, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the place of every path that no file can have, or whose home folder nobody has, in the order written."""
    if isinstance(settings, msgspec.Struct):
        for name in settings.__struct_fields__:
            value = getattr(settings, name)
            if name in _NAMES:
                yield from _of_paths([value] if isinstance(value, str) else value, (*at, name))
            else:
                yield from path_faults(value, (*at, name))
    elif isinstance(settings, dict):
        for name, value in settings.items():
            yield from path_faults(value, (*at, str(name)))


def _of_paths(paths: list[str], at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for path in paths:
        if has_control(path):
            yield at, "holds a NUL or another control character"
        elif path.startswith("~"):
            yield at, "begins with the home of an account that this host does not know"
