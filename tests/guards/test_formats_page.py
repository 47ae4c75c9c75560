"""docs/formats.md lists the formats as the code knows them; WARROOM_UPDATE_DOCS=1 writes its table anew."""

from __future__ import annotations

import os

from tests.guards.tree import ROOT
from warroom.logs.formats.catalogue import ENVELOPES, FORMATS

PAGE = ROOT / "docs" / "formats.md"
_BEGIN, _END = "<!-- table of formats -->\n", "<!-- end of table -->\n"


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


def test_the_page_lists_every_format_as_the_code_knows_it() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(_BEGIN)
    after = rest.split(_END)[1]
    wanted = f"{before}{_BEGIN}{table()}{_END}{after}"
    if os.environ.get("WARROOM_UPDATE_DOCS"):
        PAGE.write_text(wanted, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == wanted, "WARROOM_UPDATE_DOCS=1 writes it anew"
