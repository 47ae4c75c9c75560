"""The board of an exercise carries text of others: it is bounded and cleaned before anybody draws it."""

from __future__ import annotations

import msgspec
import pytest

from tests.tui.hostile import CORPUS, FORBIDDEN
from warroom.core.exercise import MOST_GOALS, Exercise, Goal, Mark, clean_exercise
from warroom.core.wire import Post, encode, from_client

EVIL = "".join(CORPUS)


def test_no_text_of_a_board_stays_raw_or_long() -> None:
    board = Exercise(EVIL, EVIL * 9, 1.0, [Goal(EVIL, Mark.OPEN, hint=EVIL)], grade=EVIL, word=EVIL)
    shown = clean_exercise(board)
    for text in (shown.title, shown.story, shown.goals[0].text, shown.goals[0].hint, shown.grade, shown.word):
        assert not FORBIDDEN.search(text)
        assert len(text) < 12_000
    assert clean_exercise(Exercise("t" * 10_000, "", 1.0, [])).title.startswith("t" * 120 + " …")


def test_who_posts_cannot_say_that_they_are_gone() -> None:
    assert clean_exercise(Exercise("t", "s", 1.0, [], left=5.0)).left is None


@pytest.mark.parametrize(
    "board",
    [
        Exercise("t", "s", 1e300, []),
        Exercise("t", "s", float("nan"), []),
        Exercise("t", "s", 1.0, [Goal("g", Mark.OPEN, due=-5.0)]),
        Exercise("t", "s", 1.0, [Goal("g", Mark.OPEN)] * (MOST_GOALS + 1)),
    ],
    ids=("far away", "no time", "before time", "too many goals"),
)
def test_a_board_that_no_screen_can_draw_is_not_taken(board: Exercise) -> None:
    with pytest.raises(msgspec.ValidationError):
        from_client().decode(encode(Post("1", board)))
