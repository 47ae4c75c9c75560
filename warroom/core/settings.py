"""Settings of a room, as the config file holds them; adapters/config reads and checks the file.

Paths are absolute by the time they are here. Durations are seconds.
"""

from __future__ import annotations

import msgspec

from warroom.core.model import Verb


class ContainedWhen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which answers of the bot's own endpoint prove that it is contained."""

    status: list[int] = []
    """HTTP status codes."""
    refused: bool = False
    """The connection is refused."""
    timeout: bool = False
    """Nothing answers in time (a frozen process)."""


class ProbeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the bot is looked at from outside, independent of every adapter."""

    url: str
    """The endpoint that the bot's users use."""
    method: str = "POST"
    headers: dict[str, str] = {}
    body: str = ""
    timeout_s: float = 2.0
    """Time for one answer."""
    samples: int = 3
    """Agreeing samples wanted for a verdict."""
    every_s: float = 30.0
    """Time between looks while a containment is held."""
    open_status: list[int] = msgspec.field(default_factory=lambda: [200])
    """Status codes that prove that the bot works as before."""
    contained_when: ContainedWhen = ContainedWhen(status=[401, 403, 503], refused=True, timeout=True)
    verbs: dict[Verb, VerbProbe] = {}
    """What differs for one verb (a limited bot still answers ordinary questions)."""


class VerbProbe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a probe asks, and accepts as proof, for one verb."""

    body: str | None = None
    contained_when: ContainedWhen | None = None


class ControlSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bot's authenticated control endpoint."""

    url: str
    key_file: str
    """File with the HMAC key, readable by the engine's account alone."""
    timeout_s: float = 5.0
    settle_s: float = 2.0
    """Seconds until the effect must show."""
    verbs: list[Verb] = msgspec.field(default_factory=lambda: [Verb.LIMIT, Verb.DISABLE])


class ProcessSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bot's process tree on this host."""

    pidfile: str
    settle_s: float = 2.0


class ContainSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The adapters that can act on a bot."""

    control: ControlSettings | None = None
    process: ProcessSettings | None = None


class BotSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One bot."""

    log: list[str]
    """Paths or globs of its logs."""
    where: dict[str, str] = {}
    """Fields that a line must have to be this bot's, for a log that several bots share; empty takes every line."""
    history: list[str] = []
    """Logs of ordinary days that its normal is learned from before the watch begins."""
    playbook: str = "unknown-bot-incident"
    """Playbook offered first when an alarm gives no better one."""
    probe: ProbeSettings | None = None
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


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One room."""

    bots: dict[str, BotSettings] = {}
    playbooks: list[str] = []
    """Folders with further playbooks."""
    detect: DetectSettings = DetectSettings()
    formats: dict[str, FormatSettings] = {}
    """Formats of logs by name, tried before those that are built in."""
