"""A detector that lives through recorded traffic of the reference bot, second by second."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from warroom.core.model import Alarm
from warroom.core.record import Record
from warroom.core.settings import DetectSettings
from warroom.detect.bot_detector import Assessment, BotDetector
from warroom.detect.fit import fit
from warroom.drill.people import Attack, schedule
from warroom.drill.recording import record_history
from warroom.logs.line_parser import LineParser

BEGIN = 1_700_000_000.0


class Attacked(msgspec.Struct, frozen=True):
    """An attack between two moments, seconds after the live traffic begins."""

    at_s: float
    until_s: float
    style: Attack


def records(
    folder: Path, seed: int, minutes: float, ending: float, shape: str, attack: Attacked | None = None
) -> list[Record]:
    """Return what the bot logs of some minutes of traffic, parsed."""
    path = folder / f"{seed}-{shape}.log"
    visits = schedule(seed, minutes * 60, attack.at_s, attack.until_s, attack.style) if attack else None
    record_history(path, seed=seed, minutes=minutes, shape=shape, name="support", ending_at=ending, visits=visits)
    parser = LineParser(str(path), "support", 0)
    found = [*parser.feed(path.read_bytes(), 0, 0.0), *parser.flush()]
    for record in found:
        record.received = record.moment
    return found


class Life(msgspec.Struct):
    """What a detector said."""

    alarms: list[Alarm]
    last: Assessment
    scores: list[float]
    detector: BotDetector


def taught(folder: Path, settings: DetectSettings, *, shape: str = "json", forest: bool = True) -> BotDetector:
    """Return a detector that has learned 45 quiet minutes."""
    detector = BotDetector("support", settings)
    detector.learn(records(folder, 1, 45.0, BEGIN, shape))
    if forest:
        matrix, names = detector.training_matrix()
        detector.adopt(fit(matrix, names, 0))
    return detector


def live(detector: BotDetector, lines: Sequence[Record], seconds: float) -> Life:
    """Feed lines at their moments and tick each second."""
    life = Life([], detector.tick(BEGIN), [], detector)
    place = 0
    for second in range(1, int(seconds) + 1):
        now = BEGIN + second
        batch: list[Record] = []
        while place < len(lines) and lines[place].moment <= now:
            batch.append(lines[place])
            place += 1
        life.alarms += detector.observe(batch)
        life.last = detector.tick(now)
        life.alarms += life.last.alarms
        if life.last.windows_closed and life.last.score is not None:
            life.scores.append(life.last.score)
    return life
