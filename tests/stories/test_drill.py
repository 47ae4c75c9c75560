"""The drill from end to end: a good team passes with proof, nobody at all fails, nothing is left behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.stories.shell import Shell
from tests.waiting import wait_until

pytestmark = [pytest.mark.long, pytest.mark.timeout(240)]


def nothing_is_left(folder: Path) -> None:
    """Fail unless all that a drill started has ended; who was killed takes a moment to go."""
    wait_until(lambda: not left_behind(folder), what="the end of what the drill started")


def left_behind(folder: Path) -> list[str]:
    found: list[str] = []
    for process in psutil.process_iter(["cmdline"]):
        words = " ".join(process.info["cmdline"] or [])
        if str(folder) in words and "pytest" not in words:
            found.append(words)
    return found


def test_a_good_team_passes_and_no_hostile_request_is_served_after_held(shell: Shell) -> None:
    done = shell.run("drill", "--headless", "--autopilot", "good", "--json", timeout_s=200)
    assert done.returncode == 0, done.stderr + done.stdout
    report = json.loads(done.stdout)
    assert report["grade"] == "P"
    assert report["detection"]["ttd_s"] <= 30
    assert report["hostile_served_after_held"] == 0
    room = report_room(shell)
    actions = shell.rows("actions", "--json", "--room", room)
    assert [action["state"] for action in actions] == ["released"]
    held = [line for line in report["timeline"] if "HELD" in line["text"]]
    assert held
    assert "3 of 3 outside probes" in held[0]["text"]
    checked = shell.json("verify", room, "--json")
    assert (checked["verdict"], checked["head"]) == ("OK", report["journal"]["head"])
    folder = shell.paths(room).folder
    page = (folder / "inc-001.html").read_text()
    assert "DRILL" in page
    assert "<script" not in page
    words = (folder / "inc-001.md").read_text()
    assert "TO WRITE" in words
    assert report["journal"]["length"] > 20
    nothing_is_left(shell.folder)


def test_when_nobody_plays_the_grade_is_u(shell: Shell) -> None:
    done = shell.run("drill", "--headless", "--autopilot", "none", "--json", timeout_s=200)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert report["grade"] == "U"
    results = {one["id"]: one["result"] for one in report["expectations"]}
    assert results["detect"] == "met"
    assert results["contain"] == "missed"
    nothing_is_left(shell.folder)


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda name: name.name)
@pytest.mark.parametrize("said", ["recording", "a real bot answers", "the engine learns"])
def test_a_drill_that_is_called_off_while_it_begins_leaves_nothing_behind(
    shell: Shell, said: str, name: signal.Signals
) -> None:
    words = [sys.executable, "-m", "warroom", "drill", "--headless"]
    # Whoever is started in the background may have ^C ignored; here it is not.
    heard = {signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler)}
    try:
        drill = subprocess.Popen(
            words, env=shell.environment, cwd=shell.folder, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
    finally:
        signal.signal(signal.SIGINT, heard[signal.SIGINT])
    with drill:
        assert drill.stderr is not None
        assert any(line.startswith(said) for line in drill.stderr)
        drill.send_signal(name)
        drill.stderr.read()
        assert drill.wait(120) == 130
    nothing_is_left(shell.folder)


def test_a_bot_that_goes_on_answering_is_unmasked_and_the_next_rung_holds(shell: Shell) -> None:
    done = shell.run("drill", "stubborn-bot", "--headless", "--autopilot", "good", "--json", timeout_s=230)
    assert done.returncode == 0, done.stderr + done.stdout
    report = json.loads(done.stdout)
    results = {one["id"]: one["result"] for one in report["expectations"]}
    assert (results["unmasked"], results["contain"]) == ("met", "met")
    assert report["hostile_served_after_held"] == 0
    actions = shell.rows("actions", "--json", "--room", report_room(shell))
    assert [(action["verb"], action["state"]) for action in actions] == [
        ("disable", "released"),
        ("freeze", "released"),
    ]
    told = [line["text"] for line in report["timeline"]]
    unmasked = next(number for number, text in enumerate(told) if "(disable support) NOT HELD" in text)
    assert "the bot answers 200" in " ".join(told[:unmasked]), "the bot itself had said yes"
    assert "(freeze support) HELD" in " ".join(told[unmasked:])
    nothing_is_left(shell.folder)


def report_room(shell: Shell) -> str:
    rooms = sorted((shell.folder / "state" / "warroom" / "rooms").iterdir())
    assert len(rooms) == 1
    return rooms[0].name
