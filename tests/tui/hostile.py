"""What an attacker may write into a log, a bot's answer or a playbook, and a room made of nothing else."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from tests.tui.example import log_lines
from tests.tui.waiting import waiting_view
from warroom.core.view import LogLine, View

CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
SEQUENCES = [
    "\x1b]0;owned\x07",
    "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\x1b]52;c;Y3VybCBldmls\x07",
    "\x1b]11;?\x07",
    "\x1bP$q m\x1b\\",
    "\x1b_Gf=24;AAAA\x1b\\",
    "\x1b[c",
    "\x1b[6n",
    "\x1b[2J\x1b[H",
    "\x1b[?1049l",
    "\x9b31m",
    "\x9d0;c1 title\x9c",
    "\x1b[201~\r",
    "over\rwrite",
]
INVISIBLE = [
    "\u202e\u202d\u2066\u2069",
    "\u200b\u200c\u200d\u200e\u200f",
    "\ufeff",
    "\u2028\u2029",
    "\U000e0041",
    "\u061c",
]
PILES = ["a" + "\u0301" * 1000, "o" + "\u20dd" * 50]
MARKUP = ["[@click=app.quit]x[/]", "[/]", "[ $error]", "\\[", "[link=https://evil.example]y[/link]", "[b", "$name"]
CORPUS = [*CONTROLS, *SEQUENCES, *INVISIBLE, *PILES, *MARKUP]

FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u061c\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]|\u0301{4}|\u20dd{4}"
)
"""What must never be painted."""

Whole = TypeVar("Whole")


def poison(value: Whole, text: str) -> Whole:
    """Return a copy of a struct in which every free text begins with `text`; ids and enumerations stay."""
    return _poison(value, text, "")  # type: ignore[return-value]  # same type as the value, by construction


_KEPT = {"id", "sha256", "held_by", "incident"}
_ID = re.compile(r"(ACT|AL|INC)-\d+")


def _poison(value: object, text: str, name: str) -> object:
    if name in _KEPT:
        return value
    if isinstance(value, msgspec.Struct):
        changes = {f: _poison(getattr(value, f), text, f) for f in value.__struct_fields__}
        return msgspec.structs.replace(value, **changes)
    if isinstance(value, list):
        return [_poison(item, text, "") for item in value]
    if isinstance(value, dict):
        return {key: _poison(item, text, "") for key, item in value.items()}
    return text + value if type(value) is str and not _ID.fullmatch(value) else value


def hostile_view(text: str) -> View:
    """Return the example room with `text` before every free text."""
    return poison(waiting_view(), text)


def hostile_lines() -> list[LogLine]:
    """Return one log line for each member of the corpus, hostile in every text field."""
    base = log_lines(1)[0]
    return [
        msgspec.structs.replace(
            base, seq=n + 1, text=f"before {evil} after", level=evil, marks=[evil], source=evil, time_source=evil
        )
        for n, evil in enumerate(CORPUS)
    ]
