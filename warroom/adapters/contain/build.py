"""Which adapters and which probes a bot has, from its settings. Libraries of extras are loaded for who uses them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import msgspec

from warroom.adapters.contain.http_probe import HttpProbe
from warroom.adapters.contain.no_probe import NoProbe
from warroom.core.model import Verb
from warroom.core.ports import Clock, Containment, Probe
from warroom.core.settings import BotSettings

ADAPTERS = {
    "control": "control:ControlAdapter",
    "limiter": "limiter:LimiterAdapter",
    "flag": "flag:FlagAdapter",
    "webhook": "webhook:WebhookAdapter",
    "oauth": "oauth:OAuthAdapter",
    "command": "command:CommandAdapter",
    "nft": "nft:NftAdapter",
    "process": "process:ProcessAdapter",
    "cgroup": "cgroup:CgroupAdapter",
    "docker": "docker:DockerAdapter",
    "systemd": "systemd:SystemdAdapter",
    "kubernetes": "kubernetes:KubernetesAdapter",
}
"""Table of the config under `contain` → module and class in this package, mild to hard."""
PROBES: dict[str, str] = {
    "tcp": "tcp:TcpLook",
    "process": "process:ProcessLook",
    "silence": "silence:SilenceLook",
    "command": "command:CommandLook",
    "introspection": "introspection:IntrospectionLook",
}
"""`kind` of a named probe → module and class in `warroom.adapters.probe`."""
_EXTRAS = {"redis": "redis", "aiodocker": "docker", "dbus_fast": "systemd", "kubernetes_asyncio": "kubernetes"}


class ExtraMissing(Exception):
    """A library that an adapter needs is not installed; the message says how to get it."""


def probes_for(settings: BotSettings, clock: Clock) -> list[Probe]:
    """Return the bot's looks from outside: its endpoint first, then the named ones; one that says so where none is."""
    probes: list[Probe] = []
    if settings.probe is not None:
        every = settings.probe.instances or [settings.probe.url]
        probes.extend(HttpProbe(msgspec.structs.replace(settings.probe, url=url), clock) for url in every)
    for name, one in settings.probes.items():
        kind = type(one).__struct_config__.tag
        make = _load("warroom.adapters.probe", PROBES[str(kind)])
        probes.append(make(name, one, clock))
    return probes or [NoProbe(clock)]


def adapters_for(bot: str, settings: BotSettings, clock: Clock) -> list[Containment]:
    """Return the bot's adapters, mild to hard; ExtraMissing where a library is not there."""
    looks = probes_for(settings, clock)

    def describe(verb: Verb) -> str:
        told = [look.describe(verb) for look in looks if look.judges(verb)]
        return "; and ".join(told) or f"no probe of {bot} can judge {verb}: whether it holds must be verified by hand"

    contain = settings.contain
    return [
        _load("warroom.adapters.contain", target)(bot, getattr(contain, kind), clock, describe)
        for kind, target in ADAPTERS.items()
        if getattr(contain, kind) is not None
    ]


def _load(package: str, target: str) -> Callable[..., Any]:
    module, _, name = target.partition(":")
    try:
        found: Callable[..., Any] = getattr(importlib.import_module(f"{package}.{module}"), name)
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        raise ExtraMissing(f"the {module} adapter needs: pip install 'warroom[{extra}]'") from error
    return found
