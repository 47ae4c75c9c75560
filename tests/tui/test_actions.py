"""The table of actions is whole, has no clash, and the page about keys says the same."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from warroom.tui.actions import ACTIONS, EVERYWHERE, LIST, STREAM, footer_actions
from warroom.tui.acts import ACTS
from warroom.tui.frame_lines import PAGES
from warroom.tui.keys_page import keys_markdown

FORBIDDEN = {"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+q", "ctrl+z", "ctrl+d", "ctrl+k", "ctrl+j", "ctrl+o", "ctrl+h"}


def test_the_page_about_keys_is_written_from_the_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "keys.md"
    assert page.read_text(encoding="utf-8") == keys_markdown()


def test_every_action_that_changes_something_has_an_act_and_no_act_is_without_a_key() -> None:
    assert {a.id for a in ACTIONS if a.changes} == set(ACTS)


def test_no_key_that_terminals_and_multiplexers_need_is_bound() -> None:
    assert not {key for a in ACTIONS for key in a.keys.split(",")} & FORBIDDEN


@pytest.mark.parametrize("page", PAGES)
def test_no_two_actions_share_a_key_where_both_are_heard(page: str) -> None:
    heard = [a for a in ACTIONS if set(a.where) & {page, EVERYWHERE, LIST, STREAM}]
    for one, other in itertools.combinations(heard, 2):
        shared = set(one.keys.split(",")) & set(other.keys.split(","))
        assert not shared, f"{one.id} and {other.id} share {shared} on {page}"


@pytest.mark.parametrize("page", PAGES)
def test_help_ends_every_footer_and_a_read_only_console_is_offered_no_change(page: str) -> None:
    offered = footer_actions(page, enter=True, read_only=True)
    assert offered[-1].id == "help"
    assert not [a.id for a in offered if a.changes]


def test_what_acts_on_a_bot_is_marked_dangerous() -> None:
    assert {a.id for a in ACTIONS if a.dangerous} == {"contain", "approve", "begin", "break_glass", "release"}
