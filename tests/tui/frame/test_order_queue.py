"""Orders that wait: bells are not doubled, and a screen that is ours is not taken twice."""

from __future__ import annotations

from warroom.tui.frame.order_queue import OrderQueue
from warroom.tui.frame.orders import ALTERNATE_SCREEN_OFF, ALTERNATE_SCREEN_ON, BELL, CURSOR_OFF, CURSOR_ON


def queue_of(*orders: str) -> OrderQueue:
    queue = OrderQueue()
    for order in orders:
        queue.put(order)
    return queue


def test_orders_leave_in_their_order_and_once() -> None:
    queue = queue_of("a", "b")
    queue.put_first("c")
    assert queue
    assert queue.take() == ("cab", False)
    assert not queue
    assert queue.take() == ("", False)


def test_a_bell_that_waits_is_not_doubled() -> None:
    assert queue_of(BELL, BELL, "a", BELL).take() == (BELL + "a" + BELL, False)


def test_there_is_room_for_so_many_and_for_what_gives_the_terminal_back() -> None:
    queue = queue_of(*"x" * 1000)
    queue.put("y")
    queue.put("z", always=True)
    assert queue.take() == ("x" * 256 + "z", False)


def test_a_screen_is_ours_from_taking_it_until_it_is_given_back() -> None:
    queue = queue_of(ALTERNATE_SCREEN_ON + CURSOR_OFF)
    assert queue.take() == (ALTERNATE_SCREEN_ON + CURSOR_OFF, True)
    assert queue.active
    queue.put(CURSOR_ON + ALTERNATE_SCREEN_OFF)
    assert queue.take() == ("\x1b[m" + CURSOR_ON + ALTERNATE_SCREEN_OFF, True)
    assert not queue.active


def test_who_takes_over_a_screen_does_not_clear_it() -> None:
    queue = queue_of(ALTERNATE_SCREEN_ON, "a", ALTERNATE_SCREEN_ON, "b")
    assert queue.take() == (ALTERNATE_SCREEN_ON + "ab", True), "both before anything was sent"
    queue.put(ALTERNATE_SCREEN_ON + "c")
    assert queue.take() == ("c", False)
    assert queue.active


def test_a_screen_that_was_given_back_in_the_same_breath_is_taken_again() -> None:
    queue = queue_of(ALTERNATE_SCREEN_ON)
    queue.take()
    queue.put(ALTERNATE_SCREEN_OFF)
    queue.put(ALTERNATE_SCREEN_ON)
    assert queue.take() == (ALTERNATE_SCREEN_OFF + ALTERNATE_SCREEN_ON, True)
    assert queue.active
