"""An hour of scores in twelve numbers: the worst of each five minutes, gaps where nothing was scored."""

from __future__ import annotations

from warroom.engine.hour_trend import SLOT_S, SLOTS, HourTrend, with_flips

T0 = 1_700_000_100.0 // SLOT_S * SLOT_S


def test_each_slot_keeps_its_worst_and_gaps_stay_gaps() -> None:
    trend = HourTrend()
    for at, score in ((0, 12.0), (100, 70.0), (200, 9.0), (3 * SLOT_S, 40.0)):
        trend.add(T0 + at, score)
    assert trend.slots(T0 + 3 * SLOT_S) == [None] * 8 + [70.0, None, None, 40.0]
    assert trend.slots(T0 + 5 * SLOT_S)[-3:] == [40.0, None, None]


def test_what_is_older_than_an_hour_is_forgotten() -> None:
    trend = HourTrend()
    for slot in range(30):
        trend.add(T0 + slot * SLOT_S, float(slot))
    assert trend.slots(T0 + 29 * SLOT_S) == [float(slot) for slot in range(18, 30)]
    assert trend.slots(T0 + 60 * SLOT_S) == [None] * SLOTS


def test_a_clock_that_is_set_back_loses_nothing() -> None:
    trend = HourTrend()
    trend.add(T0 + 600, 20.0)
    trend.add(T0, 90.0)
    assert trend.slots(T0)[-1] == 90.0


def test_a_bot_that_was_never_scored_has_no_hour() -> None:
    assert HourTrend().slots(T0) == [None] * SLOTS


def test_what_stands_in_the_record_is_shown_in_its_slot_whatever_the_engine_saw() -> None:
    now = T0 + 11 * SLOT_S + 1
    slots: list[float | None] = [None] * 11 + [30.0]
    shown = with_flips(slots, now, [(T0, 100.0), (now, 100.0), (T0 - SLOT_S, 100.0), (now + SLOT_S, 100.0)])
    assert shown == [100.0, *[None] * 10, 100.0]
    assert with_flips([], now, [(now, 100.0)]) == []
