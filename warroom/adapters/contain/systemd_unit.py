"""What a unit of systemd is, as its properties tell it, and what a plan keeps of it to undo an act exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from warroom.core.clean import clean
from warroom.core.ports import AdapterFailed

_UP = frozenset({"active", "activating", "reloading", "refreshing"})
_BELOW_RUNTIME = ("/usr/", "/lib/", "/run/systemd/generator/", "/run/systemd/generator.late/")
"""Where the file of a unit is outranked by a mask in /run; /etc outranks the mask."""
_NEVER = 2**64 - 1


class Unit(msgspec.Struct, frozen=True):
    """One service."""

    id: str
    """Its own name, also when it was asked for by an alias."""
    file: str
    """The file that it comes from; empty when it has none."""
    command: str
    """The command lines that it runs; with the file it says whether a unit is still the same."""
    state: str
    """active, activating, deactivating, failed, inactive."""
    known: bool = True
    """Whether systemd has such a unit at all."""
    masked: bool = False
    transient: bool = False
    """Made by a request, not by a file: systemd forgets it when it ends."""
    frozen: bool = False
    group: str = ""
    """Its control group."""
    watchdog_s: float = 0.0
    triggers: list[str] = []
    """Sockets, timers and paths that start it."""
    dependents: list[str] = []
    """Units that systemd stops with it."""
    upheld: list[str] = []
    """Units that start it again by themselves."""

    @property
    def up(self) -> bool:
        """Whether it runs or is about to."""
        return self.state in _UP

    @property
    def maskable(self) -> bool:
        """Whether a mask that ends with this boot keeps it from being started."""
        return not self.masked and self.file.startswith(_BELOW_RUNTIME)

    @property
    def label(self) -> str:
        """How people are shown which one it is."""
        return clean(f"unit {self.id} ({self.command or self.file or 'no command'})")


class Kept(msgspec.Struct, frozen=True):
    """What a plan keeps: the unit that it means and how all that it touches stood before."""

    unit: Unit
    triggers: list[str] = []
    """Those that were active."""
    dependents: list[str] = []
    """Those that were active."""


def unit_of(properties: Mapping[str, Any]) -> Unit:
    """Return the unit of its properties; AdapterFailed when they have another shape."""
    watchdog = int(properties.get("WatchdogUSec", 0))
    try:
        return msgspec.convert(
            {
                "id": properties["Id"],
                "file": properties.get("FragmentPath", ""),
                "command": "; ".join(" ".join(command[1]) for command in properties.get("ExecStart", [])),
                "state": properties["ActiveState"],
                "known": properties.get("LoadState") != "not-found",
                "masked": properties.get("LoadState") == "masked",
                "transient": bool(properties.get("Transient", False)),
                "frozen": properties.get("FreezerState") in ("frozen", "freezing"),
                "group": properties.get("ControlGroup", ""),
                "watchdog_s": 0.0 if watchdog == _NEVER else watchdog / 1e6,
                "triggers": sorted(properties.get("TriggeredBy", [])),
                "dependents": sorted(_names(properties, "RequiredBy", "BoundBy", "ConsistsOf")),
                "upheld": sorted(properties.get("UpheldBy", [])),
            },
            Unit,
        )
    except (KeyError, TypeError, IndexError, msgspec.ValidationError) as error:
        raise AdapterFailed(clean(f"systemd answers in a shape that is not known: {error}")) from error


def _names(properties: Mapping[str, Any], *keys: str) -> set[str]:
    return {name for key in keys for name in properties.get(key, [])}


def identity_of(unit: Unit) -> Unit:
    """Return the unit without what changes from minute to minute, so that a plan of it stays the same."""
    return msgspec.structs.replace(unit, group="", state="active" if unit.up else "inactive")


def kept_of(kept: Kept) -> str:
    """Return it as a plan keeps it."""
    return msgspec.json.encode(kept, order="sorted").decode()


def planned(restore: str) -> Kept:
    """Return what a plan kept; AdapterFailed when it keeps no unit."""
    try:
        return msgspec.json.decode(restore, type=Kept)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise AdapterFailed("the plan names no unit") from error
