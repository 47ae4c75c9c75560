"""Plain text with `*`, smart about capitals, linear whatever is typed."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.line_filter import LONGEST_TERM, FilterRefused, LineFilter, Sieve, Term


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("denied", "tool Denied by policy", (5, 11)),
        ("Denied", "tool denied by policy", None),
        ("Denied", "tool Denied by policy", (5, 11)),
        ("tool*policy", "the tool denied by policy 4", (4, 25)),
        ("policy*tool", "the tool denied by policy 4", None),
        ("a\\*b", "a*b", (0, 3)),
        ("a\\*b", "axb", None),
        ("*x*", "aXb", (1, 2)),
        (".*", "no dots, no stars", None),
        ("ß", "straße", (4, 5)),
        ("İ", "xİ", (1, 2)),
        ("(a+)+$", "aaaaaaaaaaaaaaaaaaaa!", None),
    ],
)
def test_a_term_is_found_as_a_person_means_it(term: str, text: str, found: tuple[int, int] | None) -> None:
    assert Term(term).span(text) == found


@given(st.text(min_size=1, max_size=20), st.text(max_size=50), st.text(max_size=50))
def test_a_term_without_a_star_is_found_where_it_stands(term: str, before: str, after: str) -> None:
    if "*" in term or "\\" in term or "\0" in term:
        return
    span = Term(term).span(before + term + after)
    assert span is not None or term.lower() != term or (before + term + after).lower().find(term) < 0


@given(st.text(alphabet="ab*", min_size=1, max_size=8), st.text(alphabet="ab", max_size=30))
def test_places_are_in_order_and_do_not_overlap(term: str, text: str) -> None:
    if not term.strip("*"):
        return
    spans = Term(term).spans(text)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))
    assert all(start < end for start, end in spans)


def test_a_term_made_to_hang_does_not() -> None:
    begun = time.process_time()
    term = Term("*".join(["a"] * 60) + "*b")
    for _ in range(20):
        assert term.span("a" * 100_000) is None
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("text", ["", "*", "***", "x" * (LONGEST_TERM + 1)])
def test_a_term_without_sense_is_refused(text: str) -> None:
    with pytest.raises(FilterRefused):
        Term(text)


@pytest.mark.parametrize("filter", [LineFilter(level="LOUD"), LineFilter(only=("",)), LineFilter(only=("x",) * 17)])
def test_a_filter_without_sense_is_refused(filter: LineFilter) -> None:
    with pytest.raises(FilterRefused):
        Sieve(filter)


def test_one_of_the_wanted_is_enough_and_one_of_the_others_too_many() -> None:
    sieve = Sieve(LineFilter("WARNING", ("denied", "timeout"), ("health",)))
    assert sieve.text_passes("timeout of search")
    assert not sieve.text_passes("timeout of healthcheck")
    assert not sieve.text_passes("all is well")
    assert [sieve.level_passes(level) for level in ("DEBUG", "INFO", "", "WARNING", "CRITICAL")] == [
        False,
        False,
        False,
        True,
        True,
    ]
    assert Sieve(LineFilter()).open
