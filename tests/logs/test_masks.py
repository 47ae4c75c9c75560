"""What varies in a message is masked as what it is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.logs.masks import ANYTHING, CUT, LONGEST_TEXT, MOST_WORDS, Masker, is_marked


def masked(message: str) -> str:
    """Return the words of a message as one text."""
    return " ".join(Masker().words(message))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("from 10.0.0.7 now", "from <ADDRESS> now"),
        ("from 10.0.0.7:5432, then", "from <ADDRESS>, then"),
        ("from [fe80::1] and ::1", "from [<ADDRESS>] and <ADDRESS>"),
        ("from 2001:db8:0:0:0:0:0:1", "from <ADDRESS>"),
        ("std::string add::me", "std::string add::me"),
        ("version 1.2.3.4.5", "version <NUMBER>"),
        ("took 12.5ms at -3 +4", "took <NUMBER>ms at <NUMBER>"),
        ("block blk_-17 blk_18", "block blk_<NUMBER>"),
        ("at 12:30:01,250", "at <NUMBER>:<NUMBER>:<NUMBER>"),
        ("object 0x7fa3 commit 9fceb02d0ae598e9", "object <HEX> commit <HEX>"),
        ("deadbeefdeadbeef 1234567890", "deadbeefdeadbeef <NUMBER>"),
        ("call_8fK2mQ9x done", "call_<ID> done"),
        ("req 123e4567-e89b-12d3-a456-426614174000.", "req <UUID>."),
        ("get https://a.example/x?y=1 failed", "get <URL> failed"),
        ("open /etc/bot/a.yaml: denied", "open <PATH> denied"),
        ("and/or 3/4", "and/or <NUMBER>/<NUMBER>"),
        ("file=/var/log/x", "file= <PATH>"),
        ('asked "how are you?" twice', "asked <TEXT> twice"),
        ("tool 'search docs' returned", "tool <TEXT> returned"),
        ("it isn't what they can't see", "it isn't what they can't see"),
        ("{'role': 'user', \"n\": 1}", "{'role': <TEXT>, \"n\": <NUMBER>}"),
        ('10.0.0.7 "GET /a/b?c HTTP/1.1" 200', "<ADDRESS> GET <REQUEST> <NUMBER>"),
        ("user=ana status=200 empty=", "user= ana status= <NUMBER> empty="),
        ("a == b", "a == b"),
        ("- - -", "- - -"),
    ],
)
def test_a_kind_is_masked_and_the_rest_stays(message: str, expected: str) -> None:
    assert masked(message) == expected


def test_lists_of_any_length_are_the_same_words() -> None:
    assert masked("delete blk_1") == masked("delete blk_2 blk_3") == masked("delete " + "blk_4 " * 2000)


def test_of_a_traceback_the_first_and_the_last_line_count() -> None:
    shallow = "tool failed\nTraceback (most recent call last):\n  File x\nKeyError: no key\n"
    deep = "tool failed\nTraceback (most recent call last):\n  File x\n    y\n  File z\nKeyError: no key"
    assert masked(shallow) == masked(deep) == "tool failed KeyError: no key"
    assert masked(shallow) != masked(shallow.replace("KeyError", "ValueError"))


def test_a_long_message_ends_in_a_mark_after_so_many_words() -> None:
    words = Masker().words(" ".join("abcdefgh"[n % 8] for n in range(500)))
    assert len(words) == MOST_WORDS + 1
    assert words[-1] == CUT


def test_what_is_beyond_the_longest_text_does_not_count() -> None:
    text = "word " * (LONGEST_TEXT // 5 - 1)
    assert Masker().words("x" + text + "a" * 100) == Masker().words("x" + text + "b" * 100)


def test_a_word_met_before_is_masked_as_at_first() -> None:
    masker = Masker()
    texts = [f"user{n}=x{n}y{n} 10.0.0.{n % 256}" for n in range(20_000)]
    first = [masker.words(text) for text in texts[:50]]
    for text in texts:
        masker.words(text)
    assert [masker.words(text) for text in texts[:50]] == first


@given(st.text())
def test_no_digit_is_left_and_nothing_raises(text: str) -> None:
    assert not [word for word in Masker().words(text) if any(char in "0123456789" for char in word)]


@given(st.text(alphabet="0123456789abfg-:./ '\"=<>~x\n", max_size=200))
def test_marks_are_seen_as_marks(text: str) -> None:
    masker = Masker()
    words = masker.words(text)
    assert masker.words(text) == words
    assert all(word for word in words)
    assert is_marked(ANYTHING)


_LENGTHS = (20_000, 320_000)


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a1",
        "1",
        "f",
        "1.",
        "1:",
        ":",
        '"',
        '"a',
        "'",
        " '",
        "/",
        "a://",
        "a=",
        "~/",
        "<",
        "-",
        "a\n",
        '"GET ',
        "é",
    ],
)
def test_hostile_text_of_any_length_costs_little(piece: str) -> None:
    masker = Masker()
    for length in _LENGTHS:
        text = piece * (length // len(piece))
        assert min(_cost_s(masker, text) for _ in range(3)) < 0.05


def _cost_s(masker: Masker, text: str) -> float:
    began = time.process_time()
    masker.words(text)
    masker.words(text[:LONGEST_TEXT])
    return time.process_time() - began
