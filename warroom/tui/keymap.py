"""Whose keys they are: the keys of the table of actions, and what the person at this console made of them.

One process draws one person's console, so the keys that hold are kept here: whoever writes a sentence with a key in it
asks for them, instead of being handed them through every list of lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from warroom.core.clean import clean
from warroom.core.playbook_rules import nearest
from warroom.tui.actions import ACTIONS, BY_ID, EVERYWHERE, LIST, STREAM, Action

_SHOWN = {
    "space": "Space",
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "home": "Home",
    "end": "End",
    "insert": "Ins",
    "delete": "Del",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "comma": ",",
    **{f"f{number}": f"F{number}" for number in range(1, 13)},
    **{f"ctrl+{letter}": f"^{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"},
}
"""Name of a key, as Textual has it, to how a person reads it; a key that is not here is the sign on it."""
_NAMED = {**{name: name for name in _SHOWN}, **{shown.lower(): name for name, shown in _SHOWN.items()}}

_NAMES = re.compile(r"\{(\w+)\}")
"""The key of another action in a help text."""

_UNBOUND = {
    **dict.fromkeys(("ctrl+a", "ctrl+b"), "screen and tmux take it before it gets here"),
    **dict.fromkeys(("ctrl+s", "ctrl+q"), "many terminals stop and go on with it"),
    "ctrl+z": "it suspends the program",
    "ctrl+d": "it ends the input of a shell, where hands are used to press it twice",
    "ctrl+k": "elsewhere it kills what is under the cursor, and hands remember that",
    "ctrl+i": "a terminal sends the same for Tab",
    "ctrl+m": "a terminal sends the same for Enter",
    "ctrl+j": "many terminals send the same for Enter",
    "ctrl+h": "many terminals send the same for Backspace",
    "ctrl+o": "some terminals hold back what is sent with it",
}
"""Keys that are left alone on purpose, and why."""
_KEPT = {"escape": "back", "tab": "next_pane", "shift+tab": "previous_pane", "enter": "enter", "ctrl+c": "leave"}
"""Keys with which dialogs are left and gone through: they stay with their action."""


def key_of(text: str) -> str:
    """Return the name of a key that a person wrote as `x`, `^p`, `ctrl+p`, `F5` or `PgUp`; empty when there is none."""
    if len(text) == 1 and text.isprintable() and text not in " ,↑↓←→":
        return text
    return _NAMED.get(text.lower(), "")


def key_text(key: str) -> str:
    """Return a key as a person reads it."""
    return _SHOWN.get(key, key)


def key_faults(wanted: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """Yield the action and what is wrong with a key wanted for it: its name, its use elsewhere, or a clash."""
    sound = True
    for action, texts in wanted.items():
        for fault in _faults_of(action, list(texts)):
            sound = False
            yield action, fault
    if sound:
        yield from _clashes(_merged(wanted), wanted)


def _faults_of(action: str, texts: list[str]) -> Iterator[str]:
    if action not in BY_ID:
        yield f"is no action{nearest(action, BY_ID) or '; docs/keys.md lists them'}"
        return
    if not texts:
        yield "needs at least one key; leave the line out to keep the usual ones"
    for text in texts:
        key = key_of(text)
        if not key:
            yield f'there is no key "{clean(text, 40)}"{nearest(text.lower(), _NAMED) or "; such as x, ^p, F5, PgUp"}'
        elif key in _UNBOUND:
            yield f"{key_text(key)} is left unbound on purpose: {_UNBOUND[key]}"
        elif _KEPT.get(key, action) != action:
            yield f"{key_text(key)} stays with {_KEPT[key]}: dialogs are left and gone through with it"
        elif key == "space" and BY_ID[action].dangerous:
            yield "Space presses buttons too: what acts on a bot must not begin with it"


def _clashes(keys: Mapping[str, list[str]], wanted: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """Yield what would share a key where both are heard; told once, of an action that was changed."""
    told: set[tuple[str, str, str]] = set()
    shared = {EVERYWHERE, LIST, STREAM}
    for page in dict.fromkeys(place for action in ACTIONS for place in action.where if place not in shared):
        heard = [a for a in ACTIONS if {page, *shared} & set(a.where)]
        holders: dict[str, Action] = {}
        for action in heard:
            for key in keys[action.id]:
                other = holders.setdefault(key, action)
                one, two = (action, other) if action.id in wanted else (other, action)
                if other is action or (one.id, two.id, key) in told:
                    continue
                told.add((one.id, two.id, key))
                yield one.id, f"{key_text(key)} is the key of {two.id} ({two.title}) too; give {two.id} another one"


def _merged(wanted: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Return all keys that hold; those that dialogs need stay with their action, whatever else it is given."""
    keys = {action.id: action.keys.split(",") for action in ACTIONS}
    for id, texts in wanted.items():
        kept = [key for key, owner in _KEPT.items() if owner == id]
        keys[id] = list(dict.fromkeys([*(key_of(text) for text in texts), *kept]))
    return keys


_held: dict[str, list[str]] = _merged({})


def hold(wanted: Mapping[str, Iterable[str]]) -> None:
    """Let these keys hold from now on; ValueError with the first fault when they cannot."""
    for action, fault in key_faults(wanted):
        raise ValueError(f"keys.{action}: {fault}")
    _held.update(_merged(wanted))


def keys_of(id: str) -> list[str]:
    """Return the keys of an action that hold, by name."""
    return _held[id]


def key_names(action: Action) -> list[str]:
    """Return the keys of an action as a person reads them."""
    return [key_text(key) for key in _held[action.id]]


def key_for(id: str) -> str:
    """Return the key of an action for a sentence: `A` in “A approves”."""
    return key_text(_held[id][0])


def help_of(action: Action, key_for: Callable[[str], str] = key_for) -> str:
    """Return an action's sentence for the help, with the keys that hold in it."""
    return _NAMES.sub(lambda found: key_for(found[1]), action.help)


def textual_keymap() -> dict[str, str]:
    """Return the keys that differ from the table, as `App.set_keymap` takes them; all of them when one does.

    All of them, since a key that was exchanged for that of another action would take it away from both.
    """
    usual = {action.id: action.keys for action in ACTIONS}
    held = {id: ",".join(keys) for id, keys in _held.items()}
    return {} if held == usual else held
