"""Text in ASCII loses no character without saying so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.ascii_text import ascii_text, speaks_utf8
from warroom.core.clean import clean


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("plain", "plain"),
        ("J\u00fcrgen", "Jurgen"),
        ("Ju\u0308rgen", "Jurgen"),
        ("\u201cgone\u201d \u2013 x\u2026", '"gone" - x...'),
        ("\u6f22", "<U+6F22>"),
        ("\u240a forged", " /  forged"),
    ],
)
def test_it_is_spelled_or_named(text: str, told: str) -> None:
    assert ascii_text(text) == told


@given(st.text())
def test_whatever_was_cleaned_is_printable_ascii(text: str) -> None:
    told = ascii_text(clean(text))
    assert told.isascii()
    assert told.isprintable()


@pytest.mark.parametrize(
    ("environment", "has"),
    [
        ({"LANG": "de_DE.UTF-8"}, True),
        ({"LANG": "C.utf8@euro"}, True),
        ({"LANG": "C"}, False),
        ({}, False),
        ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, False),
        ({"LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": "C"}, True),
        ({"LANG": "de_DE.ISO-8859-15"}, False),
    ],
)
def test_the_locale_that_counts_says_whether_there_is_utf8(environment: dict[str, str], has: bool) -> None:
    assert speaks_utf8(environment) is has
