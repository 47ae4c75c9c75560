"""The docker json-file envelope (`{"log": …, "stream": …, "time": …}`) around a line of another format."""

from __future__ import annotations

import msgspec

from warroom.logs.formats.format import Envelope, Opened
from warroom.logs.times import iso


class _Line(msgspec.Struct):
    log: str
    stream: str
    time: str


_decode = msgspec.json.Decoder(_Line).decode


def open_line(text: str, _received: float) -> Opened | None:
    """Take a line out of the envelope. Docker splits lines above 16 KiB: only the last part ends with a newline."""
    if text[:1] != "{" or '"stream"' not in text:
        return None
    try:
        line = _decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    moment = iso(line.time)
    if moment is None:
        return None
    whole = line.log.endswith("\n")
    return Opened(line.log[:-1] if whole else line.log, whole, moment[0], origin=(line.stream,))


ENVELOPE = Envelope(
    "docker",
    "Docker's json-file log driver",
    open_line,
    ('{"log":"INFO:bot.chat:ok\\n","stream":"stderr","time":"2026-11-22T21:07:47.123456789Z"}',),
)
