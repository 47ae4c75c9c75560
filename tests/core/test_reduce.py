"""The live desk is the fold of its journal, for any sequence of commands and outcomes."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.story import ANA, BEN, BOTS, Story, plan, proof
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.commands import Command
from warroom.core.facts import Fact
from warroom.core.model import BotState, Phase, Role, Severity, Verb, Verdict
from warroom.core.ports import Entry
from warroom.core.reduce import fold

INCIDENTS = st.sampled_from(["INC-001", "INC-002", "INC-009"])
ACTIONS = st.sampled_from(["ACT-001", "ACT-002", "ACT-003"])
STEPS = st.sampled_from(["det-1", "con-1", "con-2", "rec-1", "zzz"])
WORDS = st.text(max_size=8)

commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(c.OpenIncident, st.just("support"), st.just("prompt-injection"), WORDS),
    st.builds(c.CloseIncident, INCIDENTS, WORDS),
    st.builds(c.ChangeSeverity, INCIDENTS, st.sampled_from(Severity), WORDS),
    st.builds(c.EnterPhase, INCIDENTS, st.sampled_from(Phase)),
    st.builds(c.AssignRole, INCIDENTS, st.sampled_from(Role), WORDS),
    st.builds(c.AddNote, INCIDENTS, WORDS),
    st.builds(c.TickStep, INCIDENTS, STEPS, WORDS),
    st.builds(c.UntickStep, INCIDENTS, STEPS, WORDS),
    st.builds(c.SkipStep, INCIDENTS, STEPS, WORDS),
    st.builds(c.AcknowledgeAlarm, st.sampled_from(["AL-1", "AL-2"])),
    st.builds(c.Contain, st.just("support"), st.sampled_from(BOTS["support"])),
    st.builds(c.Release, ACTIONS, WORDS),
)
outcomes: st.SearchStrategy[Fact] = st.one_of(
    st.builds(f.ContainmentApplied, ACTIONS, WORDS),
    st.builds(f.ContainmentHeld, ACTIONS, st.just(proof())),
    st.builds(f.ContainmentNotHeld, ACTIONS, st.just(proof(Verdict.OPEN))),
    st.builds(f.ContainmentFailed, ACTIONS, WORDS),
    st.builds(f.ContainmentAmbiguous, ACTIONS, WORDS),
    st.builds(f.ContainmentReleased, ACTIONS, st.just(proof(Verdict.OPEN))),
    st.builds(f.ReleaseFailed, ACTIONS, WORDS, st.none()),
    st.builds(f.ActionDone, ACTIONS),
    st.builds(f.BotStateChanged, st.just("support"), st.sampled_from(BotState), st.floats(0, 100)),
)
messages = st.lists(st.one_of(commands, outcomes), max_size=40)


@given(messages, st.integers(0, 40))
@settings(max_examples=150, deadline=None)
def test_folding_the_journal_gives_the_live_desk_also_when_it_is_folded_in_two_parts(
    played: list[Command | Fact], cut: int
) -> None:
    story = Story()
    story.raise_alarm()
    story.raise_alarm("AL-2")
    for number, message in enumerate(played):
        if isinstance(message, Command):
            made = plan(message.verb) if isinstance(message, c.Contain) else None
            story.ask(message, ANA if number % 2 else BEN, made=made)
        else:
            story.tell(message)
    stored = msgspec.json.encode(story.entries)
    entries = msgspec.json.decode(stored, type=list[Entry])
    assert fold(entries) == story.desk
    assert fold(entries[cut:], fold(entries[:cut])) == story.desk


@given(messages)
@settings(max_examples=60, deadline=None)
def test_at_most_one_action_of_an_adapter_stands_alone_on_a_bot(played: list[Command | Fact]) -> None:
    story = Story()
    for message in played:
        if isinstance(message, Command):
            made = plan(message.verb) if isinstance(message, c.Contain) else None
            story.ask(message, made=made)
        else:
            story.tell(message)
    holders: dict[str, list[str]] = {}
    for action in story.desk.actions.values():
        if action.open and action.plan.verb is not Verb.SNAPSHOT:
            followed = any(o.open and o.supersedes == action.id for o in story.desk.actions.values())
            if not followed:
                holders.setdefault(action.plan.adapter, []).append(action.id)
    assert all(len(names) == 1 for names in holders.values())


def test_a_repeated_command_id_keeps_its_first_answer_through_a_restart() -> None:
    story = Story()
    story.ask(c.OpenIncident("support", "prompt-injection", "x"), name="c-7")
    assert fold(story.entries).answered["c-7"] == story.desk.answered["c-7"]
