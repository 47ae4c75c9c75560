"""Each named value goes to the record field that it fits, or stays as it was written."""

from __future__ import annotations

from typing import Any

import pytest

from warroom.logs.formats.fields import place


def placed(name: str, value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    fields: dict[str, Any] = {}
    attrs: dict[str, Any] = {}
    place(name, value, fields, attrs)
    return fields, attrs


@pytest.mark.parametrize(
    ("name", "value", "fields"),
    [
        ("user.id", "u", {"user": "u"}),
        ("user_id", 7, {"user": "7"}),
        ("status", "200", {"status": 200}),
        ("gen_ai.usage.input_tokens", 3.0, {"tokens_in": 3}),
        ("duration_ms", "1.5", {"latency_ms": 1.5}),
    ],
)
def test_a_known_name_of_a_fitting_type_fills_its_field(name: str, value: Any, fields: dict[str, Any]) -> None:
    assert placed(name, value) == (fields, {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", True),
        ("status", 3.5),
        ("tokens_in", -50_000),
        ("tokens_in", 10**400),
        ("latency_ms", float("nan")),
        ("latency_ms", "fast"),
        ("user", ["a"]),
        ("unknown", "x"),
    ],
)
def test_anything_else_is_kept_as_written(name: str, value: Any) -> None:
    fields, attrs = placed(name, value)
    assert fields == {}
    assert list(attrs) == [name]


def test_the_first_of_two_names_for_one_field_counts() -> None:
    fields: dict[str, Any] = {}
    attrs: dict[str, Any] = {}
    place("user", "first", fields, attrs)
    place("user.id", "second", fields, attrs)
    assert fields == {"user": "first"}
