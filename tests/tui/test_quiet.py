"""What is on its way to the engine is neither sent twice nor left without a word."""

from __future__ import annotations

from tests.tui.running import Session, console
from tests.tui.waiting import waiting_action, waiting_view
from tests.waiting import eventually
from warroom.core import commands as c


async def _send_and_wait(session: Session) -> None:
    """Approve, with an engine that does not answer yet."""
    session.room.answering.clear()
    await session.press("4", "down", "A")
    await session.see("[  Cancel  ]")
    await session.press("tab")
    session.clock.now += 1
    await session.press("enter")
    await eventually(lambda: len(session.room.submitted) == 1)


async def test_what_is_on_its_way_is_not_sent_again() -> None:
    async with console(view=waiting_view()) as session:
        await _send_and_wait(session)
        for _ in range(3):
            session.clock.now += 1
            await session.press("enter")
        session.room.answering.set()
        await session.see("saved #101")
        assert session.room.submitted == [c.ApproveAction("ACT-003", waiting_action().plan_sha256)]


async def test_leaving_before_the_answer_is_told_first() -> None:
    async with console(view=waiting_view()) as session:
        await _send_and_wait(session)
        await session.press("escape")
        await session.see("It is sent already and waits for the engine’s answer. Esc again leaves without it.")
        await session.press("escape")
        await session.see("PLAN: NOTHING OF IT IS DONE YET")
        assert len(session.app.screen_stack) == 1
