"""What a terminal is good for: findings from its environment and from what it answered. Pure."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping

import msgspec

from warroom.core.ascii_text import speaks_utf8
from warroom.core.clean import clean
from warroom.core.ports import Check, Checked

LEAST = (60, 18)
"""Columns and rows below which the console draws one line alone."""
_USUAL = (80, 24)
_SLOW_S = 0.15
"""Round trip from which on `--slow` suits."""
_LAZY_ESCAPE_MS = 100
SAMPLES: Mapping[str, tuple[str, int]] = {
    "a letter beyond ASCII": ("\u00e9", 1),
    "lines and bullets": ("\u2500\u25cf", 2),
    "wide characters": ("\u6f22", 2),
    "combining marks": ("e\u0301", 1),
}
"""What is written to be measured, and its columns in most terminals; no byte of it is a control of an 8-bit one."""
LATER_SAMPLES: Mapping[str, tuple[str, int]] = {"emoji": ("\U0001f642", 2)}
"""The same for terminals that are known to speak UTF-8."""
_LETTER, _LINES = "a letter beyond ASCII", "lines and bullets"
_ATTRIBUTES = re.compile(rb"\x1b\[\?([0-9;]*)c")
_PASTE = re.compile(rb"\x1b\[\?2004;([0-4])\$y")
_BACKGROUND = re.compile(rb"\x1b\]11;rgb:([0-9a-fA-F]+)/([0-9a-fA-F]+)/([0-9a-fA-F]+)")
_COPY = "52"
_COPIES = ("kitty", "foot", "alacritty", "ghostty", "wezterm", "contour", "rio")
_COPIES_NOT = ("linux", "vt100", "vt220", "rxvt")


class Seen(msgspec.Struct, frozen=True):
    """What was found out."""

    environment: dict[str, str]
    columns: int = 0
    rows: int = 0
    described: bool | None = None
    """Whether terminfo knows TERM; None where that cannot be said."""
    not_asked: str = ""
    """Why the terminal itself was not asked; empty when it was."""
    trips_s: list[float] = []
    """How long each answer took."""
    widths: dict[str, int] = {}
    """Columns that each sample took."""
    reports: bytes = b""
    """Everything else that it answered."""
    tmux: dict[str, str] = {}
    """Options of tmux that matter here."""

    @property
    def term(self) -> str:
        """TERM."""
        return self.environment.get("TERM", "")

    @property
    def dumb(self) -> bool:
        """Whether it cannot draw at all."""
        return self.term in ("", "dumb", "unknown")


def checks(seen: Seen) -> list[Check]:
    """Return what was found, what it means, and at the end the options that suit."""
    found = [_term(seen), _size(seen), _locale(seen), _colours(seen), *_multiplexer(seen), _answers(seen)]
    if seen.widths:
        found.append(_widths(seen))
    found += [_clipboard(seen), *_paste(seen), *_background(seen)]
    return [*found, _options(seen)]


def _ok(name: str, text: str) -> Check:
    return Check(name, Checked.OK, text)


def _unsure(name: str, text: str) -> Check:
    return Check(name, Checked.UNKNOWN, text)


def _term(seen: Seen) -> Check:
    if seen.dumb:
        advice = "use --plain, or name the terminal: export TERM=xterm-256color"
        return Check("TERM", Checked.FAILED, f"{seen.term or 'unset'}: no screen can be drawn here; {advice}")
    name = clean(seen.term, 60)
    if seen.described is False:
        return _unsure("TERM", f"{name}: this machine has no terminfo for it; if keys go wrong: TERM=xterm-256color")
    return _ok("TERM", name)


def _size(seen: Seen) -> Check:
    said = f"{seen.columns}x{seen.rows}"
    if not seen.columns or not seen.rows:
        return _unsure("size", "the terminal does not say its size; 80x24 is taken, stty cols 80 rows 24 sets it")
    if seen.columns < LEAST[0] or seen.rows < LEAST[1]:
        text = f"{said}: too small for the console, which needs {LEAST[0]}x{LEAST[1]}; make it larger, or use --plain"
        return Check("size", Checked.FAILED, text)
    if seen.columns < _USUAL[0] or seen.rows < _USUAL[1]:
        return _unsure("size", f"{said}: all is there, but tight; {_USUAL[0]}x{_USUAL[1]} shows more")
    return _ok("size", said)


def _locale(seen: Seen) -> Check:
    named = next((f"{n}={v}" for n in ("LC_ALL", "LC_CTYPE", "LANG") if (v := seen.environment.get(n))), "no locale")
    measured = seen.widths.get(_LETTER)
    if speaks_utf8(seen.environment):
        if measured not in (None, 1):
            return _unsure("characters", f"{clean(named, 60)} says UTF-8, the terminal does not draw it: use --ascii")
        return _ok("characters", f"UTF-8 ({clean(named, 60)})")
    if measured == 1:
        text = f"{clean(named, 60)} is not UTF-8 but the terminal draws it; for other programs: export LANG=C.UTF-8"
        return _unsure("characters", text)
    return _unsure("characters", f"{clean(named, 60)} is not UTF-8: use --ascii, or export LANG=C.UTF-8")


def _colours(seen: Seen) -> Check:
    if seen.environment.get("NO_COLOR"):
        return _ok("colours", "none, as NO_COLOR asks; every state has its sign and its word")
    if seen.environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return _ok("colours", "16 million (COLORTERM)")
    if "256color" in seen.term:
        return _ok("colours", "256 (TERM); export COLORTERM=truecolor where the terminal has more")
    if seen.term.endswith("direct"):
        return _ok("colours", "16 million (TERM)")
    return _ok("colours", "16 as far as TERM says; every state has its sign and its word")


def _multiplexer(seen: Seen) -> list[Check]:
    if "TMUX" in seen.environment:
        return _tmux(seen)
    if "STY" in seen.environment:
        return [_ok("screen", "inside GNU screen: Ctrl+A is its key; it answers itself, for the line behind it nobody")]
    return []


def _tmux(seen: Seen) -> list[Check]:
    found: list[Check] = []
    if not seen.term.startswith(("tmux", "screen")):
        found.append(_unsure("tmux", f"TERM inside tmux begins with tmux or screen, not {clean(seen.term, 40)}"))
    wait = seen.tmux.get("escape-time", "")
    if wait.isdigit() and int(wait) > _LAZY_ESCAPE_MS:
        text = f"Esc is held back for {wait} ms by tmux; better: tmux set -sg escape-time 20"
        found.append(_unsure("tmux", text))
    return found or [_ok("tmux", "inside tmux; it answers itself, of the line behind it nobody knows")]


def _answers(seen: Seen) -> Check:
    if seen.not_asked:
        return _unsure("answers", f"not asked: {clean(seen.not_asked, 200)}")
    if not seen.trips_s:
        text = "none where its cursor stands, so nobody knows how fast the line is: the console sends what the line"
        late = "Should ^[[24;80R appear below, an answer came late: Ctrl+U clears it"
        return _unsure("answers", f"{text} takes; --slow helps on a bad one. {late}")
    median = statistics.median(seen.trips_s)
    said = f"says where its cursor stands in {median * 1000:.1f} ms (median of {len(seen.trips_s)})"
    if median > _SLOW_S:
        return _unsure("answers", f"{said}: the line is slow, use --slow")
    return _ok("answers", said)


def _widths(seen: Seen) -> Check:
    expected = {**SAMPLES, **LATER_SAMPLES}
    odd = [
        f"{name} take {width} columns, {expected[name][1]} are usual"
        for name, width in seen.widths.items()
        if width != expected[name][1]
    ]
    if not odd:
        return _ok("widths", f"as counted: {', '.join(seen.widths)}")
    advice = "use --ascii" if seen.widths.get(_LINES) != expected[_LINES][1] else "such lines may shift by a column"
    return _unsure("widths", f"{'; '.join(odd)}: {advice}")


def _clipboard(seen: Seen) -> Check:
    name = f"{seen.term} {seen.environment.get('TERM_PROGRAM', '')}".lower()
    if "TMUX" in seen.environment:
        kept = seen.tmux.get("set-clipboard", "")
        if kept == "on":
            return _ok("clipboard", "tmux takes what is copied (set-clipboard on)")
        if kept:
            text = f"tmux does not take what is copied (set-clipboard {clean(kept, 20)}): tmux set -s set-clipboard on"
            return _unsure("clipboard", text)
        return _unsure("clipboard", "tmux does not say whether it takes what is copied (OSC 52)")
    attributes = _ATTRIBUTES.search(seen.reports)
    if attributes and _COPY in attributes[1].decode().split(";"):
        return _ok("clipboard", "the terminal says that it takes what is copied (OSC 52)")
    if any(one in name for one in _COPIES):
        return _ok("clipboard", "this terminal usually takes what is copied (OSC 52)")
    if any(name.startswith(one) for one in _COPIES_NOT) or "apple_terminal" in name or "STY" in seen.environment:
        return _unsure("clipboard", "this terminal does not take what is copied (OSC 52)")
    return _unsure("clipboard", "whether it takes what is copied (OSC 52) it does not say; some ask or need a setting")


def _paste(seen: Seen) -> list[Check]:
    found = _PASTE.search(seen.reports)
    if found is None:
        return []
    if found[1] in (b"0", b"4"):
        text = "pasted text comes as if typed: paste into fields alone, single letters are keys"
        return [_unsure("paste", text)]
    return [_ok("paste", "pasted text is marked as such")]


def _background(seen: Seen) -> list[Check]:
    found = _BACKGROUND.search(seen.reports)
    if found is None:
        return []
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups())
    light = 0.299 * red + 0.587 * green + 0.114 * blue > 0.5
    return [_ok("background", "light: a light theme suits" if light else "dark: a dark theme suits")]


def _options(seen: Seen) -> Check:
    if seen.dumb or (seen.columns and seen.columns < LEAST[0]) or (seen.rows and seen.rows < LEAST[1]):
        return _ok("options", "warroom watch --plain")
    words = ["warroom watch"]
    lines = seen.widths.get(_LINES)
    drawn = seen.widths.get(_LETTER) == 1 if seen.widths else speaks_utf8(seen.environment)
    if not drawn or lines not in (None, SAMPLES[_LINES][1]):
        words.append("--ascii")
    if seen.trips_s and statistics.median(seen.trips_s) > _SLOW_S:
        words.append("--slow")
    return _ok("options", " ".join(words) + (", nothing else is needed" if len(words) == 1 else ""))
