"""Two people on the command line: two real accounts of this host, one room, one bot that is a real process."""

from __future__ import annotations

import grp
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.cli.test_contain import SERVER
from tests.stories.shell import Shell

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
"""Keeps what it takes to read a Python that lies in root's home; who it is the kernel tells all the same."""
CONFIG = """
[bots.support]
log = "support.log"
criticality = "{criticality}"
[bots.support.probe]
url = "http://127.0.0.1:{port}/"
timeout_s = 1.0
every_s = 30.0
[bots.support.contain.process]
pidfile = "support.pid"
settle_s = 0.3
[access]
commander = ["root", "nobody"]
shared = {shared}
folder = "{folder}/room"
group = "nogroup"
"""


class Two:
    """A room that two accounts may act in."""

    def __init__(self, shell: Shell, pid: int) -> None:
        self.shell = shell
        self.pid = pid
        self.socket = str(shell.folder / "room" / "two.sock")

    def ana(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The account that runs the engine."""
        return self.shell.run(*words)

    def ben(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another account, which reaches the room by its shared folder."""
        return self.shell.run(*words, "--room", self.socket, before=NOBODY)

    def action(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self.shell.rows("actions", "--json")[number - 1]
        return found

    def stopped(self) -> bool:
        return psutil.Process(self.pid).status() == psutil.STATUS_STOPPED


@pytest.fixture
def two(request: pytest.FixtureRequest) -> Iterator[Two]:
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root and setpriv: a process of another account is started")
    options = {"criticality": "normal", "shared": "[]", **getattr(request, "param", {})}
    # Below pytest's own folders no other account may go.
    folder = Path(tempfile.mkdtemp(prefix="warroom-two-"))
    folder.chmod(0o755)
    words = [sys.executable, "-c", SERVER, "support.pid"]
    server = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert server.stdout is not None
    port = int(server.stdout.readline())
    (folder / "room.toml").write_text(CONFIG.format(folder=folder, port=port, **options))
    shell = Shell(folder)
    shell.environment["PYTHONDONTWRITEBYTECODE"] = "1"
    try:
        shell.start_engine("two", "--config", "room.toml")
        yield Two(shell, server.pid)
    finally:
        shell.end()
        server.send_signal(signal.SIGCONT)
        server.kill()
        server.communicate()
        shutil.rmtree(folder)


def test_one_asks_and_another_agrees_and_only_then_it_is_done(two: Two) -> None:
    asked = two.ana("contain", "support", "freeze", "--yes", "--reason", "it leaks")
    assert asked.returncode == 4, asked.stderr
    assert "warroom approve ACT-001" in asked.stdout
    assert (two.action(1)["state"], two.stopped()) == ("pending_approval", False)
    same = two.ana("approve", "ACT-001", "--yes")
    assert (same.returncode, "another account" in same.stderr) == (4, True)
    assert not two.stopped()
    agreed = two.ben("approve", "ACT-001", "--yes", "--json")
    assert agreed.returncode == 0, agreed.stderr
    told = json.loads(agreed.stdout)
    assert (told["state"], told["probe"]["verdict"], two.stopped()) == ("held", "contained", True)
    assert (told["operator"], told["approval"]["asked_by"], told["approval"]["given_by"]) == ("root", "root", "nobody")

    back = two.ben("release", "ACT-001", "--reason", "patched")
    assert (back.returncode, two.stopped()) == (4, True)
    assert "warroom approve ACT-001" in back.stdout
    assert "break-glass" not in back.stdout, "a release is never done alone"
    assert two.ana("approve", "ACT-001", "--yes").returncode == 0
    assert (two.action(1)["state"], two.stopped()) == ("released", False)


@pytest.mark.long
def test_the_glass_is_broken_by_one_and_the_record_says_so(two: Two) -> None:
    assert two.ana("contain", "support", "freeze", "--yes", "--no-wait").returncode == 0
    broken = two.ana("break-glass", "ACT-001", "--yes", "--reason", "nobody answers")
    assert (broken.returncode, two.stopped()) == (0, True), broken.stderr
    assert two.action(1)["break_glass"] == "nobody answers"
    assert two.ana("incident", "open", "--bot", "support", "--title", "It leaks").returncode == 0


@pytest.mark.long
def test_a_no_and_a_cancel_leave_the_bot_alone(two: Two) -> None:
    two.ana("contain", "support", "freeze", "--yes")
    denied = two.ben("deny", "ACT-001", "--reason", "wrong bot")
    assert denied.returncode == 4
    assert two.action(1)["state"] == "denied"
    two.ana("contain", "support", "freeze", "--yes")
    assert two.ana("cancel", "ACT-002").returncode == 0
    assert two.action(2)["state"] == "cancelled"
    assert not two.stopped()


@pytest.mark.long
def test_a_draft_is_begun_by_name(two: Two) -> None:
    draft = two.ana("contain", "support", "freeze", "--draft")
    assert (draft.returncode, two.action(1)["state"]) == (0, "draft"), draft.stderr
    assert two.ana("begin", "ACT-001", "--yes").returncode == 4
    assert two.action(1)["state"] == "pending_approval"
    assert two.ben("approve", "ACT-001", "--yes").returncode == 0
    assert two.stopped()


@pytest.mark.long
@pytest.mark.parametrize("two", [{"shared": '["nobody"]'}], indirect=True)
def test_a_shared_account_names_the_person_and_the_record_marks_the_name_as_claimed(two: Two) -> None:
    two.ana("contain", "support", "freeze", "--yes")
    unnamed = two.ben("approve", "ACT-001", "--yes")
    assert unnamed.returncode == 4
    assert "say who you are" in unnamed.stderr
    named = two.shell.run(
        *("--as", "kim", "approve", "ACT-001", "--yes", "--room", two.socket),
        before=NOBODY,
    )
    assert named.returncode == 0, named.stderr
    assert two.action(1)["approval"]["given_by"] == "kim (claimed, as nobody)"


def test_the_shared_folder_is_open_to_its_group_and_to_nobody_else(two: Two) -> None:
    folder, socket = Path(two.socket).parent.stat(), Path(two.socket).stat()
    assert (folder.st_mode & 0o777, socket.st_mode & 0o777) == (0o750, 0o660)
    assert grp.getgrgid(folder.st_gid).gr_name == grp.getgrgid(socket.st_gid).gr_name == "nogroup"


def test_an_unknown_action_and_a_room_of_nobody_are_said(two: Two) -> None:
    absent = two.ana("approve", "ACT-009", "--yes")
    assert (absent.returncode, "no action ACT-009" in absent.stderr) == (3, True)
    assert two.ana("approve", "ACT-001", "--room", "/nowhere/x.sock").returncode == 3
    asked = two.ana("contain", "support", "freeze", "--draft")
    assert asked.returncode == 0
    assert two.ana("begin", "ACT-001").returncode == 2
