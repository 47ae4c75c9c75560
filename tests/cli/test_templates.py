"""`warroom tail --templates` counts the kinds of messages, for people and for scripts."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Here

LINES = "".join(f"INFO:bot:reply to user {number} sent\n" for number in range(99)) + "ERROR:bot:leak\x1b[J of a key\n"


def test_people_see_the_rare_kinds_last(here: Here) -> None:
    Path("bot.log").write_text(LINES)
    code, out, err = here("tail", "--templates", "bot.log")
    rows = out.splitlines()
    assert (code, err) == (0, "")
    assert rows[0].split() == ["LINES", "SHARE", "LEVEL", "TEMPLATE", "TEXT"]
    assert rows[1].startswith("99     99.0 %  info")
    assert rows[2].split()[:4] == ["1", "1.0", "%", "error"]
    assert rows[2].endswith("leak\u241b[J of a key")
    assert rows[-1] == "100 lines of 2 kinds"


def test_a_script_gets_one_object_a_kind_and_ids_that_stay(here: Here) -> None:
    Path("bot.log").write_text(LINES)
    code, out, _ = here("tail", "--templates", "--json", "bot.log")
    kinds = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [kind["lines"] for kind in kinds] == [99, 1]
    assert kinds[0]["example"] == "reply to user 0 sent"
    assert kinds[0]["first"] is None
    again = [json.loads(line) for line in here("tail", "--templates", "--json", "bot.log")[1].splitlines()]
    assert again == kinds


def test_several_logs_are_counted_together(here: Here) -> None:
    for name in ("a.log", "b.log"):
        Path(name).write_text(LINES)
    code, out, _ = here("tail", "--templates", "*.log")
    assert (code, out.splitlines()[-1]) == (0, "200 lines of 2 kinds")


def test_an_empty_log_has_no_kinds(here: Here) -> None:
    Path("bot.log").touch()
    code, out, _ = here("tail", "--templates", "bot.log")
    assert (code, out.splitlines()[-1]) == (0, "0 lines of 0 kinds")


def test_what_cannot_be_read_is_2(here: Here) -> None:
    code, out, err = here("tail", "--templates", "none.log")
    assert (code, out) == (2, "")
    assert "none.log cannot be read" in err
