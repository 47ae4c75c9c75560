"""Text of others made harmless."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.reports.hostile import CORPUS
from warroom.reports.neutral import defang, fenced, markdown_text, neutral

MARKDOWN = MarkdownIt("commonmark").enable("table")
MARKS = st.text(alphabet="ab<>[]()!`*_#|~&@$^=+-.1)\\ :/\"'{}\n\t", max_size=80)


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("see https://evil.example/a.b?c", "see hxxps://evil[.]example/a.b?c"),
        ("HTTP://EVIL.EXAMPLE", "HxxP://EVIL[.]EXAMPLE"),
        ("ftp://a.b", "ftp[:]//a[.]b"),
        ("JavaScript :alert(1)", "JavaScript[:]alert(1)"),
        ("data:text/html,x", "data[:]text/html,x"),
        ("www.evil.example", "www[.]evil.example"),
        ("at 12:30 with a.b", "at 12:30 with a.b"),
    ],
)
def test_links_lead_nowhere(text: str, harmless: str) -> None:
    assert defang(text) == harmless


@given(st.sampled_from(CORPUS) | MARKS)
def test_neutralising_twice_changes_nothing(text: str) -> None:
    assert neutral(neutral(text)) == neutral(text)


@given(st.sampled_from(CORPUS) | MARKS, st.sampled_from(["- {}", "| a | b |\n|---|---|\n| {} | x |", "Text {}"]))
def test_no_markdown_mark_survives_in_a_line(text: str, frame: str) -> None:
    plain = MARKDOWN.render(frame.format("x"))
    rendered = MARKDOWN.render(frame.format(markdown_text(neutral(text))))
    assert re.findall(r"<[^>]*>", rendered) == re.findall(r"<[^>]*>", plain)


@given(st.sampled_from(CORPUS) | MARKS)
def test_a_fence_cannot_be_closed_from_inside(text: str) -> None:
    tokens = MARKDOWN.parse(fenced(text) + "\n\nafter\n")
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
