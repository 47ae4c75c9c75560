"""What probes must satisfy: each for itself, and those of one bot to each other. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from warroom.core.clean import clean
from warroom.core.model import Verb
from warroom.core.settings import BotSettings
from warroom.core.settings_probe import (
    CommandProbe,
    ContainedWhen,
    IntrospectionProbe,
    NamedProbe,
    ProbeSettings,
    ProcessProbe,
    SilenceProbe,
    TcpProbe,
)
from warroom.core.value_rules import Fault, codes_faults, secret_url_faults, url_faults, within

_PLACE = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+):[0-9]{1,5}")
"""HOST:PORT, an IPv6 address in brackets."""
PROBED_VERBS = (Verb.LIMIT, Verb.DISABLE, Verb.REVOKE, Verb.ISOLATE, Verb.FREEZE, Verb.STOP)
"""Verbs whose effect a look from outside can see."""
_ALONE = (
    "sees one token alone: a client that fetches a new one would be called held. Let [bots.NAME.probe] or another probe"
    " judge it too"
)


def tokens_alone(bot: BotSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    """Yield the verbs that nothing but an introspection judges: a token that is over proves nothing of the next one."""
    others = [one for one in bot.probes.values() if not isinstance(one, IntrospectionProbe)]
    for name, probe in bot.probes.items():
        if not isinstance(probe, IntrospectionProbe):
            continue
        for verb in probe.verbs:
            asked = bot.probe is not None and verb not in bot.probe.not_for
            if not asked and not any(verb in one.verbs for one in others):
                yield (*at, "probes", name, "verbs"), f"{verb} {_ALONE}"


def probe_faults(probe: ProbeSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    """Yield what no look at the bot's own endpoint can work with, or that would prove what is not so."""
    yield from url_faults(probe.url, (*at, "url"))
    for address in probe.instances:
        yield from url_faults(address, (*at, "instances"))
    if not (probe.method.isascii() and probe.method.isalpha()):
        yield (*at, "method"), f"{clean(probe.method, 40)} is no HTTP method such as GET or POST"
    for name, value in probe.headers.items():
        if clean(name + value) != name + value:
            yield (*at, "headers", name), "holds control or hidden characters"
    yield from within(probe.timeout_s, (*at, "timeout_s"))
    yield from within(probe.every_s, (*at, "every_s"))
    if not 1 <= probe.samples <= 200:
        yield (*at, "samples"), "must be 1 to 200"
    yield from codes_faults(probe.open_status, (*at, "open_status"))
    yield from _proofs(probe.contained_when, probe.open_status, at)
    for verb, own in probe.verbs.items():
        place = (*at, "verbs", verb.value)
        if verb not in PROBED_VERBS:
            yield place, f"is not probed; one of {', '.join(PROBED_VERBS)}"
        if own.contained_when is not None:
            yield from _proofs(own.contained_when, probe.open_status, place)


def _proofs(rule: ContainedWhen, open_status: list[int], at: tuple[str, ...]) -> Iterator[Fault]:
    place = (*at, "contained_when", "status")
    yield from codes_faults(rule.status, place)
    overlap = sorted(set(open_status) & set(rule.status))
    if overlap:
        yield place, f"{overlap[0]} cannot prove both that it works and that it is contained"


def named_faults(probe: NamedProbe, at: tuple[str, ...]) -> Iterator[Fault]:
    """Yield what a further probe cannot work with, or that could prove nothing."""
    if not probe.verbs:
        yield (*at, "verbs"), "names no verb that it judges"
    for verb in probe.verbs:
        if verb not in PROBED_VERBS:
            yield (*at, "verbs"), f"{verb} is not probed; one of {', '.join(PROBED_VERBS)}"
    if not 1 <= probe.samples <= 200:
        yield (*at, "samples"), "must be 1 to 200"
    match probe:
        case IntrospectionProbe():
            yield from secret_url_faults(probe.url, (*at, "url"))
            yield from within(probe.timeout_s, (*at, "timeout_s"))
        case TcpProbe():
            yield from _judges(probe, (Verb.ISOLATE, Verb.STOP), "a connection", (*at, "verbs"))
            if not _PLACE.fullmatch(probe.address) or not 0 < int(probe.address.rpartition(":")[2]) < 65536:
                yield (*at, "address"), f"{clean(probe.address, 80)} is no address such as 10.0.0.7:8080"
            yield from within(probe.timeout_s, (*at, "timeout_s"))
        case ProcessProbe():
            yield from _judges(probe, (Verb.FREEZE, Verb.STOP), "a look at processes", (*at, "verbs"))
            if not (probe.pidfile or probe.cgroup or probe.command_line) or (probe.pidfile and probe.cgroup):
                yield at, "needs pidfile or cgroup, or command_line, alone or beside one of them"
            if probe.command_line and len(probe.command_line.strip()) < 4:
                yield (*at, "command_line"), "needs four characters or more: it would fit too many processes"
            yield from within(probe.interval_s, (*at, "interval_s"))
        case SilenceProbe():
            yield from within(probe.quiet_s, (*at, "quiet_s"))
        case CommandProbe():
            if not probe.argv or not probe.argv[0].startswith("/") or any("\0" in word for word in probe.argv):
                yield (*at, "argv"), "begins with the absolute path of a program"
            if not probe.contained_exit or not all(0 <= code <= 255 for code in probe.contained_exit + probe.open_exit):
                yield (*at, "contained_exit"), "exit codes are 0 to 255, and one at least means contained"
            if set(probe.contained_exit) & set(probe.open_exit):
                yield (*at, "open_exit"), "an exit code cannot mean both open and contained"
            yield from within(probe.timeout_s, (*at, "timeout_s"))


def _judges(probe: NamedProbe, able: tuple[Verb, ...], what: str, at: tuple[str, ...]) -> Iterator[Fault]:
    for verb in probe.verbs:
        if verb in PROBED_VERBS and verb not in able:
            yield at, f"{verb} is nothing that {what} can judge; one of {', '.join(able)}"
