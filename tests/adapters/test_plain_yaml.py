"""YAML as plain data: what is read, what is refused, and where."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.adapters.plain_yaml import MAX_BYTES, Document, Spot, YamlRefused, load_yaml, parse_yaml


def refused(text: str) -> list[tuple[str, int, int]]:
    with pytest.raises(YamlRefused) as caught:
        parse_yaml(text, "a.yaml")
    return [(fault.code, fault.line, fault.column) for fault in caught.value.faults]


def test_words_that_older_yaml_turns_into_something_else_stay_text() -> None:
    text = "a: yes\nb: off\nc: 12:30\nd: 2026-11-01\ne: 1.0.0\nf: '0123'\n"
    assert parse_yaml(text, "a").data == {
        "a": "yes",
        "b": "off",
        "c": "12:30",
        "d": "2026-11-01",
        "e": "1.0.0",
        "f": "0123",
    }


def test_numbers_truth_and_nothing_are_read_as_such() -> None:
    assert parse_yaml("[1, 1.5, true, ~, {a: b}]", "a").data == [1, 1.5, True, None, {"a": "b"}]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: [1\n", ("E001", 2, 1)),
        ("a: b: c\n", ("E001", 1, 5)),
        ("a:\n\t- b\n", ("E003", 2, 1)),
        ("a: 1\nb: 2\na: 3\n", ("E002", 3, 1)),
        ("a: &x 1\nb: 2\n", ("E005", 1, 4)),
        ("a: !!python/object:os.system x\n", ("E005", 1, 4)),
        ("a: !own x\n", ("E005", 1, 4)),
        ("<<: {a: 1}\n", ("E005", 1, 1)),
        ("? [a]\n: b\n", ("E005", 1, 3)),
        ("a: 1\n---\nb: 2\n", ("E001", 2, 1)),
        ("%YAML 1.1\n---\na: yes\n", ("E001", 2, 1)),
        ("a: " + "[" * 20, ("E005", 1, 19)),
        ("a: 1\nb: x\x1by\n", ("E045", 2, 5)),
        ("a: " + "9" * 5000, ("E004", 1, 4)),
    ],
)
def test_what_is_not_plain_data_is_refused_at_its_place(text: str, fault: tuple[str, int, int]) -> None:
    assert refused(text) == [fault]


def test_an_alias_bomb_never_grows() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*a, *a]\n" for n in "bcdef")
    assert {code for code, *_ in refused(bomb)} == {"E005"}


def test_places_name_keys_values_and_absent_things() -> None:
    document = parse_yaml("top:\n  list:\n    - one\n    - two\n", "a")
    assert document.spot(("top", "list", 1)) == Spot(4, 7)
    assert document.spot(("top", "list"), on_key=True) == Spot(2, 3)
    assert document.spot(("top", "absent")) == Spot(2, 3)
    assert document.spot(("absent",)) == Spot(1, 1)


def test_a_file_that_is_too_big_or_absent_or_no_text_is_refused(tmp_path: Path) -> None:
    big, latin = tmp_path / "big.yaml", tmp_path / "latin.yaml"
    big.write_bytes(b"a: " + b"x" * MAX_BYTES)
    latin.write_bytes("a: 1\nb: é\n".encode("latin-1"))
    for path, fault in [
        (big, "E005 file is over 256 KB"),
        (latin, ":2:4 E001 is not UTF-8 text"),
        (tmp_path / "absent.yaml", "E006 cannot be read: No such file"),
        (tmp_path, "E006 cannot be read"),
    ]:
        with pytest.raises(YamlRefused, match=fault):
            load_yaml(path)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1" + os.linesep.encode())
    assert load_yaml(path).data == {"a": 1}


@given(st.text(alphabet="ab:-[]{}&*!#'\"\n \t,?|>%~1.é\x00", max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    outcome: Document | YamlRefused
    try:
        outcome = parse_yaml(text, "a")
    except YamlRefused as refusal:
        outcome = refusal
    assert isinstance(outcome, Document) or (outcome.faults and min(fault.line for fault in outcome.faults) >= 1)
