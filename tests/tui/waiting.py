"""The example room in which a containment waits for a second person, a draft lies ready, and some more is open."""

from __future__ import annotations

import msgspec

from tests.tui.example import NOW, actions, example_view, plan
from warroom.core.model import ActionState, Reversible, Verb
from warroom.core.view import ActionView, ApprovalView, BotView, View, Way

ANA, BEN = 1000, 1001
"""Uids: the console is ana's."""
WAYS = [
    Way(Verb.SNAPSHOT, "evidence"),
    Way(Verb.LIMIT, "control"),
    Way(Verb.DISABLE, "control"),
    Way(Verb.DISABLE, "flag"),
    Way(Verb.REVOKE, "oauth"),
    Way(Verb.ISOLATE, "nft"),
    Way(Verb.FREEZE, "process"),
    Way(Verb.STOP, "systemd"),
]


def asked(action: ActionView, *, uid: int = BEN, release: bool = False) -> ApprovalView:
    """Return the request for a second person, asked three minutes ago."""
    who = "ana" if uid == ANA else "ben"
    why = "letting a bot back takes two people" if release else f"{action.verb} is a hard verb"
    reason = "patched and tested" if release else ""
    return ApprovalView(why, who, uid, NOW - 180, NOW + 720, release, reason, None, action.plan_sha256)


def waiting_action(*, uid: int = BEN) -> ActionView:
    """Return a freeze of sales that waits for another account than `uid`."""
    made = msgspec.structs.replace(
        plan("sales", Verb.FREEZE),
        adapter="process",
        exact=["SIGSTOP 4711 /usr/bin/python3 -m sales", "SIGSTOP 4712 /usr/bin/python3 -m sales --worker 1"],
        effects=["clients hang until their own timeout: nothing answers them"],
        undo="SIGCONT to the same processes",
        expires_s=1800.0,
        shared=["mail: the same unit, bots.slice"],
        instances=["4711 python3 -m sales", "4712 python3 -m sales --worker 1"],
    )
    base = actions()[1]
    action = msgspec.structs.replace(
        base, id="ACT-003", bot="sales", verb=Verb.FREEZE, adapter="process", state=ActionState.PENDING_APPROVAL,
        operator="ana" if uid == ANA else "ben", uid=uid, reason="it answers with other people's orders",
        requested=NOW - 180, settled=None, expires=None, plan=made, plan_sha256=made.sha256, proof=None,
    )  # fmt: skip
    return msgspec.structs.replace(action, approval=asked(action, uid=uid), note="freeze is a hard verb")


def draft_action(reversible: Reversible = Reversible.EXACT) -> ActionView:
    """Return a draft of the console's own account that stops code."""
    made = msgspec.structs.replace(plan("code", Verb.STOP), expires_s=None, reversible=reversible)
    if reversible is Reversible.NO:
        made = msgspec.structs.replace(made, undo="nothing starts it again; its memory is lost")
    return msgspec.structs.replace(
        waiting_action(), id="ACT-004", bot="code", verb=Verb.STOP, adapter="control", state=ActionState.DRAFT,
        operator="ana", uid=ANA, reason="if the freeze does not hold", requested=NOW - 100, incident=None,
        plan=made, plan_sha256=made.sha256, approval=None, note="",
    )  # fmt: skip


def waiting_view(*more: ActionView, uid: int = BEN) -> View:
    """Return the whole room; `more` actions come last, or take the place of those with their id."""
    view = example_view()
    new = {action.id: action for action in (*view.actions, waiting_action(uid=uid), draft_action(), *more)}
    bots: list[BotView] = [msgspec.structs.replace(bot, ways=WAYS) if bot.verbs else bot for bot in view.bots]
    incident = msgspec.structs.replace(view.incidents[0], actions=["ACT-001", "ACT-002", "ACT-003"])
    return msgspec.structs.replace(view, actions=list(new.values()), bots=bots, incidents=[incident])
