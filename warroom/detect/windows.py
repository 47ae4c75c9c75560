"""Windows of behaviour: mergeable buckets of one hop each, joined to windows that overlap."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator

import msgspec

from warroom.core.record import Level, Record

_SAMPLES = 400
"""Latencies and lengths kept of one bucket."""


class Bucket(msgspec.Struct):
    """What happened in one hop. Two buckets merge by adding."""

    start: float
    lines: int = 0
    requests: int = 0
    errors: int = 0
    warnings: int = 0
    denied: int = 0
    """401 and 403"""
    limited: int = 0
    """429"""
    failed: int = 0
    """other 4xx and 5xx"""
    tokens_in: int = 0
    tokens_out: int = 0
    tool_calls: int = 0
    fresh: int = 0
    """things never seen before: shapes, tools, events"""
    odd_letters: int = 0
    letters: int = 0
    rule_weight: float = 0.0
    users: Counter[str] = msgspec.field(default_factory=Counter)
    tools: Counter[str] = msgspec.field(default_factory=Counter)
    latencies: list[float] = msgspec.field(default_factory=list)
    lengths: list[float] = msgspec.field(default_factory=list)

    def add(self, record: Record, *, fresh: int, rule_weight: float) -> None:
        """Count one record."""
        self.lines += 1
        self.fresh += fresh
        self.rule_weight += rule_weight
        self.errors += record.level in (Level.ERROR, Level.CRITICAL)
        self.warnings += record.level == Level.WARNING
        if record.tool is not None:
            self.tool_calls += 1
            self.tools[record.tool] += 1
        if record.status is not None:
            self._count_request(record, record.status)
        if record.latency_ms is not None and record.tool is None and len(self.latencies) < _SAMPLES:
            self.latencies.append(record.latency_ms)

    def _count_request(self, record: Record, status: int) -> None:
        self.requests += 1
        self.denied += status in (401, 403)
        self.limited += status == 429
        self.failed += status >= 400 and status not in (401, 403, 429)
        self.tokens_in += record.tokens_in or 0
        self.tokens_out += record.tokens_out or 0
        if record.user is not None:
            self.users[record.user] += 1
        prompt = record.attrs.get("prompt")
        text = prompt if isinstance(prompt, str) else record.message
        if len(self.lengths) < _SAMPLES:
            self.lengths.append(float(len(text)))
        self.letters += len(text)
        if not text.isascii():
            self.odd_letters += sum(1 for char in text if not char.isascii())

    def merge(self, other: Bucket) -> None:
        """Add another bucket's counts to this one."""
        for name in _ADDED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.users.update(other.users)
        self.tools.update(other.tools)
        self.latencies.extend(other.latencies)
        self.lengths.extend(other.lengths)


_ADDED = (
    "lines",
    "requests",
    "errors",
    "warnings",
    "denied",
    "limited",
    "failed",
    "tokens_in",
    "tokens_out",
    "tool_calls",
    "fresh",
    "odd_letters",
    "letters",
    "rule_weight",
)


class Window(msgspec.Struct, frozen=True):
    """One window: what happened between two moments (seconds since the epoch)."""

    start: float
    end: float
    total: Bucket
    recent: Bucket
    """Its last quarter alone: a burst shows there four times sooner."""

    @property
    def seconds(self) -> float:
        """Length of the window."""
        return self.end - self.start


class Windows:
    """Cuts a stream of records, in about the order of their moments, into overlapping windows."""

    def __init__(self, window_s: float, hop_s: float) -> None:
        self._hop_s = hop_s
        self._count = max(1, round(window_s / hop_s))
        self._buckets: deque[Bucket] = deque()

    @property
    def started(self) -> bool:
        """Whether a record was ever added."""
        return bool(self._buckets)

    def bucket(self, moment: float) -> Bucket:
        """Return the bucket of a moment; one that is too old to be counted goes into the oldest open bucket."""
        start = moment // self._hop_s * self._hop_s
        if not self._buckets:
            self._buckets.append(Bucket(start))
        last = self._buckets[-1]
        if start - last.start > self._count * self._hop_s:
            # Across a pause longer than a window there is no window: it begins anew.
            self._buckets.clear()
            last = Bucket(start)
            self._buckets.append(last)
        while last.start < start:
            last = Bucket(last.start + self._hop_s)
            self._buckets.append(last)
        if start >= last.start:
            return last
        for bucket in reversed(self._buckets):
            if bucket.start <= start:
                return bucket
        return self._buckets[0]

    def close(self, now: float) -> Iterator[Window]:
        """Yield each whole window that is over at `now`, oldest first."""
        while self._buckets and self._buckets[-1].start + self._hop_s <= now:
            self.bucket(self._buckets[-1].start + self._hop_s)
            yield from self._closed(now)
        yield from self._closed(now)

    def closed(self) -> Iterator[Window]:
        """Yield the windows that records alone have closed: all but the open hop."""
        yield from self._closed(float("inf"))

    def _closed(self, now: float) -> Iterator[Window]:
        while len(self._buckets) > self._count and self._buckets[self._count].start <= now:
            first = self._count - max(1, self._count // 4)
            total, recent = Bucket(self._buckets[0].start), Bucket(self._buckets[first].start)
            for index in range(self._count):
                total.merge(self._buckets[index])
                if index >= first:
                    recent.merge(self._buckets[index])
            yield Window(total.start, self._buckets[self._count].start, total, recent)
            self._buckets.popleft()
