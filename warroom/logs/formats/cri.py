"""The envelope of Kubernetes' container runtimes (CRI): `<time> stderr F <line>`, as kubelet reads it."""

from __future__ import annotations

from warroom.logs.formats.format import Envelope, Opened
from warroom.logs.times import iso

_LONGEST_TIME = 40


def open_line(text: str, _received: float) -> Opened | None:
    """Take a line out of the envelope. Runtimes split long lines: `P` is a part, `F` the last one (or the only one).

    The tag may hold more after a colon, which the format reserves: https://github.com/kubernetes/design-proposals-archive
    (node/kubelet-cri-logging.md).
    """
    parts = text.split(" ", 3)
    if len(parts) < 3 or parts[1] not in ("stdout", "stderr"):
        return None
    moment, stream, tag = parts[:3]
    kind = tag.partition(":")[0]
    if kind not in ("F", "P") or len(moment) > _LONGEST_TIME or moment[10:11] != "T":
        return None
    time = iso(moment)
    if time is None or not time[1]:
        return None
    content = parts[3] if len(parts) > 3 else ""
    return Opened(content, kind == "F", time[0], attrs={"stream": stream}, origin=(stream,))


ENVELOPE = Envelope(
    "cri",
    "Kubernetes container runtimes (CRI)",
    open_line,
    (
        "2026-11-22T21:07:47.123456789Z stderr F INFO:bot.chat:ok",
        "2026-11-22T21:07:47.123456789+01:00 stdout P the first part of a long line, ",
    ),
)
