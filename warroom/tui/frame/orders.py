"""Which orders may reach the terminal beside cells, and what is told apart in what Textual writes."""

from __future__ import annotations

import base64
import re

_TOKEN = re.compile(
    r"\x1b\[[<=>?]?[0-9;:]*[ -/]*[@-~]"  # CSI
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC
    r"|\x1b[PX^_][^\x1b]*\x1b\\"  # DCS, SOS, PM, APC
    r"|\x1b.?|[\x00-\x1f\x7f-\x9f]|[^\x00-\x1f\x7f-\x9f]+",
    re.DOTALL,
)
_ALLOWED = re.compile(
    r"\x1b\[\?[0-9;]+[hl]"  # modes
    r"|\x1b\[[<>=][0-9;]*u"  # kitty keyboard
    r"|\x1b\[[0-9]* q"  # cursor style
    r"|\x07"
    r"|\x1b\]52;c;[A-Za-z0-9+/=]*(?:\x07|\x1b\\)"  # clipboard, base64
    r"|\x1b\]22;[\w-]*(?:\x07|\x1b\\)"  # pointer shape
    r"|\x1b\][02];[ -~·]*(?:\x07|\x1b\\)"  # title
    r"|\x1b\[2[23];2t"  # the title put away, and taken back
)
_IGNORED = frozenset({"\x1b[?2026h", "\x1b[?2026l", "\x1b[?2026$p", "\x1b[?2048h", "\x1b[?2048l", "\x1b[?2048$p"})
"""Brackets around a frame of Textual's, sizes told among the keys, and questions for both: frames are the writer's own
here, the kernel tells the size, and the fewer answers are under way the fewer can be read as keys."""
_PLACE = re.compile(r"\x1b\[(\d*);?(\d*)H")
BELL = "\x07"
PASTE_ON, PASTE_OFF = "\x1b[?2004h", "\x1b[?2004l"
"""Pastes are marked as such."""
TITLE_AWAY, TITLE_BACK = "\x1b[22;2t", "\x1b[23;2t"
"""The terminal keeps its title, and takes it again; one that does not know this is left without one."""
MOST_CLIPBOARD = 74_994
"""Bytes of base64 that every terminal takes which takes any (xterm, hterm); others take more."""
_TITLE_LIMIT = 120
ALTERNATE_SCREEN_ON, ALTERNATE_SCREEN_OFF = "\x1b[?1049h", "\x1b[?1049l"
CURSOR_ON, CURSOR_OFF = "\x1b[?25h", "\x1b[?25l"


def tokens(text: str) -> list[str]:
    """Return the orders and the runs of text in what was written, in order."""
    return _TOKEN.findall(text)


def is_allowed(token: str) -> bool:
    """Whether an order may pass as it is."""
    return _ALLOWED.fullmatch(token) is not None


def is_ignored(token: str) -> bool:
    """Whether an order says nothing here."""
    return token in _IGNORED


def place_of(token: str) -> tuple[int, int] | None:
    """Return the column and the row, from 0, that a CUP order leads to; None for any other order."""
    match = _PLACE.fullmatch(token)
    return (int(match[2] or 1) - 1, int(match[1] or 1) - 1) if match else None


def title_order(text: str) -> str:
    """Return the order that names the window; what is not ASCII or `·` becomes `?`."""
    shown = "".join(char if " " <= char <= "~" or char == "·" else "?" for char in text[:_TITLE_LIMIT])
    return f"\x1b]2;{shown}\x07"


def clipboard_order(text: str, most: int = MOST_CLIPBOARD) -> str:
    """Return the order that puts a text into the clipboard (OSC 52); empty when it has more than `most` bytes there."""
    data = base64.b64encode(text.encode("utf-8", "replace")).decode()
    return f"\x1b]52;c;{data}\x07" if len(data) <= most else ""
