"""Containing real processes from the command line: the exit code says what the outside probe proved."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.cli.conftest import Here, _enter
from tests.stories.shell import Shell
from tests.stories.terminal import Terminal
from tests.waiting import wait_until
from warroom.adapters.journal import read_entries
from warroom.cli.contain import duration
from warroom.cli.exits import Failure
from warroom.core.clean import clean
from warroom.core.facts import CommandRefused

ACTION_KEYS = "id incident bot verb adapter state operator uid reason plan plan_sha256 probe expires"
SERVER = """
import http.server, os, pathlib, sys
class Bot(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(418 if self.path == "/odd" else 200)
        self.send_header("content-length", "0")
        self.end_headers()
    def log_message(self, *words): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bot)
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
print(server.server_port, flush=True)
server.serve_forever()
"""
BOT = """
[bots.{name}]
log = "{name}.log"
[bots.{name}.probe]
url = "http://127.0.0.1:{port}/{path}"
timeout_s = 1.0
every_s = 30.0
[bots.{name}.contain.process]
pidfile = "{pidfile}"
verbs = ["freeze", "stop"]
settle_s = 0.3
"""


class Floor:
    """A room with bots that are real processes, by what a containment of theirs comes to."""

    def __init__(self, shell: Shell, processes: dict[str, int]) -> None:
        self.shell = shell
        self.processes = processes

    def stopped(self, bot: str) -> bool:
        return psutil.Process(self.processes[bot]).status() == psutil.STATUS_STOPPED


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    folder = tmp_path_factory.mktemp("floor")
    shell = Shell(folder)
    started: list[subprocess.Popen[str]] = []

    def serve(pidfile: str) -> int:
        words = [sys.executable, "-c", SERVER, pidfile]
        server = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, text=True, start_new_session=True)
        started.append(server)
        assert server.stdout is not None
        return int(server.stdout.readline())

    ports = {name: serve(f"{name}.pid") for name in ("open", "elsewhere", "odd", "other")}
    places = [("open", ports["open"], ""), ("elsewhere", ports["other"], ""), ("odd", ports["other"], "odd")]
    text = "".join(BOT.format(name=name, port=port, path=path, pidfile=f"{name}.pid") for name, port, path in places)
    (folder / "room.toml").write_text(text + '[bots.bare]\nlog = "bare.log"\n')
    shell.start_engine("floor", "--config", "room.toml")
    yield Floor(shell, {name: int((folder / f"{name}.pid").read_text()) for name in ports})
    shell.end()
    for server in started:
        server.send_signal(signal.SIGCONT)
        server.kill()
        server.communicate()


@pytest.fixture
def verb(floor: Floor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    _enter(floor.shell, monkeypatch)
    return Here(floor.shell, capsys)


def actions(verb: Here) -> list[dict[str, object]]:
    return [json.loads(line) for line in verb("actions", "--json")[1].splitlines()]


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("1.5h", 5400), ("0.5s", 0.5), (None, None)]
)
def test_a_duration_is_a_number_and_a_unit(text: str | None, seconds: float | None) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["30", "m", "", "-5m", "5d", "1e3s", "5 m", "5m\n", "0s", "0m", "9" * 400 + "h", "99999999h", "٣m"]
)
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(Failure) as caught:
        duration(text)
    assert caught.value.code == 2
    assert "30m" in caught.value.next_step


def test_a_dry_run_prints_the_plan_and_changes_nothing(verb: Here, floor: Floor) -> None:
    before = json.loads(verb("status", "--json")[1])["chain"]
    code, out, err = verb("contain", "open", "freeze", "--dry-run", "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert len(told["plan_sha256"]) == 64
    assert (told["plan"]["bot"], told["plan"]["verb"], told["plan"]["adapter"]) == ("open", "freeze", "process")
    assert str(floor.processes["open"]) in json.dumps(told["plan"])
    assert not floor.stopped("open")
    assert json.loads(verb("status", "--json")[1])["chain"] == before
    again = verb("contain", "open", "freeze", "--dry-run", "--json")[1]
    assert json.loads(again) == told, "the same plan has the same hash"


def test_a_dry_run_is_read_by_people_unless_json_is_asked_for(verb: Here, floor: Floor) -> None:
    code, out, err = verb("contain", "open", "freeze", "--dry-run", "--expires", "30m")
    assert (code, err) == (0, "")
    told = json.loads(verb("contain", "open", "freeze", "--dry-run", "--expires", "30m", "--json")[1])
    rows = out.splitlines()
    assert rows[0] == "freeze open by process"
    assert rows[1].startswith(f"  exactly    pid {floor.processes['open']} ")
    assert f"  probe      {told['plan']['probe']}" in rows
    assert "  ends       by itself after 30m" in rows
    assert f"  plan       {told['plan_sha256']}" in rows


def test_what_cannot_be_undone_names_the_option_that_confirms_it(verb: Here, floor: Floor) -> None:
    for confirm in ([], ["--confirm", "elsewhere"]):
        code, out, err = verb("contain", "open", "stop", "--yes", *confirm)
        assert (code, out) == (4, "")
        assert err.splitlines()[-1] == "  add --confirm open"
    drafted = verb("contain", "open", "stop", "--draft", "--no-wait")[1].strip()
    assert verb("begin", drafted, "--yes")[2].splitlines()[-1] == "  add --confirm open"
    assert verb("cancel", drafted)[0] == 0
    assert psutil.Process(floor.processes["open"]).is_running()


def test_at_a_terminal_the_name_of_the_bot_is_typed_for_what_cannot_be_undone(floor: Floor) -> None:
    words = [sys.executable, "-m", "warroom", "contain", "open", "stop"]
    with Terminal(words, (120, 36), floor.shell.environment, floor.shell.folder) as screen:
        screen.see("CANNOT BE UNDONE")
        screen.see("it cannot be undone; type the bot's name:")
        screen.press(*"yes", "enter")
        screen.see("nothing was done")
        assert screen.ended() == 4
    assert psutil.Process(floor.processes["open"]).is_running()


def test_what_is_over_is_refused_at_once_and_no_hint_leads_nowhere(verb: Here) -> None:
    name = verb("contain", "open", "freeze", "--yes", "--no-wait")[1].strip()
    wait_until(lambda: verb("release", name)[0] == 0, what="the release")
    for words in (["begin", name], ["approve", name], ["break-glass", name, "--reason", "x"]):
        code, out, err = verb(*words)
        assert (code, out) == (4, "")
        assert err.splitlines()[0].startswith(f"warroom: refused: {name} is released: "), err
        assert len(err.splitlines()) == 1, "no plan, no question, no hint"
    code, _, err = verb("cancel", name)
    assert (code, err) == (4, f"warroom: refused: {name} is released: nothing of it is left to call off\n")
    draft = verb("contain", "open", "freeze", "--draft", "--no-wait")[1].strip()
    code, _, err = verb("release", draft)
    assert (code, err.splitlines()[-1]) == (4, f"  cancel {draft}")
    assert verb("break-glass", draft, "--reason", "x")[2].splitlines()[-1].startswith(f"  warroom begin {draft}")
    assert verb("cancel", draft)[0] == 0


def test_without_yes_and_without_a_terminal_nothing_is_done(floor: Floor) -> None:
    done = floor.shell.run("contain", "open", "freeze")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--yes" in done.stderr
    assert str(floor.processes["open"]) in done.stderr, "the plan is shown"
    assert not floor.stopped("open")


@pytest.mark.parametrize(("typed", "code"), [("no", 4), ("", 4)])
def test_whoever_does_not_type_yes_changes_nothing(floor: Floor, typed: str, code: int) -> None:
    words = [sys.executable, "-m", "warroom", "contain", "open", "freeze"]
    with Terminal(words, (120, 36), floor.shell.environment, floor.shell.folder) as screen:
        screen.see("type yes")
        screen.press(*typed, "enter")
        screen.see("nothing was done")
        assert screen.ended() == code
    assert not floor.stopped("open")


def test_held_is_0_and_its_release_is_0(verb: Here, floor: Floor) -> None:
    code, out, err = verb("contain", "open", "freeze", "--yes", "--reason", "it leaks", "--json")
    assert (code, err) == (0, ""), out
    held = json.loads(out)
    assert sorted(set(ACTION_KEYS.split()) - set(held)) == []
    assert (held["state"], held["reason"], held["expires"]) == ("held", "it leaks", None)
    assert held["probe"]["verdict"] == "contained"
    assert floor.stopped("open")

    again = verb("contain", "open", "freeze", "--yes")
    assert again[0] == 4, "it is contained already"
    code, out, _ = verb("verify-held", held["id"])
    assert code == 0
    assert f"{held['id']} freeze open: HELD" in out.splitlines()[0]
    assert verb("stop")[0] == 4, "the probes would end with the engine"

    code, out, _ = verb("release", held["id"], "--reason", "mended", "--json")
    assert (code, json.loads(out)["state"]) == (0, "released")
    assert not floor.stopped("open")
    assert verb("release", held["id"])[0] == 4, "nothing is left to release"


def test_not_held_is_1_though_the_adapter_did_its_work(verb: Here, floor: Floor) -> None:
    code, out, _ = verb("contain", "elsewhere", "freeze", "--yes", "--json")
    told = json.loads(out)
    assert (code, told["state"]) == (1, "not_held")
    assert floor.stopped("elsewhere"), "the process is frozen, yet the bot answers"
    assert verb("verify-held", told["id"])[0] == 1
    verb("release", told["id"])


@pytest.mark.parametrize("name", [";id", "$(id)", "--all", "../../x", "a\nb", "\x1b[c"])
def test_a_name_that_means_something_to_a_shell_is_refused_and_recorded(verb: Here, floor: Floor, name: str) -> None:
    code, out, err = verb("contain", "--yes", "--", name, "freeze")
    assert (code, out) == (3, "")
    assert f"there is no bot {clean(name)}" in err
    entries = asyncio.run(read_entries(floor.shell.paths("floor").journal))
    assert entries[-1].fact == CommandRefused("Contain", f"there is no bot {name}")
    assert (entries[-1].actor.uid, floor.stopped("open")) == (os.getuid(), False)


@pytest.mark.long
def test_what_the_probe_cannot_decide_is_5(verb: Here) -> None:
    code, out, _ = verb("contain", "odd", "freeze", "--yes", "--json")
    told = json.loads(out)
    assert (code, told["state"]) == (5, "ambiguous")
    verb("release", told["id"], "--no-wait")


@pytest.mark.long
def test_an_expiry_is_in_the_record(verb: Here) -> None:
    code, out, _ = verb("contain", "open", "freeze", "--yes", "--expires", "30m", "--json")
    told = json.loads(out)
    assert code == 0
    assert str(told["expires"]) > str(told["requested"])
    assert verb("release", told["id"])[0] == 0


def test_no_wait_prints_the_id_alone(verb: Here) -> None:
    code, out, _ = verb("contain", "open", "freeze", "--yes", "--no-wait")
    name = out.strip()
    assert code == 0
    assert name in [action["id"] for action in actions(verb)]
    wait_until(lambda: verb("release", name)[0] == 0, what="the release")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["contain", "nobody", "freeze", "--yes"], 3, "open"),
        (["contain", "bare", "freeze", "--yes"], 4, "[bots.bare.contain] in the room's config (docs/config.md)"),
        (["contain", "bare", "freeze", "--dry-run"], 4, "what is missing: warroom doctor bare"),
        (["contain", "open", "isolate", "--dry-run"], 4, "its config lets it freeze, stop (docs/config.md)"),
        (["contain", "open", "stop", "--dry-run", "--by", "x"], 4, "can stop by x; those that can: process"),
        (["contain", "open", "explode"], 2, "freeze"),
        (["contain", "open", "freeze", "--yes", "--expires", "soon"], 2, "30m"),
        (["contain", "open", "freeze", "--dry-run", "--expires", "0s"], 2, "30m"),
        (["contain", "open", "freeze", "--yes", "--incident", "INC-999"], 3, "INC-999"),
        (["contain", "open"], 2, "VERB"),
        (["release", "ACT-999"], 3, "ACT-999"),
        (["verify-held", "ACT-999"], 3, "ACT-999"),
        (["release"], 2, "ACTION"),
    ],
    ids=lambda value: " ".join(value[1:]) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_says_why(verb: Here, floor: Floor, words: list[str], code: int, told: str) -> None:
    got, out, err = verb(*words)
    assert (got, out) == (code, ""), err
    assert told in err
    assert not floor.stopped("open")


def test_an_engine_that_dies_before_its_verdict_is_5(shell: Shell) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, "bot.pid"], cwd=shell.folder, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        slow = BOT.format(name="slow", port=port, path="", pidfile="bot.pid").replace(
            "settle_s = 0.3", "settle_s = 30.0"
        )
        (Path(shell.folder) / "room.toml").write_text(slow.replace("timeout_s = 1.0", "timeout_s = 20.0"))
        engine = shell.start_engine("r", "--config", "room.toml")
        words = [sys.executable, "-m", "warroom", "contain", "slow", "freeze", "--yes"]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            words, env=shell.environment, cwd=shell.folder, stdout=pipe, stderr=pipe, text=True
        ) as running:
            wait_until(lambda: shell.rows("actions", "--json", "--room", "r"), what="the intent")
            engine.kill()
            out, err = running.communicate(timeout=60)
        server.send_signal(signal.SIGCONT)
        server.kill()
    assert (running.returncode, out) == (5, ""), err
    assert "ACT-001" in err
    assert "warroom actions" in err
