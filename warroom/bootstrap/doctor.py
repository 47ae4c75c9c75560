"""Looks whether a room could do what its config promises: every adapter, every probe, every log; changes nothing."""

from __future__ import annotations

import asyncio
import glob
import os
import shlex
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import msgspec

from warroom.adapters.contain.build import ExtraMissing, adapters_for, probes_for
from warroom.adapters.notify.build import channel_for
from warroom.adapters.notify.reach import reached
from warroom.core.clean import clean
from warroom.core.model import Verb, Verdict
from warroom.core.notices import Audience
from warroom.core.ports import AdapterAmbiguous, AdapterFailed, Checked, Clock, Containment, Need, Probe
from warroom.core.settings import BotSettings, Settings
from warroom.core.settings_notify import NotifySettings
from warroom.engine.fence import fenced, looked
from warroom.reports.notices import load_templates

_TIMEOUT_S = 20.0


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    bot: str
    """Empty for what belongs to the whole room."""
    part: str
    """`config`, `log`, `adapter`, `adapter KIND`, `proof`, `channel NAME`, `templates`, `audience`"""
    name: str
    state: Checked
    text: str
    needs: list[Need] = []
    """What the adapter cannot work without; on its first finding."""


def with_joined(settings: Settings, sources: Mapping[str, str]) -> Settings:
    """Return settings that hold the logs too that were added by command; `sources` is pattern to bot."""
    bots = dict(settings.bots)
    for pattern, bot in sources.items():
        own = bots.get(bot, BotSettings([]))
        bots[bot] = own if pattern in own.log else msgspec.structs.replace(own, log=[*own.log, pattern])
    return msgspec.structs.replace(settings, bots=bots)


def no_config(room: str) -> Finding:
    """Return what it means that a room was started without a config, and how to give it one."""
    given = f"--room {shlex.quote(room)}"
    text = "this room was started without one: its bots are watched, only snapshot can be done, and nobody is told; "
    text += f"write one (docs/config.md), then: warroom stop {shlex.quote(room)}; warroom watch {given} --config F"
    return Finding("", "config", "none", Checked.UNKNOWN, text)


async def examine(settings: Settings, clock: Clock, only: str = "") -> AsyncIterator[Finding]:
    """Yield findings bot by bot, in the order of the config; of one bot when named."""
    for bot, own in settings.bots.items():
        if only in ("", bot):
            for finding in await asyncio.to_thread(_logs, bot, own):
                yield finding
            async for finding in _parts(bot, own, clock):
                yield finding

    if settings.notify is not None and not only:
        async for finding in _notify(settings.notify, clock):
            yield finding


async def _notify(notify: NotifySettings, clock: Clock) -> AsyncIterator[Finding]:
    """Look at every channel without sending anything, whether it takes connections, and at texts of the room's own."""
    for name, settings in notify.channels.items():
        try:
            channel = channel_for(settings, clock)
        except ExtraMissing as error:
            yield Finding("", f"channel {name}", "library", Checked.FAILED, str(error))
            continue
        for check in [*await channel.check(), await reached(settings)]:
            yield Finding("", f"channel {name}", clean(check.name, 100), check.state, clean(check.text, 400))
    if notify.templates:
        _, faults = await asyncio.to_thread(load_templates, Path(notify.templates))
        for fault in faults:
            yield Finding("", "templates", fault.path, Checked.FAILED, clean(str(fault), 400))
    for audience in Audience:
        if audience is not Audience.CUSTOMERS and not notify.channels_of(audience):
            text = "no channel reaches them: nobody there is told"
            yield Finding("", "audience", audience.value, Checked.UNKNOWN, text)


def _logs(bot: str, settings: BotSettings) -> list[Finding]:
    found: list[Finding] = []
    for pattern in settings.log:
        # Patterns are absolute, with magic anywhere in them.
        paths = glob.glob(pattern, recursive=True) if glob.has_magic(pattern) else [pattern]  # noqa: PTH207
        if not paths:
            found.append(Finding(bot, "log", pattern, Checked.UNKNOWN, "no file yet; it is watched for"))
        for path in paths[:20]:
            if not os.path.exists(path):  # noqa: PTH110  the config's words
                found.append(Finding(bot, "log", path, Checked.UNKNOWN, "does not exist yet; it is watched for"))
            elif os.access(path, os.R_OK):
                found.append(Finding(bot, "log", path, Checked.OK, "can be read"))
            else:
                advice = "give the engine's account the right to read it"
                found.append(Finding(bot, "log", path, Checked.FAILED, f"cannot be read by this account: {advice}"))
    return found


async def _parts(bot: str, settings: BotSettings, clock: Clock) -> AsyncIterator[Finding]:
    try:
        adapters, probes = adapters_for(bot, settings, clock), probes_for(settings, clock)
    except ExtraMissing as error:
        yield Finding(bot, "adapter", "library", Checked.FAILED, str(error))
        return
    if not adapters:
        text = f"only snapshot can be done: the config has no [bots.{bot}.contain] (docs/config.md)"
        yield Finding(bot, "adapter", "none", Checked.UNKNOWN, clean(text, 400))
    for adapter in adapters:
        async for finding in _adapter(bot, adapter):
            yield finding
    verbs = [verb for verb in Verb if any(verb in adapter.verbs() for adapter in adapters)]
    for verb in verbs:
        judges = [probe for probe in probes if probe.judges(verb)]
        if not judges:
            advice = f'no probe judges it: name one with verbs = ["{verb}"], or it can never be called held'
            yield Finding(bot, "proof", verb, Checked.FAILED, advice)
        for probe in judges:
            yield await _look(bot, probe, verb, clock)


async def _adapter(bot: str, adapter: Containment) -> AsyncIterator[Finding]:
    needs = adapter.needs()
    for verb in (verb for verb in Verb if verb in adapter.verbs()):
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                checks = await fenced(adapter.check(verb))
        except (TimeoutError, AdapterFailed, AdapterAmbiguous) as error:
            text = str(error) or f"no answer within {_TIMEOUT_S:.0f} s"
            yield Finding(bot, f"adapter {adapter.kind}", verb, Checked.FAILED, text, needs)
            needs = []
            continue
        for check in checks:
            name = f"{verb}: {check.name}"
            yield Finding(bot, f"adapter {adapter.kind}", clean(name, 100), check.state, clean(check.text, 400), needs)
            needs = []


async def _look(bot: str, probe: Probe, verb: Verb, clock: Clock) -> Finding:
    sample = await looked(probe, verb, clock)
    told = clean(f"{sample.sent} -> {sample.got}".strip(), 400)
    match sample.verdict:
        case Verdict.OPEN:
            return Finding(bot, "proof", verb, Checked.OK, f"sees the bot at work: {told}")
        case Verdict.CONTAINED:
            advice = "sees it contained although nothing was done: it could not prove this verb"
            return Finding(bot, "proof", verb, Checked.FAILED, f"{advice}: {told}")
        case Verdict.UNKNOWN:
            return Finding(bot, "proof", verb, Checked.FAILED, f"cannot tell: {told}")
