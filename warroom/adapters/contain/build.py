"""Which adapters and which probe a bot has, from its settings."""

from __future__ import annotations

from warroom.adapters.contain.control import ControlAdapter
from warroom.adapters.contain.http_probe import HttpProbe
from warroom.adapters.contain.no_probe import NoProbe
from warroom.adapters.contain.process import ProcessAdapter
from warroom.core.ports import Clock, Containment, Probe
from warroom.core.settings import BotSettings


def probe_for(settings: BotSettings, clock: Clock) -> Probe:
    """Return the bot's outside probe, or one that says that there is none."""
    return NoProbe(clock) if settings.probe is None else HttpProbe(settings.probe, clock)


def adapters_for(bot: str, settings: BotSettings, clock: Clock) -> list[Containment]:
    """Return the bot's adapters from mild to hard: control before process."""
    describe = probe_for(settings, clock).describe
    adapters: list[Containment] = []
    if settings.contain.control is not None:
        adapters.append(ControlAdapter(bot, settings.contain.control, clock, describe))
    if settings.contain.process is not None:
        adapters.append(ProcessAdapter(bot, settings.contain.process, clock, describe))
    return adapters
