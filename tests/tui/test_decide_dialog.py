"""Deciding about an action: exactly what is shown is sent, by a quiet hand, and only while it still stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace
from textual import events

from tests.tui.hostile import CORPUS, FORBIDDEN
from tests.tui.running import Session, console
from tests.tui.waiting import ANA, asked, draft_action, waiting_action, waiting_view
from warroom.core import commands as c
from warroom.core.commands import Refused
from warroom.core.limits import TEXT_LIMIT
from warroom.core.model import ActionState, Reversible
from warroom.core.view import ActionView, View
from warroom.tui.dialogs import PushButton

DRAFT, WAITING, HELD = 0, 1, 2
"""Rows of the actions page."""


@asynccontextmanager
async def at_the_row(row: int, view: View | None = None) -> AsyncIterator[Session]:
    """Open the actions page with the cursor on a row."""
    async with console((120, 36), view=view or waiting_view()) as session:
        await session.see("2ND PERSON WANTED")
        await session.press("4", *["down"] * row)
        yield session


async def _to_the_button(session: Session, label: str) -> None:
    await session.see("[  Cancel  ]")
    await session.press("tab")
    await session.see(f"[  {label}")


async def _press_quietly(session: Session, label: str) -> None:
    await _to_the_button(session, label)
    session.clock.now += 0.4
    await session.press("enter")


async def test_an_approval_sends_exactly_the_plan_that_is_shown() -> None:
    async with at_the_row(WAITING) as session:
        await session.press("A")
        shown = waiting_action().plan_sha256
        await session.see("Approve: freeze sales", "asked     by ben (uid 1001)", "lapses in 12m", shown[:12])
        await _press_quietly(session, "Approve sales")
        await session.see("saved #101", "RUNNING")
        assert session.room.submitted == [c.ApproveAction("ACT-003", shown)]


async def test_a_press_that_comes_too_early_approves_nothing() -> None:
    async with at_the_row(WAITING) as session:
        await session.press("A")
        session.clock.now += 5
        await _to_the_button(session, "Approve sales")
        await session.press("enter")
        await session.see("Not sent: wait a moment")
        assert session.room.submitted == []


async def test_held_keys_approve_nothing() -> None:
    async with at_the_row(WAITING) as session:
        await session.press("A")
        await _to_the_button(session, "Approve sales")
        for _ in range(30):
            session.clock.now += 0.033
            await session.press("enter")
        await session.press("escape")
        await session.press("A", "A", "A", "enter", "enter", "space")
        assert session.room.submitted == []


async def test_a_paste_approves_nothing_and_breaks_the_quiet() -> None:
    async with at_the_row(WAITING) as session:
        await session.press("A")
        await _to_the_button(session, "Approve sales")
        session.clock.now += 5
        session.app.post_message(events.Paste("\r\r yes \x1b[201~\r"))
        await session.pilot.pause()
        await session.press("enter")
        await session.see("Not sent: wait a moment")
        assert session.room.submitted == []


async def test_an_action_that_changed_meanwhile_is_shown_anew_and_confirmed_again() -> None:
    async with at_the_row(WAITING) as session:
        await session.press("A")
        await _to_the_button(session, "Approve sales")
        plan = replace(waiting_action().plan, exact=["SIGSTOP 4799 python3 -m sales"])
        changed = replace(waiting_action(), plan=plan, plan_sha256=plan.sha256)
        fresh = replace(changed, approval=asked(changed))
        session.room.change("ACT-003", plan=plan, plan_sha256=plan.sha256, approval=fresh.approval)
        await session.see("It changed meanwhile: read it again", "SIGSTOP 4799", "[  Cancel  ]")
        assert session.room.submitted == []
        await _press_quietly(session, "Approve sales")
        await session.see("saved #101")
        assert session.room.submitted == [c.ApproveAction("ACT-003", plan.sha256)]


async def test_a_press_at_the_moment_of_a_change_sends_nothing() -> None:
    async with at_the_row(WAITING) as session:
        await session.press("A")
        await _to_the_button(session, "Approve sales")
        session.clock.now += 5
        session.room.change("ACT-003", plan_sha256="ab" * 32)
        await session.press("enter")
        await session.pilot.pause()
        assert session.room.submitted == []


async def test_what_was_decided_meanwhile_cannot_be_approved_any_more() -> None:
    async with at_the_row(WAITING) as session:
        await session.press("A")
        await session.see("[  Cancel  ]")
        session.room.change("ACT-003", state=ActionState.CANCELLED, approval=None)
        await session.see("It changed meanwhile: ACT-003 is cancelled and waits for nobody")
        await _press_quietly(session, "Approve sales")
        await session.see("Not sent: ACT-003 is cancelled")
        assert session.room.submitted == []


async def test_a_request_that_lapses_while_it_is_read_is_not_sent() -> None:
    async with at_the_row(WAITING) as session:
        await session.press("A")
        await session.see("[  Cancel  ]")
        session.clock.now += 721
        await session.see("the request lapsed")
        await _press_quietly(session, "Approve sales")
        await session.see("Not sent: the request for ACT-003 lapsed; x asks anew")
        assert session.room.submitted == []


async def test_a_target_that_changed_since_it_was_asked_for_is_told_before() -> None:
    async with at_the_row(WAITING) as session:
        session.room.plan_salt = "SIGSTOP 9999 as well"
        await session.press("A")
        await session.see("the target changed since: this will be refused; D says no, x asks anew")


async def test_the_account_that_asked_is_told_who_can_approve() -> None:
    async with at_the_row(WAITING, waiting_view(uid=ANA)) as session:
        await session.press("A")
        await session.see("another account than yours must answer ACT-003: you asked; B breaks the glass")
        await session.press("D")
        await session.see("you asked for ACT-003 yourself; K calls it off")
        assert session.room.submitted == []


async def test_a_refusal_of_the_engine_stays_in_the_dialog() -> None:
    async with at_the_row(WAITING) as session:
        session.room.refusal = Refused("the second person must be another account", "ask somebody else")
        await session.press("A")
        await _press_quietly(session, "Approve sales")
        await session.see("Refused: the second person must be another account. ask somebody else", "[  Cancel  ]")


async def test_what_cannot_be_undone_begins_only_with_the_bots_name_typed() -> None:
    view = waiting_view(draft_action(Reversible.NO))
    async with at_the_row(DRAFT, view) as session:
        await session.press("b")
        await session.see("stop CANNOT BE UNDONE", "Type the bot’s name to confirm")
        await _press_quietly(session, "Begin code")
        await session.see("Not sent: this cannot be undone: type the bot’s name, code, to confirm.")
        assert session.room.submitted == []
        await session.press("shift+tab", "shift+tab", *"code", "enter")
        await _press_quietly(session, "Begin code")
        await session.see("saved #101")
        action = view.actions[-1]
        assert session.room.submitted == [c.StartAction("ACT-004", action.plan_sha256, "code")]


async def test_a_draft_that_needs_a_second_person_says_so_on_its_button() -> None:
    async with at_the_row(DRAFT) as session:
        session.room.two = "stop is a hard verb"
        await session.press("b")
        await session.see("a second person will be asked: stop is a hard verb", "Ask for a second person")
        await _press_quietly(session, "Ask for a second person")
        await session.see("saved #101")
        assert session.room.submitted == [c.StartAction("ACT-004", draft_action().plan_sha256, "")]


async def test_glass_is_broken_only_with_a_reason() -> None:
    async with at_the_row(WAITING) as session:
        await session.press("B")
        await session.see("nobody else agreed: every console is told")
        await _press_quietly(session, "Break the glass: sales")
        await session.see("Not sent: it needs a reason.")
        await session.press("shift+tab", "shift+tab", *"alone", "enter")
        await _press_quietly(session, "Break the glass: sales")
        await session.see("saved #101")
        assert session.room.submitted == [c.BreakGlass("ACT-003", "alone")]


async def test_a_release_shows_its_undo_and_wants_a_quiet_hand() -> None:
    async with at_the_row(HELD) as session:
        await session.press("r")
        await session.see("Release mail from disable", "undo      exact: POST", "this lets mail back to its users")
        await _press_quietly(session, "Release mail")
        await session.see("saved #101")
        assert session.room.submitted == [c.Release("ACT-002", "")]


async def test_a_release_that_waits_is_approved_with_the_plan_of_its_action() -> None:
    held = waiting_view().actions[1]
    waiting = replace(held, approval=asked(held, release=True))
    async with at_the_row(HELD, waiting_view(waiting)) as session:
        await session.press("A")
        await session.see("Approve: let mail back", "let back  asked by ben", "patched and tested", "lets mail back")
        await _press_quietly(session, "Approve mail")
        await session.see("saved #101")
        assert session.room.submitted == [c.ApproveAction("ACT-002", held.plan_sha256)]


@pytest.mark.parametrize(
    ("row", "keys", "command"),
    [
        (WAITING, ("D", *"wrong", "enter"), c.DenyAction("ACT-003", "wrong")),
        (WAITING, ("K", "enter"), c.CancelAction("ACT-003", "")),
        (DRAFT, ("K", *"late", "enter"), c.CancelAction("ACT-004", "late")),
    ],
)
async def test_saying_no_and_calling_off_ask_why(row: int, keys: tuple[str, ...], command: c.Command) -> None:
    async with at_the_row(row) as session:
        await session.press(*keys)
        await session.see("saved #101")
        assert session.room.submitted == [command]


async def test_saying_no_without_a_reason_is_not_sent() -> None:
    async with at_the_row(WAITING) as session:
        await session.press("D", "enter")
        await session.see("Why: needs words")
        assert session.room.submitted == []


async def test_what_is_pasted_as_a_reason_is_sent_cleaned_and_short_enough() -> None:
    async with at_the_row(WAITING) as session:
        await session.press("B")
        await session.see("Reason (needed")
        await session.press("shift+tab")
        session.app.post_message(events.Paste("".join(CORPUS) + "x" * 9000))
        await session.pilot.pause()
        await session.press("enter")
        await _press_quietly(session, "Break the glass: sales")
        await session.see("saved #101")
        sent = session.room.submitted[-1]
        assert isinstance(sent, c.BreakGlass)
        assert sent.reason
        assert len(sent.reason) <= TEXT_LIMIT
        assert not FORBIDDEN.search(sent.reason)


async def test_an_engine_that_goes_away_behind_the_dialog_is_told() -> None:
    async with at_the_row(WAITING) as session:
        await session.press("A")
        await session.see("[  Cancel  ]")
        session.room.lose("the line broke")
        await session.see("the engine is gone")
        await _press_quietly(session, "Approve sales")
        await session.see("Not sent: the engine is gone")
        assert session.room.submitted == []


async def test_a_plan_that_is_longer_than_its_room_says_so() -> None:
    plan = replace(waiting_action().plan, exact=[f"SIGSTOP {pid} python3 -m sales" for pid in range(4000, 4040)])
    long = replace(waiting_action(), plan=plan, plan_sha256=plan.sha256)
    async with at_the_row(WAITING, waiting_view(long)) as session:
        await session.press("A")
        await session.see("rows more: Tab to it, j scrolls", "SIGSTOP 4000")
        await session.press("shift+tab", "G")
        await session.see("SIGSTOP 4039", "adapter   process")


async def test_the_target_stays_pinned_while_other_actions_come() -> None:
    async with at_the_row(WAITING) as session:
        await session.press("A")
        await session.see("[  Cancel  ]")
        newer: ActionView = replace(waiting_action(), id="ACT-005", bot="code")
        view = session.room.latest
        assert view is not None
        session.room.show(replace(view, actions=[*view.actions, newer]))
        await _press_quietly(session, "Approve sales")
        await session.see("saved #101")
        assert session.room.submitted == [c.ApproveAction("ACT-003", waiting_action().plan_sha256)]


@pytest.mark.parametrize("size", [(60, 18), (80, 24)], ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("key", ["x", "B", "b"])
async def test_every_button_is_on_the_screen_whatever_the_bot_is_called(size: tuple[int, int], key: str) -> None:
    name = "a-bot-with-quite-a-long-name-for-a-bot"
    plan = replace(waiting_action().plan, bot=name, reversible=Reversible.NO if key == "b" else Reversible.EXACT)
    action = replace(
        waiting_action(), bot=name, plan=plan, plan_sha256=plan.sha256, id="ACT-009",
        state=ActionState.DRAFT if key == "b" else ActionState.PENDING_APPROVAL,
    )  # fmt: skip
    view = waiting_view(replace(action, approval=None) if key == "b" else action)
    view = replace(view, bots=[replace(view.bots[0], name=name), *view.bots[1:]])
    async with console(size, view=view) as session:
        for two in ("", "a rule"):
            session.room.two = two
            await session.press("4", key)
            await session.see("Cancel")
            if key == "x":
                await session.press("enter")
            await session.see("[  Cancel  ]", "Nothing is sent.")
            await session.press("shift+tab")
            await session.press("tab")
            buttons = list(session.app.screen.query(PushButton))
            for button in buttons:
                button.focus()
                await session.pilot.pause()
                assert f"[{button.words}]" in session.text.splitlines()[-1]
            await session.press("escape")
