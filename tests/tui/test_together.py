"""What is said of oneself and noticed of the others."""

from __future__ import annotations

from itertools import pairwise
from time import monotonic

from msgspec.structs import replace

from tests.tui.company import said, shared_view
from tests.tui.example import NOW
from tests.tui.fake_room import FakeRoom
from tests.tui.running import console
from tests.waiting import eventually
from warroom.core.company import Here
from warroom.tui.others import Others


def test_what_stood_in_the_record_before_is_no_news_and_what_comes_is() -> None:
    others = Others()
    others.follow(shared_view(), "ana", NOW)
    assert others.at == 0.0
    others.follow(shared_view(said("ben", "ticked", seq=500)), "ana", NOW + 1)
    assert (others.act, others.at) == (said("ben", "ticked", seq=500), NOW + 1)
    others.follow(shared_view(said("ben", "ticked", seq=500)), "ana", NOW + 9)
    assert others.at == NOW + 1


def test_neither_ones_own_acts_nor_the_engine_nor_refusals_are_news() -> None:
    others = Others()
    others.follow(shared_view(), "ana", NOW)
    entries = (said("ana", "x", seq=500), said("engine", "y", seq=501), said("ben", "z", kind="refused", seq=502))
    others.follow(shared_view(*entries), "ana", NOW)
    assert others.act is None


async def test_a_console_says_what_it_looks_at_and_which_dialog_is_open() -> None:
    begun = monotonic()
    async with console((80, 24)) as session:
        room = session.room

        async def told(page: str, doing: str = "", *, confirms: bool = False) -> None:
            wanted = [Here(page, doing, confirms)]
            await eventually(lambda: room.said[-1:] == wanted, what=f"{wanted}")

        await told("overview")
        await session.press("2")
        await told("incident")
        await session.press("t")
        await told("incident", "asked: Note for INC-001")
        await session.press("escape", "x")
        await told("incident", "confirming: disable mail", confirms=True)
        await session.press("escape")
        await told("incident")
        # What is looked at is said when it changes, and again only after a quarter of a minute.
        assert all(one != other for one, other in pairwise(room.said)) or monotonic() - begun > 15


async def test_an_act_of_somebody_is_on_the_screen_before_the_next_look_and_says_whose_it_is() -> None:
    room = FakeRoom(shared_view())
    async with console((80, 24), room=room) as session:
        await session.press("2")
        await session.see("with ben, cleo" if "with ben" in session.text else "+2")
        view = shared_view(said("ben", "note: the key is out", seq=900))
        room.show(replace(view, version=9))
        await session.see("ben: note: the key is out")
        session.clock.now += 20
        await session.see("ana on acme")


async def test_the_messages_page_lists_who_is_here() -> None:
    async with console((80, 24), room=FakeRoom(shared_view())) as session:
        await session.press("0")
        await session.see("Here 3 · 1 only watching", "ana (you)", "watcher")
