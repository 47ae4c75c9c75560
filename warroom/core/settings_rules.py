"""What settings must satisfy beyond their types: ranges, addresses, verbs that an adapter can do."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from warroom.core.clean import clean
from warroom.core.model import Verb
from warroom.core.probe_rules import PROBED_VERBS, named_faults, probe_faults, tokens_alone
from warroom.core.settings import BotSettings, DetectSettings, FormatSettings, Settings
from warroom.core.settings_contain import (
    CgroupSettings,
    CommandSettings,
    ControlSettings,
    DockerSettings,
    FlagSettings,
    KubernetesSettings,
    LimiterSettings,
    NftSettings,
    OAuthSettings,
    ProcessSettings,
    SystemdSettings,
    WebhookSettings,
)
from warroom.core.settings_notify import notify_faults
from warroom.core.value_rules import Fault, all_within, secret_url_faults, url_faults, within

NAME_LIMIT = 64
_TARGET = re.compile(r"/?[A-Za-z0-9_][A-Za-z0-9_.@$-]{0,63}(/[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}){0,15}")
_CGROUP = re.compile(r"/?[A-Za-z0-9_][A-Za-z0-9_.@:\\-]{0,254}(/[A-Za-z0-9_][A-Za-z0-9_.@:\\-]{0,254}){0,31}")
_ALLOWED = re.compile(
    r"[0-9.]+(/[0-9]{1,2})?(:[0-9]{1,5})?|[0-9A-Fa-f:.]+(/[0-9]{1,3})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?"
)
_FORMAT_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_CONTAINER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_DOCKER_HOST = re.compile(r"unix:///\S+|tcp://[A-Za-z0-9.-]+:[0-9]{1,5}")
_DOCKER_VERBS = (Verb.ISOLATE, Verb.FREEZE, Verb.STOP)
_UNIT_NAME = re.compile(r"[A-Za-z0-9:_.\\@-]{1,247}\.service")
_BUS = re.compile(r"unix:(path|abstract)=[^\s,;]+(,[^\s;]+)?")
_HOST_VERBS = (Verb.FREEZE, Verb.STOP)
_REDIS = re.compile(
    r"rediss?://([^\s/@]*@)?([A-Za-z0-9._-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?(/\S*)?|unix://([^\s/@]*@)?/\S+"
)
_LIMIT = re.compile(r"[0-9]+ ?(per|/) ?([0-9]+ ?)?(second|minute|hour|day|month|year)s?", re.IGNORECASE)
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LABEL = re.compile(r"([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")
_ARGUMENT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CONTROL_VERBS = (Verb.LIMIT, Verb.DISABLE)


def range_faults(settings: Settings) -> Iterator[Fault]:
    """Yield every value that no room can work with, in the order of the settings."""
    for name, bot in settings.bots.items():
        yield from _bot(name, bot)
    yield from _detect(settings.detect)
    if settings.notify is not None:
        yield from notify_faults(settings.notify)
    for name, kept in settings.formats.items():
        yield from _format(kept, ("formats", name))


def _bot(name: str, bot: BotSettings) -> Iterator[Fault]:
    at = ("bots", name)
    if not name.strip() or len(name) > NAME_LIMIT or clean(name) != name:
        yield at, f"a bot's name has 1 to {NAME_LIMIT} visible characters"
    if not bot.log or not all(bot.log):
        yield (*at, "log"), "names no log"
    if bot.probe is not None:
        yield from probe_faults(bot.probe, (*at, "probe"))
    if bot.contain.control is not None:
        yield from _control(bot.contain.control, (*at, "contain", "control"))
    if bot.contain.flag is not None:
        yield from _flag(bot.contain.flag, (*at, "contain", "flag"))
    if bot.contain.limiter is not None:
        yield from _limiter(bot.contain.limiter, (*at, "contain", "limiter"))
    if bot.contain.webhook is not None:
        yield from _webhook(bot.contain.webhook, (*at, "contain", "webhook"))
    if bot.contain.oauth is not None:
        yield from _oauth(bot.contain.oauth, (*at, "contain", "oauth"))
    if bot.contain.command is not None:
        yield from _command(bot.contain.command, name, (*at, "contain", "command"))
    if bot.contain.nft is not None:
        yield from _nft(bot.contain.nft, (*at, "contain", "nft"))
    if bot.contain.process is not None:
        yield from _process(bot.contain.process, (*at, "contain", "process"))
    if bot.contain.cgroup is not None:
        yield from _cgroup(bot.contain.cgroup, (*at, "contain", "cgroup"))
    if bot.contain.docker is not None:
        yield from _docker(bot.contain.docker, (*at, "contain", "docker"))
    if bot.contain.systemd is not None:
        yield from _systemd(bot.contain.systemd, (*at, "contain", "systemd"))
    if bot.contain.kubernetes is not None:
        yield from _kubernetes(bot.contain.kubernetes, (*at, "contain", "kubernetes"))
    for name, named in bot.probes.items():
        yield from named_faults(named, (*at, "probes", name))
    yield from tokens_alone(bot, at)
    if bot.probe is None and not bot.probes and bot.contain.configured():
        text = "needs a probe beside it: without a look from outside nothing proves that the bot is contained"
        yield (*at, "contain"), text


def _process(process: ProcessSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    yield from _only(process.verbs, _HOST_VERBS, "a process tree", (*at, "verbs"))
    if process.start and not process.start[0].startswith("/"):
        yield (*at, "start"), f"{clean(process.start[0], 80)} is no absolute path of a program"
    if any("\0" in argument for argument in process.start):
        yield (*at, "start"), "holds a NUL, which ends an argument"
    if process.grace_s > 15:
        yield (*at, "grace_s"), "must be 15 seconds or less: nobody waits longer for an act"
    yield from all_within(process, ("grace_s", "settle_s"), at)


def _cgroup(cgroup: CgroupSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    if not _CGROUP.fullmatch(cgroup.cgroup):
        yield (*at, "cgroup"), f"{clean(cgroup.cgroup, 80)} is no cgroup such as system.slice/support.service"
    yield from _only(cgroup.verbs, _HOST_VERBS, "a cgroup", (*at, "verbs"))
    yield from within(cgroup.settle_s, (*at, "settle_s"))


def _nft(nft: NftSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    if sum(map(bool, (nft.user, nft.cgroup, nft.netns))) != 1:
        yield at, "needs exactly one of user, cgroup and netns"
    for name in ("user", "cgroup", "netns"):
        value = getattr(nft, name)
        if value and (not _TARGET.fullmatch(value) or ".." in value.split("/")):
            yield (*at, name), f"{clean(value, 80)} is no {name}"
    for place in nft.allow:
        if not _ALLOWED.fullmatch(place):
            yield (*at, "allow"), f"{clean(place, 80)} is no address such as 10.0.0.5, 10.0.0.0/8 or 10.0.0.5:5432"
    yield from within(nft.settle_s, (*at, "settle_s"))


def _format(kept: FormatSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    if not _FORMAT_NAME.fullmatch(at[-1]):
        yield at, "a format's name has up to 32 small letters, digits and hyphens"
    try:
        pattern = re.compile(kept.pattern)
    except (re.error, OverflowError, RecursionError) as error:
        yield (*at, "pattern"), f"is no regular expression: {error}"
        return
    if not pattern.groupindex:
        yield (*at, "pattern"), "names no group; write such as (?P<level>[A-Z]+) (?P<message>.*)"
    for sample in kept.samples:
        if pattern.fullmatch(sample) is None:
            yield (*at, "samples"), f"the pattern does not fit {clean(sample, 80)}"


def _control(control: ControlSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    yield from url_faults(control.url, (*at, "url"))
    yield from within(control.timeout_s, (*at, "timeout_s"))
    yield from within(control.settle_s, (*at, "settle_s"))
    wrong = [verb for verb in control.verbs if verb not in _CONTROL_VERBS]
    if wrong:
        yield (*at, "verbs"), f"{wrong[0]} is nothing that a control endpoint does; one of {', '.join(_CONTROL_VERBS)}"


def _flag(flag: FlagSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    if not flag.path.strip():
        yield (*at, "path"), "names no file"
    for name in ("flag", "disable"):
        if not _visible(getattr(flag, name)):
            yield (*at, name), f"must have 1 to {NAME_LIMIT} visible characters"
    if flag.limit and not _visible(flag.limit):
        yield (*at, "limit"), f"must have at most {NAME_LIMIT} visible characters"
    if flag.limit == flag.disable:
        yield (*at, "limit"), "is the variant that switches the bot off; a limit needs one of its own"
    yield from within(flag.settle_s, (*at, "settle_s"))


def _limiter(limiter: LimiterSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    if not _REDIS.fullmatch(limiter.url):
        # It may hold a password, so it is not shown.
        yield (*at, "url"), "is no address such as redis://HOST:PORT/DB, rediss://HOST:PORT/DB or unix:///PATH"
    if not limiter.key.strip() or clean(limiter.key) != limiter.key:
        yield (*at, "key"), "names no key, or holds control or hidden characters"
    if not _LIMIT.fullmatch(limiter.limit):
        yield (*at, "limit"), f"{clean(limiter.limit, 80)} is no limit such as 3 per minute or 10/hour"
    yield from all_within(limiter, ("timeout_s", "settle_s"), at)


def _webhook(webhook: WebhookSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    yield from url_faults(webhook.url, (*at, "url"))
    if not webhook.key_file.strip():
        yield (*at, "key_file"), "names no file"
    if not webhook.verbs:
        yield (*at, "verbs"), "names no verb"
    yield from _only(webhook.verbs, PROBED_VERBS, "a bot by a service", (*at, "verbs"))
    yield from all_within(webhook, ("timeout_s", "settle_s"), at)


def _command(command: CommandSettings, bot: str, at: tuple[str, ...]) -> Iterator[Fault]:
    if not _ARGUMENT_NAME.fullmatch(bot):
        yield at, "programs take bots with plain names: a letter or digit, then letters, digits, . _ and -"
    if not command.verbs:
        yield (*at, "verbs"), "names no verb"
    yield from _only(command.verbs, PROBED_VERBS, "a bot by a program", (*at, "verbs"))
    if not command.apply:
        yield (*at, "apply"), "names no program"
    for name in ("apply", "release", "observe", "check"):
        yield from _argv(getattr(command, name), name in ("apply", "release"), (*at, name))
    yield from all_within(command, ("timeout_s", "settle_s"), at)


def _argv(argv: list[str], acts: bool, at: tuple[str, ...]) -> Iterator[Fault]:
    if argv and not argv[0].startswith("/"):
        yield at, f"{clean(argv[0], 80)} is no absolute path of a program"
    if any("\0" in argument for argument in argv):
        yield at, "holds a NUL, which ends an argument"
    known = ("bot", "verb", "action", "expires_s") if acts else ("bot", "verb")
    for name in re.findall(r"\{(\w+)\}", " ".join(argv[1:])):
        if name not in known:
            yield at, f"{{{clean(name, 80)}}} is not known here; one of {', '.join(f'{{{one}}}' for one in known)}"
    if argv and "{" in argv[0]:
        yield at, "a program is named as it is, without placeholders"


def _visible(text: str) -> bool:
    return bool(text.strip()) and len(text) <= NAME_LIMIT and clean(text) == text


def _docker(docker: DockerSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    if not _CONTAINER_NAME.fullmatch(docker.container):
        yield (*at, "container"), f"{clean(docker.container, 80)} is no name or id of a container"
    if not _DOCKER_HOST.fullmatch(docker.host):
        yield (*at, "host"), f"{clean(docker.host, 80)} is neither unix:///PATH nor tcp://HOST:PORT"
    yield from all_within(docker, ("grace_s", "timeout_s", "settle_s"), at)
    yield from _only(docker.verbs, _DOCKER_VERBS, "a container", (*at, "verbs"))


def _systemd(systemd: SystemdSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    if not _UNIT_NAME.fullmatch(systemd.unit):
        yield (*at, "unit"), f"{clean(systemd.unit, 80)} is no service such as support-bot.service"
    if not _BUS.fullmatch(systemd.bus):
        yield (*at, "bus"), f"{clean(systemd.bus, 80)} is no bus such as unix:path=/run/dbus/system_bus_socket"
    yield from all_within(systemd, ("grace_s", "timeout_s", "settle_s"), at)
    yield from _only(systemd.verbs, _HOST_VERBS, "a unit", (*at, "verbs"))


def _oauth(oauth: OAuthSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    for name in ("client_url", "tokens_url", "revoke_url"):
        yield from secret_url_faults(getattr(oauth, name), (*at, name))
    for name in ("client_id", "enabled_field"):
        text = getattr(oauth, name)
        if not text.strip() or len(text) > 256 or clean(text) != text:
            yield (*at, name), "has 1 to 256 visible characters"
    yield from all_within(oauth, ("revoke_within_s", "timeout_s", "settle_s"), at)


def _kubernetes(kubernetes: KubernetesSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    yield from secret_url_faults(kubernetes.api, (*at, "api"))
    if not _NAMESPACE.fullmatch(kubernetes.namespace):
        yield (*at, "namespace"), f"{clean(kubernetes.namespace, 80)} is no name of a namespace"
    if not kubernetes.selector:
        yield (*at, "selector"), "names no label: it would be every pod of the namespace"
    labels = dict(kubernetes.selector)
    if kubernetes.service_label:
        labels.setdefault(kubernetes.service_label, "")
    for key, value in labels.items():
        if not (_LABEL.fullmatch(key) and _LABEL_VALUE.fullmatch(value)):
            yield (*at, "selector"), f"{clean(f'{key}={value}', 80)} is no label"
    yield from all_within(kubernetes, ("timeout_s", "settle_s"), at)


def _only(verbs: list[Verb], able: tuple[Verb, ...], what: str, at: tuple[str, ...]) -> Iterator[Fault]:
    wrong = [verb for verb in verbs if verb not in able]
    if wrong:
        yield at, f"{wrong[0]} is nothing that is done to {what}; one of {', '.join(able)}"


def _detect(detect: DetectSettings) -> Iterator[Fault]:
    for name in ("window_s", "hop_s", "alarms_per_day"):
        yield from within(getattr(detect, name), ("detect", name))
    if detect.hop_s > detect.window_s:
        yield ("detect", "hop_s"), f"must not be longer than window_s ({detect.window_s:g})"
    if detect.learn_windows < 10:
        yield ("detect", "learn_windows"), "must be 10 or more"
    if not (math.isfinite(detect.hold_off_s) and detect.hold_off_s >= 0):
        yield ("detect", "hold_off_s"), "must be 0 or more seconds"
