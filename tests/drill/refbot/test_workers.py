"""Pre-forked workers: they share a port, end together, and go on when their master does not."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import psutil
import pytest

from tests.drill.refbot.running import Asked, running
from tests.waiting import wait_until
from warroom.drill.refbot.launch import BotFailed, stop_bot
from warroom.drill.refbot.options import Auth, Options
from warroom.drill.refbot.workers import listeners


def tree(bot: Asked) -> list[psutil.Process]:
    master = psutil.Process(bot.bot.pid)
    return [master, *master.children(recursive=True)]


def workers(bot: Asked) -> list[psutil.Process]:
    return psutil.Process(bot.bot.pid).children()


def gone(processes: list[psutil.Process]) -> bool:
    return all(not one.is_running() or ended(one) for one in processes)


def ended(one: psutil.Process) -> bool:
    # The first thread may be a zombie while others still hold the sockets open.
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(one.status() == psutil.STATUS_ZOMBIE and one.num_threads() <= 1)
    return True


def test_two_workers_with_tools_of_their_own_stand_under_the_master_of_the_pidfile(tmp_path: Path) -> None:
    with running(tmp_path, Options(workers=2)) as bot:
        assert bot.bot.pidfile.read_text().strip() == str(bot.bot.pid)
        assert (len(workers(bot)), len(tree(bot))) == (2, 5)
        assert {bot.chat(message="where is order 12345?") for _ in range(10)} == {200}
        all_of_it = tree(bot)
    wait_until(lambda: gone(all_of_it), what="the end of the tree")


def test_a_master_that_is_asked_to_end_takes_its_workers_with_it(tmp_path: Path) -> None:
    with running(tmp_path, Options(workers=2)) as bot:
        all_of_it = tree(bot)
        os.kill(bot.bot.pid, signal.SIGTERM)
        assert bot.bot.process.wait(60) == 0
        wait_until(lambda: gone(all_of_it), what="the end of the workers")


def test_a_worker_that_dies_ends_the_bot(tmp_path: Path) -> None:
    with running(tmp_path, Options(workers=2)) as bot:
        all_of_it = tree(bot)
        workers(bot)[0].kill()
        assert bot.bot.process.wait(60) == 1
        wait_until(lambda: gone(all_of_it), what="the end of the other worker")


def test_a_frozen_master_stops_nobody(tmp_path: Path) -> None:
    with running(tmp_path, Options(workers=2)) as bot:
        psutil.Process(bot.bot.pid).suspend()
        assert [bot.chat() for _ in range(12)] == [200] * 12


def test_what_a_dead_worker_would_have_got_goes_to_the_living_while_their_master_is_frozen(tmp_path: Path) -> None:
    with running(tmp_path, Options(workers=3)) as bot:
        psutil.Process(bot.bot.pid).suspend()
        dead = workers(bot)[0]
        dead.kill()
        wait_until(lambda: gone([dead]), what="the end of one worker")
        assert [bot.chat() for _ in range(20)] == [200] * 20


def test_workers_whose_master_was_killed_are_ended_with_the_bot(tmp_path: Path) -> None:
    with running(tmp_path, Options(workers=2)) as bot:
        all_of_it = tree(bot)
        bot.bot.process.kill()
        bot.bot.process.wait()
        assert bot.chat() == 200
        stop_bot(bot.bot)
        wait_until(lambda: gone(all_of_it), what="the end of the workers")


def test_workers_that_cannot_start_say_why_and_are_gone(tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    options = Options(workers=2, auth=Auth.OAUTH, oauth_file=str(tmp_path / "absent"))
    with pytest.raises(BotFailed, match="No such file"), running(tmp_path, options):
        pass
    assert set(psutil.Process().children(recursive=True)) <= before


def test_a_port_that_is_taken_is_not_shared_with_strangers(tmp_path: Path) -> None:
    with running(tmp_path, Options(workers=2)) as bot:
        port = int(bot.bot.url.split(":")[2].split("/")[0])
        for workers_wanted in (1, 2):
            with pytest.raises(OSError, match="Address already in use"):
                listeners(port, workers_wanted)


def test_connections_are_dealt_out_to_all(tmp_path: Path) -> None:
    with running(tmp_path, Options(workers=2)) as bot:
        bot.order("disabled")
        answers = [bot.chat() for _ in range(40)]
    assert 4 <= answers.count(503) <= 36
