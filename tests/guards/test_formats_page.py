"""docs/formats.md says what the code and the benchmark of programs say; WARROOM_UPDATE_DOCS=1 writes it anew."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import pytest

from tests.guards.tree import ROOT
from warroom.logs.formats.catalogue import ENVELOPES, FORMATS

PAGE = ROOT / "docs" / "formats.md"


def table() -> str:
    """Return the formats and envelopes, each with its first sample."""
    rows = [("envelope", one.id, one.title, one.samples[0]) for one in ENVELOPES]
    rows += [("format", one.id, one.title, one.samples[0]) for one in FORMATS]
    head = "| kind | id | written by | such as |\n|---|---|---|---|\n"
    return head + "".join(f"| {kind} | `{name}` | {title} | {_code(sample)} |\n" for kind, name, title, sample in rows)


def _code(sample: str) -> str:
    first = sample.splitlines()[0]
    shown = first if len(first) <= 110 else first[:109] + "…"
    return f"`` {shown} ``".replace("|", "\\|")


def tried() -> str:
    """Return what the benchmark found the last time that it was kept."""
    found = json.loads((ROOT / "benchmarks" / "results" / "programs.json").read_text(encoding="utf-8"))["programs"]
    rows = [
        f"| {name} | `{one['format']}` | {one['records']} | {100 * one['parsed_share']:.1f} % |\n"
        for name, one in found.items()
        if "format" in one
    ]
    assert len(rows) >= 6
    return "| program | format | records | read |\n|---|---|---|---|\n" + "".join(rows)


@pytest.mark.parametrize(
    ("begin", "end", "written"),
    [
        ("<!-- table of formats -->\n", "<!-- end of table -->\n", table),
        ("<!-- table of programs -->\n", "<!-- end of programs -->\n", tried),
    ],
    ids=["formats", "programs"],
)
def test_the_page_says_what_the_code_and_the_benchmark_say(begin: str, end: str, written: Callable[[], str]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    wanted = f"{before}{begin}{written()}{end}{after}"
    if os.environ.get("WARROOM_UPDATE_DOCS"):
        PAGE.write_text(wanted, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == wanted, "WARROOM_UPDATE_DOCS=1 writes it anew"
