"""Settings of a room, as the config file holds them; adapters/config reads and checks the file.

Paths are absolute by the time they are here. Durations are seconds.
"""

from __future__ import annotations

import msgspec

from warroom.core.model import Criticality
from warroom.core.settings_contain import ContainSettings, ControlSettings, ProcessSettings
from warroom.core.settings_notify import NotifySettings
from warroom.core.settings_probe import ContainedWhen, NamedProbe, ProbeSettings, VerbProbe


class BotSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One bot."""

    log: list[str]
    """Paths or globs of its logs."""
    where: dict[str, str] = {}
    """Fields that a line must have to be this bot's, for a log that several bots share; empty takes every line."""
    history: list[str] = []
    """Logs of ordinary days that its normal is learned from before the watch begins."""
    playbook: str = "unknown-bot-incident"
    """Playbook of an incident about it for which no other is named."""
    probe: ProbeSettings | None = None
    """How it is looked at from outside, as its users do."""
    probes: dict[str, NamedProbe] = {}
    """Further looks, each for the verbs that it names."""
    evidence: list[str] = []
    """Further files that are copied before anything is changed, such as its configuration."""
    criticality: Criticality = Criticality.NORMAL
    """How much depends on it: it decides when two people are asked."""
    contain: ContainSettings = ContainSettings()


class DetectSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How windows are cut and how loud the detectors are."""

    window_s: float = 60.0
    """Length of a window of behaviour."""
    hop_s: float = 5.0
    """Time between two windows."""
    learn_windows: int = 60
    """Normal windows wanted before behaviour is scored."""
    alarms_per_day: float = 1.0
    """False alarms that a bot may raise a day by behaviour."""
    hold_off_s: float = 600.0
    """Time in which the same cause does not alarm again, unless the score rises."""
    rules: bool = True
    """Content rules on or off."""


class FormatSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A format of logs that warroom does not know by itself."""

    pattern: str
    """Regular expression for a whole line, with named groups: message, time, level, logger, or a record's fields."""
    samples: list[str] = []
    """Lines that it has to fit; they are tried when the config is read."""


class AccessSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which accounts may do what. Each list holds login names, uids and Unix groups written as `@group`."""

    viewer: list[str] = []
    """May look, and nothing else."""
    responder: list[str] = []
    """May contain bots and work incidents."""
    commander: list[str] = []
    """May do all, such as letting a bot back."""
    shared: list[str] = msgspec.field(default_factory=lambda: ["root"])
    """Accounts that several people use: whoever uses one says who they are."""
    folder: str = ""
    """Folder of the room's socket, where other accounts reach it; empty keeps it for the engine's account alone."""
    group: str = ""
    """Unix group that may enter that folder."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One room."""

    bots: dict[str, BotSettings] = {}
    playbooks: list[str] = []
    """Folders with further playbooks."""
    detect: DetectSettings = DetectSettings()
    access: AccessSettings | None = None
    """Who may do what; without it the engine's own account may do all, and no other can reach the room."""
    notify: NotifySettings | None = None
    """Who is told, and by what; without it nobody is."""
    formats: dict[str, FormatSettings] = {}
    """Formats of logs by name, tried before those that are built in."""


__all__ = [
    "AccessSettings",
    "BotSettings",
    "ContainSettings",
    "ContainedWhen",
    "ControlSettings",
    "Criticality",
    "DetectSettings",
    "FormatSettings",
    "ProbeSettings",
    "ProcessSettings",
    "Settings",
    "VerbProbe",
]
