"""Each named value goes to the record field that it fits, or stays as it was written."""

from __future__ import annotations

from typing import Any

import pytest

from tests.logs.formats.reading import PLACE
from warroom.core.record import Record
from warroom.logs.formats.fields import NUMBER_FIELDS, TEXT_FIELDS, WHOLE_FIELDS, fill, level_of, level_of_severity

FIELDS = {*TEXT_FIELDS.values(), *WHOLE_FIELDS.values(), *NUMBER_FIELDS.values()}


def filled(name: str, value: Any) -> dict[str, Any]:
    record = Record(*PLACE[:6])
    assert fill(record, name, value) == (record != Record(*PLACE[:6]))
    return {field: getattr(record, field) for field in FIELDS if getattr(record, field) is not None}


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
    assert filled(name, value) == fields


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", True),
        ("status", 3.5),
        ("tokens_in", -50_000),
        ("tokens_in", 10**400),
        ("tokens_in", "9" * 5000),
        ("latency_ms", float("nan")),
        ("latency_ms", "fast"),
        ("user", ["a"]),
        ("unknown", "x"),
    ],
)
def test_anything_else_fills_nothing(name: str, value: Any) -> None:
    assert filled(name, value) == {}


def test_the_first_of_two_names_for_one_field_counts() -> None:
    record = Record(*PLACE)
    assert fill(record, "user", "first")
    assert not fill(record, "user.id", "second")
    assert record.user == "first"


def test_a_level_is_known_in_any_case() -> None:
    assert [level_of(word) for word in ("warn", "WARN", "Warn", "loud", None)] == ["WARNING"] * 3 + [None, None]


@pytest.mark.parametrize(
    ("severity", "level"),
    [(1, "DEBUG"), (8, "DEBUG"), (9, "INFO"), (13, "WARNING"), (17, "ERROR"), (24, "CRITICAL")],
)
def test_otels_numbers_are_levels(severity: int, level: str) -> None:
    assert level_of_severity(severity) == level


@pytest.mark.parametrize("severity", [0, 25, -1, None, "13", 13.0, True])
def test_what_is_no_severity_is_no_level(severity: object) -> None:
    assert level_of_severity(severity) is None
