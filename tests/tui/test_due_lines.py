"""What is due stands on the board's page: late first, with the key for it, and nothing when nothing is."""

from __future__ import annotations

from msgspec.structs import replace

from tests.tui.example import NOW, example_view
from tests.tui.running import console
from tests.tui.waiting import waiting_view
from warroom.core.view import View
from warroom.tui.due_lines import SOON_S, due_lines, due_of


def quiet() -> View:
    """A room in which nothing is due: no step has a time, nothing ends soon."""
    view = example_view()
    steps = [replace(step, due=None) for step in view.incidents[0].steps]
    return replace(view, incidents=[replace(view.incidents[0], steps=steps)])


def words(view: View, width: int = 200) -> str:
    return "\n".join(row.text for row in due_lines(view, width, NOW))


def test_nothing_is_said_where_nothing_is_due() -> None:
    assert due_lines(quiet(), 80, NOW) == []
    closed = replace(example_view(), incidents=[replace(example_view().incidents[0], open=False)])
    assert due_lines(closed, 80, NOW) == []


def test_a_late_update_a_late_step_and_what_ends_soon_stand_in_the_order_of_their_time() -> None:
    view = example_view()
    incident = replace(view.incidents[0], update_due=NOW - 700)
    actions = [replace(view.actions[1], expires=NOW + 100)]
    assert words(replace(view, incidents=[incident], actions=actions)) == (
        "DUE update of INC-001 LATE 11m (T)"
        " · step “Disable the bot and prove it from outside” of INC-001 LATE 4m (2)"
        " · ACT-002 (disable mail) ends in 1m (4)"
    )


def test_several_late_steps_are_one_and_the_next_step_is_told_when_it_is_near() -> None:
    view = example_view()
    steps = [replace(step, due=NOW - 60 * n if n < 6 else NOW + 120) for n, step in enumerate(view.incidents[0].steps)]
    said = words(replace(view, incidents=[replace(view.incidents[0], steps=steps)]))
    assert said.startswith("DUE 3 steps of INC-001 LATE 5m (2) · step “")
    assert said.endswith("in 2m (2)")


def test_a_request_for_a_second_person_says_when_it_lapses() -> None:
    view = waiting_view()
    asked = next(action for action in view.actions if action.approval is not None)
    assert f"the request for {asked.id} lapses in" in words(view)


def test_what_is_far_away_is_not_told() -> None:
    view = quiet()
    far, near = (replace(view.actions[1], expires=NOW + SOON_S + by) for by in (1, 0))
    assert due_of(replace(view, actions=[far]), NOW) == []
    assert [one.at for one in due_of(replace(view, actions=[near]), NOW)] == [NOW + SOON_S]


def test_two_rows_are_the_most_and_what_is_left_out_shows() -> None:
    view = quiet()
    actions = [replace(view.actions[1], id=f"ACT-{n:03d}", expires=NOW + 60 + n) for n in range(20)]
    rows = due_lines(replace(view, actions=actions), 78, NOW)
    assert len(rows) == 2
    assert rows[1].text.endswith(" …")
    assert all(len(row.text) <= 78 for row in rows)


async def test_it_stands_on_the_page_of_bots_and_goes_when_it_is_done() -> None:
    async with console((80, 24)) as session:
        await session.see("DUE step “Disable the bot", "LATE 4m (2)")
        session.room.show(quiet())
        await session.see("Bots 6")
        await session.press("2", "1")
        assert "DUE" not in session.text
