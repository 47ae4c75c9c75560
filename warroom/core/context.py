"""What the world adds to a decision."""

from __future__ import annotations

import msgspec

from warroom.core.access import Rights, below, why_two
from warroom.core.facts_notice import NoticeWritten
from warroom.core.model import Actor, Criticality, Level, Plan, Playbook, Verb
from warroom.core.reach import Reach


class Context(msgspec.Struct, frozen=True):
    """What the world adds to a decision: the time, who asks, and what is configured."""

    now: float
    actor: Actor
    bots: dict[str, list[Verb]] = {}
    """Known bots and what can be done to each."""
    playbooks: dict[str, Playbook] = {}
    plan: Plan | None = None
    """The dry run that the engine made for a command that acts on a bot."""
    plan_fault: str = ""
    """Why there is no plan, or no notice."""
    written: NoticeWritten | None = None
    """The notice that the engine wrote for a Notify command."""
    rights: Rights = Rights()
    criticality: dict[str, Criticality] = {}
    """How much depends on each bot; normal where nothing is said."""
    reach: Reach = Reach()
    """Files of the config: what may be read as a log goes by them."""

    @property
    def may_release(self) -> bool:
        """Whether this person may let a bot back, apart from a second one who may be asked."""
        return below(Level.COMMANDER, self.rights) is None

    def why_two(self, plan: Plan, *, release: bool = False) -> str:
        """Return the rule that asks for a second person for this plan, or an empty text."""
        return why_two(plan, self.criticality.get(plan.bot, Criticality.NORMAL), self.rights, release=release)
