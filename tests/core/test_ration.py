"""Sentences come at a pace that a person can follow; what is left out is counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warroom.core.ration import Ration
from warroom.core.transcript import Sentence
from warroom.core.urgency import Urgency


def said(number: int, urgency: Urgency = Urgency.INFO) -> Sentence:
    return Sentence(float(number), urgency, f"thing {number}")


def test_what_fits_is_told_at_once_and_in_order() -> None:
    ration = Ration(5.0, "look")
    ration.add([said(1), said(2, Urgency.URGENT), said(3)])
    assert [one.text for one in ration.take(0.0)] == ["thing 1", "thing 2", "thing 3"]
    assert ration.take(1.0) == []


def test_the_urgent_is_told_before_the_calm_and_the_rest_a_second_later() -> None:
    ration = Ration(2.0, "look")
    ration.add([said(1), said(2), said(3, Urgency.URGENT), said(4)])
    assert [one.text for one in ration.take(0.0)] == ["thing 1", "thing 3"]
    assert ration.take(0.1) == []
    assert [one.text for one in ration.take(1.0)] == ["thing 2", "thing 4"]


def test_a_flood_keeps_the_urgent_and_counts_the_rest_with_where_to_read_it() -> None:
    ration = Ration(1.0, "warroom messages")
    ration.add([said(n) for n in range(60)] + [said(60, Urgency.URGENT)])
    told = [text for second in range(80) for text in ration.take(float(second))]
    counted = [one for one in told if "left out" in one.text]
    assert told[0].text == "thing 60"
    assert [(one.text, one.next) for one in counted] == [
        ("21 sentences were left out, too many at once: 21 info", "warroom messages")
    ]
    assert len(told) == 40 + 1


@given(st.lists(st.tuples(st.integers(0, 90), st.sampled_from(Urgency)), max_size=30), st.floats(0.2, 20))
def test_nothing_is_lost_without_being_counted_and_no_second_has_too_many(
    turns: list[tuple[int, Urgency]], per_s: float
) -> None:
    ration, given_, told, now = Ration(per_s, "look"), 0, list[Sentence](), 0.0
    for count, urgency in turns:
        ration.add([said(n, urgency) for n in range(count)])
        given_ += count
        now += 0.25
        told += ration.take(now)
    assert len(told) <= max(1.0, per_s) + now * per_s + 1
    told += ration.rest(now)
    left_out = sum(int(one.text.split()[0]) for one in told if "left out" in one.text)
    assert len([one for one in told if "thing" in one.text]) + left_out == given_
