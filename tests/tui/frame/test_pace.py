"""The line as its answers describe it: how much is under way, when the next frame may leave."""

from __future__ import annotations

import math

import pytest

from warroom.tui.frame.pace import PROBE, Pace


class Line:
    """A line that carries some bytes a second with a delay, answered in order; its time is made up."""

    def __init__(self, pace: Pace, bps: float, delay_s: float) -> None:
        self.pace, self.bps, self.delay_s = pace, bps, delay_s
        self.now = self.free = 0.0
        self.due: list[float] = []

    def send(self, count: int) -> None:
        self.pace.took(count)
        if self.pace.wants_question():
            self.pace.ask(4, self.now)
            count += 4
            self.pace.took(4)
            self.free = max(self.free, self.now) + count / self.bps
            self.due.append(self.free + 2 * self.delay_s)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        while self.due and self.due[0] <= self.now:
            self.pace.answered(self.due.pop(0))

    def flood(self, seconds: float) -> int:
        """Send frames of 6,000 bytes as fast as there is room; return the most that was under way."""
        most, left, end = 0, 0, self.now + seconds
        while self.now < end:
            room = self.pace.room(self.now)
            if not left and not self.pace.waiting:
                left = 6000 - PROBE + 50
                self.send(PROBE - 50)
            elif left and room >= 200:
                count = int(min(room, left))
                self.send(count)
                left -= count
            most = max(most, int((self.free - self.now) * self.bps))
            self.wait(0.002)
        return most


@pytest.mark.parametrize(("bps", "delay_s"), [(8_000, 0.0), (32_000, 0.0), (32_000, 0.05), (100_000, 0.02)])
def test_what_is_under_way_is_what_the_line_carries_in_a_round_trip(bps: float, delay_s: float) -> None:
    pace = Pace()
    line = Line(pace, bps, delay_s)
    line.flood(5)
    assert pace.rate is not None
    assert bps / 2 < pace.rate < bps * 2
    assert line.flood(5) <= max(700, bps * (2 * delay_s + 0.09))


def test_the_budget_is_kept_and_a_key_does_not_wait_for_it() -> None:
    pace, now, sizes = Pace(10_000), 5.0, [2000, 2000, 3500, 2000, 2500] * 40
    gaps = []
    for size in sizes:
        pace.frame_left(now, size)
        assert pace.due(answers_key=True) <= now + 0.02
        gaps.append(pace.due(answers_key=False) - now)
        now += gaps[-1]
    assert sum(sizes) / (now - 5.0) == pytest.approx(10_000, rel=0.03)
    assert max(gaps[10:]) < 0.29, "a large frame waits for the average, not for itself alone"


def test_after_a_rest_nothing_is_owed() -> None:
    pace = Pace(10_000)
    pace.frame_left(5.0, 6000)
    pace.frame_left(50.0, 300)
    assert pace.due(answers_key=False) == pytest.approx(50 + 1 / 30)


def test_without_a_budget_frames_follow_as_fast_as_a_person_sees() -> None:
    pace = Pace(math.inf)
    pace.frame_left(5.0, 3000)
    assert pace.due(answers_key=False) == pytest.approx(5 + 1 / 30)


def test_a_terminal_that_never_answers_is_no_longer_asked_and_holds_nothing_up() -> None:
    pace = Pace()
    pace.took(2000)
    pace.ask(4, 0.0)
    pace.took(4)
    assert pace.room(0.1) < 100
    assert pace.room(0.6) == math.inf
    assert not pace.asking
    assert not pace.wants_question()


def test_an_answer_that_came_late_is_believed() -> None:
    pace = Pace()
    pace.took(2000)
    pace.ask(4, 0.0)
    pace.room(0.6)
    pace.took(6000)
    pace.answered(0.9)
    assert pace.asking
    assert pace.room(0.9) >= 200, "what was sent meanwhile has no question: nothing waits for its answer"


def test_of_a_terminal_that_never_answers_the_rate_is_read_from_when_it_is_full() -> None:
    pace = Pace()
    pace.took(100)
    pace.ask(4, 0.0)
    pace.room(3.0)
    pace.took(16_000)
    pace.refused(3.1)
    pace.took(4_000)
    pace.refused(3.6)
    assert pace.rate == pytest.approx(8_000)
    pace.frame_left(3.6, 2400)
    assert pace.due(answers_key=True) == pytest.approx(4.1)


def test_an_answer_nobody_asked_for_is_nothing() -> None:
    pace = Pace()
    pace.answered(1.0)
    assert (pace.rate, pace.waiting) == (None, False)
