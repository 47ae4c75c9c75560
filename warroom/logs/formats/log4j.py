"""What Java's and OpenStack's programs write: a time, then level, thread and logger in the orders of log4j and oslo."""

from __future__ import annotations

import re
from functools import lru_cache

from warroom.core.record import Place, Record
from warroom.logs.formats.fields import level_of
from warroom.logs.formats.format import Format
from warroom.logs.times import iso

_WHEN = r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[,.]\d{3})"
_match = re.compile(
    rf"{_WHEN}(?: - ([A-Z]{{4,5}}) +\[(\S{{1,300}})\] - |"
    rf" \d{{1,7}} ([A-Z]{{4,8}}) ([\w.]{{1,200}}) (?:\[(?:-|(req-[\w-]{{1,50}})[^\]]{{0,200}})\] )?)",
).match
_LONGEST_NAME = 120
_hadoop = re.compile(r"(\d{6} \d{6}) \d{1,7} ([A-Z]{4,5}) ([\w.$]{1,200}): ", re.ASCII).match


def read(text: str, place: Place) -> Record | None:
    """Return the record of a line; what oslo writes about its request is kept as `request`."""
    start = 0
    if not text[:4].isdigit():
        # Logs of several programs in one file: each line begins with the name of the log that it comes from.
        start = text.find(" ", 0, _LONGEST_NAME) + 1
        if not start or ".log" not in text[:start]:
            return None
    elif text[4:5] != "-":
        return _read_hadoop(text, place)
    found = _match(text, start)
    if found is None:
        return None
    when, word, thread, oslo_word, logger, request = found.groups()
    level, moment = level_of(word or oslo_word), iso(when)
    if level is None or moment is None:
        return None
    record = Record(*place, "log4j", text[found.end() :], level, thread or logger, moment[0])
    record.time_source = "assumed_zone"
    if request:
        record.attrs["request"] = request
    if start:
        record.attrs["log"] = text[: start - 1]
    return record


def _read_hadoop(text: str, place: Place) -> Record | None:
    found = _hadoop(text)
    if found is None:
        return None
    when, word, logger = found.groups()
    level, moment = level_of(word), _short(when)
    if level is None or moment is None:
        return None
    record = Record(*place, "log4j", text[found.end() :], level, logger, moment)
    record.time_source = "assumed_zone"
    return record


@lru_cache(maxsize=4096)
def _short(when: str) -> float | None:
    """Return the time of `081109 203615`: year, month and day, then the clock."""
    date, clock = f"20{when[:2]}-{when[2:4]}-{when[4:6]}", f"{when[7:9]}:{when[9:11]}:{when[11:13]}"
    moment = iso(f"{date} {clock}")
    return None if moment is None else moment[0]


FORMAT = Format(
    "log4j",
    "log4j, Hadoop and OpenStack's oslo",
    lambda: read,
    (
        "2015-07-29 17:41:44,747 - INFO  [QuorumPeer[myid=1]:FastLeaderElection@774] - Notification time out: 3200",
        "2017-05-16 00:00:00.008 25746 INFO nova.osapi_compute.wsgi.server [req-38101a0b] 10.11.10.1 GET /v2",
        "081109 203615 148 INFO dfs.DataNode$PacketResponder: PacketResponder 1 for block blk_38 terminating",
    ),
)
