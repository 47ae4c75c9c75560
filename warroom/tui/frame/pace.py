"""How much may be under way on a line, and when the next frame may leave it.

A pty takes 16 kB before it refuses anything, and a connection behind it far more: neither says what a person sees. So
each burst ends with a question that every terminal answers once it has drawn what came before (DSR 6, ECMA-48 8.3.35).
What is under way is held to what the line carries in one round trip. Pure: every moment is given, in monotonic seconds.
"""

from __future__ import annotations

import math
from collections import deque

import msgspec

DEFAULT_BUDGET_BPS = 11_200.0
_FRAMES_PER_S = 30.0
_ANSWERS_PER_S = 60.0
"""Frames a second while somebody waits for the answer to a key, which may take several."""
_DUTY = 0.6
"""Share of the line that frames may take: the rest is for the next key."""
_UNKNOWN_WAY_S = 1.0
_WINDOW = 2048
"""Bytes under way before anything is known about the line."""
_LEAST_WINDOW = 512
_SLACK_S = 0.03
"""Time beyond a round trip that may be under way, so that the line is never idle for want of bytes."""
_LOST_S = 2.0
"""Time after which an answer counts as lost."""
_FIRST_S = 0.5
"""The same before there ever was one: there are terminals that never answer. A late one is believed all the same."""
PROBE = 300
"""Bytes that find out how long the way is; a frame begins with so many on a line that is empty."""
_LEAST_SAMPLE = 100
"""Bytes below which a burst says nothing about the rate: a small one passes any bucket at once."""
_KNOWN = 1000
_KEPT = 0.9
_PAID_AT_ONCE = 1 / 3
"""Share of the bytes owed to the budget that a frame waits for: so a large one does not hold up the next by itself."""
_FULL_AGAIN_S = 5.0
_LONGEST_GAP_S = 1.0


class _Question(msgspec.Struct, frozen=True):
    upto: int
    at: float
    ahead: int
    """Bytes that were under way with it, itself included."""


class Pace:
    """The line as its answers, or its refusals, have described it."""

    def __init__(self, budget_bps: float = math.inf) -> None:
        """`budget_bps`: bytes a second that frames may take on average; keys are answered beyond it."""
        self._budget = budget_bps
        self.sent = 0
        """Bytes that the line took."""
        self.asking = True
        """Whether bursts end with a question; no longer when none was ever answered."""
        self.rate: float | None = None
        """Bytes a second that the line carries, as far as that is known."""
        self._next_frame = self._next_answer = -math.inf
        self.gap_s = 1 / _FRAMES_PER_S
        """Seconds that the last frame keeps the next one waiting, from its own beginning."""
        self._acked = 0
        self._questions: deque[_Question] = deque()
        self._unheard = 0
        self._answered = False
        self._round_trip = _UNKNOWN_WAY_S
        self._probed = False
        self._last_answer = 0.0
        self._bytes = self._busy = 0.0
        self._full: tuple[float, int] | None = None
        self._owed, self._owed_at = 0.0, -math.inf

    def window(self) -> float:
        """Return how many bytes may be under way."""
        if not self.asking:
            return math.inf
        if self.rate is None:
            return _WINDOW
        return max(_LEAST_WINDOW, self.rate * (self._round_trip + _SLACK_S))

    def room(self, now: float) -> float:
        """Return how many bytes may be sent now."""
        patience = _LOST_S if self._answered else _FIRST_S
        if self._questions and now - self._questions[-1].at > patience:
            self._questions.clear()
            self.asking = self._answered
        if not self._questions:
            # Nobody will answer for what was sent: waiting for it would have no end.
            self._acked = self.sent
        return self.window() - (self.sent - self._acked)

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._questions)

    @property
    def heard(self) -> bool:
        """Whether there ever was an answer."""
        return self._answered

    @property
    def unheard(self) -> bool:
        """Whether there are questions without an answer, be they given up."""
        return self._unheard > 0

    def took(self, count: int) -> None:
        """The line took some bytes."""
        self.sent += count

    def wants_question(self) -> bool:
        """Whether something was sent that no question stands behind."""
        return self.asking and self.sent > (self._questions[-1].upto if self._questions else self._acked)

    def ask(self, length: int, now: float) -> None:
        """A question of some bytes is about to be sent; to be called before, since its answer may be quick."""
        upto = self.sent + length
        self._unheard += 1
        self._questions.append(_Question(upto, now, upto - self._acked))

    def answered(self, now: float) -> None:
        """The terminal has drawn everything up to the oldest question."""
        self.asking = self._answered = True
        self._unheard = max(0, self._unheard - 1)
        if not self._questions:
            return
        question = self._questions.popleft()
        count, self._acked = question.upto - self._acked, question.upto
        if question.ahead <= PROBE or not self._probed:
            self._probed = self._probed or question.ahead <= PROBE
            # Few bytes ask for the way alone: with many ahead a queue of our own would justify itself. The least of
            # all, which may grow slowly when the way changes.
            self._round_trip = min(self._round_trip * 1.01, now - question.at)
        if count >= _LEAST_SAMPLE:
            begun = max(question.at + _KEPT * self._round_trip, self._last_answer)
            self._bytes = _KEPT * self._bytes + count
            self._busy = _KEPT * self._busy + max(1e-4, now - begun)
            if self._bytes > _KNOWN:
                # A ratio of sums: a burst that passes a bucket at once would read as an endless rate.
                self.rate = self._bytes / self._busy
        self._last_answer = now

    def refused(self, now: float) -> None:
        """The line is full. Between two such moments it has carried what it took, which is its rate."""
        if not self._answered and self._full is not None and 0 < now - self._full[0] < _FULL_AGAIN_S:
            since, sent = self._full
            if self.sent - sent >= _LEAST_SAMPLE:
                self.rate = (self.sent - sent) / (now - since)
        self._full = now, self.sent

    def frame_left(self, began: float, count: int) -> None:
        """A frame of some bytes was sent; the next one has to leave the line, and the budget, their time."""
        gap = min(_LONGEST_GAP_S, count / (self.rate * _DUTY)) if self.rate else 0.0
        self._next_answer = began + max(1 / _ANSWERS_PER_S, gap)
        paid = (began - self._owed_at) * self._budget if self._owed else 0.0
        self._owed, self._owed_at = max(0.0, self._owed - paid) + count, began
        budget_gap = self._owed * _PAID_AT_ONCE / self._budget
        self.gap_s = max(1 / _FRAMES_PER_S, gap, min(_LONGEST_GAP_S, budget_gap))
        self._next_frame = began + self.gap_s

    def due(self, *, answers_key: bool) -> float:
        """Return when the next frame may leave; the budget holds back no answer to a key."""
        return self._next_answer if answers_key else self._next_frame
