"""The docker json-file envelope (`{"log": …, "stream": …, "time": …}`) around a line of another format."""

from __future__ import annotations

import msgspec

from warroom.logs.formats import basic, jsonl
from warroom.logs.formats.fields import Parsed


class _Envelope(msgspec.Struct):
    log: str
    stream: str
    time: str


_decode = msgspec.json.Decoder(_Envelope).decode


def parse(text: str) -> Parsed | None:
    """Return the inner line's fields with the envelope's time, or None when this is no such envelope."""
    if not text.startswith('{"log"'):
        return None
    try:
        envelope = _decode(text)
    except msgspec.DecodeError:
        return None
    # Nanoseconds are more than datetime reads.
    moment = jsonl.time_of(envelope.time[:26].rstrip("Z") + "+00:00" if envelope.time.endswith("Z") else envelope.time)
    if moment is None:
        return None
    inner = envelope.log.rstrip("\n")
    parsed = jsonl.parse(inner) or basic.parse(inner) or Parsed("raw", inner)
    parsed.format = f"docker+{parsed.format}"
    if parsed.time is None:
        parsed.time, parsed.time_source = moment[0], "line"
    return parsed
