"""The shape of a message, and what was seen before, within bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warroom.detect.shape import Seen, shape_of


def test_numbers_ids_and_quotes_do_not_make_a_new_shape() -> None:
    one = shape_of('order 123 of u-41 "some text" took 12 ms')
    assert one == shape_of('order 9 of u-7 "other words" took 400 ms')
    assert one != shape_of("order lost")


@given(st.text(max_size=400))
def test_a_shape_is_one_short_line(text: str) -> None:
    shape = shape_of(text)
    assert "\n" not in shape
    assert len(shape) <= 120


def test_what_was_seen_is_known_until_it_is_the_oldest_of_too_many() -> None:
    seen = Seen(3)
    assert [seen.add(thing) for thing in "aab"] == [True, False, True]
    for thing in "cd":
        seen.add(thing)
    assert "a" not in seen
    assert len(seen) == 3
