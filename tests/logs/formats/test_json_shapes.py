"""The shapes of a log's JSON lines: what a decoder was made for it reads, everything else it leaves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.logs.formats.reading import PLACE
from warroom.logs.formats.json_shapes import Shapes

LINE: dict[str, Any] = {
    "ts": "2026-11-22T21:07:47.442Z",
    "level": "info",
    "message": "reply",
    "user.id": "u-1",
    "status": 200,
    "latency_ms": 1.5,
    "extra": [1],
}


def taught(*lines: dict[str, Any]) -> Shapes:
    shapes = Shapes()
    for line in lines:
        shapes.learn(line)
    return shapes


def test_a_line_of_a_known_shape_is_read_whole() -> None:
    record = taught(LINE).read(json.dumps(LINE), PLACE)
    assert record is not None
    assert (record.message, record.level, record.user, record.status) == ("reply", "INFO", "u-1", 200)
    assert (record.time, record.time_source, record.attrs) == (1795381667.442, "line", {"extra": [1]})


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "ok"},
        {"status": -1},
        {"user.id": 7},
        {"user.id": None},
        {"extra": {"a": 1}},
        {"ts": "soon"},
        {"more": 1},
        {"latency_ms": 1e300},
    ],
    ids=str,
)
def test_a_line_that_differs_is_left_to_the_general_way(changes: dict[str, Any]) -> None:
    assert taught(LINE).read(json.dumps({**LINE, **changes}), PLACE) is None


def test_a_line_without_one_of_the_keys_is_left() -> None:
    shorter = {key: value for key, value in LINE.items() if key != "status"}
    assert taught(LINE).read(json.dumps(shorter), PLACE) is None
    assert taught(LINE, shorter).read(json.dumps(shorter), PLACE) is not None


def test_a_local_time_is_read_as_such() -> None:
    line = {**LINE, "ts": "2026-11-22 21:07:47,442"}
    record = taught(line).read(json.dumps(line), PLACE)
    assert record is not None
    assert record.time_source == "assumed_zone"


@pytest.mark.parametrize("key", ['quote"', "back\\slash", "line\nfeed", "", "rest_0", "\u20ac"])
def test_no_key_is_too_odd(key: str) -> None:
    line = {**LINE, key: "x"}
    record = taught(line).read(json.dumps(line), PLACE)
    assert record is None or record.attrs[key] == "x"


def test_shapes_that_come_later_make_the_rarest_give_way() -> None:
    shapes = taught(*({**LINE, f"k{n}": 1} for n in range(4)))
    late = {**LINE, "late": 1}
    assert shapes.read(json.dumps(late), PLACE) is None
    for _ in range(201):
        shapes.learn(late)
    assert shapes.read(json.dumps(late), PLACE) is not None
    assert shapes.read(json.dumps({**LINE, "k0": 1}), PLACE) is not None


def test_an_event_that_is_the_message_is_read_as_one() -> None:
    line = {"event": "tool_call", "tool": "web", "level": "info"}
    record = taught(line).read(json.dumps(line), PLACE)
    assert record is not None
    assert (record.message, record.event, record.tool) == ("tool_call", None, "web")


def test_lines_that_no_decoder_can_be_made_for_cost_one_trial() -> None:
    nested = {"message": "x", "user": {"id": 1}}
    shapes = taught(nested, nested)
    assert shapes.read(json.dumps(nested), PLACE) is None
    assert len(shapes._odd) == 1
