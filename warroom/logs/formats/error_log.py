"""The error logs of Apache httpd and nginx, which say when, how bad, and often for which client."""

from __future__ import annotations

import re
from functools import lru_cache

from warroom.core.record import Level, Place, Record
from warroom.logs.formats.fields import level_of
from warroom.logs.formats.format import Format
from warroom.logs.times import iso

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_apache = re.compile(
    r"\[[A-Z][a-z]{2} ([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)(\.\d{6})? (\d{4})\] \[(?:(\w{0,40}):)?([a-z]{4,6}\d?)\] "
    r"(\[pid \d{1,9}(?::tid \d{1,20})?\] )?(?:\[client ([0-9A-Fa-f.:]{2,52})\] )?",
    re.ASCII,
).match
_nginx = re.compile(
    r"(\d{4})/(\d\d)/(\d\d) (\d\d:\d\d:\d\d) \[([a-z]{4,6})\] \d{1,9}#\d{1,9}: (?:\*\d{1,20} )?", re.ASCII
).match
_client = re.compile(r", client: ([0-9A-Fa-f.:]{2,45})(?:,|$)").search


def read(text: str, place: Place) -> Record | None:
    """Return the record of a line; the client's address is taken out of where each of the two writes it."""
    if text[:1] == "[":
        return _read_apache(text, place)
    if text[4:5] == "/":
        return _read_nginx(text, place)
    return None


def _read_apache(text: str, place: Place) -> Record | None:
    found = _apache(text)
    if found is None:
        return None
    when, fraction, year, module, word, process, client = found.groups()
    level, moment = _level(word), _moment(when, year)
    if level is None or moment is None:
        return None
    if fraction:
        moment += float(fraction)
    record = Record(*place, "error-log", text[found.end() :], level, module or None, moment)
    record.time_source = "assumed_zone"
    if client:
        # Since 2.4, which also tells its process, a port follows; an address of version 6 does not show where it ends.
        record.address = client.rpartition(":")[0] if process or client.count(":") == 1 else client
    return record


def _read_nginx(text: str, place: Place) -> Record | None:
    found = _nginx(text)
    if found is None:
        return None
    year, month, day, clock, word = found.groups()
    level, moment = _level(word), iso(f"{year}-{month}-{day} {clock}")
    if level is None or moment is None:
        return None
    record = Record(*place, "error-log", text[found.end() :], level, None, moment[0])
    record.time_source = "assumed_zone"
    client = _client(text, found.end())
    if client is not None:
        record.address = client[1]
    return record


def _level(word: str) -> Level | None:
    return Level.DEBUG if word.startswith("trace") else level_of(word)


@lru_cache(maxsize=4096)
def _moment(when: str, year: str) -> float | None:
    if when[:3] not in _MONTHS:
        return None
    day = when[4:6].replace(" ", "0")
    moment = iso(f"{year}-{_MONTHS.index(when[:3]) + 1:02d}-{day} {when[7:]}")
    return None if moment is None else moment[0]


FORMAT = Format(
    "error-log",
    "the error logs of Apache httpd and nginx",
    lambda: read,
    (
        "[Sun Dec 04 04:47:44 2005] [notice] workerEnv.init() ok /etc/httpd/conf/workers2.properties",
        "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 43286] [client 72.15.99.187:80] no such file",
        '2026/11/22 21:07:51 [error] 1185#1185: *7 open() "/x" failed, client: 203.0.113.9, server: _',
    ),
    words=False,
)
