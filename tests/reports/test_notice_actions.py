"""The words about an action without an incident: never better than its proof, and of an attack for security alone."""

from __future__ import annotations

import itertools
import re

import msgspec
import pytest

from tests.reports.hostile import CORPUS
from warroom.core.model import ActionState, Plan, Proof, Sample, Severity, Verb, Verdict
from warroom.core.notices import Audience, Event, notice_fault, notices_of
from warroom.core.view import ActionView
from warroom.reports.notice_actions import ActionMatter
from warroom.reports.notices import NoticeTemplates, Wording

NOW = 1_764_000_000.0
"""16:00 UTC."""
ATTACK = "PROMPT @everyone https://evil.example <b>"
PAIRS = list(itertools.product(Audience, ActionState))


def action(state: ActionState, **changes: object) -> ActionView:
    plan = Plan("support", Verb.DISABLE, "control", [ATTACK], [], "", "")
    verdict = Verdict.CONTAINED if state is ActionState.HELD else Verdict.OPEN
    made = ActionView(
        id="ACT-007",
        bot=plan.bot,
        verb=plan.verb,
        adapter=plan.adapter,
        state=state,
        incident=None,
        operator="ana",
        uid=1000,
        reason=ATTACK,
        requested=NOW - 120,
        settled=NOW - 60,
        expires=None,
        plan=plan,
        plan_sha256=plan.sha256,
        proof=Proof(verdict, [Sample(NOW - 60, verdict, "POST /v1/chat", ATTACK)] * 3, NOW - 60),
        evidence=1,
        note="" if state is ActionState.HELD else ATTACK,
    )
    return msgspec.structs.replace(made, **changes)


def written(audience: Audience, one: ActionView, *, impact: str = "", contact: str = "") -> Wording:
    wording = NoticeTemplates().write_action(audience, Event.UPDATE, ActionMatter(one, NOW, contact, impact))
    assert wording.fault == ""
    return wording


@pytest.mark.parametrize(("audience", "state"), PAIRS)
def test_every_text_is_a_notice_and_nothing_of_an_attack_is_in_it_but_for_security(
    audience: Audience, state: ActionState
) -> None:
    wording = written(audience, action(state))
    assert ("PROMPT" in wording.text) == (audience is Audience.SECURITY)
    assert "PROMPT" not in wording.subject
    assert "https://" not in wording.text
    assert "@everyone" not in wording.text
    assert not re.search(r"[ \t]\n|\n\n\n|\{[{%]", wording.text)
    for one in notices_of(
        room="r",
        incident="ACT-007",
        number=1,
        audience=audience,
        channels=["chat"],
        event=Event.UPDATE,
        severity=Severity.SEV3,
        subject=wording.subject,
        text=wording.text,
        created=1.0,
    ):
        assert (notice_fault(one) == "") == (audience is not Audience.CUSTOMERS)


def test_executives_read_what_holds_and_whom_to_ask() -> None:
    wording = written(Audience.EXECUTIVES, action(ActionState.HELD), impact="61 users", contact="+49 89 1")
    assert wording.subject == "[SEV3] ACT-007: disable support HOLDS"
    assert wording.text == (
        "What happened\n"
        "The bot support was acted on outside any incident: disable support HOLDS.\n\n"
        "Impact\n61 users\n\n"
        "What we did\n"
        "- ACT-007 support is switched off: verified from outside at 15:59 UTC\n\n"
        "What we do next\n"
        "It is probed from outside as long as it holds, and you hear when it does not.\n\n"
        "Contact\n+49 89 1\n"
    )


def test_customers_get_a_draft_without_the_names_of_ours() -> None:
    wording = written(Audience.CUSTOMERS, action(ActionState.HELD))
    assert wording.text.startswith("DRAFT")
    assert not re.search("support is|ACT-007|ana", wording.text)


@pytest.mark.parametrize(
    ("state", "expires", "words"),
    [
        (ActionState.NOT_HELD, None, "[SEV2] ACT-007: disable support does NOT hold"),
        (ActionState.AMBIGUOUS, None, "[SEV2] ACT-007: disable support is UNCERTAIN"),
        (ActionState.HELD, NOW + 600, "[SEV3] ACT-007: disable support ends by itself at 16:10 UTC"),
        (ActionState.HELD, NOW + 3600, "[SEV3] ACT-007: disable support HOLDS"),
        (ActionState.EXPIRED, None, "[SEV3] ACT-007: disable support has ended by itself"),
        (ActionState.PENDING_APPROVAL, None, "[SEV3] ACT-007: disable support waits for a second person"),
        (ActionState.DENIED, None, "[SEV3] ACT-007: disable support was denied and is not done"),
        (ActionState.CANCELLED, None, "[SEV3] ACT-007: disable support is called off and not done"),
        (ActionState.LAPSED, None, "[SEV3] ACT-007: disable support lapsed, as nobody agreed, and is not done"),
    ],
)
def test_the_subject_says_how_it_stands(state: ActionState, expires: float | None, words: str) -> None:
    assert written(Audience.SECURITY, action(state, expires=expires)).subject == words


@pytest.mark.parametrize("evil", CORPUS)
def test_whatever_a_bot_answers_and_a_person_writes_stays_text(evil: str) -> None:
    proof = Proof(Verdict.OPEN, [Sample(NOW, Verdict.OPEN, evil, evil)], NOW)
    one = action(ActionState.NOT_HELD, reason=evil, note=evil, proof=proof, bot="support")
    wording = written(Audience.SECURITY, one, impact=evil)
    assert all(line.isprintable() for line in wording.text.split("\n"))


@pytest.mark.parametrize("state", [ActionState.DENIED, ActionState.CANCELLED, ActionState.LAPSED])
def test_what_never_began_is_not_said_to_have_been_done(state: ActionState) -> None:
    text = written(Audience.SECURITY, action(state)).text
    assert "never begun, nothing was changed" in text
    assert "unless somebody asks anew" in text
