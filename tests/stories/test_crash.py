"""kill -9 of the engine: nothing called saved is lost, an open intent is listed and settled, the chain holds."""

from __future__ import annotations

import json
import signal
import socket
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.stories.shell import Shell
from tests.waiting import wait_until


@pytest.fixture
def deaf_server() -> Iterator[str]:
    """A control endpoint that takes a request and never answers."""
    listener = socket.create_server(("127.0.0.1", 0))
    kept: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                kept.append(listener.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()
    for connection in kept:
        connection.close()


def config(folder: Path, control: str, probe: str) -> str:
    key = folder / "key"
    key.touch(mode=0o600)
    key.write_text("a key of thirty-two characters..")
    (folder / "bot.log").write_text("INFO:root:Event logged: started\n")
    text = f"""
[bots.support]
log = "bot.log"
[bots.support.probe]
url = "{probe}/v1/chat"
timeout_s = 0.5
[bots.support.contain.control]
url = "{control}/control/state"
key_file = "key"
timeout_s = 30.0
"""
    (folder / "room.toml").write_text(text)
    return str(folder / "room.toml")


@pytest.mark.long
def test_killed_between_intent_and_outcome_the_next_start_settles_it(shell: Shell, deaf_server: str) -> None:
    nobody = "http://127.0.0.1:1"
    room = ("--room", "crash")
    engine = shell.start_engine("crash", "--config", config(shell.folder, deaf_server, nobody))
    done = shell.run("contain", "support", "disable", "--yes", "--no-wait", "--reason", "test", *room)
    assert done.stdout.strip() == "ACT-001", done.stderr
    assert shell.rows("actions", "--json", *room)[0]["state"] == "running"
    engine.send_signal(signal.SIGKILL)
    engine.wait()

    offline = shell.rows("actions", "--json", *room)
    assert offline[0]["state"] == "running", "what was saved is there without an engine"
    assert shell.run("verify", "crash").stdout.startswith("OK")

    shell.start_engine("crash")
    wait_until(lambda: shell.rows("actions", "--json", *room)[0]["state"] == "held", what="the probe")
    told = [row["text"] for row in history(shell, "crash")]
    assert any("ended between the intent and the outcome" in text for text in told), told
    assert any("had not stopped in order" in text for text in told), told
    checked = shell.run("verify", "crash")
    assert checked.returncode == 0
    assert checked.stdout.startswith("OK: ")


def _has(saved: list[str], wanted: int) -> bool:
    return len(saved) >= wanted


def history(shell: Shell, room: str) -> list[dict[str, str]]:
    """Return the journal in words."""
    import asyncio

    from warroom.adapters.journal import read_entries
    from warroom.core.timeline import words

    entries = asyncio.run(read_entries(shell.paths(room).journal))
    return [{"kind": type(entry.fact).__name__, "text": words(entry).text} for entry in entries]


@pytest.mark.long
def test_killed_again_and_again_no_saved_act_is_lost_and_the_chain_holds(shell: Shell) -> None:
    (shell.folder / "bot.log").write_text("INFO:root:x\n")
    saved: list[str] = []
    for turn in range(6):
        engine = shell.start_engine("many", "--bot", f"support={shell.folder}/bot.log")
        if turn == 0:
            done = shell.run(
                "incident",
                "open",
                "--room",
                "many",
                "--bot",
                "support",
                "--title",
                "t",
                "--playbook",
                "prompt-injection",
            )
            assert done.returncode == 0, done.stderr
        stop = threading.Event()

        def write(turn: int = turn, stop: threading.Event = stop) -> None:
            number = 0
            while not stop.is_set():
                text = f"note {turn}-{number}"
                if shell.run("incident", "note", "INC-001", text, "--room", "many").returncode == 0:
                    saved.append(text)
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        wanted = len(saved) + 2
        wait_until(partial(_has, saved, wanted), timeout_s=30, what="two saved notes")
        engine.send_signal(signal.SIGKILL)
        engine.wait()
        stop.set()
        writer.join()
    texts = " | ".join(row["text"] for row in history(shell, "many"))
    assert [text for text in saved if text not in texts] == []
    assert shell.run("verify", "many").stdout.startswith("OK: ")


def test_a_second_engine_is_told_which_process_holds_the_room(shell: Shell) -> None:
    first = shell.start_engine("taken")
    second = shell.run("engine", "--room", "taken")
    assert second.returncode == 4
    assert str(first.pid) in second.stderr


def test_stop_ends_the_engine_in_order_and_status_then_says_there_is_none(shell: Shell) -> None:
    engine = shell.start_engine("short")
    assert shell.run("stop", "short").returncode == 0
    assert engine.wait(60) == 0
    assert shell.run("status", "short").returncode == 3
    assert json.loads(shell.run("verify", "short", "--json").stdout)["verdict"] == "OK"


def test_a_signal_ends_the_engine_in_order(shell: Shell) -> None:
    engine = shell.start_engine("term")
    engine.send_signal(signal.SIGTERM)
    assert engine.wait(60) == 0
    assert history(shell, "term")[-1]["kind"] == "EngineStopped"


def test_a_hangup_does_not_end_the_engine(shell: Shell) -> None:
    engine = shell.start_engine("hup")
    engine.send_signal(signal.SIGHUP)
    assert shell.run("status", "hup").returncode == 0
    assert engine.poll() is None
