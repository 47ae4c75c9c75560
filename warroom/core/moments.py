"""Moments and durations as text: UTC RFC 3339 with milliseconds outside, seconds since the epoch inside."""

from __future__ import annotations

import datetime as dt

_UTC = dt.UTC


def utc_text(seconds: float) -> str:
    """Return seconds since the epoch as `2026-11-22T21:07:47.442Z`."""
    return dt.datetime.fromtimestamp(round(seconds, 3), _UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def utc_seconds(text: str) -> float:
    """Return seconds since the epoch of an RFC 3339 text; ValueError when it is none or has no zone."""
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.timestamp()


def clock_text(seconds: float) -> str:
    """Return the time of day as `21:07:47`, UTC."""
    return dt.datetime.fromtimestamp(seconds, _UTC).strftime("%H:%M:%S")


def age_text(seconds: float) -> str:
    """Return a duration for people: `0.4s`, `12s`, `3m`, `2h 05m`, `4d`."""
    seconds = max(0.0, seconds)
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    if seconds < 100:
        return f"{seconds:.0f}s"
    if seconds < 3600:
        return f"{seconds / 60:.0f}m"
    if seconds < 86400:
        return f"{int(seconds // 3600)}h {int(seconds % 3600 // 60):02d}m"
    return f"{seconds / 86400:.0f}d"


def elapsed_text(seconds: float) -> str:
    """Return a running time as `00:14:32`; hours grow past two digits."""
    whole = max(0, int(seconds))
    return f"{whole // 3600:02d}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
