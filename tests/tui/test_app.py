"""The console as its user meets it: pages, keys, answers, and what it does when things go wrong."""

from __future__ import annotations

import msgspec
import pytest
from textual import events
from textual.command import CommandPalette

from tests.tui.example import example_view, log_lines
from tests.tui.fake_room import FakeRoom
from tests.tui.running import console
from tests.waiting import eventually
from warroom.core import commands as c
from warroom.core.commands import Refused
from warroom.core.model import ActionState, Phase, Role, Severity
from warroom.tui import frame_lines
from warroom.tui.app import ExportFailed
from warroom.tui.pages import PAGES, page_type
from warroom.tui.pages.page import Page
from warroom.tui.palette import ActionProvider


async def test_the_first_screen_shows_board_attention_and_stream() -> None:
    async with console((80, 24)) as session:
        await session.see("!! ALARM", "SEV1 INC-001", "Stream support · FOLLOW", "R12-injection-phrase", "? help")


async def test_every_page_opens_by_its_key_and_escape_goes_back() -> None:
    async with console() as session:
        for key, seen in (
            ("2", "CONTAIN 1/4"),
            ("3", "WHY"),
            ("4", "PROOF FROM OUTSIDE"),
            ("5", "Stream support"),
            ("0", "legal informed"),
            ("question_mark", "EVERYWHERE"),
        ):
            await session.press(key)
            await session.see(seen)
        await session.press("escape", "escape", "escape", "escape", "escape", "escape", "escape")
        await session.see("Bots 6")
        assert session.app.is_running


async def test_a_page_is_made_when_it_is_first_shown_and_then_kept() -> None:
    async with console() as session:
        assert [page.id for page in session.app.screen.query(Page)] == ["page-overview"]
        await session.press("3", "1", "3")
        await session.see("WHY")
        assert {page.id for page in session.app.screen.query(Page)} == {"page-overview", "page-alarms"}


async def test_a_key_behind_that_of_a_page_waits_until_the_page_is_there() -> None:
    async with console() as session:
        for key in ("2", "space"):
            session.app.post_message(events.Key(key, " " if key == "space" else key))
        await session.see("saved #101")
        assert session.room.submitted == [c.TickStep("INC-001", "isolate")]


@pytest.mark.parametrize("page", PAGES)
def test_each_row_of_the_table_of_pages_names_a_page(page: str) -> None:
    assert issubclass(page_type(page), Page)
    assert page in frame_lines.PAGES


async def test_space_ticks_the_step_in_hand_and_a_ticked_one_asks_why() -> None:
    async with console() as session:
        await session.press("2", "space")
        await session.see("saved #101", "[x]  Disable the bot")
        assert session.room.submitted == [c.TickStep("INC-001", "isolate")]
        await session.press("g", "space")
        await session.see("Take the tick back", "Why")
        await session.press("enter")
        await session.see("Why: needs words")
        await session.press(*"oops", "enter")
        await session.see("saved #102")
        assert session.room.submitted[-1] == c.UntickStep("INC-001", "declare", "oops")


async def test_the_cursor_stays_on_its_step_when_a_new_view_arrives() -> None:
    async with console() as session:
        await session.press("2", "j", "j")
        await session.see("Tell the people who depend on the bot\n")
        view = session.room.latest
        assert view is not None
        incident = msgspec.structs.replace(view.incidents[0], steps=view.incidents[0].steps[2:])
        session.room.show(msgspec.structs.replace(view, incidents=[incident]))
        await session.see("Checklist 1/8")
        await session.press("space")
        await session.see("saved")
        assert session.room.submitted == [c.TickStep("INC-001", "tell")]


async def test_an_alarm_is_acknowledged_and_leads_to_an_incident() -> None:
    async with console() as session:
        await session.press("3", "a")
        await session.see("seen by ana")
        assert session.room.submitted == [c.AcknowledgeAlarm("AL-0009")]
        await session.press("o", "enter", "enter", "down", "enter")
        await session.see("INC-002")
        opened = session.room.submitted[-1]
        assert isinstance(opened, c.OpenIncident)
        assert (opened.bot, opened.playbook, opened.severity, opened.alarm) == (
            "support",
            "prompt-injection",
            Severity.SEV1,
            "AL-0009",
        )


@pytest.mark.parametrize(
    ("keys", "command"),
    [
        (("S", *"late", "enter"), c.SkipStep("INC-001", "isolate", "late")),
        (("t", *"hi", "enter"), c.AddNote("INC-001", "hi")),
        (("d", *"stop", "enter", *"risk", "enter"), c.RecordDecision("INC-001", "stop", "risk")),
        (("R", "down", "enter", "enter"), c.AssignRole("INC-001", Role.DEPUTY, "")),
        (("minus", *"less", "enter"), c.ChangeSeverity("INC-001", Severity.SEV2, "less")),
        (("p", "enter"), c.EnterPhase("INC-001", Phase.REMEDIATION)),
        (("H", *"ben", "enter", "enter"), c.HandOver("INC-001", "ben", "")),
        (("M", *"aware", "enter"), c.MarkMoment("INC-001", "aware")),
        (("v",), c.VerifyHeld("ACT-002")),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, tuple) else value[0],
)
async def test_each_key_of_the_room_sends_its_command(keys: tuple[str, ...], command: c.Command) -> None:
    async with console() as session:
        await session.press("2", *keys)
        await session.see("saved #101")
        assert session.room.submitted == [command]


async def test_the_severity_cannot_go_beyond_the_worst() -> None:
    async with console() as session:
        await session.press("2", "plus")
        await session.see("INC-001 is SEV1: there is none beyond")
        assert session.room.submitted == []


async def test_an_incident_is_closed_with_its_reason_once_nothing_is_held() -> None:
    view = example_view()
    let_back = [msgspec.structs.replace(one, state=ActionState.RELEASED) for one in view.actions]
    async with console(view=msgspec.structs.replace(view, actions=let_back)) as session:
        await session.press("2", "C")
        await session.see("Close INC-001", "required steps are still open.")
        await session.press(*"done", "enter")
        await session.see("saved #101")
        assert session.room.submitted == [c.CloseIncident("INC-001", "done")]


async def test_what_keeps_an_incident_open_is_said_before_a_reason_is_asked() -> None:
    async with console((80, 24)) as session:
        await session.press("2", "C")
        await session.see("INC-001 cannot be closed yet", "disable mail: ACT-002 is held.", "r on page 4 releases it")
        assert "Why" not in session.text
        await session.press("enter")
        await session.see("PROOF FROM OUTSIDE", "ACT-002")
        assert session.room.submitted == []


async def test_a_settled_step_is_not_asked_why_it_is_skipped() -> None:
    async with console() as session:
        await session.press("2", "g", "S")
        await session.see("declare is done: nothing to skip; Space takes that back")
        assert len(session.app.screen_stack) == 1


async def test_what_is_refused_is_asked_again_with_what_was_typed_and_the_whole_reason() -> None:
    why = "the record of INC-001 is being written by somebody else at this moment, and nothing can be added to it"
    async with console((80, 24)) as session:
        session.room.refusal = Refused(why, "wait until it is done, then send it once more")
        await session.press("2", "d", *"stop", "enter", *"risk", "enter")
        await session.see("refused: the record", "and nothing can be added to it", "send it once more")
        await session.see("stop", "risk")
        session.room.refusal = None
        await session.press("enter", "enter")
        await session.see("saved #102")
        assert session.room.submitted == [c.RecordDecision("INC-001", "stop", "risk")] * 2


async def test_a_refusal_is_told_with_what_to_do_next() -> None:
    async with console() as session:
        session.room.refusal = Refused("ACT-002 is held", "release it first")
        await session.press("2", "space")
        await session.see("refused: ACT-002 is held; next: release it first")
        await session.press("0")
        await session.see("console refused: ACT-002 is held")


async def test_a_read_only_console_says_so_and_sends_nothing() -> None:
    room = FakeRoom(example_view(), log_lines(), read_only=True)
    async with console((80, 24), room=room) as session:
        await session.see("READ-ONLY")
        for key in ("2", "space", "t", "x", "v", "1", "a"):
            await session.press(key)
        await session.see("refused: this console is read-only")
        assert room.submitted == []


async def test_a_lost_engine_leaves_the_screen_readable_and_q_leaves() -> None:
    async with console((80, 24)) as session:
        await session.see("R12-injection-phrase")
        session.room.lose("the engine stopped")
        session.clock.now += 2
        await session.see("ENGINE GONE since 08:40:39Z (2s)", "the engine stopped", "warroom watch --room acme")
        await session.press("2", "space")
        await session.see("not sent: the engine is gone")
        await session.press("1", "q")
        assert session.app.return_code == 0


async def test_q_asks_on_the_root_and_the_answer_can_be_no() -> None:
    async with console() as session:
        await session.press("q")
        await session.see("Leave this console?", "The engine goes on watching")
        await session.press("escape")
        await session.see("Bots 6")
        await session.press("q", "enter")
        assert session.app.return_code == 0


async def test_an_answer_that_comes_as_the_console_ends_ends_it_in_order() -> None:
    async with console((80, 24)) as session:
        session.room.answering.clear()
        await session.press("o")
        await session.see("Open an incident")
        await session.press("enter", "enter", "enter")
        await eventually(lambda: session.room.submitted)
        # What follows shows a page that was never shown, and the line drops in the same turn.
        session.room.answering.set()
        session.app.exit(0)
    assert session.app.bug is None


async def test_whoever_would_end_more_than_a_console_is_told_before() -> None:
    async with console(leaving="This ends the drill.") as session:
        await session.press("q")
        await session.see("Leave this console?", "This ends the drill.")
        assert "goes on watching" not in session.text


async def test_the_first_paint_does_not_wait_for_a_view() -> None:
    room = FakeRoom(None)
    async with console((80, 24), room=room) as session:
        await session.see("waiting for the engine’s first view…")
        await session.press("2", "3", "4", "5", "x", "1")
        room.show(example_view())
        await session.see("!! ALARM")


async def test_a_post_mortem_says_where_it_is_and_the_messages_keep_it() -> None:
    async def export(incident: str, kind: str) -> str:
        return f"/tmp/{incident}.{kind}"

    async with console(export=export) as session:
        await session.press("2", "P", "down", "enter")
        await session.see("/tmp/INC-001.html")
        await session.press("0")
        await session.see("written at 08:40:39Z: /tmp/INC-001.html")


async def test_a_post_mortem_that_fails_says_why() -> None:
    async def export(incident: str, kind: str) -> str:
        raise ExportFailed("the folder is full; free some space")

    async with console(export=export) as session:
        await session.press("2", "P", "enter")
        await session.see("not written: the folder is full")


async def test_the_palette_offers_our_table_alone_and_nothing_that_leaves_without_asking() -> None:
    async with console() as session:
        await session.press("ctrl+p")
        await session.see("contain  (x)")
        screen = session.app.screen
        assert isinstance(screen, CommandPalette)
        assert screen._provider_classes == {ActionProvider}
        await session.press(*"quit", "enter")
        assert session.app.is_running


async def test_the_palette_finds_any_command_and_leads_to_the_page_of_another_one() -> None:
    async with console() as session:
        await session.press("colon")
        await session.see("Search")
        await session.press(*"sever")
        await session.see("severity up  (+ on page 2)")
        await session.press("enter")
        await session.see("severity up: + does it here", "CONTAIN 1/4")
        assert session.room.submitted == []


async def test_a_dangerous_command_of_another_page_is_shown_its_page_and_not_done() -> None:
    async with console() as session:
        await session.press("7", "colon")
        await session.see("Search")
        await session.press(*"contain")
        await session.see("contain  (x on page 1)")
        await session.press("enter")
        await session.see("contain: x does it here", "Bots 6")
        assert len(session.app.screen_stack) == 1
        assert session.room.submitted == []


async def test_the_palette_moves_in_the_list_and_in_the_log_that_have_the_keys() -> None:
    async with console() as session:
        await session.see("▸ !! ALARM")
        await session.press("colon")
        await session.see("Search")
        await session.press(*"page", "space", *"down", "enter")
        await session.see("▸ -  NORMAL")
        await session.press("5")
        await session.see("FOLLOW")
        await session.press("colon")
        await session.see("Search")
        await session.press(*"page", "space", *"up", "enter")
        await session.see("PAUSED")


async def test_the_palette_finds_an_act_by_its_help_and_does_it() -> None:
    async with console() as session:
        await session.press("2", "colon")
        await session.press(*"decision")
        await session.see("Record a decision and its reason")
        await session.press("enter")
        await session.see("Decision in INC-001")


async def test_a_narrow_room_turns_its_panes_with_tab() -> None:
    async with console((80, 24)) as session:
        await session.press("2")
        await session.see("Checklist 3/10")
        await session.press("tab")
        await session.see("legal informed")
        await session.press("tab")
        await session.see("## HELD")
        await session.press("tab")
        await session.see("Checklist 3/10")


async def test_growing_and_shrinking_changes_the_layout_and_keeps_the_focus_alive() -> None:
    async with console((120, 36)) as session:
        await session.press("2")
        for size, seen in (((80, 24), "Tab turns"), ((40, 10), "too small"), ((120, 36), "Step in hand")):
            await session.pilot.resize_terminal(*size)
            await session.see(seen)
        await session.press("space")
        await session.see("saved #101")


async def test_control_c_asks_like_q_and_control_q_does_nothing() -> None:
    async with console() as session:
        await session.press("ctrl+q", "ctrl+d", "ctrl+k")
        assert session.app.is_running
        await session.press("ctrl+c")
        await session.see("Leave this console?")


@pytest.mark.parametrize("size", [(60, 18), (79, 24), (110, 30), (200, 60)], ids=lambda s: f"{s[0]}x{s[1]}")
async def test_every_page_fits_every_size_and_offers_help(size: tuple[int, int]) -> None:
    async with console(size) as session:
        for key in ("1", "2", "3", "4", "5", "0", "question_mark"):
            await session.press(key)

            def fits() -> bool:
                rows = session.text.splitlines()
                return rows[0].startswith(" LIVE ") and rows[-1].endswith("? help") and "#123" in rows[-2]

            await eventually(fits, what=f"page {key}")
