"""docs/keys.md, written from the table of actions."""

from __future__ import annotations

from warroom.tui.actions import ACTIONS, BY_ID, EVERYWHERE, LIST, STREAM, Action
from warroom.tui.frame_lines import PAGES
from warroom.tui.keymap import help_of, key_text
from warroom.tui.twins import twin_words

_HEAD = """# Keys of the console

This page is written from the table in `warroom/tui/actions.py`; a test compares the two.

Keys do nothing on a read-only console when they are marked *changes*. What acts on a bot is marked *dangerous*: it
always opens a dialog with the exact plan, and its button counts a press only after 0.3 s in which nothing else was
pressed or pasted, and after a press that came too early only 1 s later, so that a key that is held down never acts. Esc
never leaves the console. Left unbound on purpose: ^a ^b ^s ^q ^z ^d ^k.

These are the usual keys. Every one can be another: [your own keys](console.md#keys). The commands have the ids in the
last table of this page. Footer, palette (`:`) and help (`?`) show the keys that hold.
"""
_TWINS = """## The same on the command line

Whoever works [line by line](plain.md), in a script or by voice misses nothing: a test demands a verb for every key that
changes something, and for every page. [The command line](cli.md) says what they take; ids stand in the lists.
"""
_PLACES = {EVERYWHERE: "Everywhere", LIST: "In a list", STREAM: "In a stream"}


def keys_markdown() -> str:
    """Return the whole page."""
    parts = [_HEAD]
    titles = {**_PLACES, **{page: f"On the page {title} ({key})" for page, (key, title) in PAGES.items()}}
    for where, title in titles.items():
        actions = [a for a in ACTIONS if where in a.where and (where in _PLACES or STREAM not in a.where)]
        if actions:
            parts.append(f"## {title}\n\n| keys | command | what it does | |\n|---|---|---|---|\n" + _rows(actions))
    parts.append(_twins())
    parts.append("## Ids for your own keys\n\n| id | command | keys |\n|---|---|---|\n" + _id_rows())
    return "\n".join(parts)


def _twins() -> str:
    rows = "".join(f"| {_keys(a)} | {a.title} | `{words}` |\n" for a in ACTIONS if (words := twin_words(a.id)))
    return f"{_TWINS}\n| keys | command | on the command line |\n|---|---|---|\n{rows}"


def _id_rows() -> str:
    return "".join(f"| `{a.id}` | {a.title} | {_keys(a)} |\n" for a in ACTIONS)


def _rows(actions: list[Action]) -> str:
    return "".join(f"| {_keys(a)} | {a.title} | {help_of(a, _usual)} | {_marks(a)} |\n" for a in actions)


def _keys(action: Action) -> str:
    return " ".join(f"`{key}`" for key in map(key_text, action.keys.split(",")))


def _usual(id: str) -> str:
    return f"`{key_text(BY_ID[id].keys.split(',')[0])}`"


def _marks(action: Action) -> str:
    return "dangerous" if action.dangerous else "changes" if action.changes else ""
