"""Text that leaves for a clipboard: as it was written, but for what would do something where it is pasted.

A clipboard ends up in a shell. So no control character but tabs and the newlines between joined lines goes in, nor one
that hides or turns text around; the last newline goes, since a shell would run the line. What was replaced is counted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import msgspec

from warroom.core.clean import UNSAFE_CATEGORIES, picture


class Clip(msgspec.Struct, frozen=True):
    """Text for a clipboard."""

    text: str
    lines: int
    replaced: int = 0
    """Characters and bytes that were made visible."""


def clip_of(content: str | bytes) -> Clip:
    """Return a record as text: an escape as `␛`, what turns text around as `<U+202E>`, no UTF-8 as `\\xff`."""
    text = content if isinstance(content, str) else content.decode("utf-8", "surrogateescape")
    text = text.replace("\r\n", "\n").removesuffix("\n")
    replaced = 0
    if not (text.isascii() and text.isprintable()):
        shown: list[str] = []
        for char in text:
            if char in "\n\t" or unicodedata.category(char) not in UNSAFE_CATEGORIES:
                shown.append(char)
                continue
            replaced += 1
            byte = ord(char) - 0xDC00
            shown.append(f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else picture(char))
        text = "".join(shown)
    return Clip(text, text.count("\n") + 1, replaced)


def joined(clips: Sequence[Clip]) -> Clip:
    """Return several records as one, each on lines of its own."""
    lines, replaced = sum(one.lines for one in clips), sum(one.replaced for one in clips)
    return Clip("\n".join(one.text for one in clips), lines, replaced)


def clip_words(clip: Clip, size: int) -> str:
    """Return what a clip is: `2 lines, 187 bytes`, and how many characters were made visible."""
    lines = f"{clip.lines} lines" if clip.lines > 1 else "1 line"
    words = f"{lines}, {size:,} bytes"
    if clip.replaced:
        words += f", {clip.replaced} control character{'s' if clip.replaced > 1 else ''} made visible"
    return words
