"""Bindings made from the table of actions."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from warroom.tui.actions import ACTIONS


def bindings_for(*where: str, target: str = "screen.") -> list[BindingType]:
    """Return a binding for every action of these places; `target` is who performs `act`."""
    found: list[BindingType] = []
    for action in ACTIONS:
        if not set(where) & set(action.where):
            continue
        for key in action.keys.split(","):
            found.append(Binding(key, f"{target}act('{action.id}')", action.title, show=False))
    return found
