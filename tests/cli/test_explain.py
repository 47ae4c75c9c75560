"""`warroom tail --explain` says what a log is, to people and to scripts."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Here

LINES = (
    b"INFO:root:hello\nERROR:root:bad\nTraceback (most recent call last):\n  File\nKeyError: 1\nwhat\x1b[2J is this\n"
)


def test_it_says_format_share_and_the_first_line_that_does_not_fit(here: Here) -> None:
    Path("bot.log").write_bytes(LINES)
    code, out, err = here("tail", "--explain", "bot.log")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].endswith("bot.log: basic (Python logging.basicConfig, which writes no time)")
    assert "3 records: basic 2 (66.7 %), raw 1 (33.3 %)" in out
    assert "3 none in the line" in out
    assert "first line that fits no format: 6: what\u241b[2J is this" in out


def test_a_script_gets_one_object_a_log(here: Here) -> None:
    Path("a.log").write_bytes(LINES)
    Path("b.log").write_text('{"message": "x"}\n')
    code, out, _ = here("tail", "--explain", "--json", "*.log")
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(one["format"], one["records"], one["parsed_share"]) for one in told] == [
        ("basic", 3, 0.6667),
        ("json", 1, 1),
    ]
    assert told[0]["first_unparsed"]["line"] == 6
    assert told[1]["first_unparsed"] is None


def test_a_format_of_the_config_is_tried_first(here: Here) -> None:
    Path("bot.log").write_text("warn/chat refused\n" * 3)
    Path("room.toml").write_text("[formats.gateway]\npattern = '(?P<level>\\w+)/(?P<logger>\\w+) (?P<message>.*)'\n")
    code, out, _ = here("tail", "--explain", "--config", "room.toml", "bot.log")
    assert code == 0
    assert "bot.log: gateway (described in the config)" in out
    code, out, _ = here("tail", "--config", "room.toml", "--no-follow", "--json", "bot.log")
    assert {(json.loads(line)["level"], json.loads(line)["message"]) for line in out.splitlines()} == {
        ("WARNING", "refused")
    }


def test_a_broken_config_names_its_key(here: Here) -> None:
    Path("bot.log").write_text("x\n")
    Path("room.toml").write_text("[formats.gateway]\npattern = '('\n")
    code, out, err = here("tail", "--config", "room.toml", "bot.log")
    assert (code, out) == (2, "")
    assert "formats.gateway.pattern" in err


def test_what_cannot_be_read_is_2(here: Here) -> None:
    Path("folder.log").mkdir()
    for name in ("absent.log", "folder.log"):
        code, out, err = here("tail", "--explain", name)
        assert (code, out) == (2, "")
        assert name in err
