"""The board is sorted by urgency until somebody chooses a row; then no row moves under their hands."""

from __future__ import annotations

from msgspec.structs import replace

from tests.tui.example import bots, example_view
from tests.tui.running import console
from tests.tui.screens import screen_lines
from tests.waiting import eventually
from warroom.core.model import BotState
from warroom.core.view import BotView, View
from warroom.tui.board_order import URGENCY, BoardOrder


def names(found: list[BotView]) -> list[str]:
    return [bot.name for bot in found]


def with_state(view: View, name: str, state: BotState) -> View:
    return replace(view, bots=[replace(bot, state=state) if bot.name == name else bot for bot in view.bots])


def test_every_state_has_its_place() -> None:
    assert sorted(URGENCY) == sorted(BotState)


def test_the_most_urgent_comes_first_and_equals_by_name() -> None:
    quiet = [replace(bot, state=BotState.NORMAL) for bot in bots()]
    assert names(BoardOrder().of(bots())) == ["support", "sales", "nightly", "mail", "rag-search", "code"]
    assert names(BoardOrder().of(quiet)) == sorted(names(quiet))


def test_held_rows_stay_and_a_new_bot_comes_last() -> None:
    order = BoardOrder()
    before = names(order.of(bots()))
    order.hold()
    calm = [replace(bot, state=BotState.NORMAL if bot.name == "support" else bot.state) for bot in bots()]
    new = replace(bots()[0], name="a-new-one")
    assert names(order.of([new, *calm])) == [*before, "a-new-one"]
    assert order.stale
    assert names(order.of(calm)) == before
    assert order.release()
    assert names(order.of(calm))[0] == "sales"
    assert not order.release()


async def test_a_row_moves_only_until_somebody_chooses_one_and_escape_sorts_again() -> None:
    def rows() -> list[str]:
        board = screen_lines(session.app)[3:9]
        return [name for row in board for name in names(bots()) if f" {name} " in row]

    async with console((80, 24)) as session:
        assert rows()[:2] == ["support", "sales"]
        session.room.show(with_state(example_view(), "code", BotState.ALARM))
        await session.see("!! ALARM          code")
        assert rows()[:2] == ["code", "support"]
        await session.press("j")
        held = rows()
        session.room.show(with_state(example_view(), "nightly", BotState.ALARM))
        await session.see("rows held, Esc sorts them", "!! ALARM          nightly")
        assert rows() == held
        await session.press("escape")
        await eventually(lambda: rows()[:2] == ["nightly", "support"])
        assert "rows held" not in session.text


async def test_the_order_is_let_go_when_the_page_is_left() -> None:
    async with console((80, 24)) as session:
        await session.press("j")
        session.room.show(with_state(example_view(), "nightly", BotState.ALARM))
        await session.see("rows held, Esc sorts them")
        await session.press("2", "1")
        await session.see("Bots 6 · 3 need a look")
        assert "rows held" not in session.text


async def test_an_act_hits_the_bot_that_was_chosen_whatever_moved() -> None:
    async with console((80, 24)) as session:
        await session.press("j")
        session.room.show(with_state(example_view(), "mail", BotState.ALARM))
        await session.press("escape", "x")
        await session.see("contain sales")
