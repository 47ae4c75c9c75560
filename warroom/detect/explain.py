"""Why a window is odd: the features that moved most, against this bot's usual range, and the lines that show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from msgspec.structs import replace

from warroom.core.model import Reason
from warroom.core.record import Record
from warroom.detect.baseline import Baseline, Judgement
from warroom.detect.features import Vector, number, shown
from warroom.detect.rules import BY_ID

MOST = 5
SAMPLES = 3
_WORTH_TELLING = 2.5
"""Least |z| of a feature that is named."""
_SAMPLE_TEXT = 2048


def reasons_of(row: Vector, judged: Judgement, baseline: Baseline) -> list[Reason]:
    """Return the features that moved most, strongest first; their contributions sum to at most 1."""
    robust = baseline.robust
    assert robust is not None
    size = np.abs(judged.z)
    moved = [int(n) for n in np.argsort(-size)[:MOST] if size[n] >= _WORTH_TELLING]
    total = float(sum(size[n] for n in moved)) or 1.0
    reasons: list[Reason] = []
    for n in moved:
        feature = baseline.features[n]
        value = shown(feature, float(row[n]))
        usual = tuple(shown(feature, float(side[n])) for side in (robust.low, robust.median, robust.high))
        low, median, high = usual
        span = number(low) if number(low) == number(high) else f"{number(low)}-{number(high)}"
        text = f"{feature.words} {number(value)}{feature.unit}, usual {span}{feature.unit}"
        share = round(float(size[n]) / total, 3)
        reasons.append(Reason("behaviour", feature.name, text, round(value, 3), (low, median, high), share))
    if judged.forest_p is not None and judged.forest_p < 0.001:
        text = f"the combination is rare: isolation forest p = {judged.forest_p:.1g}"
        reasons.append(Reason("forest", "isolation_forest", text, judged.forest_p))
    return reasons


def rule_reasons(hits: Iterable[str], *, alone: bool = True) -> list[Reason]:
    """Return the rules that were hit, most often first; their shares sum to at most 1.

    Beside behaviour they have none: they are told, but the score is not made of them.
    """
    counted = Counter(hits)
    total = sum(counted.values()) or 1
    return [
        Reason(
            "rule",
            rule,
            f"{BY_ID[rule].title}: {count} line{'s' if count > 1 else ''}",
            float(count),
            None,
            round(count / total, 3) if alone else 0.0,
        )
        for rule, count in counted.most_common(MOST)
    ]


def samples_of(lines: Sequence[tuple[Record, Sequence[str]]]) -> list[Record]:
    """Return the three lines that show it best, in their order: rule hits, then the busiest user's longest prompts."""
    users = Counter(record.user for record, _ in lines if record.user)
    busiest = users.most_common(1)[0][0] if users else None

    def telling(line: tuple[Record, Sequence[str]]) -> float:
        record, hits = line
        weight = sum(BY_ID[hit].weight for hit in hits)
        prompt = record.attrs.get("prompt")
        length = len(prompt) if isinstance(prompt, str) else len(record.message)
        return 10.0 * weight + (2.0 if record.user == busiest else 0.0) + min(length, 1000) / 1000.0

    best = sorted(range(len(lines)), key=lambda n: -telling(lines[n]))[:SAMPLES]
    return [_short(lines[n][0]) for n in sorted(best)]


def _short(record: Record) -> Record:
    prompt = record.attrs.get("prompt")
    told = (
        f"{record.message} | {prompt}" if isinstance(prompt, str) and prompt not in record.message else record.message
    )
    return replace(record, message=told[:_SAMPLE_TEXT], attrs={})
