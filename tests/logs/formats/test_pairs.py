"""Pairs of a name and a value in a message fill the fields whose names are known."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.reading import PLACE
from warroom.core.record import Record
from warroom.logs.formats.pairs import read_pairs


def filled(message: str) -> Record:
    record = Record(*PLACE)
    read_pairs(message, record)
    return record


def test_pairs_fill_the_fields_of_a_record() -> None:
    record = filled('done user=u-1 status=200 latency_ms=3.5 tokens_out=9 tool="search docs" prompt="a \\"b\\" c" x=1')
    assert (record.user, record.status, record.latency_ms, record.tokens_out) == ("u-1", 200, 3.5, 9)
    assert record.tool == "search docs"
    assert record.attrs == {"prompt": 'a "b" c'}


def test_the_first_word_may_be_a_pair() -> None:
    assert filled("user=u-1").user == "u-1"


def test_a_value_of_the_wrong_type_is_kept_beside_the_figures() -> None:
    record = filled("status=ok tokens_in=-5 latency_ms=nan")
    assert (record.status, record.tokens_in, record.latency_ms) == (None, None, None)
    assert record.attrs == {"status": "ok", "tokens_in": "-5", "latency_ms": "nan"}


@given(st.text(alphabet='a= "\\\\', max_size=200))
def test_no_text_is_too_odd(message: str) -> None:
    filled(message)


def test_a_hostile_message_costs_no_more_than_its_length() -> None:
    costs = []
    for size in (20_000, 200_000):
        message = ' user="\\"' * (size // 9)
        began = time.process_time()
        filled(message)
        costs.append(time.process_time() - began)
    assert costs[1] < 200 * max(costs[0], 0.001), costs
