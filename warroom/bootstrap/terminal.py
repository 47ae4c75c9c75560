"""Finds out what the terminal in front of us is good for: asks it, its environment, and tmux where it is inside."""

from __future__ import annotations

import string
import subprocess
from collections.abc import Mapping
from pathlib import Path

from warroom.adapters.terminal import WHERE, NoTerminal, Talk, size_of
from warroom.bootstrap.doctor import Finding
from warroom.core.clean import clean
from warroom.core.terminal_report import LATER_SAMPLES, SAMPLES, Seen, checks

WITHIN_S = 1.7
"""What the whole conversation may take; tmux is asked for 0.3 s beside it."""
_FIRST_S = 1.0
_TMUX_S = 0.3
_TRIPS = 5
_QUESTIONS = b"\x1b[c\x1b[?2004$p"
"""What it is (DA1), and whether it marks pasted text (DECRQM)."""
_BACKGROUND = b"\x1b]11;?\x1b\\"
_ERASED = b"\r\x1b[K"
_TMUX_OPTIONS = ("set-clipboard", "escape-time")


def examine_terminal(descriptor: int, environment: Mapping[str, str]) -> list[Finding]:
    """Return findings about the terminal behind a descriptor, within two seconds; it is left as it was."""
    seen = look(descriptor, dict(environment))
    return [Finding("", "terminal", one.name, one.state, clean(one.text, 400)) for one in checks(seen)]


def look(descriptor: int, environment: dict[str, str]) -> Seen:
    """Find out all that a report needs."""
    columns, rows = size_of(descriptor)
    term = environment.get("TERM", "")
    bare = Seen(environment, columns, rows, _described(environment), tmux=_tmux(environment))
    if bare.dumb:
        return _with(bare, not_asked="TERM names no terminal that could answer")
    try:
        with Talk(descriptor, WITHIN_S).begun() as talk:
            return _asked(talk, bare, colours=term != "linux")
    except NoTerminal as error:
        return _with(bare, not_asked=str(error))


def _with(seen: Seen, **fields: object) -> Seen:
    import msgspec

    return msgspec.structs.replace(seen, **fields)


def _asked(talk: Talk, bare: Seen, *, colours: bool) -> Seen:
    trips: list[float] = []
    while len(trips) < _TRIPS:
        # The rest of the time is for what is asked after this, which takes two more ways.
        answer = talk.ask(WHERE, _FIRST_S if not trips else talk.left_s)
        if not answer.columns:
            break
        trips.append(answer.took_s)
        if talk.left_s < 4 * max(trips):
            break
    if not trips:
        return bare
    widths, reports = _measured(talk, SAMPLES, _QUESTIONS + (_BACKGROUND if colours else b""))
    if widths.get(next(iter(SAMPLES))) == 1 and talk.left_s > 2 * max(trips):
        widths |= _measured(talk, LATER_SAMPLES)[0]
    talk.say(_ERASED)
    return _with(bare, trips_s=trips, widths=widths, reports=reports)


def _measured(talk: Talk, samples: Mapping[str, tuple[str, int]], more: bytes = b"") -> tuple[dict[str, int], bytes]:
    """Return how many columns each sample takes, and what came back; nothing when not all was answered."""
    content = b"".join(b"\r" + text.encode() + WHERE + _ERASED for text, _ in samples.values())
    answer = talk.ask(content + more + WHERE, talk.left_s)
    if len(answer.columns) != len(samples) + 1:
        return {}, answer.bytes
    return {name: column - 1 for name, column in zip(samples, answer.columns, strict=False)}, answer.bytes


def _described(environment: Mapping[str, str]) -> bool | None:
    """Say whether terminfo has an entry for TERM; None where its folders are nowhere."""
    term = environment.get("TERM", "")
    if not term or set(term) - set(string.ascii_letters + string.digits + "-_.+"):
        return False
    named = [environment.get("TERMINFO", ""), *environment.get("TERMINFO_DIRS", "").split(":")]
    home = environment.get("HOME", "")
    named += [f"{home}/.terminfo"] if home else []
    named += ["/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/local/share/terminfo"]
    folders = [Path(name) for name in named if name and Path(name).is_dir()]
    if any((folder / first / term).exists() for folder in folders for first in (term[0], f"{ord(term[0]):x}")):
        return True
    return False if folders else None


def _tmux(environment: Mapping[str, str]) -> dict[str, str]:
    if "TMUX" not in environment:
        return {}
    words: list[str] = []
    for name in _TMUX_OPTIONS:
        words += [*([";"] if words else []), "show-options", "-sv", name]
    try:
        done = subprocess.run(
            ["tmux", *words],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TMUX_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    return dict(zip(_TMUX_OPTIONS, done.stdout.split(), strict=False))
