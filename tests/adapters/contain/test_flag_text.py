"""One flag in a text: whatever stands around it stays to the letter."""

from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.adapters.contain.flag_text import Unreadable, flag_of, same, switched, told, with_flag

NAMES = st.text(string.printable + "é☃\u2028", max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=4)
LAYOUTS = st.sampled_from([{"indent": 2}, {"indent": None}, {"separators": (",", ":")}, {"indent": "\t\r\n"}])
FLAGS = st.fixed_dictionaries(
    {"variants": st.just({"off": 0, "on": 1})},
    optional={
        "state": st.sampled_from(["ENABLED", "DISABLED"]),
        "defaultVariant": st.sampled_from(["on", "off", None]),
        "targeting": OBJECTS,
        "metadata": OBJECTS,
    },
)


@given(OBJECTS, OBJECTS, FLAGS, LAYOUTS, st.booleans())
def test_a_switch_touches_nothing_around_the_flag_and_goes_back_to_the_letter(
    top: dict[str, Any], others: dict[str, Any], flag: dict[str, Any], layout: dict[str, Any], ascii_only: bool
) -> None:
    whole = {**top, "flags": {**others, "mode": flag}, "last": 1}
    text = json.dumps(whole, ensure_ascii=ascii_only, **layout)
    before = flag_of(text, "mode")
    after = switched(before, "off")
    contained = with_flag(text, "mode", after)
    wanted = {**flag, "state": "ENABLED", "defaultVariant": "off"}
    if flag.get("targeting"):
        wanted["targeting"] = {}
    assert json.loads(contained) == {**whole, "flags": {**whole["flags"], "mode": wanted}}
    assert len(contained) - len(after) == len(text) - len(before)
    assert with_flag(contained, "mode", before) == text
    assert switched(after, "off") == after


@given(st.text(max_size=60) | st.text('{}[]",:\\ flagsmode01e-.', max_size=60))
def test_any_text_is_a_flag_or_unreadable(text: str) -> None:
    try:
        written = flag_of(text, "mode")
    except Unreadable:
        return
    assert isinstance(json.loads(written), dict)


def test_two_ways_to_write_a_flag_are_the_same_and_true_is_not_one() -> None:
    assert same('{"a": 1, "b": [true]}', '{"b":[true],"a":1}')
    assert not same('{"a": 1}', '{"a": true}')


def test_a_flag_is_told_in_words() -> None:
    assert told('{"state": "ENABLED", "defaultVariant": "on"}') == "state ENABLED, default variant on"
    assert told('{"targeting": {"if": []}}') == "state absent, default variant absent, with targeting rules"


@pytest.mark.parametrize("text", ['{"flags": {"mode": {}}} x', "{'flags': {}}", '{"flags": {"mode": {"a": Infinity}}}'])
def test_what_is_not_json_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable, match="it is not JSON"):
        flag_of(text, "mode")
