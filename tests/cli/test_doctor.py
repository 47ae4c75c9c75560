"""The doctor on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.adapters.contain.rigs import controlled_bot
from tests.cli.conftest import Here

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
