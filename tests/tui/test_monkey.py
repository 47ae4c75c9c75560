"""Anybody's hands on the keyboard: whatever is pressed, nothing breaks and nothing acts on a bot unconfirmed."""

from __future__ import annotations

import contextlib
import random
import string

import pytest
from textual import events
from textual.screen import Screen
from textual.widgets import Input

from tests.tui.example import log_lines
from tests.tui.fake_room import FakeRoom
from tests.tui.running import Session, console
from tests.tui.waiting import waiting_view
from tests.waiting import eventually
from warroom.core import commands as c
from warroom.tui.actions import ACTIONS
from warroom.tui.dialogs import Dialog, PushButton
from warroom.tui.quiet import QUIET_S, ROOMY, QuietButton, QuietDialog

ON_BOTS = (c.Contain, c.StartAction, c.ApproveAction, c.BreakGlass, c.Release)
"""What is confirmed in a dialog of its own, and never by one key."""
TOLD = (c.Notify,)
"""What is confirmed in the same way because it cannot be taken back."""
LEAVING = {"q", "ctrl+c"}
KEYS = sorted({key for action in ACTIONS for key in action.keys.split(",")} - LEAVING)
TYPED = [*string.ascii_letters, *string.digits, "space", "backspace", "shift+tab", "ctrl+u", "delete"]
SIZES = [(80, 24), (120, 36), (60, 18), (20, 5), (200, 50), (81, 24)]


HANDS = pytest.mark.parametrize(
    ("seed", "count"), [(1, 80), *(pytest.param(n, 400, marks=pytest.mark.long) for n in range(2, 7))]
)


class WatchedRoom(FakeRoom):
    """Keeps what was on the screen when a command was sent."""

    def __init__(self) -> None:
        super().__init__(waiting_view(), log_lines(300))
        self.session: Session | None = None
        self.over: list[tuple[c.Command, Screen[object], bool]] = []

    async def submit(self, command: c.Command) -> c.Answer:
        assert self.session is not None
        screen = self.session.app.screen
        button = screen.focused
        self.over.append((command, screen, isinstance(button, QuietButton)))
        return await super().submit(command)


def out_of_its_box(session: Session) -> str:
    """Return what is wider than the screen or lies outside of it; empty when nothing does."""
    screen = session.app.screen
    width, height = session.app.size
    if screen.size != (width, height):
        return f"the screen is {screen.size}"
    rows = [strip.cell_length for strip in screen._compositor.render_strips()[:height]]
    if any(row != width for row in rows) or len(rows) != height:
        return f"rows of {sorted(set(rows))} cells"
    for widget, (region, clip, *_) in screen._compositor.visible_widgets.items():
        if not screen.region.contains_region(region.intersection(clip)):
            return f"{widget} at {region}"
    return ""


def has_no_room(session: Session) -> str:
    """Return a button or a line to type in that has the keys and cannot be seen whole; empty when there is none."""
    focused = session.app.screen.focused
    if not isinstance(focused, PushButton | Input) or session.app.size.width < ROOMY:
        return ""
    seen = session.app.screen._compositor.visible_widgets.get(focused)
    if seen is None:
        return f"{focused} has the keys and is not on the screen"
    region, clip = seen
    return "" if clip.contains_region(region) else f"{focused} at {region}, seen {clip}"


async def at_rest(session: Session, done: list[str]) -> None:
    """Wait until everything is in its place, or fail with what was done last."""
    with contextlib.suppress(AssertionError):
        await eventually(lambda: not (out_of_its_box(session) or has_no_room(session)))
    fault = out_of_its_box(session) or has_no_room(session)
    assert not fault, f"{fault} after {done[-9:]}"


async def one_act(session: Session, chance: random.Random) -> str:
    """Do one thing that a hand can do; return what it was."""
    match chance.randrange(40):
        case 0:
            size = chance.choice(SIZES)
            await session.pilot.resize_terminal(*size)
            return f"resize {size}"
        case 1:
            session.app.post_message(events.Paste("x\rA\ry" * chance.randrange(1, 30)))
            await session.pilot.pause()
            return "paste"
        case 2:
            width, height = session.app.size
            spot = (chance.randrange(width), chance.randrange(height))
            await session.pilot.click(offset=spot)
            return f"click {spot}"
        case 3:
            key = chance.choice(KEYS)
            for _ in range(20):
                session.app.post_message(events.Key(key, None))
            await session.pilot.pause()
            return f"20 {key}"
        case 4 | 5 | 6:
            key = chance.choice(TYPED)
        case 7 | 8 | 9 | 10:
            key = chance.choice(("enter", "tab", "escape"))
        case _:
            key = chance.choice(KEYS)
    await session.press(key)
    return key


async def play(seed: int, count: int, pause_s: float) -> WatchedRoom:
    """Play for a while with a time between the presses; return the room that kept what was sent."""
    chance, room, done = random.Random(seed), WatchedRoom(), []
    async with console(SIZES[seed % 2], room=room) as session:
        room.session = session
        for _ in range(count):
            session.clock.now += pause_s
            top = session.app.screen
            if isinstance(top, Dialog) and "Leave" in top.doing:
                await session.press("escape")
            done.append(await one_act(session, chance))
            assert session.app.is_running, " | ".join(done[-20:])
            await at_rest(session, done)
        await session.pilot.resize_terminal(80, 24)
        for _ in range(12):
            await session.press("escape")
        await session.press("1")
        await eventually(lambda: "─Bots" in session.text, what=f"the board after {done[-20:]}: {session.text}")
    return room


@HANDS
async def test_hasty_hands_break_nothing_and_never_act_on_a_bot(seed: int, count: int) -> None:
    room = await play(seed, count, pause_s=0.0)
    assert not [command for command, *_ in room.over if isinstance(command, ON_BOTS + TOLD)]


@HANDS
async def test_slow_hands_act_on_a_bot_only_by_the_button_of_its_dialog(seed: int, count: int) -> None:
    room = await play(seed, count, pause_s=QUIET_S * 2)
    for command, screen, on_button in room.over:
        if isinstance(command, ON_BOTS + TOLD):
            assert isinstance(screen, QuietDialog), command
            assert on_button, command


async def test_slow_hands_that_confirm_do_act_so_that_the_watch_above_sees_something() -> None:
    room = WatchedRoom()
    async with console(room=room) as session:
        room.session = session
        await session.press("x", "down", "down", "enter")
        await session.see("plan ")
        for key in ("tab", "tab", "tab"):
            await session.press(key)
            if isinstance(session.app.screen.focused, QuietButton):
                break
        session.clock.now += 1
        await session.press("enter")
        await eventually(lambda: room.over)
    [(command, screen, on_button)] = room.over
    assert isinstance(command, c.Contain)
    assert isinstance(screen, QuietDialog)
    assert on_button
