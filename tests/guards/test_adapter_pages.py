"""Each adapter has a page that says what people need to know before they configure it, and use it at night."""

from __future__ import annotations

import tomllib

import pytest

from tests.guards.tree import ROOT
from warroom.adapters.contain.build import ADAPTERS

PAGES = ROOT / "docs/adapters"
ROWS = ("verbs", "needs", "permissions", "users see", "undone by", "expiry", "does not prove itself by")


def test_every_adapter_has_a_page_and_every_page_an_adapter() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == set(ADAPTERS)


@pytest.mark.parametrize("kind", ADAPTERS)
def test_a_page_says_what_it_needs_what_users_see_and_how_it_is_undone(kind: str) -> None:
    lines = (PAGES / f"{kind}.md").read_text().splitlines()
    parted = (line.strip("| ").partition(" | ") for line in lines if line.startswith("| "))
    rows = {name.strip(): text.strip() for name, _, text in parted}
    assert [name for name in ROWS if not rows.get(name)] == []


@pytest.mark.parametrize("kind", ADAPTERS)
def test_a_page_shows_a_config_of_its_adapter(kind: str) -> None:
    text = (PAGES / f"{kind}.md").read_text()
    shown = [tomllib.loads(block.partition("```")[0]) for block in text.split("```toml\n")[1:]]
    assert any(kind in bot.get("contain", {}) for one in shown for bot in one.get("bots", {}).values())
