"""Alarms that came before: which are alike, how many, how long ago, and how each of them ended."""

from __future__ import annotations

from msgspec.structs import replace

from tests.tui.example import NOW, alarms, example_view
from tests.tui.hostile import CORPUS, FORBIDDEN, poison
from tests.tui.running import console
from warroom.core.model import ActionState, Reason
from warroom.core.view import AlarmView, View
from warroom.tui.similar import how_it_ended, similar_lines, similar_to, similar_words

RULE = Reason("rule", "R12-injection-phrase", "the input tries to replace the bot's instructions", None, None, 0.5)
OTHER = Reason("new", "a tool", "a tool never used", None, None, 0.5)


def before(id: str, seconds: float, bot: str = "support", reason: Reason = RULE, **more: object) -> AlarmView:
    """Return an alarm some seconds before the newest of the example."""
    base = replace(alarms()[2], id=id, time=alarms()[2].time - seconds, bot=bot, reasons=[reason])
    return replace(base, **more)


def room(*earlier: AlarmView) -> View:
    view = example_view()
    return replace(view, alarms=[*earlier, view.alarms[2]])


def test_alike_is_what_shares_a_reason_on_any_bot_or_comes_from_the_same_bot() -> None:
    view = room(
        before("A", 400, "mail"), before("B", 300, reason=OTHER), before("C", 200, "sales", OTHER), before("D", 90)
    )
    newest = view.alarms[-1]
    found = similar_to(newest, view)
    assert [(one.alarm.id, one.shared) for one in found] == [
        ("D", ("R12-injection-phrase",)),
        ("B", ()),
        ("A", ("R12-injection-phrase",)),
    ]
    assert similar_words(newest, found, view) == (
        "3 before: 2 share R12-injection-phrase; 1 of support with other reasons; the last one 1m before;"
        " 3 not acknowledged"
    )


def test_what_came_later_is_not_before() -> None:
    view = room(before("A", -30))
    assert similar_to(view.alarms[-1], view) == []
    assert similar_words(view.alarms[-1], [], view) == "none before"


def test_a_view_that_holds_no_more_says_so() -> None:
    view = room(*(before(f"A{n}", 1000 - n, acknowledged="ana") for n in range(99)))
    found = similar_to(view.alarms[-1], view)
    assert similar_words(view.alarms[-1], found, view).startswith("99 before among the newest 100: 99 share")
    rows = similar_lines(found, view, 78)
    assert rows[-1].text == "  and 94 more in the list above"


def test_how_each_of_them_ended_is_said() -> None:
    view = example_view()
    mail = view.alarms[0]
    assert how_it_ended(mail, view)[0] == "INC-001 open, disable held"
    assert how_it_ended(view.alarms[1], view)[0] == "not acknowledged"
    assert how_it_ended(replace(view.alarms[1], acknowledged="ben"), view)[0] == "seen by ben, no incident"
    closed = replace(view.incidents[0], open=False, closed=NOW)
    failed = replace(view.actions[1], state=ActionState.FAILED)
    assert how_it_ended(mail, replace(view, incidents=[closed], actions=[failed]))[0] == (
        "INC-001 closed after 14m, nothing held"
    )


async def test_the_alarm_page_tells_of_them() -> None:
    view = room(before("A", 400, "mail", incident="INC-001", acknowledged="ana"), before("B", 90, acknowledged="ben"))
    async with console((120, 36), view=view) as session:
        await session.press("3")
        await session.see("similar   2 before: 2 share R12-injection-phrase; the last one 1m before")
        await session.see(
            "SIMILAR BEFORE, AND HOW THEY ENDED", "INC-001 open, disable held", "seen by ben, no incident"
        )


def test_nothing_in_them_is_drawn_raw() -> None:
    evil = "".join(CORPUS)
    view = poison(room(before("A", 400, incident="INC-001"), before("B", 90, acknowledged="ben")), evil)
    found = similar_to(view.alarms[-1], view)
    assert len(found) == 2
    for row in similar_lines(found, view, 120):
        assert not FORBIDDEN.search(row.text)
