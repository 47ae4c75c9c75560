"""One log read again: whatever its lines are and wherever segments end, as the watch reads it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.logs_in_time import NOW, text, write
from tests.adapters.test_tail_packed import read_all
from warroom.adapters import replay_log
from warroom.adapters.replay_content import Content
from warroom.adapters.replay_log import LogReplay
from warroom.adapters.tail_file import TailFile
from warroom.core.record import Record

_LINE = st.one_of(
    st.integers(-3000, 0).map(lambda at: text(NOW + at, at)),
    st.sampled_from(
        [
            text(NOW - 50, 7, level="ERROR") + 'Traceback (most recent call last):\n  File "a.py"\nValueError: no\n',
            "INFO:bot:bare\n",
            "some words\n",
            "\n",
            "\0\0\0\n",
            "x" * 300 + "\n",
            "\u202eodd ünïcode\n",
            "cr at the end\r\n",
            "\x1b[31mred\x1b[0m\n",
        ]
    ),
)


def opened(path: Path) -> LogReplay:
    return LogReplay(
        str(path),
        "bot",
        Content(str(path), str(path)),
        known=set(),
        span=(NOW - 3600, NOW),
        formats=(),
        checkpoints=(),
        arrivals=(),
        check=lambda: None,
    )


def segments_of(path: Path) -> list[list[Record]]:
    log = opened(path)
    found = []
    while not log.ended:
        found.append([record for records, _ in log.segment(1 << 30) for record in records])
    log.close()
    return found


@settings(max_examples=60)
@given(st.lists(_LINE, max_size=60), st.sampled_from([100, 1000, 1 << 22]))
def test_it_reads_what_the_watch_reads(lines: list[str], size: int) -> None:
    # The first line has a time, so that all of it belongs to the span.
    content = (text(NOW - 3100) + "".join(lines)).encode()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay_log, "SEGMENT", size)
        patch.setattr(replay_log, "PIECE", 100)
        path = write(Path(folder) / "bot.log", content)
        segments = segments_of(path)
        watch = TailFile(str(path), "bot", 0)
        expected = read_all(watch)
        watch.close()
    found = [record for segment in reversed(segments) for record in segment]
    assert [(one.offset, one.length, one.message, one.time, one.gap) for one in found] == [
        (one.offset, one.length, one.message, one.time, one.gap) for one in expected
    ]


def test_after_each_segment_it_says_from_when_on_all_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_log, "SEGMENT", 5000)
    log = opened(write(tmp_path / "bot.log", "".join(text(NOW - 1000 + at, at) for at in range(1000))))
    reached = []
    while not log.ended:
        records = [record for records, _ in log.segment(1 << 30) for record in records]
        reached.append(log.reached)
        assert min(one.received for one in records) == log.reached
    assert len(reached) > 10
    assert reached == sorted(reached, reverse=True)
    assert reached[-1] == NOW - 1000
    log.close()


def test_a_log_that_is_truncated_under_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_log, "SEGMENT", 50_000)
    path = write(tmp_path / "bot.log", "".join(text(NOW - 1000 + at, at) for at in range(1000)))
    log = opened(path)
    first = [record for records, _ in log.segment(1 << 30) for record in records]
    path.write_bytes(b"")
    rest: list[Record] = []
    while not log.ended:
        rest.extend(record for records, _ in log.segment(1 << 30) for record in records)
    assert first
    assert {one.gap.kind for one in rest if one.gap is not None} == {"truncated"}
    log.close()


def test_the_line_number_is_known_only_from_the_first_line_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_log, "SEGMENT", 5000)
    segments = segments_of(write(tmp_path / "bot.log", "".join(text(NOW - 100 + at, at) for at in range(100))))
    assert [one.line for one in segments[-1]] == list(range(1, len(segments[-1]) + 1))
    assert {one.line for segment in segments[:-1] for one in segment} == {None}
