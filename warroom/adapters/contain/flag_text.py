"""One flag in the text of a flagd file: found, switched and put back without touching a byte around it.

The schema is that of flagd (https://flagd.dev/schema/v0/flags.json): `flags` holds each flag by name, with `state`,
`variants`, `defaultVariant` and perhaps `targeting`. A flag whose state is DISABLED gives the default in the reader's
own code, and targeting rules come before the default variant: a switch has to see to both.
"""

from __future__ import annotations

import json
import re
from typing import Any, Never

ENABLED = "ENABLED"
_FLAG_LIMIT = 65536
"""Characters of one flag; its text goes into the plan."""
_SPACE = re.compile(r"[ \t\n\r]*")

Span = tuple[int, int]


class Unreadable(ValueError):
    """The text holds no such flag; the message says what is wrong with it."""


def flag_of(text: str, flag: str) -> str:
    """Return the flag's object as it is written; Unreadable when the text is no flagd file or has no such flag."""
    begin, end = _find(text, flag)
    if end - begin > _FLAG_LIMIT:
        raise Unreadable(f"flag {flag} is over {_FLAG_LIMIT // 1024} kB")
    return text[begin:end]


def with_flag(text: str, flag: str, written: str) -> str:
    """Return the text with the flag's object replaced by `written`, and every other byte as it was."""
    begin, end = _find(text, flag)
    return text[:begin] + written + text[end:]


def switched(written: str, variant: str) -> str:
    """Return the flag's object so that every reader gets `variant`; Unreadable when the flag has none of that name."""
    flag = _decoded(written)
    variants = flag.get("variants") if isinstance(flag, dict) else None
    if not isinstance(variants, dict) or variant not in variants:
        known = ", ".join(variants) if isinstance(variants, dict) else "none"
        raise Unreadable(f"the flag has no variant {variant}; it has: {known}")
    wanted: dict[str, Any] = {"state": ENABLED, "defaultVariant": variant}
    if flag.get("targeting"):
        wanted["targeting"] = {}
    places = _members(written, 0)
    for name in sorted(wanted, key=lambda name: places.get(name, (1, 1)), reverse=True):
        value = json.dumps(wanted[name])
        if name in places:
            begin, end = places[name]
            written = written[:begin] + value + written[end:]
        else:
            written = f"{written[:1]}{json.dumps(name)}: {value}, {written[1:]}"
    return written


def same(one: str, other: str) -> bool:
    """Whether two texts of a flag mean the same, however they are written."""
    return one == other or _canonical(one) == _canonical(other)


def told(written: str) -> str:
    """Return state, default variant and whether there are targeting rules, in words."""
    flag = _decoded(written)
    if not isinstance(flag, dict):
        return "no flag"
    rules = ", with targeting rules" if flag.get("targeting") else ""
    return f"state {flag.get('state', 'absent')}, default variant {flag.get('defaultVariant', 'absent')}{rules}"


def _find(text: str, flag: str) -> Span:
    whole = _decoded(text)
    if not isinstance(whole, dict) or not isinstance(whole.get("flags"), dict):
        raise Unreadable('it holds no object "flags", as flagd files do')
    if not isinstance(whole["flags"].get(flag), dict):
        raise Unreadable(f"it holds no flag {flag}; it has: {', '.join(list(whole['flags'])[:20]) or 'none'}")
    top = _members(text, _skip(text, 0))
    return _members(text, top["flags"][0])[flag]


def _members(text: str, at: int) -> dict[str, Span]:
    """Return where the values of an object's members stand; `text` at `at` is known to be valid JSON."""
    found: dict[str, Span] = {}
    at = _skip(text, at + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        begin = _skip(text, _skip(text, at) + 1)
        _, end = _DECODER.raw_decode(text, begin)
        if name in found:
            raise Unreadable(f"{name} stands in it twice: readers may take either")
        found[name] = (begin, end)
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at
    return found


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    assert space is not None
    return space.end()


def _refuse(constant: str) -> Never:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def _decoded(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error
    except ValueError as error:
        raise Unreadable(f"it is not JSON: {error}") from error


def _canonical(text: str) -> str:
    return json.dumps(_decoded(text), sort_keys=True)
