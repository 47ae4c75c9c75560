"""Times of day in one place: UTC, or local time with its offset, changed by a key and seen on the screen."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.running import console
from warroom.core.settings_console import ConsoleSettings, Zone
from warroom.tui import times

TUI = Path(times.__file__).parent
WINTER, SUMMER = 1_795_000_000.0, 1_783_000_000.0


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock hangs in Berlin."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
    times.hold(Zone.UTC)


@pytest.mark.usefixtures("berlin")
def test_a_moment_has_the_offset_that_held_then() -> None:
    times.hold(Zone.UTC)
    assert times.moment_text(WINTER) == "11:06:40Z"
    times.hold(Zone.LOCAL)
    assert times.moment_text(WINTER) == "12:06:40+01:00"
    assert times.moment_text(SUMMER) == "15:46:40+02:00"
    assert (times.clock_text(SUMMER), times.minute_text(SUMMER)) == ("15:46:40", "15:46")
    assert times.turn() is Zone.UTC
    assert times.clock_text(SUMMER) == "13:46:40"


@pytest.mark.usefixtures("berlin")
async def test_a_key_changes_all_times_and_the_status_line_says_which_they_are() -> None:
    async with console((120, 36)) as session:
        await session.see("08:39:33 support", "08:40Z", "08:40:38 debug")
        await session.press("z")
        await session.see("09:39:33 support", "09:40+01:00", "09:40:38 debug", "local time, UTC+01:00")
        for key, seen in (("4", "09:33:17 CONTAINED"), ("2", "09:26:07"), ("5", "09:40:38 debug")):
            await session.press(key)
            await session.see(seen)
            assert not re.search(r"\b08:[23]\d:\d\d", session.text), session.text
        await session.press("z")
        await session.see("08:40Z", "08:40:38 debug", "in UTC now")


@pytest.mark.usefixtures("berlin")
async def test_who_likes_local_time_begins_with_it_and_nobody_else_does() -> None:
    async with console((80, 24), settings=ConsoleSettings(times=Zone.LOCAL)) as session:
        await session.see("09:40+01:00")
    async with console((80, 24)) as session:
        await session.see("08:40Z")


def test_no_other_module_of_the_console_tells_a_time_of_day() -> None:
    told = [
        file.name
        for file in TUI.rglob("*.py")
        if file.name != "times.py"
        and re.search(r"strftime|fromtimestamp|core\.moments import.*clock_text", file.read_text())
    ]
    assert told == []
