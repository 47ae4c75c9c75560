"""The envelope of systemd's journal, as `journalctl -o json` prints it around what a program wrote."""

from __future__ import annotations

from typing import Any

import msgspec

from warroom.core.record import Level
from warroom.logs.formats.format import Envelope, Opened

_PRIORITIES = {
    "0": Level.CRITICAL,
    "1": Level.CRITICAL,
    "2": Level.CRITICAL,
    "3": Level.ERROR,
    "4": Level.WARNING,
    "5": Level.INFO,
    "6": Level.INFO,
    "7": Level.DEBUG,
}
_TRUSTED = (("host", "_HOSTNAME"), ("pid", "_PID"), ("unit", "_SYSTEMD_UNIT"))
"""Attributes that the journal itself vouches for; a program cannot set fields that begin with `_`."""
_LARGEST_TIME = 20
_HEAD = frozenset({"MESSAGE", "PRIORITY", "LOGGER", "CONTAINER_PARTIAL_MESSAGE"})
_OWN = ("_", "SYSLOG_")

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def open_line(text: str, _received: float) -> Opened | None:
    """Take a line out of the envelope.

    What is not UTF-8 or not printable comes as an array of bytes, what exceeds 4 KiB as null (then the text is empty).
    The journal splits lines at 48 KiB (`_LINE_BREAK`), Docker's journald driver at 16 KiB. A program's own fields
    become attributes under their names in lower case: https://www.freedesktop.org/software/systemd/man/systemd.journal-fields
    """
    if text[:1] != "{" or '"__REALTIME_TIMESTAMP"' not in text:
        return None
    try:
        entry = _decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    stamp = entry.get("__REALTIME_TIMESTAMP")
    if "MESSAGE" not in entry or type(stamp) is not str or len(stamp) > _LARGEST_TIME or not stamp.isdecimal():
        return None
    program = _first(entry, "SYSLOG_IDENTIFIER", "_COMM")
    attrs: dict[str, Any] = {name: found for name, key in _TRUSTED if type(found := entry.get(key)) is str}
    for key, value in entry.items():
        if key not in _HEAD and not key.startswith(_OWN) and type(value) is str:
            attrs.setdefault(key.lower(), value)
    split = entry.get("_LINE_BREAK") == "line-max" or entry.get("CONTAINER_PARTIAL_MESSAGE") == "true"
    return Opened(
        _text(entry["MESSAGE"]),
        not split,
        int(stamp) / 1e6,
        level=_PRIORITIES.get(str(entry.get("PRIORITY"))),
        logger=_first(entry, "LOGGER", "SYSLOG_IDENTIFIER", "_COMM"),
        attrs=attrs,
        origin=(attrs.get("host"), program, attrs.get("pid")),
    )


def _first(entry: dict[str, Any], *keys: str) -> str | None:
    for key in keys:
        value = entry.get(key)
        if type(value) is str:
            return value
    return None


def _text(message: Any) -> str:
    """Return the text of a message: written as text, as bytes, or several times."""
    if type(message) is str:
        return message
    if type(message) is not list:
        return ""
    try:
        return bytes(message).decode("utf-8", "replace")
    except (ValueError, TypeError):
        return "\n".join(_text(one) for one in message if type(one) is str)


ENVELOPE = Envelope(
    "journald",
    "systemd's journal (journalctl -o json)",
    open_line,
    (
        '{"MESSAGE":"INFO:bot.chat:ok","PRIORITY":"6","__REALTIME_TIMESTAMP":"1795381667123456","_PID":"123",'
        '"SYSLOG_IDENTIFIER":"bot","_HOSTNAME":"host","_SYSTEMD_UNIT":"bot.service"}',
        '{"MESSAGE":[114,101,102,117,115,101,100,27],"PRIORITY":"3","__REALTIME_TIMESTAMP":"1795381667123456"}',
    ),
    complete=True,
)
