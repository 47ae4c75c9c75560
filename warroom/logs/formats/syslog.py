"""The envelopes of syslog: RFC 5424, RFC 3164 (with and without a priority), and rsyslog's files with ISO times."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from warroom.core.record import Level
from warroom.logs.formats.fields import LEVELS
from warroom.logs.formats.format import Envelope, Opened
from warroom.logs.times import iso, without_year

_SEVERITIES = (
    Level.CRITICAL,
    Level.CRITICAL,
    Level.CRITICAL,
    Level.ERROR,
    Level.WARNING,
    Level.INFO,
    Level.INFO,
    Level.DEBUG,
)
"""Emergency, alert, critical, error, warning, notice, informational, debug: RFC 5424, table 2."""
_HIGHEST_PRIORITY = 191
_priority = re.compile(r"<(\d{1,3})>").match
_HOST = r"([\w.:-]{1,255})(?<!:) "
_TAG = (
    r'(?: ?-- )?([^\s:\[\]{}"=<>|,;]{1,128}(?: \d[\d.]{0,20})?)'
    r"(?:\[([^\]\s]{1,64})\](?: \([^)]{1,128}\))?: ?|:(?: |$))"
)
_tagged = re.compile(f"(?:{_HOST})?{_TAG}").match
_bare = re.compile(_HOST).match
_iso_time = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) ").match
_python_line = re.compile(r"\{|(?:DEBUG|INFO|WARNING|ERROR|CRITICAL):\S").match
"""What Python's SysLogHandler sends when it is given no name."""
_PARAMETER = r' ([^\s=\]"]+)="((?:[^"\\]++|\\.)*+)"'
_rfc5424 = re.compile(
    r"\d{1,2} (\S{1,64}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) "
    rf'(-|(?:\[[^\s=\]"]+(?:{_PARAMETER})*+\])++)(?: |$)'
).match
_parameters = re.compile(_PARAMETER).findall
_QUALITY = "[timeQuality "
_escaped = re.compile(r'\\(["\\\]])').sub
_octals = re.compile(r"#0(?:11|12|15|33)(?!\d)").sub
_BSD_LENGTH = 16


def open_line(text: str, received: float) -> Opened | None:
    """Take a line out of the envelope; a time without a year is placed by the moment of arrival.

    A message has either a tag (`sshd[24200]: `) or none, as Python's SysLogHandler sends it without an `ident`. rsyslog
    writes control characters as `#012`; line ends, tabs and escapes are put back.
    """
    start, level = 0, None
    first = text[:1]
    if first == "<":
        found = _priority(text)
        if found is None or int(found[1]) > _HIGHEST_PRIORITY:
            return None
        level, start = _SEVERITIES[int(found[1]) & 7], found.end()
        if text[start + 1 : start + 2] == " " or text[start + 2 : start + 3] == " ":
            return _open_5424(text, start, level)
        first = text[start : start + 1]
    if first in "0123456789":
        return _open_iso(text, start, level)
    if text[start + 3 : start + 4] != " " or text[start + 9 : start + 10] != ":":
        return None
    time = _local(text[start : start + _BSD_LENGTH - 1], received)
    if time is None:
        return None
    opened = _open_tagged(text, start + _BSD_LENGTH, level)
    if opened is not None:
        opened.time, opened.time_source = time, "assumed_zone"
    return opened


@lru_cache(maxsize=1024)
def _local(text: str, received: float) -> float | None:
    return without_year(text, received)


def _open_iso(text: str, start: int, level: Level | None) -> Opened | None:
    """Take out a line of rsyslog's files with ISO times; many a program writes such times itself, so be sure."""
    found = _iso_time(text, start)
    if found is None:
        return None
    opened = _open_tagged(text, found.end(), level)
    if opened is None:
        return None
    sure = level is not None or "pid" in opened.attrs
    shaped = text[found.end() - 4] == ":" and "host" in opened.attrs
    if not sure and not (shaped and (opened.logger or _python_line(opened.text))):
        return None
    moment = iso(text[start : found.end() - 1])
    if moment is None:
        return None
    opened.time = moment[0]
    return opened


def _open_tagged(text: str, start: int, level: Level | None) -> Opened | None:
    """Return host, program and text of what follows the time; None when a level stands in their place."""
    found = _tagged(text, start)
    if found is None:
        found = _bare(text, start)
        if found is None or found[1] in LEVELS:
            return None
        return _opened(text[found.end() :], level, found[1], None, None)
    host, program, pid = found.groups()
    if program in LEVELS and pid is None and host is not None:
        level, program = LEVELS[program], None
    if host in LEVELS or program in LEVELS:
        return None
    return _opened(text[found.end() :], level, host, program, pid)


def _open_5424(text: str, start: int, level: Level) -> Opened | None:
    found = _rfc5424(text, start)
    if found is None:
        return None
    stamp, host, program, pid, message_id, data = (None if part == "-" else part for part in found.groups()[:6])
    content = text[found.end() :].removeprefix("\ufeff")
    if content[:1] == " " and content[1:2] != " ":
        # rsyslog leaves the blank that stood behind an RFC 3164 tag.
        content = content[1:]
    opened = _opened(content, level, host, program, pid)
    moment = None if stamp is None else iso(stamp)
    if moment is not None:
        opened.time, opened.time_source = moment[0], "line" if moment[1] else "assumed_zone"
    if message_id is not None:
        opened.attrs["msgid"] = message_id
    if data is not None:
        for name, value in _parameters(data):
            opened.attrs.setdefault(name, _escaped(r"\1", value) if "\\" in value else value)
    return opened


def _opened(text: str, level: Level | None, host: str | None, program: str | None, pid: str | None) -> Opened:
    if "#0" in text:
        text = _octals(lambda found: chr(int(found[0][1:], 8)), text).removesuffix("#000")
    attrs: dict[str, Any] = {}
    if host is not None:
        attrs["host"] = host
    if pid is not None:
        attrs["pid"] = pid
    return Opened(text, level=level, logger=program, attrs=attrs, origin=(host, program, pid))


ENVELOPE = Envelope(
    "syslog",
    "syslog: RFC 5424, RFC 3164, rsyslog's files",
    open_line,
    (
        "Dec 10 06:55:46 LabSZ sshd[24200]: Failed password for root from 173.234.31.186 port 38926 ssh2",
        '<165>1 2026-11-22T21:07:47.003Z host bot 123 ID47 [meta@32473 bot="s1"] refused',
        "2026-11-22T21:07:47.123456+00:00 host bot[12]: INFO:bot.chat:ok",
        "<27>Nov 22 21:07:47 host bot[123]: ERROR:bot.chat:refused",
    ),
    complete=True,
)
