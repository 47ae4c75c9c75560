"""What a console may do and know beyond its room; whoever starts it gives what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warroom.core.whereabouts import Ignored, Whereabouts
from warroom.tui.copying import WriteCopy
from warroom.tui.recall import Memory
from warroom.tui.report import Export, MakeDraft
from warroom.tui.scene import Scenarios


@dataclass(frozen=True, slots=True)
class Outside:
    """None, or nothing, where it cannot: the console says so when it is asked for."""

    export: Export | None = None
    """Writes a post-mortem to a file."""
    draft: MakeDraft | None = None
    """Draws one as it would be written now."""
    scenarios: Scenarios | None = None
    """Which drills there are."""
    write_copy: WriteCopy | None = None
    """Writes what is copied to a file."""
    memory: Memory | None = None
    """Keeps where the person is."""
    found: Whereabouts | Ignored | None = None
    """Where they were when they were last here."""
    notes: Sequence[str] = ()
    """Said at the start."""
    leaving: str = ""
    """What follows when this console is left, in a sentence; empty when the engine just goes on."""


NOTHING = Outside()
