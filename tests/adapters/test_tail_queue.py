"""The queue of what was read holds back the reader before the machine has to."""

from __future__ import annotations

import threading

import pytest

from tests.waiting import wait_until
from warroom.adapters.tail_queue import MOST_BATCHES, MOST_WEIGHT, BatchQueue, weight
from warroom.core.record import Batch, Record


def batch(number: int, *, records: int = 1, length: int = 80) -> Batch:
    return Batch(f"{number}.log", "support", [Record("a.log", 0, n, length, 0.0) for n in range(records)], None)


def filled(queue: BatchQueue, one: Batch) -> int:
    """Put the same batch until there is no room, and return how often."""
    times = 0
    while queue.put(one, timeout_s=0.0):
        times += 1
    return times


def test_what_was_put_is_taken_in_order() -> None:
    queue = BatchQueue()
    given = [batch(number) for number in range(5)]
    assert all(queue.put(one, timeout_s=0.0) for one in given)
    assert [queue.take() for _ in range(6)] == [*given, None]


def test_many_small_batches_are_bounded_by_their_number() -> None:
    queue = BatchQueue()
    assert filled(queue, batch(1)) == MOST_BATCHES
    assert queue.take() is not None
    assert filled(queue, batch(1)) == 1


@pytest.mark.parametrize(("records", "length"), [(3_700, 70), (1, 2 << 20), (8, 1 << 18)])
def test_large_batches_are_bounded_by_what_they_weigh(records: int, length: int) -> None:
    queue, one = BatchQueue(), batch(1, records=records, length=length)
    held = filled(queue, one)
    assert MOST_WEIGHT - weight(one) < held * weight(one) <= MOST_WEIGHT
    while queue.take() is not None:
        pass
    assert filled(queue, one) == held


def test_what_weighs_more_than_all_that_may_wait_goes_alone() -> None:
    queue, giant = BatchQueue(), batch(1, length=2 * MOST_WEIGHT)
    assert queue.put(giant, timeout_s=0.0)
    assert not queue.put(batch(2), timeout_s=0.0)
    assert queue.take() is giant
    assert queue.put(batch(2), timeout_s=0.0)
    assert not queue.put(giant, timeout_s=0.0)


def test_who_waits_for_room_goes_on_as_soon_as_there_is_some() -> None:
    queue = BatchQueue()
    filled(queue, batch(1))
    done = list[bool]()
    putting = threading.Thread(target=lambda: done.append(queue.put(batch(2), timeout_s=30.0)))
    putting.start()
    assert not done
    assert queue.take() is not None
    wait_until(lambda: done)
    putting.join()
    assert done == [True]
