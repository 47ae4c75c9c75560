"""Nothing that passed `clean` can command a terminal, hide itself or forge a second line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.clean import clean, clean_lines, safe_name

HOSTILE = "\x1b]52;c;Y3VybA==\x07 \x1b[2J \x9b31m \x00 \x7f \r forged \u202e abc \u200b \u2066 \ufeff \U000e0041"


@given(st.text())
def test_what_is_clean_has_no_control_format_or_surrogate_character(text: str) -> None:
    unsafe = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not [c for c in clean(text) if unicodedata.category(c) in unsafe]


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_ascii_is_left_as_it_is(text: str) -> None:
    assert clean(text, limit=10_000) == text


def test_control_characters_become_visible() -> None:
    shown = clean(HOSTILE)
    assert "\u241b" in shown
    assert "<U+009B>" in shown
    assert "<U+202E>" in shown
    assert "\u240d" in shown


def test_a_newline_cannot_forge_a_second_line() -> None:
    assert clean("one\ntwo") == "one\u240atwo"
    assert clean_lines("one\ntwo") == ["one", "two"]


def test_a_pile_of_combining_marks_is_cut_to_three() -> None:
    assert len(clean("a" + "\u0301" * 1000, limit=5000)) <= 4


def test_a_long_value_says_how_much_was_cut() -> None:
    assert clean("x" * 5000, limit=100).endswith("…(+4900 characters)")


def test_bytes_that_are_no_utf8_are_shown_replaced() -> None:
    assert clean(b"a\xffb") == "a\ufffdb"


def test_wide_and_accented_letters_stay() -> None:
    assert clean("日本語 é ñ") == "日本語 é ñ"


@pytest.mark.parametrize(
    "text", ["../../etc/passwd", "/etc/cron.d/x", "..", "", "a/b\\c", "日本", ".hidden", "x" * 500]
)
def test_a_file_name_never_leaves_its_folder(text: str) -> None:
    name = safe_name(text)
    assert 1 <= len(name) <= 64
    assert "/" not in name
    assert not name.startswith(".")
