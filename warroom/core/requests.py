"""The requests of a span of time, out of records in any order: who asked, whether a tool was called, what was odd.

A line that is no request (a tool call, a prompt that a rule matched) belongs to the next request of its session, or of
its user when it names no session: programs log a request when it is over. Where a bot tells its requests itself, the
access lines of the web server before it are the same requests once more and are left out; `doubled` says how many.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from warroom.core.own_requests import Own, nothing_of_ours
from warroom.core.record import Record
from warroom.core.request_lines import (
    Hostile,
    Marks,
    is_request,
    is_tool_call,
    no_marks,
    nobody,
    placed,
    was_refused,
)

MOST_ENTRIES = 2_000_000
"""Lines kept, about 60 bytes each. What comes after is counted in `dropped`."""
MOST_NAMES = 500_000
_LONGEST_NAME = 200
_MOST_RULES = 62
_TELLS = 0.1
"""Requests that a bot tells itself, as a share of the access lines, from which these count as the same requests."""
_REQUEST, _TOOL, _HOSTILE, _UNTIMED, _REFUSED, _ACCESS = 1, 2, 4, 8, 16, 32
_SPREAD = _TOOL | _HOSTILE
"""What a line hands on to the request that it belongs to."""
_WIDTH = 6


class Request(NamedTuple):
    """One request, in the order of time."""

    at: float
    user: int
    """Number of its user; -1 when it names none."""
    tool: bool
    hostile: bool
    refused: bool
    """The bot refused it by itself."""
    untimed: bool
    """It counts at its arrival, since its line has no time."""
    rules: int
    """Bits of the rules that it or its lines match."""
    row: int


class Place(NamedTuple):
    """Where a request was told, as written: text from a log."""

    source: str
    generation: int
    offset: int
    user: str | None


class _Told(NamedTuple):
    """What came out of a look at all entries."""

    order: Sequence[int]
    """Rows of requests in the order of time."""
    flags: array[int]
    rules: array[int]
    doubled: int
    unmatched: int


class Requests:
    """Collects records and gives the requests among them in the order of time. Bounded in memory."""

    def __init__(
        self,
        since: float,
        until: float,
        hostile: Hostile = nobody,
        marks: Marks = no_marks,
        own: Own = nothing_of_ours,
    ) -> None:
        """Take records from `since` to `until`, both included; seconds since the epoch. Our `own` are left out."""
        self.since = since
        self.until = until
        self.lines = 0
        self.unparsed = 0
        """Lines that fit no format: nobody knows whether they are requests."""
        self.gaps: Counter[str] = Counter()
        """Gaps by kind."""
        self.dropped = 0
        """Lines that found no room any more."""
        self.newest: float | None = None
        """Moment of the newest line."""
        self._own = own
        self._ours, self._ours_access = array("d"), array("d")
        """Moments of our own requests, as the bot and as a web server before it tells them."""
        self._hostile = hostile
        self._marks = marks
        self._users: dict[str, int] = {}
        self._seen = array("d")
        """Of each user the moment of the last line."""
        self._sessions: dict[str, int] = {}
        self._rules: dict[str, int] = {}
        self._sources: dict[str, int] = {}
        self._at = array("d")
        self._flags = array("B")
        self._rows = array("q")
        """Offset, generation, source, user, session and rules of each entry, `_WIDTH` numbers."""
        self._told: _Told | None = None

    def feed(self, records: Iterable[Record]) -> None:
        """Take records, in any order."""
        self._told = None
        for record in records:
            if record.gap is not None:
                self.gaps[record.gap.kind] += 1
                continue
            at = placed(record)
            if self.since <= at <= self.until:
                self._take(record, at)

    def _take(self, record: Record, at: float) -> None:
        self.lines += 1
        if record.message and record.format.endswith("raw"):
            self.unparsed += 1
        if self.newest is None or at > self.newest:
            self.newest = at
        marks = self._marks(record)
        hostile = self._hostile(record, marks)
        # Anybody may take our name; what was found hostile does not vanish by that.
        if not hostile and self._own(record):
            self._leave_out(record, at)
            return
        if len(self._at) >= MOST_ENTRIES or len(self._users) + len(self._sessions) >= MOST_NAMES:
            self.dropped += 1
            return
        user = -1 if record.user is None else self._user(record.user, at)
        flags = _flags_of(record) | _HOSTILE * hostile
        if not flags and not marks:
            return
        session = -1 if record.session is None else _number(self._sessions, record.session)
        source = _number(self._sources, record.source)
        rules = 0
        for mark in marks:
            rules |= 1 << min(_number(self._rules, mark), _MOST_RULES)
        self._at.append(at)
        self._flags.append(flags)
        self._rows.extend((record.offset, record.generation, source, user, session, rules))

    def _leave_out(self, record: Record, at: float) -> None:
        if is_request(record) and len(self._ours) + len(self._ours_access) < MOST_ENTRIES:
            (self._ours_access if _is_access(record) else self._ours).append(at)

    def _user(self, name: str, at: float) -> int:
        number = _number(self._users, name)
        if number == len(self._seen):
            self._seen.append(at)
        elif at > self._seen[number]:
            self._seen[number] = at
        return number

    def narrow(self, since: float) -> None:
        """Leave out what lies before `since`, for a reading that did not come as far back as was asked."""
        self.since = max(since, self.since)
        self._told = None

    @property
    def users(self) -> int:
        """Distinct users of all lines."""
        return sum(1 for at in self._seen if at >= self.since)

    @property
    def ours(self) -> int:
        """Requests of our own probes, which were left out."""
        told = (sum(1 for at in moments if at >= self.since) for moments in (self._ours, self._ours_access))
        return max(told)

    @property
    def doubled(self) -> int:
        """Access lines that were left out, because the bot tells its requests itself."""
        return self._tell().doubled

    @property
    def unmatched_tools(self) -> int:
        """Tool calls of which nobody knows the request."""
        return self._tell().unmatched

    def bits(self, rules: Collection[str]) -> int:
        """Return the bits of some rules, as in `Request.rules`."""
        found = 0
        for rule in rules:
            if rule in self._rules:
                found |= 1 << min(self._rules[rule], _MOST_RULES)
        return found

    def places(self, requests: Sequence[Request]) -> list[Place]:
        """Return where requests were told."""
        sources, names = list(self._sources), list(self._users)
        found: list[Place] = []
        for request in requests:
            offset, generation, source, user, _, _ = self._row(request.row)
            found.append(Place(sources[source], generation, offset, names[user] if user >= 0 else None))
        return found

    def __len__(self) -> int:
        return len(self._tell().order)

    def __iter__(self) -> Iterator[Request]:
        """Yield the requests in the order of time."""
        told = self._tell()
        for row in told.order:
            flags = told.flags[row]
            yield Request(
                self._at[row],
                self._rows[row * _WIDTH + 3],
                bool(flags & _TOOL),
                bool(flags & _HOSTILE),
                bool(flags & _REFUSED),
                bool(flags & _UNTIMED),
                told.rules[row],
                row,
            )

    def _row(self, row: int) -> array[int]:
        return self._rows[row * _WIDTH : (row + 1) * _WIDTH]

    def _tell(self) -> _Told:
        if self._told is None:
            self._told = self._settle()
        return self._told

    def _in_order(self) -> Sequence[int]:
        rows: Sequence[int] = range(len(self._at))
        if any(later < earlier for earlier, later in pairwise(self._at)):
            # Stable: lines of one moment stay in the order in which they were read.
            rows = array("l", sorted(rows, key=self._at.__getitem__))
        return rows

    def _settle(self) -> _Told:
        """Put the entries in order and give each request what the lines before it say of it."""
        flags, rules = array("B", self._flags), self._rows[_WIDTH - 1 :: _WIDTH]
        waiting: dict[int, list[int]] = {}
        order = array("l")
        own = access = tools = 0
        for row in self._in_order():
            if self._at[row] < self.since:
                continue
            user, session = self._rows[row * _WIDTH + 3], self._rows[row * _WIDTH + 4]
            found = flags[row]
            if not found & _REQUEST:
                waits = waiting.setdefault(_key(user, session), [0, 0, 0])
                waits[0] |= found & _SPREAD
                waits[1] |= rules[row]
                waits[2] += found & _TOOL == _TOOL
                tools += found & _TOOL == _TOOL
                continue
            order.append(row)
            access += found & _ACCESS == _ACCESS
            own += not found & _ACCESS
            for key in (_key(-1, session), _key(user, -1)):
                if key >= 0 and (waits := waiting.pop(key, [])):
                    flags[row] |= waits[0]
                    rules[row] |= waits[1]
                    tools -= waits[2]
        doubled = access if access and own >= _TELLS * access else 0
        if doubled:
            order = array("l", [row for row in order if not flags[row] & _ACCESS])
        return _Told(order, flags, rules, doubled, tools)


def _key(user: int, session: int) -> int:
    """Return under what a line waits for its request: its session, else its user; -1 when it names neither."""
    return 2 * session if session >= 0 else 2 * user + 1


def _number(names: dict[str, int], name: str) -> int:
    """Return the number of a name, which a new one gets; of a long name only the beginning and a hash are kept."""
    if len(name) > _LONGEST_NAME:
        name = f"{name[:100]}…{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()}"
    found = names.get(name)
    if found is None:
        found = names[name] = len(names)
    return found


def _flags_of(record: Record) -> int:
    """Return what a record is by itself."""
    if record.status is None and record.event is None and record.tool is None:
        return 0
    flags = _TOOL if is_tool_call(record) else 0
    if is_request(record):
        access = _is_access(record)
        flags |= _REQUEST | _REFUSED * was_refused(record) | _ACCESS * access | _UNTIMED * (record.time is None)
    return flags


def _is_access(record: Record) -> bool:
    return record.user is None and "method" in record.attrs and "path" in record.attrs
