"""Typed words are answered from the view; none of them acts."""

from __future__ import annotations

import pytest

from tests.tui.example import example_view
from warroom.core.company import Company
from warroom.core.next_verbs import NextVerbs
from warroom.core.plain_answers import QUIT, WORDS, Looks, Word, answer
from warroom.core.room import Welcome


def looks() -> Looks:
    view = example_view()
    return Looks(view, Welcome(1, "0", "acme", view.mode, "c1", "ana", 1000, False, 1), Company(), NextVerbs("acme"))


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.name)
def test_a_word_its_letter_and_its_capitals_answer_the_same_in_sentences(word: Word) -> None:
    name, letter = word.name, word.letter
    told = answer(name, looks())
    assert told
    assert all(line and line.isprintable() for line in told)
    assert answer(letter, looks()) == answer(name.upper(), looks()) == told


def test_no_two_words_share_a_letter_and_quit_has_its_own() -> None:
    letters = [word.letter for word in WORDS]
    assert len(set(letters)) == len(letters)
    assert not QUIT & {*letters, *(word.name for word in WORDS)}


def test_help_tells_every_word_and_where_to_act() -> None:
    told = "\n".join(answer("?", looks()))
    assert all(f"{word.name}, or {word.letter}" in told for word in WORDS)
    assert "warroom VERB --room acme" in told
    assert "quit" in told


def test_an_unknown_word_is_answered_with_those_that_there_are() -> None:
    (told,) = answer("contain mail stop", looks())
    assert told.startswith("There is no word 'contain mail stop' here.")


def test_next_names_the_step_the_alarms_and_what_is_late() -> None:
    told = "\n".join(answer("n", looks()))
    assert "Next for INC-001: Disable the bot and prove it from outside (ops lead)" in told
    assert "For alarm" in told
