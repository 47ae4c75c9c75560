"""The config file of a room: TOML in, `Settings` or every fault with its line out.

Each key is described in docs/config.md.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from warroom.adapters.plain_toml import ConfigError, ConfigFault, Key, load_toml
from warroom.core.settings import Settings
from warroom.core.settings_notify import PATH_KEYS
from warroom.core.settings_rules import range_faults

__all__ = ["ConfigError", "ConfigFault", "load_config"]

_LISTS_OF_PATHS = ("log", "history", "evidence")
_PATHS = ("key_file", "pidfile", "path", "log", "token_file", "admin_token_file", "ca_file")
"""Keys of adapters and named probes that are paths; `cgroup` names a folder below its own mount."""


def load_config(path: Path) -> Settings:
    """Read and check a config file; relative paths count from the file's folder, `~` is the home folder.

    Raises ConfigError, also for a file that cannot be opened.
    """

    def finish(data: dict[str, Any]) -> None:
        _absolute(data, path.resolve().parent)

    return load_toml(path, Settings, one_or_many=_one_or_many, finish=finish, rules=range_faults)


def _bots(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    bots = data.get("bots")
    if isinstance(bots, dict):
        yield from (bot for bot in bots.values() if isinstance(bot, dict))


def _one_or_many(key: Key) -> bool:
    return key == ("playbooks",) or (len(key) == 3 and key[0] == "bots" and key[2] in _LISTS_OF_PATHS)


def _absolute(data: dict[str, Any], folder: Path) -> None:
    _notify_paths(data.get("notify", {}), folder)
    data["playbooks"] = [_path(text, folder) for text in data.get("playbooks", [])]
    for bot in _bots(data):
        for key in _LISTS_OF_PATHS:
            bot[key] = [_path(text, folder) for text in bot.get(key, [])]
        for settings in (*bot.get("contain", {}).values(), *bot.get("probes", {}).values()):
            for key in _PATHS:
                if settings.get(key):
                    settings[key] = _path(settings[key], folder)


def _notify_paths(notify: dict[str, Any], folder: Path) -> None:
    for settings, keys in (
        (notify, ("templates",)),
        *((one, PATH_KEYS) for one in notify.get("channels", {}).values()),
    ):
        for key in keys:
            if settings.get(key):
                settings[key] = _path(settings[key], folder)


def _path(text: str, folder: Path) -> str:
    own = Path(text).expanduser()
    if own.is_absolute():
        return str(own)
    return str((Path(glob.escape(str(folder))) if glob.has_magic(text) else folder) / own)
