"""What was written comes back; what is damaged, huge or of a newer warroom is ignored with its reason."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.core.queries import Spot
from warroom.core.whereabouts import (
    MOST_BYTES,
    MOST_MARKS,
    Ignored,
    MarkedLine,
    Sight,
    Whereabouts,
    whereabouts_bytes,
    whereabouts_of,
)

LINK = "/var/log/support.log#g1@4200+100"
SPOT = Spot("/var/log/support.log", 1, 4300)
PLACE = Whereabouts(
    saved=1_790_000_000.5,
    page="stream",
    pane="full-stream",
    ids={"bot": "support", "incident": "INC-001"},
    kind="bot",
    sights={
        "stream": Sight(
            "support", False, [SPOT], LINK, 1_790_000_000.0, ["denied"], ["health"], "WARNING", True, "send", True,
            [MarkedLine(f"{LINK}:{'a' * 64}", 1_790_000_000.0, [SPOT])],
        )
    },
)  # fmt: skip


def test_what_was_written_is_read() -> None:
    assert whereabouts_of(whereabouts_bytes(PLACE)) == PLACE
    assert PLACE.sights["stream"].filters == 3


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "damaged"),
        (b"\0" * 100, "damaged"),
        (b"[]", "damaged"),
        (b'{"version": 2, "page": {"new": 1}}', "newer warroom"),
        (b'{"version": "x"}', "damaged"),
        (b'{"page": "' + b"x" * 200 + b'"}', "damaged"),
        (b'{"saved": -1}', "damaged"),
        (b'{"sights": {"stream": {"level": "LOUD"}}}', "no level"),
        (b'{"sights": {"stream": {"only": [""]}}}', "damaged"),
        (b'{"sights": {"stream": {"search": "**"}}}', "damaged"),
        (b'{"sights": {"stream": {"line": "nothing"}}}', "names no line"),
        (b'{"sights": {"stream": {"marks": [{"link": "x", "at": 1}]}}}', "names no line"),
        (b'{"sights": {"stream": {"spots": [{"source": "a", "generation": 0, "offset": -1}]}}}', "damaged"),
        (b"[" * 100_000, "damaged"),
        (b"x" * (MOST_BYTES + 1), "more than"),
        (b'{"page": "\xff"}', "damaged"),
    ],
)
def test_what_makes_no_sense_is_ignored_and_said(content: bytes, reason: str) -> None:
    found = whereabouts_of(content)
    assert isinstance(found, Ignored)
    assert reason in found.reason


@given(st.binary(max_size=200))
def test_no_garbage_is_more_than_ignored(content: bytes) -> None:
    assert isinstance(whereabouts_of(content), Ignored | Whereabouts)


@given(st.integers(0, 500), st.binary(max_size=4))
def test_a_file_that_was_cut_or_overwritten_is_whole_or_ignored(cut: int, more: bytes) -> None:
    assert isinstance(whereabouts_of(whereabouts_bytes(PLACE)[:cut] + more), Ignored | Whereabouts)


def test_what_is_written_has_a_bound_and_can_be_read_again() -> None:
    many = [Spot(f"/var/log/{'d' * 200}/{n}.log", 0, n) for n in range(64)]
    marks = [MarkedLine(f"/var/log/{n}.log#g0@{n}+1", float(n), many) for n in range(MOST_MARKS)]
    big = Whereabouts(sights={page: Sight("support", marks=marks, only=["x"]) for page in ("overview", "stream")})
    content = whereabouts_bytes(big)
    assert len(msgspec.json.encode(big)) > MOST_BYTES >= len(content)
    read = whereabouts_of(content)
    assert isinstance(read, Whereabouts)
    assert [len(sight.marks) for sight in read.sights.values()] == [MOST_MARKS] * 2
    assert read.sights["stream"].only == ["x"]
