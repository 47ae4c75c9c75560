"""What is said of an attack before anybody acts, beside the truth of the visitors who made it."""

from __future__ import annotations

import gzip
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from warroom.adapters.replay import Replay, Wanted
from warroom.core.blast import blast_of
from warroom.core.model import Alarm
from warroom.core.record import Record
from warroom.core.request_lines import hostile_by
from warroom.core.requests import Requests
from warroom.core.settings import DetectSettings
from warroom.core.shadow import ByRule, Everything, PerUser, ToolsOff, shadow_of
from warroom.detect.bot_detector import BotDetector
from warroom.detect.rules import hits_of
from warroom.drill.people import Attack, Planned, schedule
from warroom.drill.recording import record_history
from warroom.drill.refbot.brain import calls_of
from warroom.drill.traffic import Truth, read_truth

END = 1_795_000_000.0
MINUTES = 20
BEGAN = END - MINUTES * 60


def recorded(folder: Path, shape: str, style: Attack, seed: int) -> list[Planned]:
    """Record a quiet half hour and an attack after it, the first half of that rotated and packed; keep the truth."""
    record_history(folder / "history.log", seed=seed + 100, minutes=30, shape=shape, name="bot", ending_at=BEGAN)
    visits = schedule(seed, MINUTES * 60, 600, 1000, style)
    log = folder / "bot.log"
    record_history(log, seed=seed, minutes=MINUTES, shape=shape, name="bot", ending_at=END, visits=visits)
    lines = log.read_bytes().splitlines(keepends=True)
    half = len(lines) // 2
    (folder / "bot.log.1.gz").write_bytes(gzip.compress(b"".join(lines[:half])))
    log.write_bytes(b"".join(lines[half:]))
    for name, modified in (("history.log", BEGAN), ("bot.log.1.gz", BEGAN + 700), ("bot.log", END)):
        os.utime(folder / name, (modified, modified))
    with (folder / "truth.jsonl").open("wb") as truth:
        for number, visit in enumerate(visits):
            at = BEGAN + visit.at_s
            row = Truth(number, at, at, visit.user, visit.session, visit.hostile, visit.kind, 200, True, False)
            truth.write(msgspec.json.encode(row) + b"\n")
    return visits


def read(path: Path) -> list[Record]:
    """Read a recording again, in its order."""
    asked = Wanted([str(path)], "bot", END - 3600, END + 60, most_s=600.0)
    records = [record for batch in Replay(asked).read() for record in batch.records]
    return sorted(records, key=lambda one: (one.generation, one.offset))


def alarms_of(history: Sequence[Record], records: Sequence[Record]) -> list[Alarm]:
    """Let the detectors see the recording as they would have live."""
    detector = BotDetector("bot", DetectSettings())
    detector.learn(history)
    alarms: list[Alarm] = []
    now = BEGAN
    for record in records:
        while record.moment > now + 1:
            now += 1
            alarms.extend(detector.tick(now).alarms)
        alarms.extend(detector.observe([record]))
    return alarms


def found(folder: Path) -> Requests:
    records = read(folder / "bot.log")
    requests = Requests(END - 3600, END + 60, hostile_by(alarms_of(read(folder / "history.log"), records)), hits_of)
    requests.feed(records)
    return requests


@pytest.mark.parametrize(("shape", "seed"), [("json", 1), pytest.param("plain", 2, marks=pytest.mark.long)])
def test_the_hostile_of_a_loud_attack_are_those_of_the_truth(shape: str, seed: int, tmp_path: Path) -> None:
    visits = recorded(tmp_path, shape, Attack.LOUD, seed)
    truth = read_truth(tmp_path / "truth.jsonl")
    hostile = {row.user for row in truth if row.hostile}
    requests = found(tmp_path)
    blast = blast_of(requests)
    assert blast.users_last_hour == len({row.user for row in truth})
    assert blast.requests_last_hour == len(truth) == len(visits)
    marked = [place.user for one, place in zip(requests, requests.places(list(requests)), strict=True) if one.hostile]
    assert set(marked) <= hostile, "no honest user is called hostile"
    assert len(marked) == blast.hostile_last_hour >= 0.95 * sum(row.hostile for row in truth)


@pytest.mark.long
def test_each_action_is_told_apart_by_whom_it_would_have_hit(tmp_path: Path) -> None:
    visits = recorded(tmp_path, "json", Attack.LOUD, 1)
    requests = found(tmp_path)
    hostile = sum(one.hostile for one in requests)
    off = shadow_of(requests, Everything())
    assert (off.refused, off.hostile_refused, off.users_refused) == (len(visits), hostile, off.users_total)
    tools = shadow_of(requests, ToolsOff())
    assert tools.refused == sum(bool(calls_of(visit.message)) for visit in visits)
    assert tools.unmatched_tools == 0
    limit = shadow_of(requests, PerUser(10, 60))
    assert limit.hostile_refused > 0.8 * hostile
    assert limit.refused - limit.hostile_refused < 0.05 * len(visits)
    rule = shadow_of(requests, ByRule(("R01", "R03", "R05")))
    assert 0 < rule.refused == rule.hostile_refused < hostile
    for example in limit.examples:
        name = "bot.log" if example.generation else "bot.log.1.gz"
        content = (tmp_path / name).read_bytes()
        line = (gzip.decompress(content) if name.endswith("gz") else content)[example.offset :].split(b"\n")[0]
        assert f'"user.id": "{example.user}"'.encode() in line


@pytest.mark.long
def test_a_quiet_attack_marks_no_honest_user(tmp_path: Path) -> None:
    recorded(tmp_path, "json", Attack.QUIET, 2)
    truth = read_truth(tmp_path / "truth.jsonl")
    hostile = {row.user for row in truth if row.hostile}
    requests = found(tmp_path)
    marked = {place.user for one, place in zip(requests, requests.places(list(requests)), strict=True) if one.hostile}
    assert marked <= hostile
    limit = shadow_of(requests, PerUser(10, 60))
    attackers = [one for one in limit.examples if one.user in hostile]
    assert attackers, "whom a limit would have hit shows even where no rule marks anybody"
