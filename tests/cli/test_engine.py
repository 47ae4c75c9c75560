"""The engine in the foreground, and how other verbs start it."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.cli.conftest import Here
from tests.stories.shell import Shell
from tests.waiting import wait_until
from warroom.adapters.paths import room_paths
from warroom.cli.engine import hold_lock, room_settings, sources_of, start_engine
from warroom.cli.exits import Failure
from warroom.core.settings import Settings


def sources(*bots: str, logs: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return sources_of(argparse.Namespace(logs=list(logs), bot=list(bots)))


def test_logs_are_absolute_and_globs_stay_globs(here: Here) -> None:
    folder = os.getcwd()
    assert sources(logs=("a.log", "/x/*.log")) == [(f"{folder}/a.log", "a"), ("/x/*.log", "bot")]
    assert sources("support=logs/s*.log") == [(f"{folder}/logs/s*.log", "support")]
    assert sources("a=b=c") == [(f"{folder}/b=c", "a")]


@pytest.mark.parametrize("given", ["support", "=x", "support=", "Sup port=x", "../a=x", "=", "a\x1b=x"])
def test_a_bot_option_that_is_none_is_wrong_usage(given: str) -> None:
    with pytest.raises(Failure) as caught:
        sources(given)
    assert caught.value.code == 2


def test_an_engine_wants_a_room(here: Here) -> None:
    assert here("engine")[0] == 2
    code, _, err = here("engine", "--room", "No Room")
    assert code == 2
    assert "no-room" in err


def test_a_lock_is_held_once_and_tells_who_holds_it(here: Here) -> None:
    paths = here.shell.paths("locked")
    paths.folder.mkdir(parents=True)
    lock = hold_lock(paths)
    with pytest.raises(Failure) as caught:
        hold_lock(paths)
    assert caught.value.code == 4
    assert f"pid {os.getpid()}" in caught.value.what
    os.close(lock)
    os.close(hold_lock(paths))


def test_a_room_keeps_its_config_for_its_next_start(here: Here) -> None:
    paths = here.shell.paths("kept")
    paths.folder.mkdir(parents=True)
    assert room_settings(paths, None) == Settings()
    file = here.shell.folder / "room.toml"
    file.write_text('[bots.support]\nlog = "bot.log"\n')
    given = room_settings(paths, file)
    assert list(given.bots) == ["support"]
    file.unlink()
    assert room_settings(paths, None) == given


def test_a_wrong_config_starts_nothing_and_keeps_what_the_room_had(here: Here) -> None:
    file = here.shell.folder / "room.toml"
    file.write_text('[bots.support]\nlogg = "bot.log"\n')
    code, _, err = here("engine", "--room", "r", "--config", str(file))
    assert code == 2
    assert "logg" in err
    assert not here.shell.paths("r").config.exists()
    assert not here.shell.paths("r").journal.exists()


def test_what_a_room_keeps_of_its_config_is_for_its_own_account_alone(tmp_path: Path) -> None:
    paths = room_paths("r", home=tmp_path)
    paths.folder.mkdir(parents=True)
    paths.config.write_text("a former one")
    paths.config.chmod(0o644)
    file = tmp_path / "room.toml"
    file.write_text('[bots.support]\nlog = "bot.log"\n')
    kept = room_settings(paths, file)
    assert room_settings(paths, None) == kept
    assert paths.config.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in paths.folder.iterdir()] == ["room.json"]


def test_a_damaged_kept_config_is_a_bad_file_and_no_bug(here: Here) -> None:
    paths = here.shell.paths("r")
    paths.folder.mkdir(parents=True, mode=0o700)
    paths.config.write_text('{"bots": 7')
    code, _, err = here("engine", "--room", "r")
    assert code == 2, err
    assert "room.json" in err


def test_a_journal_that_is_none_is_refused(here: Here) -> None:
    paths = here.shell.paths("r")
    paths.folder.mkdir(parents=True, mode=0o700)
    paths.journal.write_bytes(b"no database " * 1000)
    code, _, err = here("engine", "--room", "r")
    assert code == 4, err
    assert "cannot be opened" in err


def test_a_place_where_no_folder_can_be_made_is_refused_in_words(here: Here) -> None:
    (here.shell.folder / "state").write_text("a file where the rooms should lie")
    code, _, err = here("engine", "--room", "r")
    assert code == 4, err
    assert "state" in err
    assert "a bug" not in err


def test_an_engine_that_does_not_start_says_its_last_words(here: Here) -> None:
    paths = here.shell.paths("r")
    paths.folder.mkdir(parents=True, mode=0o700)
    paths.log.write_text("words of an older engine\n")
    config = here.shell.folder / "room.toml"
    config.write_text("[bots\n")
    with pytest.raises(Failure) as caught:
        start_engine(paths, config=config)
    assert caught.value.code == 2
    assert "room.toml" in caught.value.why
    assert "older" not in caught.value.why


STARTER = "from warroom.cli.engine import *; from warroom.adapters.paths import room_paths\n"


def test_who_starts_an_engine_beside_another_that_starts_waits_for_that_one(here: Here) -> None:
    paths = here.shell.paths("r")
    paths.folder.mkdir(parents=True, mode=0o700)
    paths.socket.parent.mkdir(parents=True, exist_ok=True)
    lock = hold_lock(paths)

    def refused() -> bool:
        return paths.log.exists() and "has an engine already" in paths.log.read_text()

    words = [sys.executable, "-c", f"{STARTER}start_engine(room_paths('r'), config=None)"]
    with subprocess.Popen(words, env=here.shell.environment, cwd=here.shell.folder) as starter:
        wait_until(refused, what="the words of the second engine")
        wait_until(lambda: not psutil.Process(starter.pid).children(), what="the end of the second engine")
        with socket.socket(socket.AF_UNIX) as first:
            first.bind(str(paths.socket))
            first.listen()
            assert starter.wait(60) == 0
    os.close(lock)


def test_an_engine_started_for_others_outlives_its_starter_in_a_session_of_its_own(shell: Shell) -> None:
    starter = f"{STARTER}start_engine(room_paths('own'), config=None)"
    subprocess.run([sys.executable, "-c", starter], env=shell.environment, cwd=shell.folder, check=True)
    pid = shell.json("status", "own", "--json")["pid"]
    assert os.getsid(pid) == pid
    assert int(shell.paths("own").lock.read_text()) == pid
    assert shell.run("stop", "own").returncode == 0
    wait_until(lambda: shell.run("status", "own").returncode == 3, what="the engine to be gone")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_ends_it_in_order_with_0(shell: Shell, number: signal.Signals) -> None:
    engine = shell.start_engine("r", "--bot", f"support={shell.folder}/bot.log")
    engine.send_signal(number)
    assert engine.wait(60) == 0
    assert shell.run("verify", "r").stdout.startswith("OK: ")


def test_a_log_named_at_the_start_is_followed_under_its_name(shell: Shell) -> None:
    log: Path = shell.folder / "helper.log"
    log.write_text("INFO:root:old\n")
    shell.start_engine("r", "helper.log")
    with log.open("a") as out:
        out.write("INFO:root:new\n")
    wait_until(lambda: shell.json("status", "r", "--json")["sources"][0]["lines"] >= 1, what="the lines")
    status = shell.json("status", "r", "--json")
    assert [(source["path"], source["bot"]) for source in status["sources"]] == [(str(log), "helper")]
