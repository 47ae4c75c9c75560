"""Telling people from the command line: a real receiver, one that is down, and nobody at all."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stories.shell import Shell
from tests.waiting import wait_until

CONFIG = """
[bots.support]
log = "support.log"
[notify]
contact = "+49 30 1234"
[notify.channels.chat]
kind = "webhook"
url = "http://127.0.0.1:{port}/hook"
key_file = "hook.key"
[notify.channels.down]
kind = "webhook"
url = "http://127.0.0.1:{closed}/hook"
key_file = "hook.key"
[notify.groups]
security = ["chat"]
engineering = ["chat", "down"]
"""


class Receiver:
    """Takes notices and keeps them."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        kept = self.got
        self.status = 202
        """What it answers; what it refuses it does not keep."""
        me = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if me.status == 202:
                    kept.append(body)
                self.send_response(me.status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                return

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def told(tmp_path: Path) -> Iterator[tuple[Shell, Receiver]]:
    shell, receiver = Shell(tmp_path), Receiver()
    # Held by us and listening at nothing, so nobody else can answer there.
    nobody = socket.socket()
    nobody.bind(("127.0.0.1", 0))
    closed = nobody.getsockname()[1]
    key = tmp_path / "hook.key"
    key.touch(mode=0o600)
    key.write_text("a key of thirty-two characters..")
    (tmp_path / "room.toml").write_text(CONFIG.format(port=receiver.server.server_port, closed=closed))
    try:
        shell.start_engine("shop", "--config", "room.toml")
        opened = shell.run("incident", "open", "--bot", "support", "--title", "It leaks", "--severity", "SEV1")
        assert opened.returncode == 0, opened.stderr
        yield shell, receiver
    finally:
        shell.end()
        receiver.close()
        nobody.close()


def test_security_is_told_without_being_asked_and_the_outbox_says_so(told: tuple[Shell, Receiver]) -> None:
    shell, receiver = told
    wait_until(lambda: receiver.got, what="the notice of the new incident")
    row = wait_until(lambda: [r for r in shell.rows("outbox", "--json") if r["state"] == "accepted"])[0]
    assert (row["audience"], row["channel"], row["event"]) == ("security", "chat", "trigger")
    incident = shell.json("incident", "show", "INC-001")
    assert incident["notices"][0]["id"] == row["id"]
    assert incident["update_due"] is not None


def test_a_preview_sends_nothing_and_customers_get_a_draft(told: tuple[Shell, Receiver]) -> None:
    shell, receiver = told
    wait_until(lambda: receiver.got)
    shown = shell.run("notify", "INC-001", "--to", "engineering", "--dry-run", "--note", "checkout is slow")
    assert shown.returncode == 0, shown.stderr
    assert "Subject:" in shown.stdout
    assert "checkout is slow" in shown.stdout
    draft = shell.run("notify", "INC-001", "--to", "customers")
    assert draft.returncode == 0
    assert "a person sends it" in draft.stdout
    assert len(receiver.got) == 1


@pytest.mark.long
def test_who_was_not_told_is_said_and_the_exit_code_says_it_too(told: tuple[Shell, Receiver]) -> None:
    shell, _ = told
    done = shell.run("notify", "INC-001", "--to", "engineering", "--template", "update")
    assert done.returncode == 5, done.stdout
    assert "NOT by down still waiting" in done.stdout
    assert shell.json("status", "--json")["outbox"]["pending"] == 1
    nobody = shell.run("notify", "INC-001", "--to", "legal")
    assert nobody.returncode == 1
    assert "nobody was told" in nobody.stdout
    assert shell.run("notify", "INC-009", "--to", "legal").returncode == 4


def test_a_dead_letter_is_sent_again_and_what_is_none_is_refused_with_the_reason(told: tuple[Shell, Receiver]) -> None:
    shell, receiver = told
    wait_until(lambda: receiver.got)
    receiver.status = 400
    given_up = shell.run("notify", "INC-001", "--to", "security")
    assert given_up.returncode == 1, given_up.stdout
    dead = next(row["id"] for row in shell.rows("outbox", "--json") if row["state"] == "dead")
    still = shell.run("outbox", "--again", dead)
    assert still.returncode == 1
    assert "nobody was told: chat gave up after 1 try" in still.stdout
    receiver.status = 202
    done = shell.run("outbox", "--again", dead, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["told"] == "told: accepted by chat"
    assert (answer["notices"][0]["round"], answer["notices"][0]["state"]) == (2, "accepted")
    assert answer["notices"][0]["again"]["by"]
    assert len(receiver.got) == 2
    again = shell.run("outbox", "--again", dead)
    assert again.returncode == 4
    assert "was accepted by chat: it is not sent twice" in again.stderr
    for name in ("INC-001-999-security-chat", "; id", "a\nb\x1b[2J"):
        unknown = shell.run("outbox", "--again", name)
        assert unknown.returncode == 3, name
        assert "there is no notice" in unknown.stderr
        assert "\x1b" not in unknown.stderr
    assert "is sent again by chat" in shell.run("messages").stdout
    assert shell.run("verify").returncode == 0
