"""What single values of settings must be: seconds within bounds, HTTP status codes, addresses. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from warroom.core.clean import clean

Fault = tuple[tuple[str, ...], str]
"""The key's path and what is wrong with its value."""

_THIS_HOST = re.compile(r"http://(127\.[0-9.]+|localhost|\[::1\])(:[0-9]+)?(/|$)")

MOST_S = {"settle_s": 600.0, "timeout_s": 60.0, "interval_s": 60.0, "quiet_s": 600.0, "every_s": 3600.0}
"""Longest time that a key of this name may ask for: beyond it an action stands unproven, or nobody looks at it."""


def all_within(settings: object, names: tuple[str, ...], at: tuple[str, ...]) -> Iterator[Fault]:
    """Yield those of these keys that `within` faults."""
    for name in names:
        yield from within(getattr(settings, name), (*at, name))


def within(value: float, at: tuple[str, ...]) -> Iterator[Fault]:
    """Yield what is not above 0, or more than MOST_S has for a key of this name."""
    most = MOST_S.get(at[-1], math.inf)
    if not (math.isfinite(value) and value > 0):
        yield at, f"must be more than 0, not {value:g}"
    elif value > most:
        yield at, f"must be {most:g} seconds or less, not {value:g}"


def codes_faults(codes: Iterable[int], at: tuple[str, ...]) -> Iterator[Fault]:
    """Yield the first that is no HTTP status code."""
    wrong = [code for code in codes if not 100 <= code <= 599]
    if wrong:
        yield at, f"{wrong[0]} is no HTTP status code (100 to 599)"


def url_faults(text: str, at: tuple[str, ...]) -> Iterator[Fault]:
    """Yield what is no http or https address with a host."""
    try:
        parts = urlsplit(text)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine or clean(text) != text:
        yield at, f"{clean(text, 80)} is no address such as http://127.0.0.1:8080/chat"


def secret_url_faults(text: str, at: tuple[str, ...]) -> Iterator[Fault]:
    """Yield what `url_faults` does, and an address where others could read a token on its way."""
    yield from url_faults(text, at)
    if text.startswith("http:") and not _THIS_HOST.match(text):
        yield at, "must be https: the token would be sent in the open"
