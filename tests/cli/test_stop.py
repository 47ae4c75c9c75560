"""Ending an engine in order: what is left behind, and when it refuses."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.cli.conftest import Here
from tests.stories.shell import Shell

CONFIG = """\
[bots.support]
log = "bot.log"
[bots.support.probe]
url = "http://127.0.0.1:{port}/"
timeout_s = 0.3
every_s = 60.0
[bots.support.contain.process]
pidfile = "bot.pid"
settle_s = 0.1
"""


def test_it_ends_the_engine_and_leaves_a_whole_anchored_journal(shell: Shell) -> None:
    engine = shell.start_engine("r")
    done = shell.run("stop", "r")
    assert (done.returncode, done.stdout, done.stderr) == (0, "room r: the engine stopped\n", "")
    assert engine.wait(60) == 0
    assert shell.run("verify", "r").stdout.startswith("OK: ")
    assert shell.run("bots", "--room", "r").returncode == 0, "the lists still work from disk"


def test_stopping_twice_is_3_and_no_bug(shell: Shell) -> None:
    shell.start_engine("r")
    assert shell.run("stop").returncode == 0, "the only live room is meant"
    again = shell.run("stop", "r")
    assert (again.returncode, again.stdout) == (3, "")
    assert again.stderr.startswith("warroom: room r has no engine\n")


def test_a_room_on_disk_whose_engine_was_killed_is_3_and_its_journal_is_untouched(shell: Shell) -> None:
    engine = shell.start_engine("r")
    engine.kill()
    engine.wait()
    journal = shell.paths("r").journal
    before = journal.read_bytes()
    assert shell.run("stop", "r", "--force").returncode == 3
    assert journal.read_bytes() == before


@pytest.mark.long
def test_while_a_containment_is_held_it_refuses_with_4_and_force_stops(shell: Shell) -> None:
    bot = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    silent = socket.create_server(("127.0.0.1", 0))
    try:
        Path(shell.folder, "bot.pid").write_text(str(bot.pid))
        Path(shell.folder, "room.toml").write_text(CONFIG.format(port=silent.getsockname()[1]))
        engine = shell.start_engine("r", "--config", "room.toml")
        contained = shell.run("contain", "support", "freeze", "--yes", "--json")
        assert contained.returncode == 0, contained.stdout
        held = json.loads(contained.stdout)
        refused = shell.run("stop", "r")
        assert (refused.returncode, refused.stdout) == (4, "")
        assert held["id"] in refused.stderr
        assert "--force" in refused.stderr
        assert shell.json("status", "r", "--json")["actions_open"] == [held["id"]]

        assert shell.run("stop", "r", "--force").returncode == 0
        assert engine.wait(60) == 0
        assert psutil.Process(bot.pid).status() == psutil.STATUS_STOPPED, "a stop lets no bot back"
    finally:
        bot.kill()
        bot.communicate()
        silent.close()


@pytest.mark.parametrize("words", [["a", "b"], ["--room", "a"], ["--forec"]])
def test_wrong_words_are_2_and_stop_nothing(in_busy: Here, words: list[str]) -> None:
    assert in_busy("stop", *words)[0] == 2
    assert in_busy("status", "busy")[0] == 0
