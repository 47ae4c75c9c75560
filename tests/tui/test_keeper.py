"""Where somebody is gets kept while they work and at the end, seldom, and a disk that refuses is said once."""

from __future__ import annotations

from tests.tui.memory import FakeMemory
from tests.tui.running import console
from tests.waiting import eventually
from warroom.core.whereabouts import Sight, Whereabouts


async def test_it_is_kept_within_seconds_of_a_change_and_not_without_one() -> None:
    memory = FakeMemory()
    async with console(memory=memory) as session:
        await session.press("3")
        await eventually(lambda: memory.last is not None and memory.last.page == "alarms")
        count = len(memory.saved)
        await session.press("4")
        await eventually(lambda: memory.last is not None and memory.last.page == "actions")
        assert len(memory.saved) == count + 1
        session.app.exit(0)
    await session.app.keep()
    assert len(memory.saved) == count + 1, "nothing had changed since"


async def test_a_disk_that_refuses_is_said_once_and_tried_again() -> None:
    memory = FakeMemory()
    memory.fault = "No space left on device"
    async with console(memory=memory) as session:
        await session.see("where you are is not kept: No space left on device")
        said = session.app.get_default_screen().scene.said
        await session.press("3")
        memory.fault = ""
        await eventually(lambda: memory.last is not None)
        assert sum("not kept" in one.text for one in said) == 1


async def test_a_console_that_a_bug_ended_at_once_does_not_bring_back_what_may_have_ended_it() -> None:
    for after_s, page in ((1.0, "overview"), (60.0, "stream")):
        memory = FakeMemory()
        found = Whereabouts(page="stream", sights={"stream": Sight("support", only=["x"])})
        async with console(memory=memory, found=found) as session:
            await session.see("Stream support")
            session.clock.now += after_s
            session.app.exit(0)
        await session.app._keeper.finish(after_bug=True)
        assert memory.last is not None
        assert memory.last.page == page
