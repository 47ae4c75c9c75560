"""Whatever a key does, the command line does too: the table is walked, and each line of it is one that works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from warroom.cli.main import build_parser
from warroom.tui.actions import ACTIONS, BY_ID
from warroom.tui.frame_lines import PAGES, help_lines
from warroom.tui.lines import Line
from warroom.tui.twins import TWINS, twin_words

CLI = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
STAND_INS = {"VERB": "disable", "ROLE": "scribe", "SEVn": "SEV2", "PHASE": "recovery", "WHO": "security", "L": "ERROR"}


@pytest.mark.parametrize("action", [one.id for one in ACTIONS if one.changes])
def test_every_key_that_changes_something_has_a_verb(action: str) -> None:
    assert twin_words(action), f"{action} cannot be done without a screen: give it a verb in tui/twins.py"


@pytest.mark.parametrize("page", [page for page in PAGES if page != "help"])
def test_every_page_can_be_read_without_a_screen(page: str) -> None:
    assert f"page_{page}" in BY_ID
    assert twin_words(f"page_{page}"), f"page {page} has no verb in tui/twins.py"


def test_no_twin_is_of_an_action_that_is_not_there() -> None:
    assert set(TWINS) <= set(BY_ID)


@pytest.mark.parametrize("words", TWINS.values())
def test_a_twin_is_taken_by_the_command_line(words: str) -> None:
    typed = [STAND_INS.get(word, word) for word in shlex.split(words)]
    build_parser(typed[0]).parse_args(typed)


@pytest.mark.parametrize("words", TWINS.values())
def test_a_twin_is_described_with_its_options(words: str) -> None:
    verb, *rest = words.split()
    parts = re.split(r"^### ", CLI, flags=re.MULTILINE)
    section = next(part for part in parts if re.match(rf".*`warroom {verb}[ `]", part))
    if verb == "incident":
        assert f"`{rest[0]}" in section
        return
    assert all(word in section for word in rest if word.startswith("--"))


def texts(lines: list[Line]) -> str:
    return "\n".join("".join(text for text, _ in line.spans) for line in lines)


def test_the_help_shows_the_twin_where_there_is_room() -> None:
    wide, narrow = texts(help_lines("incident", 110)), texts(help_lines("incident", 78))
    assert "warroom incident tick ID STEP" in wide
    assert "warroom incident" not in narrow
