"""A fold changes what it holds alone in place, and nobody else's map ever changes."""

from __future__ import annotations

import time

from msgspec.structs import replace

from tests.core.story import ANA, Story, alarm
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.owned import Owned, put, put_last
from warroom.core.ports import Entry
from warroom.core.reduce import fold


def test_a_map_that_others_see_stays_as_it_is() -> None:
    before = {"a": 1}
    assert put(before, "b", 2) == {"a": 1, "b": 2}
    assert put_last(before, "b", 2, most=1) == {"b": 2}
    assert before == {"a": 1}


def test_one_that_is_held_alone_grows_in_place_and_forgets_its_oldest() -> None:
    held = Owned({"a": 1})
    assert put(held, "b", 2) is held
    assert put_last(held, "c", 3, most=2) is held
    assert held == {"b": 2, "c": 3}


def test_a_fold_gives_back_plain_maps_and_leaves_the_desk_before_alone() -> None:
    story = Story()
    story.ask(c.OpenIncident("support", "prompt-injection", "t"))
    desk = fold(story.entries)
    answered, alarms = dict(desk.answered), dict(desk.alarms)
    story.ask(c.AddNote("INC-001", "one more"))
    after = fold(story.entries[desk.length :], desk)
    assert (desk.answered, desk.alarms) == (answered, alarms)
    assert (type(after.answered), type(after.alarms)) == (dict, dict)
    assert after == fold(story.entries)


def test_a_long_journal_costs_each_entry_the_same() -> None:
    def cost(alarms: int) -> float:
        story = Story()
        for number in range(alarms):
            fact = f.AlarmRaised(replace(alarm(), id=f"AL-{number}"))
            story.entries.append(Entry(len(story.entries) + 1, 1e9, ANA, f"c{number}", fact, "", ""))
        begun = time.process_time()
        assert len(fold(story.entries).alarms) == alarms
        return (time.process_time() - begun) / alarms

    assert min(cost(8000) for _ in range(3)) < 4 * min(cost(1000) for _ in range(3)), (
        "a copy for each entry would make it eight times as dear"
    )
