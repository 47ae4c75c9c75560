"""What an action would hit: the bot's users and requests of the last hour, and what is run beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from warroom.core.record import Record
from warroom.core.request_lines import Hostile, Marks, no_marks, nobody
from warroom.core.requests import Requests

HOUR_S = 3600.0


class Blast(msgspec.Struct, frozen=True):
    """Who would notice. Counts are of the span from `since` to `until`, seconds since the epoch."""

    users_last_hour: int
    """Distinct users that any line names."""
    requests_last_hour: int
    hostile_last_hour: int
    """Those of the requests that are marked hostile."""
    instances: list[str]
    """What is acted on, as the plan says."""
    shared: list[str]
    """Others that are hit too, as the plan says."""
    newest_line: float | None
    """None when there was no line: then nobody knows who would notice."""
    since: float
    until: float
    ours_last_hour: int = 0
    """Requests of our own probes: they are no users and counted nowhere else."""


def blast_of(requests: Requests, instances: Sequence[str] = (), shared: Sequence[str] = ()) -> Blast:
    """Sum up what was read; `instances` and `shared` come from the action's plan."""
    return Blast(
        users_last_hour=requests.users,
        requests_last_hour=len(requests),
        hostile_last_hour=sum(request.hostile for request in requests),
        instances=list(instances),
        shared=list(shared),
        newest_line=requests.newest,
        since=requests.since,
        until=requests.until,
        ours_last_hour=requests.ours,
    )


def fold_blast(
    records: Iterable[Record],
    now: float,
    hostile: Hostile = nobody,
    marks: Marks = no_marks,
    instances: Sequence[str] = (),
    shared: Sequence[str] = (),
) -> Blast:
    """Return the blast radius over the hour before `now`; records in any order."""
    requests = Requests(now - HOUR_S, now, hostile, marks)
    requests.feed(records)
    return blast_of(requests, instances, shared)
