"""The doctor on the command line."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

from tests.adapters.contain.rigs import controlled_bot
from tests.cli.conftest import Here
from tests.cli.example_room import write_example_room
from tests.stories.shell import Shell
from tests.stories.terminal import Terminal

CONFIG = """
[bots.support]
log = "bot.log"
[bots.support.probe]
url = "{url}"
[bots.support.contain.control]
url = "{control}"
key_file = "{key}"
verbs = ["disable"]
"""


def test_it_tells_of_a_config_without_a_room_and_its_exit_code_is_the_verdict(here: Here, tmp_path: Path) -> None:
    config = here.shell.folder / "warroom.toml"
    with controlled_bot(tmp_path) as bot:
        config.write_text(CONFIG.format(url=bot.url, control=bot.control_url, key=bot.key_file))
        code, out, err = here("doctor", "--config", "warroom.toml")
        assert (code, err) == (0, "")
        assert "needs file" in out
        assert "sees the bot at work" in out
    code, out, _ = here("doctor", "--config", "warroom.toml", "--json")
    told = json.loads(out)
    assert (code, told["ok"]) == (1, False)
    assert {one["state"] for one in told["findings"]} >= {"failed", "ok"}


def test_a_room_is_looked_at_by_its_own_config_and_bots_are_checked(in_busy: Here) -> None:
    code, out, _ = in_busy("doctor", "support", "--room", "busy")
    assert code == 1
    assert "pidfile" in out
    assert in_busy("doctor", "nobody", "--room", "busy")[0] == 3


def test_a_room_that_is_not_there_is_3_as_of_every_verb(here: Here) -> None:
    write_example_room(here.shell)
    code, out, err = here("doctor", "--room", "absent")
    assert (code, out) == (3, "")
    assert err == here("export", "INC-001", "--room", "absent")[2]
    assert "rooms: shop" in err


def test_a_room_without_a_config_is_told_what_that_means_and_its_logs_are_looked_at(here: Here) -> None:
    (here.shell.folder / "bot.log").write_text("INFO:root:hello\n")
    here.shell.start_engine("plain", "bot.log", "--bot", "other=later.log")
    code, out, err = here("doctor", "--room", "plain")
    assert (code, err) == (0, "")
    told = out.splitlines()
    assert "room  config  none: " in told[0]
    assert "only snapshot can be done" in told[0]
    assert "docs/config.md" in told[0]
    assert "warroom watch --room plain --config F" in told[0]
    assert any(row.startswith("ok ") and "bot  log" in row and "bot.log: can be read" in row for row in told)
    assert any(row.startswith("? ") and "other  log" in row and "does not exist yet" in row for row in told)
    findings = json.loads(here("doctor", "--room", "plain", "--json")[1])["findings"]
    assert [(one["bot"], one["part"]) for one in findings] == [
        ("", "config"),
        ("bot", "log"),
        ("bot", "adapter"),
        ("other", "log"),
        ("other", "adapter"),
    ]
    assert here("doctor", "nobody", "--room", "plain")[0] == 3


def test_a_log_that_joined_by_command_is_looked_at_beside_those_of_the_config(here: Here) -> None:
    (here.shell.folder / "room.toml").write_text('[bots.support]\nlog = "bot.log"\n')
    here.shell.start_engine("both", "--config", "room.toml", "--bot", "support=more.log")
    findings = json.loads(here("doctor", "--room", "both", "--json")[1])["findings"]
    assert [Path(one["name"]).name for one in findings if one["part"] == "log"] == ["bot.log", "more.log"]


def test_a_channel_to_a_port_where_nobody_listens_would_not_work(here: Here) -> None:
    key = here.shell.folder / "hook.key"
    key.write_text("0123456789abcdef" * 4)
    key.chmod(0o600)
    config = '[notify.channels.chat]\nkind = "webhook"\nurl = "http://127.0.0.1:{}/x"\nkey_file = "hook.key"\n'
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        (here.shell.folder / "warroom.toml").write_text(config.format(port))
        code, out, _ = here("doctor", "--config", "warroom.toml")
        assert code == 1
        assert f"FAILED  room  channel chat  connection: 127.0.0.1:{port}: nobody listens there" in out
        server.listen()
        code, out, _ = here("doctor", "--config", "warroom.toml")
        assert (code, f"channel chat  connection: 127.0.0.1:{port} takes connections" in out) == (0, True), out


def test_a_kept_config_that_is_damaged_is_2_and_says_what_to_name(here: Here) -> None:
    write_example_room(here.shell).config.write_bytes(b"{")
    code, out, err = here("doctor", "--room", "shop")
    assert (code, out) == (2, "")
    assert "warroom doctor --config F" in err


DOCTOR = [sys.executable, "-m", "warroom", "doctor"]


def test_the_terminal_alone_needs_a_terminal_and_no_room(here: Here) -> None:
    code, out, err = here("doctor", "--terminal")
    assert (code, out) == (2, "")
    assert "there is no terminal to look at" in err


def test_a_terminal_is_looked_at_without_a_room_and_one_that_is_too_small_fails(shell: Shell) -> None:
    for size, code in (((100, 30), 0), ((50, 30), 1)):
        with Terminal([*DOCTOR, "--terminal"], size, shell.environment, shell.folder) as screen:
            screen.see("options: warroom watch")
            assert screen.ended() == code
            assert b"\x1b[6n" in screen.written


def test_a_room_is_looked_at_together_with_the_terminal_in_front(busy: Shell) -> None:
    with Terminal([*DOCTOR, "--room", "busy"], (160, 50), busy.environment, busy.folder) as screen:
        screen.see("terminal  size: 160x50")
        screen.see("pidfile")
        assert screen.ended() == 1
    told = busy.run("doctor", "--room", "busy", "--json").stdout
    assert "terminal" not in {one["part"] for one in json.loads(told)["findings"]}
