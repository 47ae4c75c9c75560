"""What a bot's processes are and hold, as evidence, for a bot that no adapter can take it of.

Who they are is known from its probes: the pidfile, the cgroup, the command line of a `process` probe; the unit of the
systemd adapter; and, where nothing else is known, who listens at the address on this host that a probe asks.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import socket
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from warroom.adapters.contain.process_state import ProcessState, measured
from warroom.adapters.contain.process_tree import (
    Process,
    all_processes,
    below,
    is_alive,
    read_process,
    start_time,
    tree_of,
)
from warroom.adapters.contain.socket_diag import listening
from warroom.adapters.probe import process_reading as reading
from warroom.adapters.probe.process_reading import Unreadable
from warroom.core.clean import clean
from warroom.core.counted import counted
from warroom.core.ports import AdapterFailed
from warroom.core.settings import BotSettings
from warroom.core.settings_probe import ProcessProbe, TcpProbe

_PROC = Path("/proc")
Found = dict[int, Process]
Way = Callable[[], Found]
"""Returns the bot's processes; Unreadable where it cannot tell."""


class Seen(msgspec.Struct, frozen=True):
    """The content of the evidence."""

    named_by: dict[str, str]
    """Each way by which the bot's processes were looked for, and what came of it."""
    processes: list[ProcessState]


class ProcessWitness:
    """Reads the processes that `ways` name, with their open connections; changes nothing."""

    kind = "processes"

    def __init__(self, bot: str, ways: Mapping[str, Way]) -> None:
        self._bot = bot
        self._ways = ways

    async def snapshot(self) -> list[tuple[str, bytes]]:
        """Return the processes as JSON; AdapterFailed when the processes of this host cannot be read."""
        try:
            seen = await asyncio.to_thread(self._seen)
        except Unreadable as error:
            raise AdapterFailed(clean(str(error))) from error
        return [(f"{self._bot}-processes.json", msgspec.json.format(msgspec.json.encode(seen), indent=1))]

    async def prepare(self) -> None:
        """Look once, so that who listens is known when it counts; what cannot be told now is told then."""
        with contextlib.suppress(Unreadable):
            await asyncio.to_thread(self._look)

    def _seen(self) -> Seen:
        named_by, members = self._look()
        return Seen(named_by, measured([members[pid] for pid in sorted(members)]))

    def _look(self) -> tuple[dict[str, str], Found]:
        if _hidden():
            raise Unreadable("the processes of other accounts are hidden from this one (hidepid of /proc)")
        named_by: dict[str, str] = {}
        members: Found = {}
        for name, way in self._ways.items():
            try:
                found = {pid: one for pid, one in way().items() if is_alive(one)}
                named_by[clean(name)] = counted(len(found), "process", "processes")
                members |= found
            except Unreadable as error:
                named_by[clean(name)] = clean(str(error))
        return named_by, members


def _hidden() -> bool:
    """Whether /proc shows not even the first process: one that may not be read (hidepid=1), or none at all."""
    try:
        return read_process(1) is None
    except PermissionError:
        return True


def witness_for(bot: str, settings: BotSettings) -> ProcessWitness | None:
    """Return who can tell of a bot's processes; None where an adapter does, or nothing names them."""
    contain = settings.contain
    if contain.process is not None or contain.cgroup is not None:
        return None
    ways: dict[str, Way] = {}
    for probe in settings.probes.values():
        if isinstance(probe, ProcessProbe):
            ways |= _of_probe(probe)
    if contain.systemd is not None:
        unit = contain.systemd.unit
        ways[f"the unit {unit}"] = lambda: _in_unit(unit)
    if not ways:
        asked = [] if settings.probe is None else [*(settings.probe.instances or [settings.probe.url])]
        asked += [f"//{one.address}" for one in settings.probes.values() if isinstance(one, TcpProbe)]
        for text in dict.fromkeys(asked):
            if (address := _here(text)) is not None:
                ways[f"who listens on {address[0]} port {address[1]}"] = _listener(*address)
    return ProcessWitness(bot, ways) if ways else None


def _of_probe(probe: ProcessProbe) -> dict[str, Way]:
    ways: dict[str, Way] = {}
    if probe.pidfile:
        ways[f"the pidfile {probe.pidfile}"] = lambda: _under(Path(probe.pidfile))
    if probe.cgroup:
        ways[f"the cgroup {probe.cgroup}"] = lambda: _in_cgroup(probe.cgroup)
    if probe.command_line:
        text = probe.command_line
        ways[f"{text!r} in the command line"] = lambda: reading.named(text, _everybody())
    return ways


def _everybody() -> Found:
    return {one.pid: one for one in all_processes()}


def _under(pidfile: Path) -> Found:
    named = reading.pid_of(pidfile)
    if named is None:
        raise Unreadable(f"{pidfile} is not there")
    root = read_process(named[0])
    if root is not None and reading.younger(start_time(root), named[1]):
        raise Unreadable(f"pid {named[0]} {root.name} is younger than {pidfile}: nobody knows if it is the bot")
    return {one.pid: one for one in tree_of(named[0], root.start_ticks if root else 0)}


def _in_cgroup(name: str) -> Found:
    inside = reading.pids_in(reading.cgroup_folder(name))
    if inside is None:
        raise Unreadable("there is no such cgroup")
    return {one.pid: one for pid in inside if (one := read_process(pid)) is not None}


def _in_unit(unit: str) -> Found:
    """Return the processes whose cgroup is the unit's, or below it, in any hierarchy."""
    found: Found = {}
    for pid, process in _everybody().items():
        with contextlib.suppress(OSError):
            lines = (_PROC / str(pid) / "cgroup").read_text("utf-8", "replace").splitlines()
            if any(unit in line.split(":", 2)[-1].split("/") for line in lines):
                found[pid] = process
    return found


def _here(url: str) -> tuple[str, int] | None:
    """Return the address of a URL as literal and port, when it is one of this host; names but localhost are not."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
        host = "127.0.0.1" if parts.hostname == "localhost" else str(ipaddress.ip_address(parts.hostname or ""))
    except ValueError:
        return None
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as trial:
        try:
            trial.bind((host, 0))
        except OSError:
            return None
    return (host, port) if port else None


def _listener(host: str, port: int) -> Way:
    known: list[int] = []

    def way() -> Found:
        try:
            owners = listening(host, port)
        except OSError as error:
            raise Unreadable(f"the kernel does not say who listens: {error.strerror}") from error
        # Who held it the last time does so still, in most cases: to look into every process takes milliseconds.
        known[:] = [pid for pid in known if _holds(pid, owners)] or [pid for pid in _everybody() if _holds(pid, owners)]
        if not known:
            raise Unreadable("nobody who may be seen listens there")
        return _around(known)

    return way


def _around(pids: Iterable[int]) -> Found:
    """Return these processes, those above them in their session, and all that these started."""
    found: Found = {}
    for process in [one for pid in pids if (one := read_process(pid)) is not None]:
        first, above = process, read_process(process.ppid)
        while above is not None and above.session == process.session:
            first, above = above, read_process(above.ppid)
        if first.pid not in found:
            found |= {one.pid: one for one in (*below(first), process)}
    return found


def _holds(pid: int, owners: Mapping[int, int]) -> bool:
    """Whether a process holds one of these sockets (inode → uid); only those of the same accounts are looked into."""
    folder = f"/proc/{pid}"
    try:
        # A socket keeps the account that made it; root may have given its own up since.
        if os.stat(folder).st_uid not in {*owners.values()} and 0 not in owners.values():  # noqa: PTH116  thousands
            return False
        for name in os.listdir(f"{folder}/fd"):  # noqa: PTH208  names suffice
            with contextlib.suppress(FileNotFoundError):
                target = os.readlink(f"{folder}/fd/{name}")  # noqa: PTH115  the link's text, not a path
                if target.startswith("socket:[") and int(target[8:-1]) in owners:
                    return True
    except OSError:
        return False
    return False
