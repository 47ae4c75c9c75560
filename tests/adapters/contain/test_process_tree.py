"""Processes as /proc shows them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from tests.adapters.contain.rigs import forking_bot
from tests.waiting import wait_until
from warroom.adapters.contain import process_tree as tree
from warroom.adapters.contain.process_tree import Process


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield process
        process.kill()


def read(pid: int) -> Process:
    process = tree.read_process(pid)
    assert process is not None
    return process


def test_a_process_is_read_as_another_library_reads_it(child: subprocess.Popen[bytes]) -> None:
    ours, theirs = read(child.pid), psutil.Process(child.pid)
    assert (ours.ppid, ours.name) == (theirs.ppid(), theirs.name())
    assert ours.session == os.getsid(child.pid)
    assert abs(tree.start_time(ours) - theirs.create_time()) < 1.1
    assert abs(tree.start_time(ours) - time.time()) < 30
    assert tree.executable(child.pid) == theirs.exe()
    assert tree.command_line(child.pid) == " ".join(theirs.cmdline())


def test_a_pid_that_nobody_has_is_nobody() -> None:
    beyond = int(Path("/proc/sys/kernel/pid_max").read_text()) + 1
    assert tree.read_process(beyond) is None
    assert tree.command_line(beyond) == ""


def test_a_name_with_brackets_and_spaces_does_not_confuse_the_reading(tmp_path: Path) -> None:
    program = tmp_path / "a) R 1 (b"
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([str(program), "600"]) as process:
        wait_until(lambda: read(process.pid).name == "a) R 1 (b")
        assert read(process.pid).ppid == os.getpid()
        process.kill()


def test_a_tree_is_its_root_then_the_workers(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        root = read(bot.process.pid)
        found = tree.tree_of(root.pid, root.start_ticks)
        assert [process.pid for process in found] == [root.pid, *sorted(bot.workers())]
        assert tree.tree_of(root.pid, root.start_ticks - 1) == []


def test_a_signal_reaches_the_very_process_or_nobody(child: subprocess.Popen[bytes]) -> None:
    process = read(child.pid)
    other = msgspec.structs.replace(process, start_ticks=process.start_ticks - 1)
    assert not tree.send(other, signal.SIGSTOP)
    assert tree.send(process, signal.SIGSTOP)
    wait_until(lambda: tree.is_stopped(process))
    assert tree.send(process, signal.SIGCONT)
    wait_until(lambda: not tree.is_stopped(process))
    child.kill()
    child.wait()
    assert not tree.send(process, signal.SIGSTOP)


def test_stopping_down_takes_the_children_along(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        got = tree.stop_down(read(bot.process.pid))
        assert {process.pid for process in got} == {bot.process.pid, *bot.workers()}
        wait_until(lambda: bot.states() == ["T", "T", "T"])


def test_a_process_whose_first_thread_ended_is_still_alive() -> None:
    script = (
        "import ctypes, threading, time\n"
        "threading.Thread(target=time.sleep, args=(600,)).start()\n"
        "ctypes.CDLL(None).pthread_exit(None)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: read(process.pid).state == "Z" or process.poll() is not None)
        assert process.poll() is None
        assert tree.is_alive(read(process.pid))
        assert not tree.is_stopped(read(process.pid))
        assert tree.send(read(process.pid), signal.SIGSTOP)
        wait_until(lambda: tree.is_stopped(read(process.pid)))
        process.kill()


def test_who_ended_does_not_stand_still(child: subprocess.Popen[bytes]) -> None:
    process = read(child.pid)
    assert not tree.stands(process)
    child.send_signal(signal.SIGSTOP)
    wait_until(lambda: tree.stands(process))
    child.kill()
    wait_until(lambda: read(child.pid).state == "Z")
    assert not tree.stands(process)
    assert tree.is_stopped(process)


def test_a_zombie_is_not_alive(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    wait_until(lambda: read(child.pid).state == "Z")
    assert not tree.is_alive(read(child.pid))


def test_the_own_line_reaches_from_this_process_to_the_first() -> None:
    line = tree.own_line()
    assert {1, os.getpid(), os.getppid()} <= line


def test_below_a_process_are_those_that_it_started_and_they_started(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as bot:
        root = tree.read_process(bot.process.pid)
        assert root is not None
        assert [one.pid for one in tree.below(root)] == [one.pid for one in tree.tree_of(root.pid, root.start_ticks)]
        assert len(tree.below(root)) == 3
