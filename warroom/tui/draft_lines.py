"""What stands above a post-mortem's text: whether it is written, and the parts that only people can write."""

from __future__ import annotations

from warroom.core.counted import counted
from warroom.core.draft import Draft, DraftPart
from warroom.core.view import View
from warroom.tui.cells import across, cut, fit, width_of, wrapped
from warroom.tui.chosen import Chosen
from warroom.tui.drafts import Drafts
from warroom.tui.keymap import key_for
from warroom.tui.lines import Line, Span, line
from warroom.tui.times import moment_text

_TITLE_CELLS = 26


def standing_line(incident: str, drafts: Drafts, view: View, width: int) -> Line:
    """Return whether the incident's post-mortem is written, where, and what came after."""
    draft, written = drafts.found.get(incident), drafts.written.get(incident)
    exported = draft.exported if draft else None
    if written is not None:
        words = f"written to {written.path} at {moment_text(written.at)}"
        left: list[Span] = [(words, "good")]
    elif exported is not None:
        left = [(f"written by {exported.who} as {exported.format} at {moment_text(exported.at)}", "good")]
    else:
        left = [("preview, not written: ", "warn"), (key_for("export"), "key"), (" writes it", "text")]
    newer = draft.seq - exported.seq if draft is not None and exported is not None else 0
    right: list[Span] = [(counted(newer, "newer entry", "newer entries"), "warn")] if newer > 0 else []
    if draft is not None and draft.seq < view.chain.length:
        right = [("the record grew: drawn anew in a moment", "dim")]
    return across(left, right, width)


def parts_title(draft: Draft) -> str:
    """Return how many of the parts for people are written."""
    written = sum(part.written for part in draft.parts)
    return (
        f"Left to people · {written} of {len(draft.parts)} written · {key_for('note')} writes the one under the cursor"
    )


def _in_order(draft: Draft) -> list[DraftPart]:
    """Return the parts for people, those to write first."""
    return sorted(draft.parts, key=lambda part: part.written)


def the_part(draft: Draft | None, chosen: Chosen) -> str:
    """Return the word of the part under the cursor, else of the first one; empty where there is none."""
    words = [part.words[0] for part in _in_order(draft)] if draft is not None else []
    wanted = chosen.ids.get("part", "")
    return wanted if wanted in words else next(iter(words), "")


def part_lines(draft: Draft, width: int) -> list[Line]:
    """Return the parts for people, those to write first: a box, title, the word that fills it, what is asked."""
    parts = _in_order(draft)
    title_cells = min(_TITLE_CELLS, max((width_of(part.title) for part in parts), default=0))
    word_cells = max((width_of(_word(part)) for part in parts), default=0)
    return [_part_row(part, title_cells, word_cells, width) for part in parts]


def _part_row(part: DraftPart, title_cells: int, word_cells: int, width: int) -> Line:
    box, style = ("[x] ", "good") if part.written else ("[ ] ", "warn")
    spans: list[Span] = [
        (box, style),
        (fit(part.title, title_cells), "dim" if part.written else "strong"),
        (f"  {key_for('note')} ", "key"),
        (fit(_word(part), word_cells), "dim" if part.written else "accent"),
        ("  " + part.ask, "dim"),
    ]
    return line(*cut(spans, width), key=f"part:{part.words[0]}")


def _word(part: DraftPart) -> str:
    return " ".join(f"{word}:" for word in part.words)


def no_draft_lines(view: View, drafts: Drafts, incident: str, width: int) -> list[Line]:
    """Return what the page says while there is nothing to read."""
    if not incident:
        waiting = sum(1 for alarm in view.alarms if alarm.acknowledged is None)
        text = "No incident, so there is no post-mortem. "
        opens = key_for("open")
        wait = "1 alarm waits" if waiting == 1 else f"{waiting} alarms wait"
        shows = f"{wait}: {key_for('page_alarms')} shows them, {opens} opens an incident."
        text += shows if waiting else f"{opens} on the board ({key_for('page_overview')}) opens one."
        return wrapped(text, width, "dim")
    if drafts.make is None:
        return wrapped(f"This console makes no preview. In a shell: warroom export {incident}", width, "dim")
    if drafts.fault:
        return wrapped(f"No preview: {drafts.fault}", width, "warn")
    return wrapped("drawn from the record…", width, "dim")
