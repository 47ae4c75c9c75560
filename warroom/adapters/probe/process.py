"""Looks at the bot's processes on this host: whether any of them runs, or is there at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import msgspec

from warroom.adapters.probe import process_reading as reading
from warroom.adapters.probe.process_reading import Member, Unreadable
from warroom.core.clean import clean
from warroom.core.counted import counted
from warroom.core.model import Sample, Verb, Verdict
from warroom.core.ports import Clock
from warroom.core.settings_probe import ProcessProbe

_SHOWN = 8
_READINGS = 10


class _Found(msgspec.Struct, frozen=True):
    """The bot's processes at one moment, and what makes them an unsure answer."""

    members: dict[int, Member]
    doubt: str = ""
    """Why nobody in `members` does not mean that the bot is gone; empty when it does."""


class ProcessLook:
    """Reads twice, `interval_s` apart.

    freeze: contained when there are processes, each of their threads is stopped or its cgroup frozen, none is new and
    none used processor time between the readings. stop: contained when there are none, also under the pid that the
    pidfile names now. Whatever runs is open. A bot that is gone is not frozen: that is UNKNOWN.
    """

    def __init__(self, name: str, settings: ProcessProbe, clock: Clock) -> None:
        self.samples = settings.samples
        self._name = name
        self._settings = settings
        self._clock = clock

    def judges(self, verb: Verb) -> bool:
        """The verbs that its settings name."""
        return verb in self._settings.verbs

    def describe(self, verb: Verb) -> str:
        """Return what is looked at and what it means, in words."""
        wanted = "no process means" if verb is Verb.STOP else "none that runs or used processor time means"
        meaning = f"{wanted} contained, one that runs open ({self.samples} looks)"
        return clean(f"{self._name}: {self._asked()}: {meaning}")

    async def look(self, verb: Verb) -> Sample:
        """Read twice and judge."""
        try:
            before = await asyncio.to_thread(self._read)
            await self._clock.sleep(self._settings.interval_s)
            after = await asyncio.to_thread(self._read)
            verdict, got = await asyncio.to_thread(_judged, verb, before, after)
        except Unreadable as error:
            verdict, got = Verdict.UNKNOWN, str(error)
        return Sample(self._clock.now(), verdict, clean(self._asked()), clean(got, 400))

    def _read(self) -> _Found:
        """Read the processes, and again when the pidfile changed meanwhile: it names one that was born since."""
        pidfile = Path(self._settings.pidfile) if self._settings.pidfile and not self._settings.cgroup else None
        for _ in range(_READINGS):
            before = reading.pid_of(pidfile) if pidfile else None
            found = self._read_once(before)
            if pidfile is None or reading.pid_of(pidfile) == before:
                return found
        raise Unreadable(f"{self._settings.pidfile} is written anew all the time")

    def _read_once(self, named: tuple[int, float] | None) -> _Found:
        everybody = reading.everybody()
        text = self._settings.command_line
        members = reading.named(text, everybody) if text else {}
        if self._settings.cgroup:
            inside = reading.pids_in(reading.cgroup_folder(self._settings.cgroup))
            return _Found(members | {pid: everybody[pid] for pid in inside or () if pid in everybody})
        if not self._settings.pidfile:
            return _Found(members)
        if named is None:
            return _Found(members, "" if text else f"{self._settings.pidfile} is gone, and nothing else names the bot")
        pid, written = named
        root = everybody.get(pid)
        if root is not None and reading.younger(root.started, written) and pid not in members:
            stale = f"pid {pid} {root.name} is younger than {self._settings.pidfile}: nobody knows if it is the bot"
            return _Found(members, "" if text else stale)
        return _Found(members | reading.family([pid], everybody))

    def _asked(self) -> str:
        settings = self._settings
        ways = {
            f"the tree of {settings.pidfile}": settings.pidfile,
            f"the cgroup {settings.cgroup}": settings.cgroup,
            f"all with {settings.command_line!r} in their command line": settings.command_line,
        }
        return "read " + " and ".join(text for text, wanted in ways.items() if wanted)


def _judged(verb: Verb, before: _Found, after: _Found) -> tuple[Verdict, str]:
    alive = list(after.members.values())
    if not alive and after.doubt:
        return Verdict.UNKNOWN, after.doubt
    if verb is Verb.STOP:
        if alive:
            return Verdict.OPEN, f"{counted(len(alive), 'process', 'processes')}: {_shown(alive)}"
        return Verdict.CONTAINED, "no process is left"
    if not alive:
        return Verdict.UNKNOWN, "there is no process: it ended, which is not what was asked for"
    used = {(one.pid, one.start_ticks): one.cpu_ticks for one in before.members.values()}
    at_work = [
        one
        for one in alive
        if one.cpu_ticks > used.get((one.pid, one.start_ticks), -1) or not (one.stopped or reading.frozen(one.pid))
    ]
    if at_work:
        return Verdict.OPEN, f"at work: {_shown(at_work)}"
    return (
        Verdict.CONTAINED,
        f"{counted(len(alive), 'process', 'processes')} stand{'s' if len(alive) == 1 else ''} still: {_shown(alive)}",
    )


def _shown(members: Iterable[Member]) -> str:
    told = [f"{one.pid} {one.name} {''.join(sorted(one.states))}" for one in members]
    return ", ".join(told[:_SHOWN]) + (f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else "")
