"""One more console on a running room: it sees what the others see, and a read-only one acts on nothing."""

from __future__ import annotations

import json
import sys

import pytest

from tests.cli.conftest import Here
from tests.stories.shell import Shell
from tests.stories.terminal import Terminal
from tests.waiting import wait_until

ATTACH = [sys.executable, "-m", "warroom", "attach"]


def test_without_a_terminal_it_is_one_clear_line_and_2(in_busy: Here) -> None:
    code, out, err = in_busy("attach", "busy")
    assert (code, out) == (2, "")
    assert err.splitlines()[0] == "warroom: this needs a terminal"


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_draw_is_2(busy: Shell, term: str) -> None:
    with Terminal([*ATTACH, "busy"], (80, 24), {**busy.environment, "TERM": term}, busy.folder) as screen:
        screen.see("cannot draw a screen")
        assert screen.ended() == 2
        assert b"\x1b[?1049h" not in screen.written


@pytest.mark.parametrize(
    ("words", "told"), [(["nowhere"], "there is no room nowhere"), ([], "no live room runs"), (["a b"], "a-b")]
)
def test_where_nothing_runs_it_says_so_starts_nothing_and_draws_nothing(
    shell: Shell, words: list[str], told: str
) -> None:
    with Terminal([*ATTACH, *words], (80, 24), shell.environment, shell.folder) as screen:
        screen.see(told)
        assert screen.ended() == (2 if told == "a-b" else 3)
        assert b"\x1b[?1049h" not in screen.written
    assert not (shell.folder / "state").exists()


@pytest.mark.parametrize("words", [["a", "b"], ["--room", "a"], ["--config", "f"]])
def test_wrong_words_are_2(here: Here, words: list[str]) -> None:
    assert here("attach", *words)[0] == 2


def test_a_read_only_console_is_marked_in_status_and_leaves_the_engine_at_work(shell: Shell) -> None:
    engine = shell.start_engine("r", "--bot", "support=bot.log")

    def consoles() -> list[bool]:
        return [one["read_only"] for one in shell.json("status", "r", "--json")["consoles"]]

    size = (120, 36)
    with Terminal([*ATTACH, "--read-only"], size, shell.environment, shell.folder) as looking:
        looking.see("support")
        assert consoles() == [True]
        with Terminal([*ATTACH, "r"], size, shell.environment, shell.folder) as acting:
            acting.see("support")
            assert sorted(consoles()) == [False, True]
            opened = shell.run("incident", "open", "--bot", "support", "--title", "Both see it")
            assert opened.returncode == 0, opened.stderr
            acting.see("INC-001")
            looking.see("INC-001")
            acting.press("q")
            acting.see("engine goes on")
            acting.press("enter")
            assert acting.ended() == 0
        wait_until(lambda: consoles() == [True], what="the second console to be gone")
    assert engine.poll() is None


def test_a_console_says_when_its_engine_stops(shell: Shell) -> None:
    shell.start_engine("r", "--bot", "support=bot.log")
    with Terminal([*ATTACH, "r"], (120, 36), shell.environment, shell.folder) as screen:
        screen.see("support")
        assert json.loads(shell.run("status", "--json").stdout)["room"] == "r"
        assert shell.run("stop", "r").returncode == 0
        screen.see("ENGINE STOPPED in order")
