"""Whatever a terminal replies, in whatever pieces: none of it is a key, and every key is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.tui.frame.replies import ESCAPE, Sieve

REPLIES = [
    "\x1b[24;80R", "\x1b[?24;80R", "\x1b[?62;22c", "\x1b[>41;354;0c", "\x1b[=0c", "\x1b[0n", "\x1b[3;0;0t",
    "\x1b[8;24;80t", "\x1b[48;24;80;1;1t", "\x1b[?2026;2$y", "\x1b[4;1$y", "\x1b[?1u", "\x1b]11;rgb:0000/00/00\x1b\\",
    "\x1b]l\x1b\\", "\x1b]52;c;cXVpdAo=\x07", "\x1bP>|XTerm(370)\x1b\\", "\x1bP1$r0m\x1b\\", "\x1b_Gi=1;OK\x1b\\",
    "\x9b24;80R", "\x9b?62c", "\udc9b24;80R",
]  # fmt: skip
TYPED = ["q", "abc", "é", "日本", "\r", "\x0c", "\t", "\x7f", "\x1b[A", "\x1b[1;5C", "\x1bOP", "\x1b[15~", "\x1b[97;5u"]
TYPED += ["\x1b[I", "\x1b[O", "\x1b[<0;3;4M", "\x1bx", "\x1b[[A", "\x1b[Z"]


def sifted(pieces: list[str]) -> tuple[str, Sieve]:
    sieve, passed, now = Sieve(), "", 0.0
    for piece in pieces:
        now += 0.01
        passed += "".join([*sieve.feed(piece, now), *sieve.tick(now)])
    return passed + "".join(sieve.tick(now + 5)), sieve


@given(st.data(), st.lists(st.sampled_from([*((text, False) for text in REPLIES), *((text, True) for text in TYPED)])))
def test_keys_pass_and_replies_do_not_however_they_are_cut(data: st.DataObject, said: list[tuple[str, bool]]) -> None:
    whole, pieces = "".join(text for text, _ in said), []
    while whole:
        size = data.draw(st.integers(1, len(whole)))
        pieces.append(whole[:size])
        whole = whole[size:]
    passed, sieve = sifted(pieces)
    assert passed == "".join(text for text, typed in said if typed)
    assert sieve.answers == sum(bool(text.endswith("R")) for text, typed in said if not typed)


@given(st.lists(st.text(st.sampled_from("\x1b[]P_\\;?0129RrcntuM~$ \x07\x9b\udc9bq"), max_size=12)))
def test_no_rubbish_breaks_it_and_what_is_held_ends(pieces: list[str]) -> None:
    passed, sieve = sifted(pieces)
    assert not any("\x80" <= char <= "\x9f" or "\ud800" <= char <= "\udfff" for char in passed)
    assert sieve.tick(99) == []


@pytest.mark.parametrize("cut", ["\x1b[24;8", "\x1b[", "\x1b]11;rgb:00", "\x1bP1$r"])
def test_half_a_reply_is_no_key_and_the_next_key_counts(cut: str) -> None:
    sieve = Sieve()
    assert sieve.feed(cut, 0.0) == []
    late = sieve.tick(5.0)
    assert "".join(late) in ("", "\x1b[")
    assert sieve.feed("j", 5.1) == ["j"]


def test_an_escape_alone_is_the_key_after_a_moment() -> None:
    sieve = Sieve()
    assert sieve.feed("\x1b", 0.0) == []
    assert sieve.tick(0.05) == []
    assert sieve.tick(0.11) == [ESCAPE]


def test_an_escape_before_an_answer_is_the_key() -> None:
    sieve = Sieve()
    assert sieve.feed("\x1b\x1b[1;1Rj", 0.0) == [ESCAPE, "j"]
    assert sieve.answers == 1


@given(st.integers(0, 40))
def test_an_answer_inside_of_a_paste_is_taken_out_and_the_rest_is_text(cut: int) -> None:
    text = "\x1b[200~one \x1b[c two\x1b[7;8R three\x1b[201~q"
    passed, sieve = sifted([part for part in (text[:cut], text[cut:]) if part])
    assert passed == "\x1b[200~one \x1b[c two three\x1b[201~q"
    assert sieve.answers == 1
    assert not sieve.pasting


@pytest.mark.parametrize(
    "hidden",
    [
        "\x9b201~",
        "\udc9b201~",
        "\x1b\x9b[201~",
        "\x1b[20\x9b1~",
        "\x1b[2\udcff01~",
        "\x1b[20\x1b[7;8R1~",
        "\x1b\x1b[7;8R[201~",
    ],
)
@pytest.mark.parametrize("cut", range(40))
def test_nothing_in_a_paste_ends_it_but_its_end(hidden: str, cut: int) -> None:
    text = f"\x1b[200~name {hidden}\r\r\x1b[201~q"
    passed, sieve = sifted([part for part in (text[:cut], text[cut:]) if part])
    assert passed.count("\x1b[201~") == 1
    assert passed.endswith("\r\r\x1b[201~q")
    assert not any("\x80" <= char <= "\x9f" or "\ud800" <= char <= "\udfff" for char in passed)
    assert not sieve.pasting


def test_a_paste_whose_end_comes_late_ends_all_the_same() -> None:
    sieve = Sieve()
    pieces = sieve.feed("\x1b[200~abc\x1b[20", 0.0)
    pieces += sieve.tick(0.4)
    pieces += sieve.feed("1~q", 0.5)
    assert "".join(pieces) == "\x1b[200~abc\x1b[201~q"
    assert not sieve.pasting


@pytest.mark.parametrize("half", ["\x1b]11;rgb:1e1e", "\x1bP>|xterm", "\x1bX", "\x1b_G"])
def test_half_a_reply_does_not_live_on_keys(half: str) -> None:
    sieve, passed = Sieve(), list[str]()
    sieve.feed(half, 0.0)
    for number in range(1, 30):
        passed += sieve.tick(number * 0.1)
        passed += sieve.feed("j", number * 0.1)
    assert len("".join(passed)) >= 19, "after a second keys count again"


def test_escape_and_a_key_in_one_piece_are_two_keys() -> None:
    assert Sieve().feed("\x1b3", 0.0) == [ESCAPE, "3"]
    assert Sieve().feed("\x1b\x1b[200~3\x1b[201~", 0.0) == [ESCAPE, "\x1b[200~", "3\x1b[201~"]


def test_a_lines_end_is_the_enter_that_was_pressed_early_and_in_a_paste_it_stays() -> None:
    passed, _ = sifted(["q\n", "\x1b[200~a\nb\x1b[201~\n"])
    assert passed == "q\r\x1b[200~a\nb\x1b[201~\r"
