"""Containing a bot: the plan is shown first, and only a quiet, deliberate press confirms."""

from __future__ import annotations

import msgspec
import pytest
from textual import events

from tests.tui.example import NOW, example_view
from tests.tui.example_shadow import shadow_answer
from tests.tui.running import Session, console
from tests.tui.waiting import waiting_view
from warroom.core.commands import Contain
from warroom.core.model import ActionState, Proof, Reversible, Sample, Verb, Verdict
from warroom.core.queries import PreviewPlan
from warroom.tui.action_lines import action_lines


async def _open_plan(session: Session) -> None:
    await session.see("R12-injection-phrase")
    await session.press("x")
    await session.see("mild to hard")
    await session.press("down", "down", "enter")
    await session.see("support/control/disable", "wait a moment")


async def _to_the_button(session: Session) -> None:
    await session.press("tab", "tab", "tab")
    await session.see("[  Contain support  ]")


async def test_a_quiet_press_on_the_button_sends_the_plan_that_was_shown() -> None:
    async with console() as session:
        await _open_plan(session)
        await _to_the_button(session)
        session.clock.now += 0.4
        await session.press("enter")
        await session.see("RUNNING", "saved #101 ACT-003")
        sent = session.room.submitted[-1]
        assert isinstance(sent, Contain)
        assert (sent.bot, sent.verb, sent.incident) == ("support", Verb.DISABLE, None)
        assert len(sent.plan_sha256) == 64


async def test_a_press_that_comes_too_early_is_not_sent_and_says_why() -> None:
    async with console() as session:
        await _open_plan(session)
        session.clock.now += 5
        await _to_the_button(session)
        await session.press("enter")
        await session.see("Not sent: wait a moment")
        assert session.room.submitted == []


async def test_a_held_enter_key_never_contains() -> None:
    async with console() as session:
        await _open_plan(session)
        await _to_the_button(session)
        for _ in range(30):
            session.clock.now += 0.033
            await session.press("enter")
        assert session.room.submitted == []


@pytest.mark.parametrize("first_s", [0.25, 0.5, 0.66, 0.9])
async def test_a_press_too_early_that_is_held_never_contains(first_s: float) -> None:
    async with console() as session:
        await _open_plan(session)
        await _to_the_button(session)
        session.clock.now += 0.06
        await session.press("enter")
        session.clock.now += first_s - 0.033
        for _ in range(6):
            session.clock.now += 0.033
            await session.press("enter")
        session.clock.now += 0.9
        await session.press("enter")
        await session.pilot.pause()
        assert session.room.submitted == []
        session.clock.now += 1.1
        await session.press("enter")
        await session.see("saved #101")


async def test_another_key_after_a_press_too_early_shows_that_it_is_not_held() -> None:
    async with console() as session:
        await _open_plan(session)
        await _to_the_button(session)
        await session.press("enter", "shift+tab", "tab")
        session.clock.now += 0.4
        await session.press("enter")
        await session.see("saved #101")


async def test_enter_held_since_the_choice_meets_cancel() -> None:
    async with console() as session:
        await session.press("x")
        await session.press("enter", "enter", "enter", "enter")
        assert session.room.submitted == []


async def test_a_paste_that_hides_keys_never_contains() -> None:
    async with console() as session:
        await _open_plan(session)
        session.clock.now += 5
        session.app.post_message(events.Paste("x\x1b[201~"))
        await session.press("tab", "tab", "tab", "enter")
        await session.press("enter")
        assert session.room.submitted == []


async def test_the_reason_goes_into_the_command_and_letters_in_it_are_not_keys() -> None:
    async with console() as session:
        await _open_plan(session)
        await session.press("shift+tab")
        await session.press(*"qxrv1")
        await session.press("enter")
        await _to_the_button(session)
        session.clock.now += 1
        await session.press("enter")
        await session.see("RUNNING")
        sent = session.room.submitted[-1]
        assert isinstance(sent, Contain)
        assert sent.reason == "qxrv1"


async def test_a_changed_plan_is_refused_and_shown_anew() -> None:
    async with console() as session:
        await _open_plan(session)
        await _to_the_button(session)
        session.clock.now += 1
        session.room.plan_salt = "SIGSTOP 4711 as well"
        await session.press("enter")
        await session.see("Refused: the plan changed", "SIGSTOP 4711 as well", "[  Cancel  ]")
        await _to_the_button(session)
        session.clock.now += 1
        await session.press("enter")
        await session.see("RUNNING")
        assert len(session.room.submitted) == 2


async def test_the_way_that_is_chosen_names_verb_and_adapter() -> None:
    async with console(view=waiting_view()) as session:
        await session.press("x")
        await session.see("disable   flag", "revoke    oauth", "stop      systemd")
        await session.press("down", "down", "down", "enter")
        await session.see("adapter   flag")
        await _to_the_button(session)
        session.clock.now += 1
        await session.press("enter")
        await session.see("saved #101")
        sent = session.room.submitted[-1]
        assert isinstance(sent, Contain)
        assert (sent.verb, sent.adapter, sent.draft, sent.confirm) == (Verb.DISABLE, "flag", False, "")
        assert session.room.asked[-1] == PreviewPlan("support", Verb.DISABLE, None, "flag")


async def test_another_end_is_another_plan_and_is_read_before_it_can_be_confirmed() -> None:
    async with console() as session:
        await _open_plan(session)
        await session.see("ends      never by itself")
        await session.press("shift+tab", "shift+tab", *"30")
        await session.see("“30” is no time: 90s, 30m or 2h")
        await session.press("enter")
        await _to_the_button(session)
        session.clock.now += 1
        await session.press("enter")
        await session.see("Not sent: “30” is no time")
        assert session.room.submitted == []
        await session.press("shift+tab", "shift+tab", "shift+tab", "shift+tab", "shift+tab", "m", "enter")
        await session.see("ends      by itself after 30m", "The plan changed: read it again.")
        await _to_the_button(session)
        session.clock.now += 1
        await session.press("enter")
        await session.see("saved #101")
        sent = session.room.submitted[-1]
        assert isinstance(sent, Contain)
        assert sent.expires_s == 1800.0
        assert sent.plan_sha256 == session.room.plan_for(PreviewPlan("support", Verb.DISABLE, 1800.0)).sha256


async def test_preparing_sends_a_draft_and_needs_no_name() -> None:
    async with console() as session:
        session.room.plan_fields = {"reversible": Reversible.NO}
        await _open_plan(session)
        await session.see("disable CANNOT BE UNDONE")
        await session.press("tab", "tab")
        await session.see("[  Prepare  ]")
        await session.press("enter")
        await session.see("+  DRAFT", "saved #101")
        sent = session.room.submitted[-1]
        assert isinstance(sent, Contain)
        assert (sent.draft, sent.confirm) == (True, "")


async def test_what_cannot_be_undone_wants_the_bots_name_typed() -> None:
    async with console() as session:
        session.room.plan_fields = {"reversible": Reversible.NO}
        await _open_plan(session)
        await session.see("Type the bot’s name to confirm")
        for typed in ("", "sup"):
            await session.press("shift+tab", *typed, "enter")
            await _to_the_button(session)
            session.clock.now += 1
            await session.press("enter")
            await session.see("Not sent: this cannot be undone: type the bot’s name, support, to confirm.")
            await session.press("shift+tab", "shift+tab", "shift+tab")
        assert session.room.submitted == []
        await session.press("shift+tab", *"port", "enter")
        await _to_the_button(session)
        session.clock.now += 1
        await session.press("enter")
        await session.see("saved #101")
        sent = session.room.submitted[-1]
        assert isinstance(sent, Contain)
        assert sent.confirm == "support"


async def test_where_a_second_person_is_asked_the_button_says_so() -> None:
    async with console() as session:
        session.room.two = "support is of high criticality"
        await session.see("R12-injection-phrase")
        await session.press("x")
        await session.see("mild to hard")
        await session.press("down", "down", "enter")
        await session.see("a second person will be asked: support is of high criticality")
        await session.press("tab", "tab", "tab")
        await session.see("[  Ask for a second person  ]")
        session.clock.now += 1
        await session.press("enter")
        await session.see("saved #101")


async def test_escape_sends_nothing() -> None:
    async with console() as session:
        await _open_plan(session)
        await session.press("escape")
        await session.see("Bots 6")
        assert session.room.submitted == []


async def test_the_target_stays_pinned_while_the_board_changes() -> None:
    async with console() as session:
        await _open_plan(session)
        view = example_view()
        session.room.show(msgspec.structs.replace(view, bots=list(reversed(view.bots))))
        session.clock.now += 2
        await _to_the_button(session)
        session.clock.now += 1
        await session.press("enter")
        await session.see("RUNNING")
        assert isinstance(session.room.submitted[-1], Contain)
        assert session.room.submitted[-1].bot == "support"


async def test_a_containment_that_does_not_hold_is_told_over_the_whole_width() -> None:
    view = example_view()
    proof = Proof(Verdict.OPEN, [Sample(NOW, Verdict.OPEN, "POST /mail/chat", "200 hello")], NOW)
    action = msgspec.structs.replace(view.actions[-1], state=ActionState.NOT_HELD, proof=proof, note="it still answers")
    async with console((80, 24)) as session:
        await session.see("Bots 6")
        session.room.show(msgspec.structs.replace(view, actions=[view.actions[0], action]))
        session.clock.now += 2
        await session.see("NOT HELD: disable mail")
        await session.press("4")
        await session.see("!! NOT HELD", "200 hello")


async def test_what_did_not_hold_is_marked_and_the_next_harder_way_is_in_hand() -> None:
    view = example_view()
    action = msgspec.structs.replace(view.actions[-1], bot="support", verb=Verb.LIMIT, state=ActionState.NOT_HELD)
    async with console(view=msgspec.structs.replace(view, actions=[action])) as session:
        await session.see("R12-injection-phrase")
        await session.press("x")
        await session.see("mild to hard")
        [limit] = [row for row in session.text.splitlines() if "limit " in row]
        assert "!! NOT HELD" in limit
        [hand] = [row for row in session.text.splitlines() if "▸" in row]
        assert "disable" in hand


async def test_an_engine_that_goes_away_behind_the_dialog_sends_nothing() -> None:
    async with console() as session:
        await session.see("R12-injection-phrase")
        session.room.lose("the line broke")
        await session.press("x")
        await session.see("not sent: the engine is gone")
    async with console() as session:
        await session.press("x")
        await session.see("mild to hard")
        session.room.lose("the line broke")
        await session.press("enter")
        await session.see("the engine is gone")
        await session.press("tab", "tab", "tab")
        session.clock.now += 1
        await session.press("enter")
        await session.see("Not sent: the engine is gone: nothing can be sent until it is back.")
        assert session.room.submitted == []


async def test_whom_the_bot_served_in_the_last_hour_is_told_with_the_plan() -> None:
    async with console() as session:
        session.room.shadow = shadow_answer(requests=412, users=37, hostile=9)
        await _open_plan(session)
        await session.see("412 requests of 37 users, 9 hostile")


async def test_a_bot_whose_logs_cannot_be_read_again_shows_its_plan_all_the_same() -> None:
    async with console() as session:
        await _open_plan(session)
        assert "last hour" not in session.text


async def _snapshot_plan(session: Session) -> None:
    await session.see("Stream support")
    await session.press("x")
    await session.see("mild to hard")
    await session.press("g", "enter")
    await session.see("wait a moment")


@pytest.mark.parametrize("size", [(80, 24), (60, 18)])
async def test_a_snapshot_neither_ends_nor_contains(size: tuple[int, int]) -> None:
    async with console(size) as session:
        await _snapshot_plan(session)
        await session.see("changes nothing", "Take")
        assert "Ends by itself" not in session.text
        assert "Contain support" not in session.text
        await session.press("tab", "tab", "tab")
        await session.see("[  Take")
        session.clock.now += 0.4
        await session.press("enter")
        await session.see("saved #101")
        sent = session.room.submitted[-1]
        assert isinstance(sent, Contain)
        assert (sent.verb, sent.expires_s) == (Verb.SNAPSHOT, None)
        await session.see("none is needed: a snapshot takes evidence")


async def test_an_end_that_was_typed_for_another_way_is_not_that_of_a_snapshot() -> None:
    async with console((120, 36)) as session:
        await _open_plan(session)
        await session.see("Ends by itself")
        await session.press("shift+tab", "shift+tab", *"soon")
        await session.see("“soon” is no time")
        await session.press("tab", "tab", "tab", "enter")
        await session.see("mild to hard")
        await session.press("g", "enter")
        await session.see("wait a moment")
        assert "is no time" not in session.text


async def test_a_bot_without_a_config_is_told_what_gives_more_ways() -> None:
    view = example_view()
    bots = [msgspec.structs.replace(bot, verbs=[Verb.SNAPSHOT], ways=[]) for bot in view.bots]
    async with console((80, 24), view=msgspec.structs.replace(view, bots=bots)) as session:
        await session.see("R12-injection-phrase")
        await session.press("x")
        await session.see("take evidence, change nothing", "[bots.support.contain], see docs/config.md")
        await session.press("down", "enter")
        await session.see("wait a moment", "changes nothing")
    async with console((80, 24)) as session:
        await session.see("R12-injection-phrase")
        await session.press("x")
        await session.see("mild to hard")
        assert "docs/config.md" not in session.text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ActionState.HELD, "no probe has answered yet"),
        (ActionState.FAILED, "no probe has answered"),
        (ActionState.DENIED, "none: it never began"),
    ],
)
def test_a_missing_proof_is_only_waited_for_where_one_may_come(state: ActionState, words: str) -> None:
    action = msgspec.structs.replace(example_view().actions[1], state=state, proof=None)
    texts = [row.text.strip() for row in action_lines(action, 80, NOW)]
    assert texts[texts.index("PROOF FROM OUTSIDE") + 1] == words
