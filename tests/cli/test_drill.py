"""The words around a drill: what it can play, and what it refuses before anything is started.

A whole drill is played in tests/stories/test_drill.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Here
from tests.stories.shell import Shell
from tests.stories.terminal import Terminal
from warroom.bootstrap.drill import load_scenario, scenario_files

WITHOUT_FLASK = "import sys; sys.modules['flask'] = None; from warroom.cli.main import main; sys.exit(main())"


def nothing_was_started(folder: Path) -> bool:
    return not (folder / "state").exists()


def test_the_list_names_every_scenario_that_can_be_played(here: Here) -> None:
    code, out, err = here("drill", "list")
    assert (code, err) == (0, "")
    head, *rows = out.splitlines()
    assert head.split() == ["SCENARIO", "PLAYBOOK", "HEADLESS", "TITLE"]
    assert [row.split()[0] for row in rows] == sorted(scenario_files())
    lengths = [f"{load_scenario(name).length_s:.0f}s" for name in sorted(scenario_files())]
    assert [row.split()[2:5] for row in rows] == [[length, "+", "learning"] for length in lengths]
    assert nothing_was_started(here.shell.folder)


def test_the_list_as_json_is_one_object_a_line(here: Here) -> None:
    code, out, err = here("drill", "list", "--json")
    told = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [one["id"] for one in told] == list(scenario_files())
    for one in told:
        assert sorted(one) == ["id", "length_s", "playbook", "title"]
        assert one["length_s"] == load_scenario(one["id"]).length_s
        assert here("playbook", "show", one["playbook"])[0] == 0


@pytest.mark.parametrize("name", ["prompt-injektion", "", "../prompt-injection", "a\x1b[2J"])
def test_an_unknown_scenario_is_2_names_those_there_are_and_starts_nothing(here: Here, name: str) -> None:
    code, out, err = here("drill", name, "--headless")
    assert (code, out) == (2, "")
    assert "prompt-injection" in err
    assert "warroom drill list" in err
    assert "\x1b" not in err
    assert nothing_was_started(here.shell.folder)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--headless", "--autopilot", "perfect"], "good"),
        (["--headless", "--seed", "x"], "--seed"),
        (["--headless", "--autopilot"], "--autopilot"),
        (["list", "prompt-injection"], "prompt-injection"),
    ],
    ids=lambda words: " ".join(words),
)
def test_wrong_words_are_2_and_start_nothing(here: Here, words: list[str], told: str) -> None:
    code, out, err = here("drill", *words)
    assert (code, out) == (2, "")
    assert told in err.splitlines()[-1]
    assert nothing_was_started(here.shell.folder)


def test_without_a_terminal_and_not_headless_it_is_2_and_starts_nothing(here: Here) -> None:
    code, out, err = here("drill")
    assert (code, out) == (2, "")
    assert err.splitlines()[0] == "warroom: this needs a terminal"
    assert nothing_was_started(here.shell.folder)


def test_a_terminal_that_cannot_draw_is_2_before_a_bot_is_started(shell: Shell) -> None:
    words = [sys.executable, "-m", "warroom", "drill"]
    with Terminal(words, (80, 24), {**shell.environment, "TERM": "dumb"}, shell.folder) as screen:
        screen.see("cannot draw a screen")
        assert screen.ended() == 2
    assert nothing_was_started(shell.folder)


def test_without_the_bot_s_libraries_it_says_what_to_install(shell: Shell) -> None:
    words = [sys.executable, "-c", WITHOUT_FLASK, "drill", "--headless"]
    done = subprocess.run(words, env=shell.environment, cwd=shell.folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'warroom[drill]'" in done.stderr
    assert nothing_was_started(shell.folder)
