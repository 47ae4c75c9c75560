"""Keys: bindings made from the table of actions, and who gets the next one."""

from __future__ import annotations

from textual.binding import Binding, BindingType
from textual.widget import Widget

from warroom.tui.actions import ACTIONS


def bindings_for(*where: str, target: str = "screen.") -> list[BindingType]:
    """Return a binding for every action of these places; `target` is who performs `act`."""
    found: list[BindingType] = []
    for action in ACTIONS:
        if not set(where) & set(action.where):
            continue
        for key in action.keys.split(","):
            # The id is what a person's own keys are put in place by.
            found.append(Binding(key, f"{target}act('{action.id}')", action.title, show=False, id=action.id))
    return found


def give_keys_to(widget: Widget) -> None:
    """Let the next key already go to a widget.

    `Widget.focus` waits for the app's next turn; over a slow line the keys that follow have arrived by then, in one
    piece, and the letters of a search would be commands of the page. Who is not shown gets none: nobody would see what
    they do there.
    """
    if is_shown(widget):
        widget.screen.set_focus(widget, scroll_visible=False)


def is_shown(widget: Widget) -> bool:
    """Say whether a widget and all that is around it are displayed."""
    return all(one.display for one in widget.ancestors_with_self if isinstance(one, Widget))
