"""Start a bot again that was stopped: the configured argument list, no shell, a session of its own, its old account.

What is started carries the id of the action in its environment. By that, and by the pidfile, a second call sees that
the first one has done it, also after a restart of the engine.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec

from warroom.adapters.contain import process_tree as tree
from warroom.adapters.contain.command import PATH
from warroom.adapters.contain.command_argv import examined, shown
from warroom.adapters.contain.process_target import Identity, running_now
from warroom.adapters.contain.process_tree import Process
from warroom.core.clean import clean
from warroom.core.model import Plan
from warroom.core.ports import AdapterFailed, Clock

_MARK = "WARROOM_ACTION"
_STEP_S = 0.02


class Start(msgspec.Struct, frozen=True):
    """What a plan binds for the release: what is started, and as whom."""

    argv: list[str]
    sha256: str
    """Of the program."""
    uid: int
    gid: int
    groups: list[int]
    umask: int

    @property
    def line(self) -> str:
        """It in words."""
        whom = f"as uid {self.uid}, gid {self.gid}"
        return clean(
            f"{shown(self.argv)} {whom}, in /, in a session of its own; {self.argv[0]} has sha256 {self.sha256}"
        )


def start_for(argv: Sequence[str], pid: int) -> Start:
    """Return how the bot of `pid` is started again; AdapterFailed when the program cannot be used, or not as it."""
    try:
        status = (Path("/proc") / str(pid) / "status").read_text("utf-8", "replace")
    except OSError as error:
        raise AdapterFailed(f"pid {pid} ended meanwhile") from error
    fields = {name: value.split() for name, _, value in (line.partition(":") for line in status.splitlines())}
    uid, gid = int(fields["Uid"][1]), int(fields["Gid"][1])
    if os.geteuid() not in (0, uid):
        raise AdapterFailed(f"the bot runs as uid {uid}; only root or that account can start it again")
    groups = [int(group) for group in fields["Groups"]]
    umask = int(fields["Umask"][0], 8) if "Umask" in fields else 0o022
    return Start(list(argv), examined(argv[0]), uid, gid, groups, umask)


def kept_start(plan: Plan) -> Start:
    """Return what the plan says about starting; AdapterFailed when it can start nothing."""
    if not plan.restore:
        raise AdapterFailed("no start is configured: a stop cannot be undone from here; start the bot by hand")
    try:
        return msgspec.json.decode(plan.restore, type=Start)
    except msgspec.DecodeError as error:
        raise AdapterFailed("the plan does not say what to start") from error


def already_running(pidfile: Path, before: Identity, key: str) -> Process | None:
    """Return the bot when it is up: never ended, or started since by this action or by anybody. Blocking.

    Raises AdapterFailed when something of the tree that was stopped is left without its first process.
    """
    left = tree.tree_of(before.pid, before.start_ticks) if before.boot == tree.boot_id() else []
    if left and left[0].pid != before.pid:
        raise AdapterFailed(clean(f"pid {left[0].pid} {left[0].name} of the stopped bot is left; end it first"))
    return left[0] if left else _marked(key) or running_now(pidfile, before)


def start(kept: Start, key: str) -> subprocess.Popen[bytes]:
    """Start it and return without waiting; AdapterFailed when it cannot be started. Blocking."""
    if examined(kept.argv[0]) != kept.sha256:
        raise AdapterFailed(clean(f"{kept.argv[0]} is not the program that the plan names: its content changed"))
    as_root = os.geteuid() == 0
    try:
        process = subprocess.Popen(
            kept.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": PATH, "LANG": "C.UTF-8", _MARK: key},
            start_new_session=True,
            umask=kept.umask,
            user=kept.uid if as_root else None,
            group=kept.gid if as_root else None,
            extra_groups=kept.groups if as_root else None,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise AdapterFailed(clean(f"{shown(kept.argv)} cannot be started: {error}; nothing was done")) from error
    # Somebody has to take its exit code once it ends, or it stays a zombie for as long as the engine runs.
    threading.Thread(target=process.wait, name="started-bot", daemon=True).start()
    return process


async def settled(process: subprocess.Popen[bytes], clock: Clock, within_s: float) -> str:
    """Watch what was started for a while and return how it does; AdapterFailed when it ended with a fault."""
    deadline = clock.monotonic() + within_s
    while process.returncode is None and clock.monotonic() < deadline:
        await clock.sleep(_STEP_S)
    match process.returncode:
        case None:
            return f"pid {process.pid} runs"
        case 0:
            return f"pid {process.pid} ended well, as a program does that starts others"
        case code:
            raise AdapterFailed(f"what was started ended at once with {code}: the bot is not back; see its own log")


def _marked(key: str) -> Process | None:
    wanted = f"{_MARK}={key}".encode()
    for name in os.listdir("/proc"):  # noqa: PTH208  names suffice
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            words = (Path("/proc") / name / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        process = tree.read_process(int(name)) if wanted in words else None
        if process is not None and tree.is_alive(process):
            return process
    return None
