"""While the engine is away nothing acts and the screen says so; afterwards whatever was open is read again first."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.tui.company import pointer, scene
from tests.tui.example import NOW, example_view, log_lines
from tests.tui.fake_room import FakeRoom
from tests.tui.running import Session, console
from tests.tui.waiting import waiting_view
from warroom.core import commands as c
from warroom.core.company import Company
from warroom.core.facts import EngineStopped
from warroom.core.model import ENGINE, Mode
from warroom.core.ports import Entry
from warroom.core.room import Outage
from warroom.core.timeline import words
from warroom.core.view import TimelineView
from warroom.tui import decide_dialog
from warroom.tui.absence import Absence, absence_text
from warroom.tui.banner import headline
from warroom.tui.scene import Scene

QUIET_S = 1.0


def test_an_outage_is_news_once_when_it_begins_and_once_when_it_ends() -> None:
    outages: list[Outage | None] = [None]
    absence = Absence(lambda: outages[-1])
    assert (absence.news(), absence.lasts) == ("", False)
    outages.append(Outage(1, NOW))
    assert absence.lasts
    assert absence.news() == "the engine is gone: nothing can be sent until it is back."
    assert absence.news() == ""
    outages.append(Outage(1, NOW, 12.4))
    assert absence.news() == "the engine was gone for 12s."
    assert (absence.news(), absence.lasts) == ("", False)


def test_one_that_was_over_before_anything_was_shown_is_no_news() -> None:
    assert Absence(lambda: Outage(3, NOW, 2.0)).news() == ""


def test_a_short_one_that_nobody_looked_at_is_told_all_the_same() -> None:
    outages: list[Outage | None] = [None]
    absence = Absence(lambda: outages[-1])
    outages.append(Outage(1, NOW, 0.2))
    assert absence.back() == "the engine is back after 1.0s: what you see is current again"
    assert absence.back() == ""


def test_what_holds_and_what_is_old_is_said() -> None:
    drawn = scene(lost="the engine ended", outage=Outage(1, NOW + 3, next_try=NOW + 49), now=NOW + 45)
    text = absence_text(drawn)
    assert [row.text.strip() for row in headline(text, 80)] == [
        "ENGINE GONE since 08:40:42Z (42s): nothing is watched, recorded or sent. You",
        "see 08:40:39Z. What is contained stays so, but unproven. Next try: 4 s. q",
        "leaves. Start it: warroom watch --room acme",
    ]


def test_a_reason_that_is_news_and_a_long_name_find_room_too() -> None:
    welcome = replace(scene().welcome, room="drill-20261129-094426-2347")
    outage = Outage(1, NOW, next_try=NOW + 4)
    drawn = scene(lost="the engine is warroom 9.9 and speaks protocol 7", outage=outage, now=NOW, welcome=welcome)
    rows = [row.text.strip() for row in headline(absence_text(drawn), 80)]
    assert "warroom 9.9" in rows[0] + rows[1]
    assert rows[-1].endswith("Start it: warroom watch --room drill-20261129-094426-2347")


def _stopped(mode: Mode) -> Scene:
    entry = TimelineView(500, NOW + 3, "engine", "room", entry_text("asked by ben"))
    left = TimelineView(501, NOW + 3, "cleo", "console", "console c3 left")
    view = replace(example_view(), mode=mode, messages=[*example_view().messages, entry, left])
    return scene(view, lost="the engine ended", outage=Outage(1, NOW + 3, next_try=NOW + 49), now=NOW + 45)


def entry_text(reason: str) -> str:
    """Return the record's own words for an end in order."""
    return words(Entry(500, NOW, ENGINE, "", EngineStopped(reason), "", "")).text


def test_an_engine_that_ended_in_order_is_told_as_such() -> None:
    text = absence_text(_stopped(Mode.LIVE))
    assert text.startswith("ENGINE STOPPED in order, asked by ben, since 08:40:42Z (42s): nothing is watched")
    assert text.endswith("Start it: warroom watch --room acme")


def test_a_drill_that_is_over_is_not_to_be_started_again() -> None:
    text = absence_text(_stopped(Mode.DRILL))
    assert text.startswith("THE DRILL IS OVER: its engine stopped in order at 08:40:42Z, asked by ben.")
    assert "warroom watch" not in text
    assert "unproven" not in text
    lost = scene(replace(example_view(), mode=Mode.DRILL), lost="the engine ended", outage=Outage(1, NOW), now=NOW)
    assert "warroom watch" not in absence_text(lost)


def test_one_that_was_started_again_and_broke_is_gone() -> None:
    drawn = _stopped(Mode.LIVE)
    assert drawn.view is not None
    again = TimelineView(502, NOW + 9, "engine", "room", "engine 0.1.0 started (pid 7)")
    drawn.view = replace(drawn.view, messages=[*drawn.view.messages, again])
    assert absence_text(drawn).startswith("ENGINE GONE since")


async def test_it_says_so_acts_on_nothing_and_is_current_when_the_engine_is_back() -> None:
    async with console((80, 24)) as session:
        await session.see("R12-injection-phrase")
        session.room.lose("the engine ended; `warroom watch` starts it again")
        await session.see("ENGINE GONE since 08:40:39Z", "Next try: 4 s")
        for key in ("x", "a", "o", "t", "at"):
            await session.press(key)
        await session.see("not sent: the engine is gone")
        assert (session.room.submitted, session.room.pointed) == ([], [])
        view = example_view()
        session.room.come_back(12.0)
        session.room.show(replace(view, bots=[replace(view.bots[0], why="all new"), *view.bots[1:]]))
        await session.see("the engine is back after 12s: what you see is current again", "all new")
        assert "ENGINE GONE" not in session.text
        await session.press("0")
        await session.see("the engine is back after 12s")


async def test_words_that_were_typed_are_kept_and_sent_after_they_were_read_again() -> None:
    async with console((80, 24)) as session:
        await session.press("2", "t", *"ab")
        session.room.lose("the engine ended")
        await session.see("nothing can be sent until it is back")
        await session.press("enter")
        await session.see("Not sent: the engine is gone", "ab")
        session.room.come_back(9.0)
        await session.see("the engine was gone for 9.0s.")
        await session.press("enter")
        await session.see("Once more sends it all the same")
        assert session.room.submitted == []
        await session.press("enter")
        await session.see("saved #101")
        assert session.room.submitted == [c.AddNote("INC-001", "ab")]


async def _press_go(session: Session, keys: tuple[str, ...]) -> None:
    session.clock.now += QUIET_S
    await session.press(*keys)
    session.clock.now += QUIET_S
    await session.press("enter")


async def test_a_containment_that_was_open_is_read_and_confirmed_again() -> None:
    to_go = ("tab", "tab", "tab")
    async with console((80, 24)) as session:
        await session.press("x", "down", "down", "enter")
        await session.see("exactly this will be done")
        asked = len(session.room.asked)
        session.room.lose("the engine ended")
        await session.see("the engine is gone")
        await _press_go(session, to_go)
        await session.see("Not sent: the engine is gone")
        session.room.come_back(7.0)
        await session.see("the engine was gone for 7.0s.", "exactly this will be done")
        assert len(session.room.asked) > asked, "the plan is made anew"
        assert session.room.submitted == []
        await _press_go(session, to_go)
        await session.see("saved #101")


async def test_a_press_at_the_moment_of_the_return_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    # Else it may find out by itself before the press, which then goes to Cancel.
    monkeypatch.setattr(decide_dialog, "LOOK_S", 3600.0)
    async with console((80, 24), view=waiting_view()) as session:
        await session.press("4", "down", "A")
        await session.see("[  Cancel  ]")
        session.clock.now += QUIET_S
        await session.press("tab")
        session.clock.now += QUIET_S
        session.room.lose("the engine ended")
        session.room.come_back(0.4)
        await session.press("enter")
        await session.see("the engine was gone for 1.0s. read it again, then confirm.")
        assert session.room.submitted == []


async def test_the_log_begins_anew_with_the_numbers_of_the_next_engine() -> None:
    room = FakeRoom(example_view(), log_lines())
    async with console((80, 24), room=room) as session:
        await session.press("5")
        await session.see("FOLLOW")
        page = session.app.get_default_screen().shown
        log = page.log_pane()
        assert log is not None
        assert log.session.last_seq > 3
        room.lose("the engine ended")
        await session.see("ENGINE GONE")
        # The next engine has read three lines so far.
        room.lines = [replace(one, seq=number) for number, one in enumerate(log_lines()[-3:], 1)]
        room.come_back(3.0)
        await session.see("the engine is back", "FOLLOW")
        room.lines = [*room.lines, replace(room.lines[-1], seq=4, text="a line of the next engine", offset=9_000_000)]
        await session.see("a line of the next engine")


async def test_the_pointer_is_the_one_of_the_next_engine() -> None:
    async with console((80, 24)) as session:
        session.room.gather(Company(pointer=pointer()))
        await session.see("ben points at step 5")
        session.room.lose("the engine ended")
        session.room.company = Company()
        session.room.come_back(3.0)
        await session.see("the engine is back")
        session.clock.now += 10
        await session.press("f")
        await session.see("nobody points at anything")
