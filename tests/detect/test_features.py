"""A window as numbers, and each number as people read it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from warroom.core.record import Record
from warroom.detect.features import FEATURES, feature_list, number, shown, vector
from warroom.detect.windows import Bucket, Window


def window(records: list[Record]) -> Window:
    total = Bucket(0.0)
    for record in records:
        total.add(record, fresh=0, rule_weight=0.0)
    return Window(0.0, 60.0, total, Bucket(45.0))


def chat(user: str, status: int = 200, **fields: object) -> Record:
    return Record(source="/x", generation=0, offset=0, length=1, received=0.0, user=user, status=status, **fields)  # type: ignore[arg-type]  # a test's shorthand


def values(records: list[Record]) -> dict[str, float]:
    features = feature_list(rules=True)
    row = vector(window(records), features)
    return {feature.name: shown(feature, float(v)) for feature, v in zip(features, row, strict=True)}


def test_in_an_empty_window_counts_are_zero_and_what_describes_requests_is_no_measurement() -> None:
    row = vector(window([]), feature_list(rules=True))
    assert not np.nan_to_num(row).any()
    unknown = {feature.name for feature, value in zip(FEATURES, row, strict=True) if np.isnan(value)}
    assert unknown == {
        "top_user_share",
        "tokens_in",
        "tokens_out",
        "latency_ms",
        "latency_p95_ms",
        "tool_calls_request",
        "length",
        "length_max",
        "odd_letters",
        "recent_tokens_in",
        "recent_length",
    }


def test_requests_before_the_last_quarter_say_nothing_of_just_now() -> None:
    seen = values([chat("a", tokens_in=7, attrs={"prompt": "hello"})])
    assert seen["recent_requests_min"] == 0
    assert math.isnan(seen["recent_length"])
    assert math.isnan(seen["recent_tokens_in"])
    assert seen["length"] == pytest.approx(5)
    assert seen["tokens_in"] == pytest.approx(7)


def test_what_happened_is_counted() -> None:
    seen = values([chat("a"), chat("a"), chat("b", 503), chat("b", 401), chat("c", 429, latency_ms=80.0)])
    assert math.isclose(seen["requests_min"], 5)
    assert math.isclose(seen["users"], 3)
    assert math.isclose(seen["top_user_share"], 0.4)
    assert math.isclose(seen["failed_min"], 1)
    assert math.isclose(seen["denied_min"], 1)
    assert math.isclose(seen["limited_min"], 1)
    assert math.isclose(seen["latency_ms"], 80)


def test_without_rules_no_feature_counts_them() -> None:
    assert not [feature for feature in feature_list(rules=False) if feature.rules]
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)


def test_every_vector_is_finite() -> None:
    row = vector(window([chat("a", tokens_in=2**53, latency_ms=1e15)] * 3), feature_list(rules=True))
    assert not np.isinf(row).any()


@pytest.mark.parametrize(("value", "words"), [(41.3, "41"), (3.0, "3"), (2.34, "2.3"), (0.123, "0.12"), (0.0, "0")])
def test_numbers_have_as_many_digits_as_say_something(value: float, words: str) -> None:
    assert number(value) == words
