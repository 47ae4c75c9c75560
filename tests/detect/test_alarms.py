"""An alarm's id comes from its evidence, its level from its score."""

from __future__ import annotations

import pytest

from warroom.core.model import AlarmLevel
from warroom.core.record import Record
from warroom.detect.alarms import alarm_id, level_of, taxonomy_of


def line(offset: int, generation: int = 0) -> tuple[Record, list[str]]:
    return Record(source="/x", generation=generation, offset=offset, length=1, received=0.0), []


def test_the_same_evidence_gives_the_same_id_and_other_evidence_another() -> None:
    first = alarm_id("bot", "rule: secret", [line(1), line(9)])
    assert first == alarm_id("bot", "rule: secret", [line(5), line(9)]), "the line that tipped it decides"
    others = {
        alarm_id("other", "rule: secret", [line(9)]),
        alarm_id("bot", "rule: injection", [line(9)]),
        alarm_id("bot", "rule: secret", [line(9, generation=1)]),
        alarm_id("bot", "rule: secret", []),
    }
    assert first not in others
    assert len(others) == 4


@pytest.mark.parametrize(
    ("score", "level"), [(50, AlarmLevel.WARNING), (65, AlarmLevel.ALARM), (90, AlarmLevel.CRITICAL), (100, "critical")]
)
def test_the_level_follows_the_score(score: float, level: str) -> None:
    assert level_of(score) == level


def test_public_ids_are_listed_once() -> None:
    taxonomy = taxonomy_of(["R01", "R03", "R01"])
    assert taxonomy.owasp_llm == ["LLM01"]
    assert taxonomy.atlas == ["AML.T0051.000", "AML.T0054"]
