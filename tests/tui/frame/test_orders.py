"""What may pass besides cells is a short list."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.tui.frame.orders import clipboard_order, is_allowed, is_ignored, place_of, title_order, tokens


@pytest.mark.parametrize(
    "order",
    ["\x1b[?1049h", "\x1b[?25l", "\x1b[>25u", "\x1b[<u", "\x07", "\x1b]52;c;aGk=\x07",
     "\x1b]22;text\x07", "\x1b]0;warroom\x07", "\x1b[2 q",
     "\x1b]2;warroom prod · !! 2 alarms\x07", "\x1b[22;2t", "\x1b[23;2t"],
)  # fmt: skip
def test_what_textual_needs_may_pass(order: str) -> None:
    assert tokens(order) == [order]
    assert is_allowed(order)


@pytest.mark.parametrize(
    "order",
    ["\x1b[2J", "\x1b[31m", "\x1b]8;;http://x\x07", "\x1b]52;c;?\x07", "\x1bP+q\x1b\\", "\x1b[6n", "\x1b[c", "\x1bc",
     "\x9b2J", "\x1b]0;a\x85b\x07", "\n", "words", "\x1b[?6n",
     "\x1b[21t", "\x1b[8;1;1t", "\x1b]2;a\u202eb\x07"],
)  # fmt: skip
def test_nothing_else_may(order: str) -> None:
    assert not any(is_allowed(token) for token in tokens(order))


@given(st.text())
def test_a_title_is_one_order_whatever_the_text(text: str) -> None:
    order = title_order(text)
    assert tokens(order) == [order]
    assert is_allowed(order)


@given(st.text())
def test_a_clipboard_is_one_order_within_its_bound(text: str) -> None:
    order = clipboard_order(text, 400)
    whole = base64.b64encode(text.encode("utf-8", "replace")).decode()
    assert order == (f"\x1b]52;c;{whole}\x07" if len(whole) <= 400 else "")
    assert not order or is_allowed(order)


def test_a_place_is_read_from_0() -> None:
    assert place_of("\x1b[3;5H") == (4, 2)
    assert place_of("\x1b[H") == (0, 0)
    assert place_of("\x1b[5G") is None
    assert is_ignored("\x1b[?2026h")


@given(st.text(st.sampled_from("\x1b[]?;0123hHmP^_\\\x07\x9c ab\n\x9b")))
def test_every_character_is_in_exactly_one_token(text: str) -> None:
    assert "".join(tokens(text)) == text
