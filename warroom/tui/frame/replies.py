"""What comes from the terminal: keys pass, its replies do not, so that no reply can be read as keys.

A terminal answers on the line that keys come from, and Textual takes what it does not know for key presses. Replies
come late, in halves, to questions that another program asked before us, or because what was printed held one.
"""

from __future__ import annotations

import re

ESCAPE = "\x1b"
_KEY_S = 0.1
"""Time after which a lone escape is the key of that name."""
_REST_S = 1.0
"""Time that the rest of a reply may take."""
_LONGEST = 8192

_WHOLE = re.compile(
    r"\x1b\[M[\s\S]{3}"  # mouse, as of old
    r"|\x1b\[\[[\s\S]"  # function keys of the Linux console
    r"|\x1b\[(?![M\[])[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1bO[^\x1b]"  # SS3
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[^\[OPX\]^_\x1b]"  # a key with alt
)
_BEGUN = re.compile(r"\x1b(?:\[M[\s\S]{0,2}|\[\[|\[[0-?]*[ -/]*|O|[\]PX^_][^\x07\x1b]*\x1b?)?")
_ANSWER = re.compile(r"\x1b\[\??[0-9]+;[0-9]+(?:;[0-9]+)?R")
_KEY = re.compile(
    r"\x1b\[(?:M[\s\S]{3}|\[[\s\S]|<[-0-9;]+[Mm]|[0-9]+;[0-9]+;[0-9]+M|[0-9;:]*[~A-HPQSZu^@]|[IORa-d])"
    r"|\x1bO[\s\S]|\x1b[^\[\]PX^_O]"
)
_ALONE = re.compile(r"\x1b[\[\]PX^_O]")
"""A key with alt, when nothing follows."""
_PASTE_ON, _PASTE_OFF = "\x1b[200~", "\x1b[201~"
_PASTE_HELD = re.compile(r"(?:\x1b(?:\[[0-9;]*)?){1,2}\Z")
"""What its end, or an answer behind half an end, may have begun with."""
_EIGHT_BIT = {"\x8f": "\x1bO", "\x90": "\x1bP", "\x98": "\x1bX", "\x9b": "\x1b[", "\x9d": "\x1b]"}
_EIGHT_BIT |= {"\x9e": "\x1b^", "\x9f": "\x1b_", "\x9c": "\x1b\\"}
_C1 = re.compile("[\x80-\x9f\udc80-\udcff]")
_PASTE_BEGINS = re.compile("(?:\x1b\\[|[\x9b\udc9b])200~")
_WITH_ESCAPE = re.compile(r"\x1b[^\[\]PX^_O]")
_UNREADABLE = "\ufffd"
"""Stands for what is no text in a paste: were it only taken out, what is around it could become the paste's end."""


def _seven_bits(found: re.Match[str]) -> str:
    code = ord(found[0])
    return _EIGHT_BIT.get(chr(code - 0xDC00 if code > 0xFF else code), "")


def _gap(found: re.Match[str]) -> str:
    return _UNREADABLE if _PASTE_HELD.search(found.string[: found.start()]) else ""


class Sieve:
    """Takes what was read in pieces of any size; every moment is given, in monotonic seconds."""

    def __init__(self) -> None:
        self.answers = 0
        """How often the terminal said where its cursor stands."""
        self.pasting = False
        """Whether what passes is inside a bracketed paste."""
        self._held, self._since = "", 0.0

    def feed(self, text: str, now: float) -> list[str]:
        """Return what a person did, one key sequence or run of characters each; lone surrogates are no text.

        A piece that is `ESCAPE` alone is the key of that name.
        """
        if not text:
            return []
        pieces: list[str] = []
        rest, before, since = self._held + text, self._held, self._since
        self._held = ""
        while rest:
            rest = self._in_paste(rest, pieces) if self.pasting else self._outside(rest, pieces)
        # What goes on being held is as old as its beginning: keys that follow do not keep half a reply alive.
        self._since = since if before and self._held.startswith(before) else now
        return pieces

    def tick(self, now: float) -> list[str]:
        """Return what will not be continued any more."""
        held, passed = self._held, now - self._since
        if not held or passed < _KEY_S:
            return []
        if self.pasting:
            return []  # half of its end, on a slow line
        if held == ESCAPE or _ALONE.fullmatch(held):
            self._held = ""
            return [held]
        if passed >= _REST_S:
            self._held = ""
        return []

    def _outside(self, rest: str, pieces: list[str]) -> str:
        begins = _PASTE_BEGINS.search(rest)
        here = begins.end() if begins else len(rest)
        rest = _C1.sub(_seven_bits, rest[:here]) + rest[here:]
        start = rest.find(ESCAPE)
        if start:
            # Enter that was pressed before the console had the terminal came as a line's end.
            pieces.append((rest if start < 0 else rest[:start]).replace("\n", "\r"))
            return "" if start < 0 else rest[start:]
        whole = _WHOLE.match(rest)
        if whole is None:
            return self._unfinished(rest, pieces)
        sequence = whole[0]
        if _ANSWER.fullmatch(sequence):
            self.answers += 1
        elif _WITH_ESCAPE.fullmatch(sequence):
            # No key of the console has alt: this is Esc and the next key, which one packet brought.
            pieces += [ESCAPE, sequence[1:]]
        elif _KEY.fullmatch(sequence):
            pieces.append(sequence)
            self.pasting = sequence == _PASTE_ON
        return rest[whole.end() :]

    def _unfinished(self, rest: str, pieces: list[str]) -> str:
        begun = _BEGUN.match(rest)
        assert begun is not None, "it begins with an escape"
        if begun.end() == len(rest) and len(rest) < _LONGEST:
            self._held = rest
            return ""
        if begun[0] == ESCAPE:
            pieces.append(ESCAPE)
        # What was begun is broken off by something else.
        cut = begun.end() - 1 if len(begun[0]) > 1 and begun[0].endswith(ESCAPE) else begun.end()
        return rest[cut:]

    def _in_paste(self, rest: str, pieces: list[str]) -> str:
        end = rest.find(_PASTE_OFF)
        inside, after = (rest, "") if end < 0 else (rest[:end], rest[end + len(_PASTE_OFF) :])
        if end < 0 and (held := _PASTE_HELD.search(inside)):
            self._held, inside = inside[held.start() :], inside[: held.start()]
        inside, found = _ANSWER.subn(_gap, _C1.sub(_UNREADABLE, inside))
        self.answers += found
        self.pasting = end < 0
        if inside := inside + ("" if self.pasting else _PASTE_OFF):
            pieces.append(inside)
        return after
