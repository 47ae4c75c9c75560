"""Logs whose lines have chosen times, and files that were last written at a chosen time."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

NOW = 1_795_000_000.0


def text(at: float, number: int = 0, **fields: Any) -> str:
    """Return a JSON line of a moment."""
    when = dt.datetime.fromtimestamp(at, dt.UTC).isoformat(timespec="milliseconds")
    return json.dumps({"ts": when, "level": "INFO", "message": f"line {number}", **fields}) + "\n"


def steady(first: float, last: float, step: float = 1.0) -> str:
    """Return one line each `step`, numbered by its moment before NOW."""
    moments = [first + step * number for number in range(int((last - first) / step))]
    return "".join(text(at, round(at - NOW)) for at in moments)


def write(path: Path, content: str | bytes, modified: float = NOW) -> Path:
    """Write a file whose last change lies at a moment."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (modified, modified))
    return path
