"""Which action a key is about: the one under the cursor, else the newest that fits; never another one silently."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.tui.example import example_view
from tests.tui.fake_room import FakeRoom
from tests.tui.running import console
from tests.tui.waiting import waiting_action, waiting_view
from warroom.core import commands as c
from warroom.core.queries import NotAnswered, Observe, Query, QueryAnswer


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("A", "ACT-002 is held and waits for nobody; r releases it"),
        ("D", "ACT-002 is held and waits for nobody; r releases it"),
        ("b", "ACT-002 is held, no draft; r releases it"),
        ("K", "ACT-002 is held: nothing to call off; r releases it"),
        ("B", "ACT-002 is held and waits for nobody; r releases it"),
    ],
)
async def test_a_key_that_does_not_fit_the_action_under_the_cursor_says_why(key: str, said: str) -> None:
    async with console((80, 24), view=waiting_view()) as session:
        await session.press("4", "down", "down", key)
        await session.see(said)
        assert session.room.submitted == []


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("A", "nothing waits for a second person here"),
        ("D", "nothing waits for a second person here"),
        ("b", "there is no draft here; x, then Prepare, makes one"),
        ("K", "there is nothing to call off here"),
        ("B", "nothing waits for a second person here"),
    ],
)
async def test_in_an_incident_without_such_an_action_a_key_says_so(key: str, said: str) -> None:
    async with console((120, 36)) as session:
        await session.press("2", key)
        await session.see(said)
        assert session.room.submitted == []


async def test_in_the_incident_room_a_key_is_about_its_own_actions_alone() -> None:
    other = replace(waiting_action(), id="ACT-009", bot="code")
    async with console((120, 36), view=waiting_view(other)) as session:
        await session.press("2", "A")
        await session.see("Approve: freeze sales", "ACT-003 for INC-001")


async def test_where_there_is_no_action_at_all_nothing_happens() -> None:
    view = replace(example_view(), actions=[])
    async with console((120, 36), view=view) as session:
        await session.press("4")
        for key in "ADbKBrv":
            await session.press(key)
            await session.see(" here")
        assert session.room.submitted == []


async def test_verifying_tells_what_the_adapter_reads_and_that_it_proves_nothing() -> None:
    async with console((80, 24)) as session:
        session.room.observed = "mode disabled, revision 7"
        await session.press("4", "v")
        await session.see("saved #101 · control reads: mode disabled, revision 7 (proves nothing)")
        assert session.room.submitted == [c.VerifyHeld("ACT-002")]


async def test_an_adapter_that_cannot_read_its_target_is_told() -> None:
    class Blind(FakeRoom):
        async def query(self, query: Query) -> QueryAnswer:
            if isinstance(query, Observe):
                return NotAnswered("no answer within 5 s")
            return await super().query(query)

    async with console((80, 24), room=Blind(example_view(), [])) as session:
        await session.press("4", "v")
        await session.see("its adapter reads nothing: no answer within 5 s")


async def test_a_read_only_console_decides_nothing() -> None:
    room = FakeRoom(waiting_view(), read_only=True)
    async with console((80, 24), room=room) as session:
        await session.press("4", "down")
        for key in "ADbKBrv":
            await session.press(key)
            await session.see("refused: this console is read-only")
        assert room.submitted == []
