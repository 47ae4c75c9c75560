"""The reading of processes, against what another library and the kernel say."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

import psutil
import pytest

from tests.adapters.contain.rig_cgroup import own_cgroup
from tests.adapters.contain.rigs import forking_bot
from tests.waiting import wait_until
from warroom.adapters.probe import process_reading as reading
from warroom.adapters.probe.process_reading import Unreadable


def test_a_process_is_read_as_another_library_reads_it() -> None:
    ours, theirs = reading.everybody()[os.getpid()], psutil.Process()
    assert (ours.ppid, ours.group, ours.session) == (theirs.ppid(), os.getpgrp(), os.getsid(0))
    assert ours.name == theirs.name()
    assert abs(ours.started - theirs.create_time()) < 1.1
    used = theirs.cpu_times()
    assert abs(ours.cpu_ticks / os.sysconf("SC_CLK_TCK") - used.user - used.system) < 1.0
    assert not ours.stopped


def test_who_ended_and_waits_to_be_reaped_is_nobody() -> None:
    with subprocess.Popen(["/bin/true"]) as process:
        wait_until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE)
        assert process.pid not in reading.everybody()


def test_a_family_keeps_those_who_lost_their_parent(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        workers = set(bot.workers())
        assert set(reading.family([bot.process.pid], reading.everybody())) == {bot.process.pid, *workers}
        bot.process.kill()
        bot.process.wait()
        assert set(reading.family([bot.process.pid], reading.everybody())) == workers


def test_who_looks_and_who_started_it_are_not_found_by_their_words() -> None:
    mark = uuid.uuid4().hex
    script = (
        "import sys\n"
        "from warroom.adapters.probe import process_reading as reading\n"
        "print(len(reading.named(sys.argv[1], reading.everybody())))\n"
    )
    # The shell stands above the look and has the words too; it must not end before it.
    asked = ["/bin/sh", "-c", '"$0" -c "$1" "$2"; true', sys.executable, script, mark]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "0\n"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", mark]) as other:
        wait_until(lambda: mark in " ".join(psutil.Process(other.pid).cmdline()))
        assert set(reading.named(mark, reading.everybody())) == {other.pid}
        other.kill()


def test_a_pidfile_says_who_and_since_when(tmp_path: Path) -> None:
    pidfile = tmp_path / "pid"
    assert reading.pid_of(pidfile) is None
    pidfile.write_text(" 4711 \nmore")
    os.utime(pidfile, (5.0, 5.0))
    assert reading.pid_of(pidfile) == (4711, 5.0)
    with pytest.raises(Unreadable, match="cannot be read"):
        reading.pid_of(tmp_path / ("a" * 300))


def test_a_cgroup_is_named_from_its_mount_or_by_its_whole_path() -> None:
    with own_cgroup() as group:
        assert reading.cgroup_folder(group.name) == group.folder == reading.cgroup_folder(str(group.folder))
        for odd in ("/", str(group.folder.parent), "/a/../b"):
            with pytest.raises(Unreadable, match="no cgroup of a bot"):
                reading.cgroup_folder(odd)
        (group.folder / "a" / "b").mkdir(parents=True)
        with subprocess.Popen(["/bin/sleep", "600"]) as process:
            (group.folder / "a" / "b" / "cgroup.procs").write_text(str(process.pid))
            assert reading.pids_in(group.folder) == [process.pid]
            assert reading.pids_in(group.folder / "a" / "gone") is None
            assert not reading.frozen(process.pid)
            group.freeze(True)
            assert reading.frozen(process.pid)
            group.freeze(False)
            process.kill()


def test_a_cgroup_below_nothing_tells_nothing() -> None:
    with own_cgroup() as group, pytest.raises(Unreadable, match="nor the cgroup above"):
        reading.pids_in(group.folder / "a" / "b")
