"""Where the span begins: as a look at every line finds it, with few looks."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.logs_in_time import NOW, steady, text, write
from warroom.adapters import replay_begin
from warroom.adapters.replay_begin import LOOKS, Timeless, begin_of
from warroom.adapters.replay_content import Content
from warroom.core.record import SKEW_S

NEAR = 1 << 16


def begin(path: Path, since: float, lowest: int = 0) -> tuple[int, int]:
    """Return where the span begins in a file, and how many looks that took."""
    content, looks = Content(str(path), "bot.log"), [0]

    def count() -> None:
        looks[0] += 1

    try:
        return begin_of(content, lowest, since, NOW, (), count), looks[0]
    finally:
        content.close()


def test_a_large_log_takes_few_looks(tmp_path: Path) -> None:
    log = write(tmp_path / "bot.log", steady(NOW - 86_400, NOW, 0.5))
    found, looks = begin(log, NOW - 3600)
    content = log.read_bytes()
    wanted = content.index(text(NOW - 3600 - SKEW_S, round(-3600 - SKEW_S)).encode())
    assert wanted - 2 * NEAR <= found <= wanted
    assert content[found - 1 : found + 2] == b'\n{"'
    assert looks <= LOOKS + 12


def test_nothing_of_the_span_or_all_of_it(tmp_path: Path) -> None:
    log = write(tmp_path / "bot.log", steady(NOW - 86_400, NOW - 80_000))
    size = log.stat().st_size
    assert begin(log, NOW - 3600)[0] >= size - size // LOOKS - NEAR
    assert begin(log, NOW - 90_000)[0] == 0
    assert begin(log, NOW - 90_000, lowest=1000)[0] in range(1000, 1200)


@pytest.mark.parametrize("content", ["", "INFO:bot:hello\n" * 5000, "no format\n" * 100])
def test_a_log_without_times_is_said_to_be_one(content: str, tmp_path: Path) -> None:
    with pytest.raises(Timeless):
        begin(write(tmp_path / "bot.log", content), NOW - 3600)


def test_it_ends_when_it_is_told_to(tmp_path: Path) -> None:
    content = Content(str(write(tmp_path / "bot.log", steady(NOW - 100, NOW))), "bot.log")

    def over() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        begin_of(content, 0, NOW, NOW, (), over)
    content.close()


def longest_right(lines: list[str], moments: list[float]) -> int:
    """Return the bytes of the longest run of lines whose time may be."""
    longest = now = number = 0
    for line in lines:
        right = False
        if line.startswith("{"):
            right, number = moments[number] <= NOW + SKEW_S, number + 1
        now = now + len(line) if right else 0
        longest = max(longest, now)
    return longest


_STRETCHES = st.lists(
    st.tuples(st.integers(-20_000, 300), st.integers(200, 800), st.sampled_from(["timed", "bare", "raw"])),
    min_size=1,
    max_size=6,
)


@pytest.mark.long
@settings(max_examples=40)
@given(_STRETCHES)
def test_however_the_clock_jumped_nothing_of_the_span_lies_before(stretches: list[tuple[int, int, str]]) -> None:
    lines: list[str] = []
    for start, count, kind in stretches:
        if kind == "timed":
            # Long enough that a stretch is longer than the part between two looks.
            lines.extend(text(NOW + start + at, at) for at in range(count))
        else:
            lines.extend([f"INFO:bot:line {count}\n" if kind == "bare" else f"words {count}\n"] * 20)
    moments = [NOW + start + at for start, count, kind in stretches if kind == "timed" for at in range(count)]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay_begin, "_NEAR", 1000)
        log = write(Path(folder) / "bot.log", "".join(lines))
        try:
            found, _ = begin(log, NOW - 3600)
        except Timeless:
            assert longest_right(lines, moments) <= log.stat().st_size / LOOKS, "a look would have met one of them"
            return
        assert any(moment <= NOW + SKEW_S for moment in moments)
    offset, number = 0, 0
    for line in lines:
        if line.startswith("{"):
            moment, number = moments[number], number + 1
            assert offset >= found or not NOW - 3600 <= moment <= NOW
        offset += len(line)
