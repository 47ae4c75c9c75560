"""A window as numbers: the features that detectors look at, and how each reads in a sentence."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from warroom.detect.windows import Window

Vector = NDArray[np.float64]


class Feature(NamedTuple):
    """One number of a window; `shown` turns the scaled value back into what people read."""

    name: str
    words: str
    unit: str
    log: bool
    value: Callable[[Window], float]
    rules: bool = False
    """Whether it counts hits of content rules."""
    of: Callable[[Window], object] | None = None
    """What it describes: where there is nothing of that, as no request in a quiet window, there is no measurement.
    None for counts, where nothing is 0."""


def _per_minute(count: float, window: Window) -> float:
    return 60.0 * count / max(1e-9, window.end - window.start)


def _recent_minute(count: float, window: Window) -> float:
    return 60.0 * count / max(1e-9, window.end - window.recent.start)


def _requests(window: Window) -> int:
    return window.total.requests


def _recent_requests(window: Window) -> int:
    return window.recent.requests


def _latencies(window: Window) -> list[float]:
    return window.total.latencies


def _lengths(window: Window) -> list[float]:
    return window.total.lengths


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else 0.0


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))] if values else 0.0


FEATURES: tuple[Feature, ...] = (
    Feature("lines_min", "log lines", "/min", True, lambda w: _per_minute(w.total.lines, w)),
    Feature("requests_min", "requests", "/min", True, lambda w: _per_minute(w.total.requests, w)),
    Feature("error_share", "share of errors", "", False, lambda w: _share(w.total.errors, w.total.lines)),
    Feature("warning_share", "share of warnings", "", False, lambda w: _share(w.total.warnings, w.total.lines)),
    Feature("denied_min", "denied requests", "/min", True, lambda w: _per_minute(w.total.denied, w)),
    Feature("limited_min", "rate-limited requests", "/min", True, lambda w: _per_minute(w.total.limited, w)),
    Feature("failed_min", "failed requests", "/min", True, lambda w: _per_minute(w.total.failed, w)),
    Feature("users", "distinct users", "", True, lambda w: float(len(w.total.users))),
    Feature(
        "top_user_min",
        "requests of one user",
        "/min",
        True,
        lambda w: _per_minute(max(w.total.users.values(), default=0), w),
    ),
    Feature(
        "top_user_share",
        "share of the busiest user",
        "",
        False,
        lambda w: _share(max(w.total.users.values(), default=0), w.total.requests),
        of=_requests,
    ),
    Feature(
        "tokens_in",
        "tokens in a request",
        "",
        True,
        lambda w: _share(w.total.tokens_in, w.total.requests),
        of=_requests,
    ),
    Feature(
        "tokens_out",
        "tokens in a reply",
        "",
        True,
        lambda w: _share(w.total.tokens_out, w.total.requests),
        of=_requests,
    ),
    Feature("latency_ms", "median latency", " ms", True, lambda w: _median(w.total.latencies), of=_latencies),
    Feature("latency_p95_ms", "slowest replies (p95)", " ms", True, lambda w: _p95(w.total.latencies), of=_latencies),
    Feature("tool_calls_min", "tool calls", "/min", True, lambda w: _per_minute(w.total.tool_calls, w)),
    Feature(
        "tool_calls_request",
        "tool calls a request",
        "",
        True,
        lambda w: _share(w.total.tool_calls, w.total.requests),
        of=_requests,
    ),
    Feature("tools", "distinct tools", "", True, lambda w: float(len(w.total.tools))),
    Feature("length", "median prompt length", "", True, lambda w: _median(w.total.lengths), of=_lengths),
    Feature("length_max", "longest prompt", "", True, lambda w: max(w.total.lengths, default=0.0), of=_lengths),
    Feature(
        "odd_letters",
        "share of non-ASCII letters",
        "",
        False,
        lambda w: _share(w.total.odd_letters, w.total.letters),
        of=_lengths,
    ),
    Feature("fresh_min", "things never seen before", "/min", True, lambda w: _per_minute(w.total.fresh, w)),
    Feature("recent_requests_min", "requests just now", "/min", True, lambda w: _recent_minute(w.recent.requests, w)),
    Feature("recent_tools_min", "tool calls just now", "/min", True, lambda w: _recent_minute(w.recent.tool_calls, w)),
    Feature(
        "recent_top_user_min",
        "requests of one user just now",
        "/min",
        True,
        lambda w: _recent_minute(max(w.recent.users.values(), default=0), w),
    ),
    Feature(
        "recent_tokens_in",
        "tokens in a request just now",
        "",
        True,
        lambda w: _share(w.recent.tokens_in, w.recent.requests),
        of=_recent_requests,
    ),
    Feature(
        "recent_length",
        "median prompt length just now",
        "",
        True,
        lambda w: _median(w.recent.lengths),
        of=lambda w: w.recent.lengths,
    ),
    Feature("rule_weight", "weight of rule hits", "/min", True, lambda w: _per_minute(w.total.rule_weight, w), True),
)
"""In this order in every vector."""


def feature_list(*, rules: bool) -> list[Feature]:
    """Return the features in use; without rules those that count rule hits are left out."""
    return [feature for feature in FEATURES if rules or not feature.rules]


def vector(window: Window, features: list[Feature]) -> Vector:
    """Return the scaled values of a window, shape (features,): counts and sizes as log1p, shares as they are.

    NaN where there is no measurement: the length of no prompts is not 0, and must not count as short.
    """
    values = [math.nan if f.of is not None and not f.of(window) else f.value(window) for f in features]
    return np.array([math.log1p(v) if f.log else v for f, v in zip(features, values, strict=True)])


def shown(feature: Feature, scaled: float) -> float:
    """Return the value that people read for a scaled one."""
    return math.expm1(scaled) if feature.log else scaled


def number(value: float) -> str:
    """Return a value in as many digits as say something."""
    if abs(value) >= 10 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2f}"
