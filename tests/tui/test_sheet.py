"""The post-mortem as rows: our template's marks are drawn, and those that others wrote stay the characters they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reports.hostile import CORPUS, example_dossier, poisoned
from tests.tui.hostile import FORBIDDEN
from warroom.core.clean import clean
from warroom.reports.markdown import markdown
from warroom.reports.neutral import markdown_text, neutral
from warroom.tui.cells import width_of
from warroom.tui.sheet import Sheet, sheet_of
from warroom.tui.sheet_text import plain, styled

_SHAPES = """\
> **DRILL.** An exercise.

# INC-1: a \\*title\\*

## Part

**TO WRITE**

- one `code` two
  - below

```text
**raw** | `x`
```

| | |
|---|---|
| State | open |

| What | Row |
|---|---|
| a \\| b | 7 |
"""
_STYLES = {"text", "strong", "phase-name", "dim", "head", "warn", "accent"}


def texts(sheet: Sheet) -> list[str]:
    return [row.text for row in sheet.lines]


@given(st.text(max_size=200))
def test_escaped_text_comes_out_as_it_was(text: str) -> None:
    shown = neutral(text)
    assert styled(markdown_text(shown)) == ([(clean(shown.strip()), "text")] if shown.strip() else [])


@given(st.text(max_size=300), st.integers(20, 120))
def test_no_text_at_all_breaks_the_reader_or_its_width(text: str, width: int) -> None:
    for row in sheet_of(text, width).lines:
        assert width_of(row.text) <= width
        assert {style for _, style in row.spans} <= _STYLES
        assert not FORBIDDEN.search(row.text)


@pytest.mark.parametrize("evil", CORPUS)
def test_what_others_wrote_makes_no_heading_table_or_mark(evil: str) -> None:
    dossier = example_dossier()
    spare = ("sha256", "hash", "head", "severity")
    calm, hostile = sheet_of(markdown(dossier), 90), sheet_of(markdown(poisoned(dossier, evil, spare)), 90)
    ours = {"MEASURES", "ALARMS", "TIMELINE (UTC)", "CHECKLIST", "ACTIONS", "WHO AGREED", "EVIDENCE", "INTEGRITY"}
    assert ours <= set(texts(calm))
    assert [text for _, text in calm.heads if text.upper() in ours] == [
        text for _, text in hostile.heads if text.upper() in ours
    ]
    assert len(hostile.heads) == len(calm.heads)


def test_every_shape_of_the_template_is_drawn() -> None:
    rows = sheet_of(_SHAPES, 60)
    assert texts(rows) == [
        "│ DRILL. An exercise.",
        "",
        "INC-1: a *title*",
        "",
        "PART",
        "",
        "TO WRITE",
        "",
        "- one code two",
        "  - below",
        "",
        "  │ **raw** | `x`",
        "",
        "State  open",
        "",
        "What   Row",
        "a | b  7",
        "",
    ]
    assert rows.heads == [(2, "INC-1: a *title*"), (4, "Part")]
    assert rows.lines[6].spans == (("TO WRITE", "warn"),)
    assert ("code", "accent") in rows.lines[8].spans


def test_a_table_that_does_not_fit_becomes_records() -> None:
    cell = f"| {'word ' * 12}" * 4
    rows = texts(sheet_of(f"| Step | What | Owner | Why | When |\n|---|---|---|---|---|\n| s-1 {cell}|\n", 60))
    assert rows[0].startswith("s-1 word")
    assert any(row.startswith("  Owner  word") for row in rows)
    assert any(row.startswith("  When   word") for row in rows)


def test_a_long_cell_goes_on_below_itself() -> None:
    rows = texts(sheet_of(f"| Time | What |\n|---|---|\n| 21:07 | {'word ' * 20}|\n", 40))
    assert rows[1].startswith("21:07  word")
    assert all(row.startswith("       word") for row in rows[2:4])


def test_a_mark_that_is_not_closed_is_shown() -> None:
    assert plain("a `b") == "a `b"
    assert plain("trailing \\") == "trailing \\"
    assert styled("**open") == [("open", "strong")]
