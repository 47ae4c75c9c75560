"""Maps that a fold holds alone: it may change them in place, where a desk that somebody sees gets a new one."""

from __future__ import annotations

from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Owned(dict[Key, Value]):
    """A map that nobody but the fold under way has."""


def put(known: dict[Key, Value], key: Key, value: Value) -> dict[Key, Value]:
    """Return the map with one thing more; the given one stays as it is unless it is `Owned`.

    A copy for each entry would cost a long journal the square of its length.
    """
    if isinstance(known, Owned):
        known[key] = value
        return known
    return {**known, key: value}


def put_last(known: dict[Key, Value], key: Key, value: Value, most: int) -> dict[Key, Value]:
    """Return the map with one thing more, without its oldest one when it has more than `most`."""
    known = put(known, key, value)
    if len(known) > most:
        del known[next(iter(known))]
    return known
