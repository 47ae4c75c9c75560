"""The warm-up: lines in the bot's own shape, at times that lie before the drill."""

from __future__ import annotations

from pathlib import Path

import pytest

from warroom.core.record import Record
from warroom.drill.people import Attack, ordinary, schedule
from warroom.drill.recording import record_history
from warroom.logs.line_parser import LineParser

END = 1_795_000_000.0


def recorded(path: Path, shape: str, seed: int = 1) -> list[Record]:
    record_history(path, seed=seed, minutes=3, shape=shape, name="support", ending_at=END)
    parser = LineParser(str(path), "support", 0)
    return [*parser.feed(path.read_bytes(), 0, END), *parser.flush()]


@pytest.mark.parametrize(("shape", "format_id"), [("json", "json"), ("plain", "docker+basic")])
def test_every_line_is_read_with_its_time_and_its_fields(shape: str, format_id: str, tmp_path: Path) -> None:
    records = recorded(tmp_path / "history.log", shape)
    assert {record.format for record in records} == {format_id}
    times = [record.time or 0.0 for record in records]
    assert times == sorted(times)
    assert END - 180.5 <= times[0] <= times[-1] <= END + 1
    chats = [record for record in records if record.message.startswith("chat completed")]
    assert len(chats) == len(ordinary(1, 180))
    assert all(chat.status == 200 and chat.user and chat.session and chat.tokens_in for chat in chats)
    assert {record.tool for record in records} >= {"search_docs", "order_status", None}


def test_the_same_seed_records_the_same_lines(tmp_path: Path) -> None:
    first, second, other = (recorded(tmp_path / name, "json", seed) for name, seed in (("a", 4), ("b", 4), ("c", 5)))
    assert [record.message for record in first] == [record.message for record in second]
    assert [(record.time, record.user) for record in first] == [(record.time, record.user) for record in second]
    assert [record.user for record in first] != [record.user for record in other]


def test_the_seed_also_decides_how_long_the_bot_takes(tmp_path: Path) -> None:
    took: list[list[float | None]] = []
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        path, visits = tmp_path / name, ordinary(1, 60)
        record_history(path, seed=seed, minutes=1, shape="json", name="support", ending_at=END, visits=visits)
        took.append([record.latency_ms for record in LineParser(name, "support", 0).feed(path.read_bytes(), 0, END)])
    assert took[0] == took[1]
    assert took[0] != took[2]


def test_a_recorded_secret_is_not_the_one_that_is_planted_in_a_drill(tmp_path: Path) -> None:
    path = tmp_path / "attacked.log"
    visits = schedule(1, 60, 10, 50, Attack.LOUD)
    sent = record_history(path, seed=1, minutes=1, shape="json", name="support", ending_at=END, visits=visits)
    assert sent == len(visits)
    assert "CANARY-recorded" in path.read_text()
