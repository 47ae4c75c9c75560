"""Text for places that have only ASCII: what is known is spelled, what is not is named, nothing is dropped."""

from __future__ import annotations

import unicodedata

_SIGNS = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\u00b7": ",",
        "\u2192": "->",
        "\u00d7": "x",
        "\u00df": "ss",
        "\u00a0": " ",
        "\u2424": " / ",
        "\u240a": " / ",
    }
)


def ascii_text(text: str) -> str:
    """Return a text in ASCII: letters without their marks, other characters as `<U+6F22>`."""
    if text.isascii():
        return text
    return "".join(map(_spelled, unicodedata.normalize("NFC", text.translate(_SIGNS))))


def _spelled(char: str) -> str:
    if char.isascii():
        return char
    letter = unicodedata.normalize("NFD", char)[0]
    return letter if letter.isascii() else f"<U+{ord(char):04X}>"


def speaks_utf8(environment: dict[str, str]) -> bool:
    """Say whether the locale that the environment names has UTF-8; the first of LC_ALL, LC_CTYPE, LANG counts."""
    named = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environment.get(name))), "")
    return named.lower().replace("-", "").partition("@")[0].endswith("utf8")
