"""Which process a plan means: read from the pidfile, written into the plan, checked against it before it is touched."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

import msgspec

from warroom.adapters.contain import process_tree as tree
from warroom.adapters.contain.process_tree import Process
from warroom.core.clean import clean
from warroom.core.model import Plan
from warroom.core.moments import utc_text
from warroom.core.ports import AdapterFailed, Check, Checked

_PIDFILE_LIMIT = 64
_STALE_S = 2.0
_TOGETHER_S = 60
_SHOWN = 20
_ROOT = re.compile(r"pid (\d+) .*\(started [^)]*, tick (\d+) of boot ([0-9a-f-]+)\)", re.DOTALL)


class Identity(msgspec.Struct, frozen=True):
    """Which process a plan means."""

    pid: int
    start_ticks: int
    boot: str
    exact: list[str]
    """The lines of the plan that say so: pid, name and start; program."""


def identify(pidfile: Path) -> Identity:
    """Return the process of the pidfile; AdapterFailed when it is not there, another one, or ours."""
    pid, written = _read_pidfile(pidfile)
    process = tree.read_process(pid)
    if process is None or not tree.is_alive(process):
        raise AdapterFailed(f"pid {pid} of {pidfile} has ended or never was; is the bot up?")
    _refuse_own(process)
    started = tree.start_time(process)
    if started > written + _STALE_S:
        advice = f"when it is the bot, do: touch {pidfile}"
        raise AdapterFailed(f"pid {pid} is younger than {pidfile}: the file is stale; {advice}")
    return _identity(process, started)


def members_of(identity: Identity) -> list[str]:
    """Return the process and those below it that began with it, each as pid and start, the first by name. Blocking.

    Workers that came later come and go: they are hit too, but naming them would make every plan another one. So would
    the names of workers: they give themselves other ones at will, and a bot could keep every plan from being confirmed.
    """
    root = tree.read_process(identity.pid)
    members = [] if root is None else tree.below(root)
    until = identity.start_ticks + _TOGETHER_S * os.sysconf("SC_CLK_TCK")
    first, booted = [one for one in members if one.start_ticks <= until], tree.boot_time()
    starts = [utc_text(tree.start_time(one, booted)) for one in first[:_SHOWN]]
    names = [f" {one.name}" if one.pid == identity.pid else "" for one in first]
    told = [clean(f"pid {one.pid}{name} (started {at})") for one, name, at in zip(first, names, starts, strict=False)]
    return told + ([f"and {len(first) - _SHOWN} more"] if len(first) > _SHOWN else [])


def named_by(plan: Plan) -> Identity:
    """Return the process that a plan names, whether or not it is there; AdapterFailed when it names none."""
    match = _ROOT.fullmatch(plan.exact[0]) if len(plan.exact) > 1 else None
    if match is None:
        raise AdapterFailed("the plan names no process")
    return Identity(int(match[1]), int(match[2]), match[3], plan.exact[:2])


def of_plan(plan: Plan) -> Identity:
    """Return the process that a plan names; AdapterFailed when it names none, or one of a former boot."""
    identity = named_by(plan)
    if identity.boot != tree.boot_id():
        raise AdapterFailed(f"the host was started again since; pid {identity.pid} of the plan ended with that boot")
    return identity


def planned(plan: Plan) -> Identity:
    """Return the plan's process; AdapterFailed unless it is still the same program of the same start."""
    identity = of_plan(plan)
    process = tree.read_process(identity.pid)
    if process is None or not tree.is_alive(process):
        raise AdapterFailed(f"pid {identity.pid} ended since the plan was made")
    if process.start_ticks != identity.start_ticks:
        raise AdapterFailed(f"pid {identity.pid} belongs to another process now: {process.name}")
    _refuse_own(process)
    if _identity(process, tree.start_time(process)).exact[1] != identity.exact[1]:
        raise AdapterFailed(f"pid {identity.pid} runs another program now: {process.name}")
    return identity


def may_signal(identity: Identity) -> Check:
    """Ask the kernel whether this account may signal it (signal 0)."""
    try:
        os.kill(identity.pid, 0)
    except PermissionError:
        advice = "run the engine as the bot's account or with CAP_KILL"
        return Check("right to signal", Checked.FAILED, f"the kernel refuses signals to pid {identity.pid}; {advice}")
    except ProcessLookupError:
        return Check("right to signal", Checked.FAILED, f"pid {identity.pid} ended meanwhile")
    return Check("right to signal", Checked.OK, f"pid {identity.pid} may be signalled")


def refuse_members(members: Iterable[Process]) -> None:
    """Raise AdapterFailed when this engine, or what runs it, is among them."""
    own = tree.own_line()
    inside = [process.pid for process in members if process.pid in own]
    if inside:
        raise AdapterFailed(f"this engine belongs to the tree (pid {inside[0]}); it is never touched")


def running_now(pidfile: Path, before: Identity) -> Process | None:
    """Return the bot that the pidfile names now, unless it is the one from before; None when there is none."""
    try:
        now = identify(pidfile)
    except AdapterFailed:
        return None
    if (now.pid, now.start_ticks) == (before.pid, before.start_ticks):
        return None
    return tree.read_process(now.pid)


def _read_pidfile(path: Path) -> tuple[int, float]:
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            found = os.fstat(file)
            content = os.read(file, _PIDFILE_LIMIT) if stat.S_ISREG(found.st_mode) else b""
        finally:
            os.close(file)
    except OSError as error:
        raise AdapterFailed(f"the pidfile {path} cannot be read: {error.strerror}") from error
    words = content.split()
    if not words or not words[0].isdigit() or int(words[0]) < 1:
        raise AdapterFailed(f"the pidfile {path} holds no pid")
    return int(words[0]), found.st_mtime


def _identity(process: Process, started: float) -> Identity:
    pid = process.pid
    try:
        program = tree.executable(pid)
    except OSError as error:
        raise AdapterFailed(f"the program of pid {pid} cannot be read: {error.strerror}") from error
    boot = tree.boot_id()
    born = f"(started {utc_text(started)}, tick {process.start_ticks} of boot {boot})"
    who = clean(f"pid {pid} {process.name} [{tree.command_line(pid)}] {born}")
    return Identity(pid, process.start_ticks, boot, [who, clean(f"program {program}")])


def _refuse_own(process: Process) -> None:
    if process.pid == 1:
        raise AdapterFailed("pid 1 is the host itself; it is never touched")
    if process.pid in tree.own_line():
        raise AdapterFailed(f"pid {process.pid} is this engine or runs it; it is never touched")
