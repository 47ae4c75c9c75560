"""Access logs: the common and combined formats of nginx, Apache and gunicorn, and werkzeug's, which has no zone."""

from __future__ import annotations

import re

from warroom.core.record import Place, Record
from warroom.logs.formats.format import Format
from warroom.logs.times import access_log

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_match = re.compile(
    rf"(\S{{1,255}}) (\S+) (\S+) \[([^\]]{{20,40}})\] {_QUOTED} (\d{{3}}) (\d+|-)(?: {_QUOTED} {_QUOTED})?.*", re.DOTALL
).match


def read(text: str, place: Place) -> Record | None:
    """Return the record of a line; its message is the request."""
    record = Record(*place, "access-log")
    return record if fill_access(text, record) else None


def fill_access(text: str, record: Record) -> bool:
    """Set what an access line says; False when it is none, and the record stays as it was."""
    if '] "' not in text:
        return False
    found = _match(text)
    if found is None:
        return False
    address, _, user, when, request, status, size, referer, agent = found.groups()
    moment = access_log(when)
    if moment is None:
        return False
    record.time, zoned = moment
    record.time_source = "line" if zoned else "assumed_zone"
    record.message, record.address, record.status = request, address, int(status)
    record.user = None if user == "-" else user
    method, _, rest = request.partition(" ")
    path, _, protocol = rest.rpartition(" ")
    if protocol.startswith("HTTP/"):
        record.attrs["method"], record.attrs["path"] = method, path
    if size != "-":
        record.attrs["size"] = int(size[:18])
    for name, value in (("referer", referer), ("user_agent", agent)):
        if value and value != "-":
            record.attrs[name] = value
    return True


FORMAT = Format(
    "access-log",
    "nginx, Apache, gunicorn and werkzeug: common and combined access logs",
    lambda: read,
    (
        '203.0.113.9 - - [22/Nov/2026:21:07:51 +0000] "POST /v1/chat HTTP/1.1" 200 512 "-" "curl/8.5"',
        '127.0.0.1 - - [22/Nov/2026 21:07:47] "POST /bot-endpoint HTTP/1.1" 401 -',
    ),
)
