"""How rare a new tool is depends on how often this bot takes new ones."""

from __future__ import annotations

from warroom.detect.novelty import Tools


def used(*calls: tuple[str, int]) -> Tools:
    tools = Tools()
    for name, count in calls:
        for _ in range(count):
            tools.add(name)
    return tools


def test_a_new_tool_of_a_bot_with_few_tools_is_rare() -> None:
    rarity = used(("search", 500), ("refund", 100)).rarity("read_config")
    assert rarity is not None
    assert rarity.p == 1 / 601
    assert 50 <= rarity.score <= 85
    assert "never used before in 600 tool calls of 2 kinds" in rarity.reason.text


def test_a_bot_that_often_takes_new_tools_is_not_odd_when_it_does() -> None:
    assert used(("search", 300), *((f"t{n}", 1) for n in range(100))).rarity("another") is None


def test_nothing_is_said_of_known_tools_or_before_enough_is_known() -> None:
    assert used(("search", 500)).rarity("search") is None
    assert used(("search", 50)).rarity("new") is None


def test_tools_named_at_random_cost_no_memory() -> None:
    tools = used(*((f"t{n}", 1) for n in range(5000)))
    assert len(tools._calls) == 1000


def test_a_hostile_name_is_clean_in_the_reason() -> None:
    rarity = used(("search", 500)).rarity("x\x1b[2J")
    assert rarity is not None
    assert "\x1b" not in rarity.reason.text
