"""Where somebody points: one key leads there, the same key or Esc leads back, a watcher's too."""

from __future__ import annotations

from tests.tui.company import company, pointer, shared_view
from tests.tui.example import log_lines
from tests.tui.fake_room import FakeRoom
from tests.tui.running import console
from warroom.core.company import Company, Kind, Target
from warroom.core.queries import Spot

LINE = Target(
    Kind.LINE,
    "/var/log/support.log#g1@2000+100",
    bot="support",
    spots=[Spot("/var/log/support.log", 1, 2100)],
    text="look here",
)
ACTION = Target(Kind.ACTION, "ACT-001")


async def test_a_watcher_is_led_to_a_step_and_back_by_the_same_key_or_by_escape() -> None:
    room = FakeRoom(shared_view(), log_lines(), read_only=True)
    async with console((80, 24), room=room) as session:
        await session.press("f")
        await session.see("nobody points at anything")
        session.clock.now += 20
        room.gather(company(pointer=pointer()))
        await session.see("ben points at step 5: Revoke")
        await session.press("f")
        await session.see("Checklist", "▸ [ ] *Revoke the bot's tokens", "(f goes back)")
        for back in ("f", "escape"):
            await session.press(back)
            await session.see("Bots 6")
            await session.press("f")
            await session.see("▸ [ ] *Revoke")


async def test_the_newest_pointer_counts_and_the_way_back_is_to_where_one_was_at_first() -> None:
    room = FakeRoom(shared_view(), log_lines())
    async with console((120, 36), room=room) as session:
        await session.press("3")
        await session.see("WHY")
        room.gather(company(pointer=pointer()))
        await session.see("ben points at step 5")
        await session.press("f")
        await session.see("Step in hand")
        room.gather(company(pointer=pointer(ACTION)))
        await session.see("ben points at ACT-001")
        await session.press("f")
        await session.see("PROOF FROM OUTSIDE", "▸")
        room.gather(Company())
        await session.press("f")
        await session.see("WHY")


async def test_a_line_is_shown_at_its_place_and_the_stream_follows_again_after_it() -> None:
    room = FakeRoom(shared_view(), log_lines())
    async with console((120, 36), room=room) as session:
        await session.press("5")
        await session.see("FOLLOW")
        room.gather(company(pointer=pointer(LINE)))
        await session.see("ben points at a line of support: look here (f)")
        await session.press("f")
        await session.see("PAUSED", "/var/log/support.log#g1@2000+100")
        await session.press("escape")
        await session.see("FOLLOW")


async def test_who_goes_elsewhere_is_not_led_back() -> None:
    room = FakeRoom(shared_view(), log_lines())
    async with console((80, 24), room=room) as session:
        room.gather(company(pointer=pointer()))
        await session.see("ben points at")
        await session.press("f", "3")
        await session.see("Alarms 3", "(f)")
        await session.press("f")
        await session.see("▸ [ ] *Revoke")
        await session.press("f")
        await session.see("Alarms 3")
