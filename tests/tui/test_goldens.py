"""Every screen at three sizes: its text, and how it is coloured with colours, with the terminal's own and without."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.tui.example import NOW, example_view, log_lines
from tests.tui.example_notices import TellingRoom
from tests.tui.example_outbox import entries, told_view
from tests.tui.fake_room import FakeRoom
from tests.tui.looks import SIZES, WAYS, Way, assert_looks, size_id
from tests.tui.running import console
from tests.tui.screens import assert_golden, assert_styles, screen_lines
from tests.tui.waiting import draft_action, waiting_view
from tests.waiting import eventually
from warroom.core.model import ActionState, Mode, Reversible
from warroom.core.ports import Check, Checked
from warroom.core.settings_console import ConsoleSettings

SCREENS = {
    "overview": ((), "R12-injection-phrase"),
    "incident": (("2",), "Step in hand"),
    "alarm": (("3",), "LINES THAT SHOW IT"),
    "actions": (("4",), "PROOF FROM OUTSIDE"),
    "stream": (("5",), "FOLLOW"),
    "outbox-empty": (("6",), "Nobody was told anything"),
    "contain": (("2", "x"), "plan "),
    "contain-verbs": (("x",), "mild to hard"),
    "open": (("o",), "as the playbook says"),
    "messages": (("0",), "Messages of the room"),
    "note": (("2", "t", "a"), "Note for INC-001"),
    "palette": (("colon", "n", "o"), "Write a note into"),
    "search": (("5", "slash", "d", "e", "n", "enter"), "/den"),
    "help": (("2", "question_mark"), "ON THIS PAGE: Incident"),
}

BEGUN_ANEW = {"palette"}
"""Screens of Textual's own that keep the colours in which they were opened; compared in consoles that begin so."""


@pytest.mark.parametrize("name", [name for name in SCREENS if name not in BEGUN_ANEW])
@pytest.mark.parametrize("size", SIZES, ids=size_id)
async def test_the_screen_is_as_drawn(name: str, size: tuple[int, int]) -> None:
    keys, seen = SCREENS[name]
    async with console(size) as session:
        await session.see("R12-injection-phrase")
        await session.press(*keys)
        await session.see(seen)
        await assert_looks(session, name)


CHECKS = [
    Check("endpoint", Checked.OK, "answers 200 in 12 ms"),
    Check("key", Checked.FAILED, "/etc/warroom/support.key is readable by everybody: chmod 600 it"),
    Check("clock", Checked.UNKNOWN, "no answer within 5 s"),
]
DISABLE = ("x", "down", "down", "enter")
FINAL = {"reversible": Reversible.NO, "undo": "nothing brings the memory back"}
GLASS = "nobody answers and orders leak"
WAITING: dict[str, tuple[tuple[str, ...], str, dict[str, object]]] = {
    "ways": (("x",), "mild to hard", {}),
    "plan-checked": (
        DISABLE,
        "proves nothing",
        {"checks": CHECKS, "observed": "mode normal", "two": "high criticality"},
    ),
    "plan-final": (DISABLE, "Type the bot’s name", {"plan_fields": FINAL}),
    "approve": (("4", "down", "A"), "2 processes run", {"observed": "2 processes run"}),
    "break-glass": (("4", "down", "B"), "2 processes run", {"observed": "2 processes run"}),
    "release": (("4", "down", "down", "r"), "mode disabled", {}),
    "begin": (("4", "b"), "mode normal", {"observed": "mode normal", "two": "stop is a hard verb"}),
    "waiting-actions": (("4", "down"), "K call off", {}),
}


@pytest.mark.parametrize("name", WAITING)
@pytest.mark.parametrize("size", SIZES, ids=size_id)
async def test_what_waits_and_what_is_decided_is_as_drawn(name: str, size: tuple[int, int]) -> None:
    keys, seen, world = WAITING[name]
    room = FakeRoom(waiting_view(), log_lines())
    for fact, value in world.items():
        setattr(room, fact, value)
    async with console(size, room=room) as session:
        await session.see("2ND PERSON WANTED")
        for key in keys:
            await session.press(key)
        await session.see(seen)
        await assert_looks(session, name)


@pytest.mark.parametrize("size", SIZES, ids=size_id)
async def test_what_waits_is_seen_in_the_incident_room(size: tuple[int, int]) -> None:
    async with console(size, view=waiting_view()) as session:
        await session.see("2ND PERSON WANTED")
        await session.press("2")
        if size == SIZES[0]:
            await session.press("tab", "tab")
        await session.see("1 WAITS FOR A 2ND PERSON")
        await assert_looks(session, "waiting-incident")


@pytest.mark.parametrize("size", SIZES, ids=size_id)
async def test_a_console_without_its_engine_is_as_drawn(size: tuple[int, int]) -> None:
    async with console(size) as session:
        await session.see("R12-injection-phrase")
        session.clock.now += 42
        session.room.lose("the engine ended")
        await session.see("ENGINE GONE since")
        await assert_looks(session, "gone")


@pytest.mark.parametrize("size", SIZES, ids=size_id)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.look + way.ending)
async def test_a_console_that_begins_in_a_look_is_drawn_as_one_that_came_to_it(size: tuple[int, int], way: Way) -> None:
    for name in (*BEGUN_ANEW, "overview", "note", "plan-final"):
        keys, seen, world = (*SCREENS[name], {}) if name in SCREENS else WAITING[name]
        room = FakeRoom(waiting_view() if name in WAITING else example_view(), log_lines())
        for fact, value in world.items():
            setattr(room, fact, value)
        async with console(size, room=room, settings=ConsoleSettings(theme=way.look), colours=way.colours) as session:
            await session.see("R12-injection-phrase")
            for key in keys:
                await session.press(key)
            await session.see(seen)
            await assert_golden(session.app, f"{name}-{size_id(size)}", way.ending)
            await assert_styles(session.app, f"{name}-{size_id(size)}{way.ending}")


TOLD: dict[str, tuple[tuple[str, ...], str]] = {
    "outbox": (("6", "k", "k"), "update for engineering by down"),
    "outbox-told": (("6", "g"), "by itself, because of entry #31"),
    "update-late": (("2",), "UPDATE LATE 3m"),
    "tell-notice": (("T", "enter", "enter", "enter"), "Exactly this will leave"),
}


@pytest.mark.parametrize("name", TOLD)
@pytest.mark.parametrize("size", SIZES, ids=size_id)
async def test_who_was_told_and_who_was_not_is_as_drawn(name: str, size: tuple[int, int]) -> None:
    keys, seen = TOLD[name]
    room = TellingRoom(told_view(due=-200.0))
    room.entries = entries()
    async with console(size, room=room) as session:
        await session.see("NOT TOLD")
        for key in keys:
            await session.press(key)
        await session.see(seen)
        await assert_looks(session, name)


@pytest.mark.parametrize("size", SIZES, ids=size_id)
async def test_states_that_are_over_or_loud_are_as_drawn(size: tuple[int, int]) -> None:
    view = waiting_view()
    states = (ActionState.DENIED, ActionState.CANCELLED, ActionState.LAPSED, ActionState.NOT_HELD, ActionState.FAILED)
    over = [
        replace(draft_action(), id=f"ACT-{n + 5:03d}", state=state, bot="mail", note=f"what {state} says")
        for n, state in enumerate(states)
    ]
    broken = replace(view.actions[1], id="ACT-010", bot="code", started=NOW - 60, broken_glass=GLASS, expires=NOW + 500)
    async with console(size, view=waiting_view(*over, broken)) as session:
        await session.press("4")
        await session.see("GLASS BROKEN, one person alone")
        await assert_looks(session, "states")


async def test_a_drill_says_so_in_the_first_word() -> None:
    async with console((80, 24), view=example_view(Mode.DRILL)) as session:
        await eventually(lambda: screen_lines(session.app)[0].split()[:1] == ["DRILL"])
        await session.press("x")
        await session.see("DRILL")


async def test_a_terminal_that_is_too_small_says_one_honest_line() -> None:
    async with console((50, 12)) as session:
        await session.see("too small (50x12")
        lines = [line for line in screen_lines(session.app) if line.strip()]
        assert len(lines) == 1
        assert lines[0].startswith(" LIVE  support 92 · too small (50x12")


async def test_ascii_mode_paints_nothing_but_ascii() -> None:
    async with console((80, 24), ascii=True) as session:
        for key in ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "question_mark"):
            await session.press(key)
            assert session.text.isascii(), (key, [c for c in session.text if not c.isascii()])


async def test_ascii_mode_paints_its_dialogs_in_ascii_too() -> None:
    async with console((80, 24), ascii=True, view=waiting_view()) as session:
        await session.press("4")
        for keys in (
            ("b",),
            ("down", "A"),
            ("B",),
            ("D",),
            ("x", "enter"),
            ("x", "enter", "shift+tab", "shift+tab", "3"),
        ):
            await session.press(*keys)
            await session.see("Cancel")
            assert session.text.isascii(), (keys, [c for c in session.text if not c.isascii()])
            await session.press("escape")
