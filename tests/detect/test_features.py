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


def test_an_empty_window_is_all_zero() -> None:
    assert not vector(window([]), feature_list(rules=True)).any()


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
    assert np.isfinite(row).all()


@pytest.mark.parametrize(("value", "words"), [(41.3, "41"), (3.0, "3"), (2.34, "2.3"), (0.123, "0.12"), (0.0, "0")])
def test_numbers_have_as_many_digits_as_say_something(value: float, words: str) -> None:
    assert number(value) == words
