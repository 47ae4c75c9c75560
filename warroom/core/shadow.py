"""What a limit or rule would have refused, had it been on: a policy is played over the requests of the last hour.

The limits are those of the `limits` library, which flask-limiter stands on (limits/storage/memory.py): the fixed window
begins with the first request of a user and counts refused ones too; the moving window lets a request pass unless the
`limit`-th last one that passed is at most `window_s` old. A user's counters are empty when the span begins.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import assert_never

import msgspec

from warroom.core.moments import age_text
from warroom.core.record import Record
from warroom.core.request_lines import Hostile, Marks, no_marks, nobody
from warroom.core.requests import Request, Requests

EXAMPLES = 5
_HONEST_EXAMPLES = 3


class WindowKind(StrEnum):
    """How a limit counts."""

    FIXED = "fixed"
    MOVING = "moving"


class PerUser(msgspec.Struct, frozen=True):
    """At most `limit` requests of one user in `window_s` seconds. Who names no user is never refused."""

    limit: int
    window_s: float
    window: WindowKind = WindowKind.MOVING


class ToolsOff(msgspec.Struct, frozen=True):
    """Requests in which a tool was called."""


class Everything(msgspec.Struct, frozen=True):
    """All requests: the bot is off."""


class ByRule(msgspec.Struct, frozen=True):
    """Requests that match one of these content rules, by their ids; needs `marks` when the records are read."""

    rules: tuple[str, ...]


Policy = PerUser | ToolsOff | Everything | ByRule


class Example(msgspec.Struct, frozen=True):
    """One request that would have been refused, and the line that tells of it."""

    source: str
    """As written, like `user`: text from a log."""
    generation: int
    offset: int
    at: float
    user: str | None
    hostile: bool


class ShadowResult(msgspec.Struct, frozen=True):
    """What would have been refused from `since` to `until` (seconds since the epoch), and what is not known."""

    considered: int
    """Requests of the span."""
    refused: int
    refused_anyway: int
    """Those of the refused that the bot refused by itself at the time."""
    users_total: int
    """Users of these requests."""
    users_refused: int
    """Users of whom at least one request would have been refused."""
    hostile_total: int
    hostile_refused: int
    examples: list[Example]
    """At most `EXAMPLES`, the first of different users, in the order of time; honest ones before hostile ones if there
    are too many."""
    since: float
    until: float
    without_user: int
    """Requests that name no user: a limit for each user cannot be told for them."""
    untimed: int
    """Requests whose line has no time; they count at their arrival."""
    unparsed: int
    """Lines that fit no format: nobody knows whether they are requests."""
    doubled: int
    """Access lines that were left out as the same requests once more."""
    unmatched_tools: int
    """Tool calls of which nobody knows the request."""
    dropped: int
    """Lines for which there was no room."""
    gaps: dict[str, int]
    """Gaps in what was read, by kind."""
    ours: int = 0
    """Requests of our own probes, which were left out."""


def shadow_of(requests: Requests, policy: Policy) -> ShadowResult:
    """Play a policy over requests; several may be played over the same ones."""
    refuses = _judge(policy, requests)
    count: Counter[str] = Counter()
    users: set[int] = set()
    users_refused: set[int] = set()
    honest, hostile = _Firsts(EXAMPLES), _Firsts(EXAMPLES)
    for request in requests:
        count["considered"] += 1
        count["hostile_total"] += request.hostile
        count["without_user"] += request.user < 0
        count["untimed"] += request.untimed
        users.add(request.user)
        if not refuses(request):
            continue
        count["refused"] += 1
        count["refused_anyway"] += request.refused
        count["hostile_refused"] += request.hostile
        users_refused.add(request.user)
        (hostile if request.hostile else honest).see(request)
    return ShadowResult(
        considered=count["considered"],
        refused=count["refused"],
        refused_anyway=count["refused_anyway"],
        users_total=len(users - {-1}),
        users_refused=len(users_refused - {-1}),
        hostile_total=count["hostile_total"],
        hostile_refused=count["hostile_refused"],
        examples=_examples(requests, honest.seen, hostile.seen),
        since=requests.since,
        until=requests.until,
        without_user=count["without_user"],
        untimed=count["untimed"],
        unparsed=requests.unparsed,
        doubled=requests.doubled,
        unmatched_tools=requests.unmatched_tools,
        dropped=requests.dropped,
        gaps=dict(requests.gaps),
        ours=requests.ours,
    )


def fold_shadow(
    records: Iterable[Record],
    policy: Policy,
    since: float,
    until: float,
    hostile: Hostile = nobody,
    marks: Marks = no_marks,
) -> ShadowResult:
    """Play a policy over the records of a span, which may come in any order."""
    requests = Requests(since, until, hostile, marks)
    requests.feed(records)
    return shadow_of(requests, policy)


def words_of(result: ShadowResult) -> str:
    """Return the result as one sentence for people; it holds no text from a log."""
    if not result.considered:
        return f"no request in {age_text(result.until - result.since)}: nobody knows what it would refuse"
    hostile = "none is marked hostile"
    if result.hostile_total:
        hostile = f"{result.hostile_refused} of {result.hostile_total} marked hostile"
    return (
        f"in {age_text(result.until - result.since)} it would have refused {result.refused} of {result.considered} "
        f"requests, of {result.users_refused} of {result.users_total} users; {hostile}"
    )


class _Firsts:
    """The first requests of different users, at most so many."""

    def __init__(self, most: int) -> None:
        self.seen: list[Request] = []
        self._most = most
        self._users: set[int] = set()

    def see(self, request: Request) -> None:
        if len(self.seen) < self._most and (request.user < 0 or request.user not in self._users):
            self._users.add(request.user)
            self.seen.append(request)


def _examples(requests: Requests, honest: list[Request], hostile: list[Request]) -> list[Example]:
    few = honest[: max(_HONEST_EXAMPLES, EXAMPLES - len(hostile))]
    chosen = sorted([*few, *hostile[: EXAMPLES - len(few)]], key=lambda one: (one.at, one.row))
    return [
        Example(place.source, place.generation, place.offset, request.at, place.user, request.hostile)
        for request, place in zip(chosen, requests.places(chosen), strict=True)
    ]


def _judge(policy: Policy, requests: Requests) -> Callable[[Request], bool]:
    """Return what says of each request, in the order of time, whether it is refused."""
    match policy:
        case PerUser():
            return _limiter(policy)
        case ToolsOff():
            return lambda request: request.tool
        case Everything():
            return lambda _: True
        case ByRule():
            wanted = requests.bits(policy.rules)
            return lambda request: bool(request.rules & wanted)
        case _:
            assert_never(policy)


def _limiter(policy: PerUser) -> Callable[[Request], bool]:
    match policy.window:
        case WindowKind.FIXED:
            return _fixed(policy.limit, policy.window_s)
        case WindowKind.MOVING:
            return _moving(policy.limit, policy.window_s)
        case _:
            assert_never(policy.window)


def _fixed(limit: int, window_s: float) -> Callable[[Request], bool]:
    windows: dict[int, tuple[float, int]] = {}
    """End of a user's window and the requests in it."""

    def refuses(request: Request) -> bool:
        if request.user < 0:
            return False
        end, before = windows.get(request.user, (0.0, 0))
        if end <= request.at:
            end, before = request.at + window_s, 0
        windows[request.user] = (end, before + 1)
        return before + 1 > limit

    return refuses


def _moving(limit: int, window_s: float) -> Callable[[Request], bool]:
    passed: dict[int, deque[float]] = {}
    """Moments of a user's last `limit` requests that passed."""

    def refuses(request: Request) -> bool:
        if request.user < 0:
            return False
        if limit < 1:
            return True
        times = passed.setdefault(request.user, deque(maxlen=limit))
        if len(times) == limit and times[0] >= request.at - window_s:
            return True
        times.append(request.at)
        return False

    return refuses
