"""What settings must satisfy beyond their types: ranges, addresses, verbs that an adapter can do."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from warroom.core.clean import clean
from warroom.core.model import Verb
from warroom.core.settings import BotSettings, ControlSettings, DetectSettings, FormatSettings, ProbeSettings, Settings

Fault = tuple[tuple[str, ...], str]
"""The key's path and what is wrong with its value."""

NAME_LIMIT = 64
_FORMAT_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_CONTROL_VERBS = (Verb.LIMIT, Verb.DISABLE)
_PROBED_VERBS = (Verb.LIMIT, Verb.DISABLE, Verb.FREEZE)


def range_faults(settings: Settings) -> Iterator[Fault]:
    """Yield every value that no room can work with, in the order of the settings."""
    for name, bot in settings.bots.items():
        yield from _bot(name, bot)
    yield from _detect(settings.detect)
    for name, kept in settings.formats.items():
        yield from _format(kept, ("formats", name))


def _bot(name: str, bot: BotSettings) -> Iterator[Fault]:
    at = ("bots", name)
    if not name.strip() or len(name) > NAME_LIMIT or clean(name) != name:
        yield at, f"a bot's name has 1 to {NAME_LIMIT} visible characters"
    if not bot.log or not all(bot.log):
        yield (*at, "log"), "names no log"
    if bot.probe is not None:
        yield from _probe(bot.probe, (*at, "probe"))
    if bot.contain.control is not None:
        yield from _control(bot.contain.control, (*at, "contain", "control"))
    if bot.contain.process is not None:
        yield from _positive(bot.contain.process.settle_s, (*at, "contain", "process", "settle_s"))
    if bot.probe is None and (bot.contain.control or bot.contain.process):
        text = "needs a probe beside it: without a look from outside nothing proves that the bot is contained"
        yield (*at, "contain"), text


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


def _probe(probe: ProbeSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    yield from _url(probe.url, (*at, "url"))
    if not (probe.method.isascii() and probe.method.isalpha()):
        yield (*at, "method"), f"{clean(probe.method, 40)} is no HTTP method such as GET or POST"
    for name, value in probe.headers.items():
        if clean(name + value) != name + value:
            yield (*at, "headers", name), "holds control or hidden characters"
    yield from _positive(probe.timeout_s, (*at, "timeout_s"))
    yield from _positive(probe.every_s, (*at, "every_s"))
    if not 1 <= probe.samples <= 20:
        yield (*at, "samples"), "must be 1 to 20"
    yield from _codes(probe.open_status, (*at, "open_status"))
    yield from _codes(probe.contained_when.status, (*at, "contained_when", "status"))
    overlap = sorted(set(probe.open_status) & set(probe.contained_when.status))
    if overlap:
        yield (
            (*at, "contained_when", "status"),
            f"{overlap[0]} cannot prove both that it works and that it is contained",
        )
    for verb, own in probe.verbs.items():
        place = (*at, "verbs", verb.value)
        if verb not in _PROBED_VERBS:
            yield place, f"is not probed; one of {', '.join(_PROBED_VERBS)}"
        if own.contained_when is not None:
            yield from _codes(own.contained_when.status, (*place, "contained_when", "status"))


def _control(control: ControlSettings, at: tuple[str, ...]) -> Iterator[Fault]:
    yield from _url(control.url, (*at, "url"))
    yield from _positive(control.timeout_s, (*at, "timeout_s"))
    yield from _positive(control.settle_s, (*at, "settle_s"))
    wrong = [verb for verb in control.verbs if verb not in _CONTROL_VERBS]
    if wrong:
        yield (*at, "verbs"), f"{wrong[0]} is nothing that a control endpoint does; one of {', '.join(_CONTROL_VERBS)}"


def _detect(detect: DetectSettings) -> Iterator[Fault]:
    for name in ("window_s", "hop_s", "alarms_per_day"):
        yield from _positive(getattr(detect, name), ("detect", name))
    if detect.hop_s > detect.window_s:
        yield ("detect", "hop_s"), f"must not be longer than window_s ({detect.window_s:g})"
    if detect.learn_windows < 10:
        yield ("detect", "learn_windows"), "must be 10 or more"
    if not (math.isfinite(detect.hold_off_s) and detect.hold_off_s >= 0):
        yield ("detect", "hold_off_s"), "must be 0 or more seconds"


def _positive(value: float, at: tuple[str, ...]) -> Iterator[Fault]:
    if not (math.isfinite(value) and value > 0):
        yield at, f"must be more than 0, not {value:g}"


def _codes(codes: Iterable[int], at: tuple[str, ...]) -> Iterator[Fault]:
    wrong = [code for code in codes if not 100 <= code <= 599]
    if wrong:
        yield at, f"{wrong[0]} is no HTTP status code (100 to 599)"


def _url(text: str, at: tuple[str, ...]) -> Iterator[Fault]:
    try:
        parts = urlsplit(text)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine or clean(text) != text:
        yield at, f"{clean(text, 80)} is no address such as http://127.0.0.1:8080/chat"
