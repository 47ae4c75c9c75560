"""logfmt: nothing but pairs, a level, a message or a time among them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.reading import PLACE, made, read
from warroom.logs.formats.logfmt import FORMAT


def test_pairs_fill_the_record() -> None:
    record = read(FORMAT, 'ts=2026-11-22T21:07:47Z level=warn msg="auth \\"failed\\"" user="u 7" status=401 shard=3')
    assert (record.message, record.level, record.user, record.status) == ('auth "failed"', "WARNING", "u 7", 401)
    assert (record.time, record.attrs) == (1795381667.0, {"shard": "3"})


@pytest.mark.parametrize("line", ["", "a=b", "level=info and more", 'level=info msg="open', "=x level=info", "level"])
def test_what_is_not_only_pairs_or_says_nothing_known_is_left(line: str) -> None:
    assert made(FORMAT, line) is None


@given(st.text(alphabet='ab= "\\\\', max_size=200))
def test_no_text_is_too_odd(text: str) -> None:
    made(FORMAT, f"level=info {text}")


def test_a_hostile_line_costs_no_more_than_its_length() -> None:
    reader = FORMAT.reader()
    costs = []
    for size in (2_000, 20_000):
        began = time.process_time()
        reader("level=info " + "a=b=" * size + ' x="', PLACE)
        costs.append(time.process_time() - began)
    assert costs[1] < 100 * max(costs[0], 0.001), costs
