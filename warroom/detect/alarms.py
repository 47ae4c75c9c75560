"""An alarm from what the detectors found: its id from the evidence, its level from the score, its public ids."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from warroom.core.model import Alarm, AlarmLevel, Reason, Taxonomy
from warroom.core.record import Record
from warroom.detect.explain import samples_of
from warroom.detect.rules import BY_ID
from warroom.detect.windows import Window

Lines = Sequence[tuple[Record, Sequence[str]]]
"""Records with the ids of the rules that each matched."""


def make_alarm(
    bot: str,
    cause: str,
    moment: float,
    score: float,
    p: float,
    reasons: list[Reason],
    lines: Lines,
    window: Window,
    model: str,
) -> Alarm:
    """Return the alarm; `lines` are its evidence, oldest first, `model` the sha256 of the forest that had a say."""
    return Alarm(
        id=alarm_id(bot, cause, lines),
        bot=bot,
        time=moment,
        score=round(score, 1),
        p=p,
        level=level_of(score),
        cause=cause,
        window_start=window.start,
        window_end=window.end,
        reasons=reasons,
        samples=samples_of(lines),
        taxonomy=taxonomy_of([hit for _, hits in lines for hit in hits]),
        model=model,
    )


def alarm_id(bot: str, cause: str, lines: Lines) -> str:
    """Derive the id from the line that tipped it, so that a replay after a crash raises the same alarm once."""
    last = lines[-1][0] if lines else None
    place = f"{last.source}:{last.generation}:{last.offset}" if last else ""
    return "AL-" + hashlib.sha256(f"{bot}\0{place}\0{cause}".encode("utf-8", "replace")).hexdigest()[:10]


def level_of(score: float) -> AlarmLevel:
    """Return how loud a score from 50 to 100 is."""
    if score >= 90:
        return AlarmLevel.CRITICAL
    return AlarmLevel.ALARM if score >= 65 else AlarmLevel.WARNING


def taxonomy_of(hits: Sequence[str]) -> Taxonomy:
    """Return the public ids of the rules that were hit, each once, in the order of the hits."""
    rules = [BY_ID[hit] for hit in dict.fromkeys(hits)]
    return Taxonomy(
        list(dict.fromkeys(name for rule in rules for name in rule.taxonomy.owasp_llm)),
        list(dict.fromkeys(name for rule in rules for name in rule.taxonomy.owasp_asi)),
        list(dict.fromkeys(name for rule in rules for name in rule.taxonomy.atlas)),
    )
