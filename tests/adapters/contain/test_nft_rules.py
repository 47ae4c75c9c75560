"""The ruleset as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.adapters.contain.nft_rules import (
    Held,
    Match,
    Open,
    Whose,
    held_elements,
    new_ruleset,
    opened,
    ruleset,
    table_of,
)

USER = Whose(Match.USER, "games", 5)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("10.0.0.5", Open("10.0.0.5/32", False, None)),
        ("127.0.0.0/8", Open("127.0.0.0/8", False, None)),
        ("10.0.0.5:5432", Open("10.0.0.5/32", False, 5432)),
        ("::1", Open("::1/128", True, None)),
        ("fd00::/8", Open("fd00::/8", True, None)),
        ("[fd00::1]:443", Open("fd00::1/128", True, 443)),
    ],
)
def test_a_place_that_stays_open_is_read(text: str, place: Open) -> None:
    assert opened(text) == place


@pytest.mark.parametrize(
    "text", ["", "x", "10.0.0.5:0", "10.0.0.5:99999", "10.0.0.0/33", "10.0.0.5; drop", "[::1", "a:1"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no address"):
        opened(text)


@given(st.text())
def test_no_name_of_a_bot_leaves_the_name_of_its_table(bot: str) -> None:
    table = table_of(bot)
    assert table.startswith("warroom_")
    assert set(table) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
    assert len(table) < 60


def test_bots_whose_names_look_alike_have_tables_of_their_own() -> None:
    assert len({table_of(name) for name in ("a b", "a-b", "A_B", "a_b")}) == 4


def test_nothing_accepts_what_is_established_and_all_of_it_stands_before_other_filters() -> None:
    for whose in (USER, Whose(Match.CGROUP, "unified/x", 9, 1), Whose(Match.NETNS, "/run/netns/x", 9)):
        text = ruleset("t", whose, [opened("10.0.0.5:53")], 60.0, "warroom K")
        assert "established" not in text
        assert "priority -150" in text
        assert "timeout 60s" in text
        assert text.index("accept\n") < text.index("drop")


def test_only_a_namespace_is_cut_in_both_directions() -> None:
    assert "hook input" not in ruleset("t", USER, [], None)
    assert "hook input" in ruleset("t", Whose(Match.NETNS, "/run/netns/x", 9), [], None)


def test_sockets_are_known_by_both_ends_or_by_their_port() -> None:
    sockets = [
        Held("tcp", "10.0.0.1", 4000, "10.0.0.2", 80),
        Held("tcp", "fd00::1", 4000, "fd00::2", 80),
        Held("udp", "0.0.0.0", 5353),
    ]
    assert held_elements("t", sockets).splitlines() == [
        "add element inet t held4 { tcp . 10.0.0.1 . 4000 . 10.0.0.2 . 80 }",
        "add element inet t held6 { tcp . fd00::1 . 4000 . fd00::2 . 80 }",
        "add element inet t ports { udp . 5353 }",
    ]
    assert held_elements("t", []) == ""


def test_a_new_table_says_whose_it_is_and_holds_nothing_else_in_the_block_that_makes_it() -> None:
    made, _, rest = new_ruleset("t", USER, [], 60.0, "warroom K").partition("}\n")
    assert made == 'create table inet t {\n  comment "warroom K"\n'
    assert f"table inet t\ndelete table inet t\n{rest}" == ruleset("t", USER, [], 60.0)
