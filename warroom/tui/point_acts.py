"""What the key does that points. Nothing here draws."""

from __future__ import annotations

from warroom.core.view import View
from warroom.tui.console import Console
from warroom.tui.keymap import key_for


async def point(console: Console, view: View) -> None:
    """Point at what is under the cursor; where one points at it already, end that."""
    target = console.in_hand()
    if target is None:
        words = (
            f"nothing here to point at: {key_for('up')} stops the stream and takes a line, "
            f"{key_for('down')} and {key_for('up')} choose a row"
        )
        console.say(words, "warn")
        return
    pointer = console.scene.company.pointer
    again = pointer is not None and (pointer.by, pointer.target.kind, pointer.target.name) == (
        console.scene.welcome.operator,
        target.kind,
        target.name,
    )
    await console.point(None if again else target)
