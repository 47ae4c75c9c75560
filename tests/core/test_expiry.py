"""An end whose release fails comes again ever more rarely; what cannot be undone has none."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.core.story import Story, plan, proof
from warroom.core import commands as c
from warroom.core import facts as f
from warroom.core.desk import ActionRecord
from warroom.core.expiry import again_after_s, again_word, endless, expired, expiry_due
from warroom.core.model import Reversible, Verb
from warroom.core.reduce import fold


def failing(times: int) -> Story:
    story = Story()
    story.ask(c.Contain("support", Verb.DISABLE), made=replace(plan(), expires_s=5.0))
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    for _ in range(times):
        story.tell(f.ReleaseRequested("ACT-001", "it expired"))
        story.tell(f.ReleaseFailed("ACT-001", "busy", None))
    return story


def of(story: Story) -> ActionRecord:
    return story.desk.actions["ACT-001"]


def test_the_waits_double_from_ten_seconds_up_to_ten_minutes() -> None:
    assert [again_after_s(n) for n in (1, 2, 3, 6, 7, 8, 5000)] == [10, 20, 40, 320, 600, 600, 600]


def test_what_never_failed_is_due_at_once() -> None:
    assert expiry_due(of(failing(0)), 0.0)


@pytest.mark.parametrize(("times", "wait"), [(1, 10.0), (2, 20.0), (3, 40.0)])
def test_what_failed_waits_and_the_record_alone_says_how_long(times: int, wait: float) -> None:
    story = failing(times)
    read_again = fold(story.entries).actions["ACT-001"]
    assert not expiry_due(read_again, story.now + wait - 0.1)
    assert expiry_due(read_again, story.now + wait)


def test_a_clock_that_was_set_back_makes_no_end_wait() -> None:
    story = failing(3)
    assert expiry_due(of(story), story.now - 3600.0)


def test_who_asks_for_the_release_lets_the_waits_begin_anew() -> None:
    story = failing(5)
    story.ask(c.Release("ACT-001", "mended"))
    story.tell(f.ReleaseFailed("ACT-001", "busy", None))
    assert of(story).failed_releases == 1


def test_the_words_of_a_failure_say_when_it_is_tried_again() -> None:
    assert again_word(of(failing(1))) == "its end has come: the engine asks again in 20s, later every 10m"


def test_what_cannot_be_undone_has_no_end_though_the_record_holds_one() -> None:
    lasting = replace(plan(Verb.STOP), expires_s=5.0, reversible=Reversible.NO)
    assert endless(lasting) == "stop support cannot be undone, so it has no end: leave the end away"
    assert endless(replace(lasting, expires_s=None)) == endless(replace(lasting, reversible=Reversible.EXACT)) == ""
    story = Story()
    story.ask(c.Contain("support", Verb.STOP, confirm="support"), made=lasting)
    story.tell(f.ContainmentHeld("ACT-001", proof()))
    assert of(story).expires is None
    assert not expired(of(story), story.now + 1e6)
