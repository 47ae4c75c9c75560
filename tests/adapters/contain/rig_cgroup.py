"""A cgroup of version 2 that belongs to one test, and bots inside it."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.contain.rigs import ForkingBot, forking_bot
from tests.waiting import wait_until


def cgroup_mount() -> Path:
    """Return where cgroup2 is mounted; skip the test where it is not, or may not be written."""
    for fields in (line.split() for line in Path("/proc/self/mounts").read_text().splitlines()):
        if fields[2] == "cgroup2":
            if not os.access(fields[1], os.W_OK):
                pytest.skip(f"cgroup2 at {fields[1]} may not be written by this account")
            return Path(fields[1])
    pytest.skip("no cgroup2 is mounted on this host")


class OwnCgroup:
    """A cgroup of a test."""

    def __init__(self, mount: Path) -> None:
        self.name = f"/warroom-test-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self.folder = mount / self.name[1:]

    def take(self, *pids: int) -> None:
        """Move processes into it."""
        for pid in pids:
            (self.folder / "cgroup.procs").write_text(f"{pid}\n")

    def pids(self) -> list[int]:
        """Who is in it and below."""
        files = [self.folder / "cgroup.procs", *self.folder.rglob("*/cgroup.procs")]
        return [int(pid) for file in files for pid in file.read_text().split()]

    def freeze(self, wanted: bool) -> None:
        """Freeze or thaw it without the code under test."""
        (self.folder / "cgroup.freeze").write_text(f"{int(wanted)}\n")
        wait_until(lambda: f"frozen {int(wanted)}" in (self.folder / "cgroup.events").read_text())

    def below(self, name: str) -> Path:
        """Make a cgroup in it and return its folder."""
        (self.folder / name).mkdir()
        return self.folder / name

    def kill(self) -> None:
        """End all in it without the code under test."""
        (self.folder / "cgroup.kill").write_text("1\n")
        wait_until(lambda: "populated 0" in (self.folder / "cgroup.events").read_text())

    def remove(self) -> None:
        """Take it away with all cgroups below it; nobody may be in them."""
        for folder in sorted((path.parent for path in self.folder.rglob("cgroup.procs")), reverse=True):
            folder.rmdir()


@contextlib.contextmanager
def own_cgroup() -> Iterator[OwnCgroup]:
    """Make a cgroup and take it away with all in it."""
    group = OwnCgroup(cgroup_mount())
    group.folder.mkdir()
    try:
        if not (group.folder / "cgroup.freeze").exists():
            pytest.skip("this Linux has no cgroup.freeze")
        yield group
    finally:
        if group.folder.exists():
            group.kill()
            group.remove()


@contextlib.contextmanager
def bot_in_cgroup(folder: Path, *, workers: int = 2) -> Iterator[tuple[OwnCgroup, ForkingBot]]:
    """Run the pre-forking server in a cgroup of its own."""
    with own_cgroup() as group, forking_bot(folder, workers=workers) as bot:
        group.take(bot.process.pid, *bot.workers())
        # Whoever ends the bot by its process group cannot end what is frozen.
        try:
            yield group, bot
        finally:
            if group.folder.exists():
                group.freeze(False)


@contextlib.contextmanager
def held_by_version_1(*pids: int) -> Iterator[None]:
    """Hold processes by the freezer of version 1: they come to no stand of version 2, and end by no signal."""
    freezer = Path("/sys/fs/cgroup/freezer")
    if not os.access(freezer / "cgroup.procs", os.W_OK):
        pytest.skip("no freezer of cgroup version 1 that this account may use")
    group = freezer / f"warroom-test-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    group.mkdir()
    try:
        for pid in pids:
            (group / "cgroup.procs").write_text(str(pid))
        (group / "freezer.state").write_text("FROZEN")
        wait_until(lambda: (group / "freezer.state").read_text() == "FROZEN\n")
        yield
    finally:
        (group / "freezer.state").write_text("THAWED")
        for left in (group / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                (freezer / "cgroup.procs").write_text(left)
        wait_until(lambda: not (group / "cgroup.procs").read_text())
        group.rmdir()
