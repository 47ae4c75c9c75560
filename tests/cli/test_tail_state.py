"""Where tail stopped: after a restart no line is lost, and what is no state is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Here


def told(here: Here, *words: str) -> list[str]:
    code, out, err = here("tail", "--no-follow", "--json", "--state", "state", *words)
    assert code == 0, err
    return [json.loads(line)["message"] for line in out.splitlines()]


def test_the_next_run_goes_on_where_the_last_one_stopped(here: Here) -> None:
    log = Path("bot.log")
    log.write_text("INFO:b:one\nINFO:b:two\n")
    assert told(here, "bot.log") == ["one", "two"]
    with log.open("a") as out:
        out.write("INFO:b:three\n")
    assert told(here, "bot.log") == ["three"]
    assert told(here, "bot.log") == []


def test_a_log_that_was_rotated_meanwhile_is_read_to_its_end(here: Here) -> None:
    log = Path("bot.log")
    log.write_text("INFO:b:one\n")
    assert told(here, "bot.log") == ["one"]
    with log.open("a") as out:
        out.write("INFO:b:two\n")
    log.rename("bot.log.1")
    log.write_text("INFO:b:three\n")
    assert sorted(told(here, "bot.log")) == ["three", "two"]


@pytest.mark.parametrize("content", ["", "{}", "[1]", "x"])
def test_what_is_no_state_is_refused_and_left_as_it_is(content: str, here: Here) -> None:
    Path("bot.log").write_text("INFO:b:one\n")
    Path("state").write_text(content)
    code, out, err = here("tail", "--no-follow", "--state", "state", "bot.log")
    assert (code, out) == (2, "")
    assert "no state of warroom tail" in err
    assert Path("state").read_text() == content


def test_a_place_that_cannot_be_written_is_said(here: Here) -> None:
    Path("bot.log").write_text("INFO:b:one\n")
    code, _, err = here("tail", "--no-follow", "--state", "nowhere/state", "bot.log")
    assert code == 2
    assert "cannot be written" in err
