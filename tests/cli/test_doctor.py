"""The doctor on the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.adapters.contain.rigs import controlled_bot
from tests.cli.conftest import Here
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


def test_a_room_without_a_config_says_what_to_name(here: Here) -> None:
    code, _, err = here("doctor", "--room", "absent")
    assert code == 2
    assert "--config F" in err


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
