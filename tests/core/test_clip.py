"""Nothing that does something where it is pasted gets into a clip, and what was replaced is counted."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.hostile import CORPUS
from warroom.core.clip import Clip, clip_of, clip_words, joined


@pytest.mark.parametrize(
    ("content", "text", "lines", "replaced"),
    [
        (b"tool call denied\n", "tool call denied", 1, 0),
        (b"Traceback\n  File\tx\nValueError\n", "Traceback\n  File\tx\nValueError", 3, 0),
        (b"windows\r\nlines\r\n", "windows\nlines", 2, 0),
        (b"over\rwrite\n", "over␍write", 1, 1),
        (b"\x1b]52;c;aGk=\x07ls\n", "␛]52;c;aGk=␇ls", 1, 2),
        (b"rm -rf /\n\n", "rm -rf /\n", 2, 0),
        ("a\u202eb\u200bc".encode(), "a<U+202E>b<U+200B>c", 1, 2),
        (b"caf\xe9 \xff\n", "caf\\xe9 \\xff", 1, 2),
        ("größe 日本".encode(), "größe 日本", 1, 0),
        (b"\x9b2J", "\\x9b2J", 1, 1),
        ("\x9b2J".encode(), "<U+009B>2J", 1, 1),
        (b"", "", 1, 0),
    ],
)
def test_a_record_as_text(content: bytes, text: str, lines: int, replaced: int) -> None:
    assert clip_of(content) == Clip(text, lines, replaced)


def is_harmless(text: str) -> bool:
    return all(char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in text)


@given(st.binary())
def test_whatever_the_bytes_are_the_text_does_nothing(content: bytes) -> None:
    clip = clip_of(content)
    assert is_harmless(clip.text)
    assert clip.lines == clip.text.count("\n") + 1
    clip.text.encode("utf-8")


def test_the_hostile_corpus_leaves_nothing_that_acts() -> None:
    assert all(is_harmless(clip_of(text.encode("utf-8", "replace")).text) for text in CORPUS)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_text_is_copied_to_the_letter(text: str) -> None:
    assert clip_of(text.encode()) == Clip(text, 1)


def test_several_records_are_one_clip_with_all_that_was_replaced() -> None:
    clip = joined([clip_of(b"a\x07\n"), clip_of(b"b\nc\n")])
    assert clip == Clip("a␇\nb\nc", 3, 1)
    assert clip_words(clip, 7) == "3 lines, 7 bytes, 1 control character made visible"
    assert clip_words(clip_of(b"x"), 1) == "1 line, 1 bytes"
