"""What a running room says of itself, to people and to scripts."""

from __future__ import annotations

import json
import os
import re

import pytest

from tests.cli.conftest import Here
from tests.stories.shell import Shell
from tests.waiting import wait_until

KEYS = "room pid started uptime_s mode sources bots incidents actions_open consoles outbox chain banner"
BOT_KEYS = "name state score p learning learned needed lines alarms held_by why"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_json_is_one_object_with_the_promised_keys_and_the_real_journal(in_busy: Here) -> None:
    code, out, err = in_busy("status", "busy", "--json")
    assert (code, err, out.count("\n")) == (0, "", 1)
    told = json.loads(out)
    assert sorted(told) == sorted(KEYS.split())
    assert (told["room"], told["mode"]) == ("busy", "live")
    assert TIME.fullmatch(told["started"])
    assert told["uptime_s"] >= 0
    os.kill(told["pid"], 0)
    assert [bot["name"] for bot in told["bots"]] == ["support"]
    assert sorted(told["bots"][0]) == sorted(BOT_KEYS.split())
    assert ("INC-001", "It leaks") in [(one["id"], one["title"]) for one in told["incidents"]]
    assert [source["bot"] for source in told["sources"]] == ["support"]
    checked = json.loads(in_busy("verify", "busy", "--json")[1])
    assert told["chain"]["length"] <= checked["length"]
    assert len(told["chain"]["head"]) == 64


def test_people_read_the_same_in_words(in_busy: Here) -> None:
    told = json.loads(in_busy("status", "--json")[1])
    code, out, err = in_busy("status")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0].startswith(f"LIVE room busy, engine pid {told['pid']}, up ")
    assert re.fullmatch(r"journal: [1-9]\d* acts, head [0-9a-f]{16}", lines[1])
    assert re.fullmatch(r"open incidents: INC-001\b.*; consoles attached: \d+", lines[2])
    assert lines[3].split() == ["BOT", "STATE", "SCORE", "LINES", "ALARMS", "WHY"]
    assert lines[4].startswith("support ")


def test_asking_writes_nothing_into_the_journal(in_busy: Here) -> None:
    def length() -> int:
        return int(json.loads(in_busy("status", "--json")[1])["chain"]["length"])

    # A bot's state may change in between; two equal answers in a row show that the question itself leaves no trace.
    wait_until(lambda: length() == length(), what="two equal lengths")


def test_a_drill_is_never_mistaken_for_a_live_room(shell: Shell) -> None:
    shell.start_engine("rehearsal", "--drill")
    assert shell.run("status", "rehearsal").stdout.startswith("DRILL room rehearsal, ")
    assert shell.json("status", "rehearsal", "--json")["mode"] == "drill"


def test_a_room_whose_engine_was_killed_is_3_and_says_how_to_start_it(shell: Shell) -> None:
    engine = shell.start_engine("gone")
    engine.kill()
    engine.wait()
    done = shell.run("status", "gone", "--json")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("warroom: room gone has no engine\n")
    assert "warroom watch --room gone" in done.stderr


@pytest.mark.parametrize("words", [["a", "b"], ["--jsn"]])
def test_wrong_words_are_2(here: Here, words: list[str]) -> None:
    code, out, err = here("status", *words)
    assert (code, out) == (2, "")
    assert words[-1] in err
