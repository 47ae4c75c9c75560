"""Which lines of a log are requests, tool calls or hostile, and when a line counts.

One request (`is_request`) is a line with a status, or an event that names the end of a request, such as
`chat.completed` or `request refused`. Beginnings do not count, so that a request which logs both counts once. A tool
call does not count, whatever status it has.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterable

from warroom.core.model import Alarm
from warroom.core.record import SKEW_S, Record

_SEARCHED = 200
"""Characters of an event that are looked at."""

Marks = Callable[[Record], Collection[str]]
"""Gives the ids of the content rules that a record matches."""
Hostile = Callable[[Record, Collection[str]], bool]
"""Says of a record and its rule ids whether it is marked hostile."""

_ENDS = frozenset(
    {"answered", "complete", "completed", "denied", "done", "end", "ended", "failed", "finished", "handled"}
    | {"refused", "rejected", "responded", "served"}
)
_NOUNS = frozenset({"chat", "completion", "inference", "invocation", "prompt", "query", "question", "request", "turn"})
_REFUSALS = frozenset({"denied", "refused", "rejected"})
_STATUSES = frozenset({401, 403, 429, 503})
_word = re.compile(r"[a-z]+")


_ENDS_ONE, _NAMES_TOOL, _REFUSES = 1, 2, 4


@functools.lru_cache(maxsize=4096)
def _kind(event: str) -> int:
    """Return what an event names: the end of a request, a tool, a refusal."""
    words = _word.findall(event.lower())
    ends = len(words) > 1 and words[-1] in _ENDS and not _NOUNS.isdisjoint(words[:-1])
    tool = "tool" in words or "tools" in words
    return _ENDS_ONE * ends | _NAMES_TOOL * tool | _REFUSES * (bool(words) and words[-1] in _REFUSALS)


def _kind_of(record: Record) -> int:
    return _kind(record.event[:_SEARCHED]) if record.event else 0


def is_request(record: Record) -> bool:
    """Say whether a record stands for one whole request."""
    if record.gap is not None:
        return False
    kind = _kind_of(record)
    if kind & _NAMES_TOOL:
        return False
    return bool(kind & _ENDS_ONE) or (record.status is not None and record.tool is None)


def is_tool_call(record: Record) -> bool:
    """Say whether a record tells of a tool that was called, by a line of its own or by that of the request."""
    return record.gap is None and (record.tool is not None or bool(_kind_of(record) & _NAMES_TOOL))


def was_refused(record: Record) -> bool:
    """Say whether the bot refused this request by itself: its status (401, 403, 429, 503) or its event says so."""
    if record.status is not None:
        return record.status in _STATUSES
    return bool(_kind_of(record) & _REFUSES)


def placed(record: Record) -> float:
    """Return the moment that a record counts at: its own time unless that is too far from its arrival."""
    time = record.time
    return record.received if time is None or abs(time - record.received) >= SKEW_S else time


def no_marks(_: Record) -> Collection[str]:
    """No rules."""
    return ()


def nobody(_: Record, __: Collection[str]) -> bool:
    """Nothing is hostile."""
    return False


def hostile_by(alarms: Iterable[Alarm], lasting_s: float = 600.0, *, behaviour: bool = False) -> Hostile:
    """Return what marks a line hostile: it matches a rule, or its user is named in the samples of an alarm.

    The latter from the beginning of the alarm's window until `lasting_s` after its end: so long the same cause raises
    no second alarm (`detect.hold_off_s`), though the attack goes on. An alarm about behaviour samples the busiest user,
    who need not be the attacker, so its users count with `behaviour` alone.
    """
    spans: dict[str, list[tuple[float, float]]] = {}
    for alarm in alarms:
        if alarm.cause.startswith("behaviour") and not behaviour:
            continue
        for user in {sample.user for sample in alarm.samples if sample.user is not None}:
            spans.setdefault(user, []).append((alarm.window_start, alarm.window_end + lasting_s))

    def hostile(record: Record, marks: Collection[str]) -> bool:
        if marks:
            return True
        if record.user is None or record.user not in spans:
            return False
        moment = placed(record)
        return any(start <= moment <= end for start, end in spans[record.user])

    return hostile
