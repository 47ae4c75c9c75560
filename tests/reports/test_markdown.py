"""The post-mortem as Markdown."""

from __future__ import annotations

import re

import msgspec
import pytest
from markdown_it import MarkdownIt

from tests.reports.hostile import CORPUS, example_dossier, poisoned
from warroom.core.model import Mode
from warroom.reports.markdown import markdown

RENDERER = MarkdownIt("commonmark").enable("table")
HARMLESS = re.compile(r"h[123]|p|ul|li|table|thead|tbody|tr|th|td|strong|code|pre|blockquote")


def test_every_section_is_there_in_order() -> None:
    text = markdown(example_dossier())
    titles = re.findall(r"^## (.*)$", text, re.M)
    assert titles == [
        "Summary",
        "Measures",
        "Impact",
        "Alarms",
        "Timeline (UTC)",
        "Checklist",
        "Actions",
        "Who agreed",
        "Who was told",
        "Evidence",
        "Classification",
        "Contributing factors",
        "What went well, what was hard, what was luck",
        "What surprised us and what would have stopped it earlier",
        "Action items",
        "Changes to playbook, detectors and drills",
        "Integrity",
    ]
    assert "**Draft: 2 of 7 parts written.**" in text
    assert text.count("**TO WRITE**") == 5


def test_tables_render_as_tables_with_all_their_rows() -> None:
    tokens = RENDERER.parse(markdown(example_dossier()))
    rows = sum(token.type == "tr_open" for token in tokens)
    dossier = example_dossier()
    assert rows > len(dossier.timeline) + len(dossier.steps) + len(dossier.items) + len(dossier.evidence)
    assert not any("|---" in token.content for token in tokens if token.type == "inline")


def test_proof_plan_and_usual_range_are_shown() -> None:
    text = markdown(example_dossier())
    assert 'POST http://127.0.0.1:8080/control {"verb": "disable"}' in text
    assert "| answers are far longer than usual | 2210 | 120, 240, 610 | 30 % |" in text
    assert "→ HTTP 503 (contained)" in text
    assert "Time to effect: 8 s." in text
    assert "**22 min 30 s without an entry**" in text
    assert "| overdue by 41 min 50 s |" in text


def test_a_drill_says_so_first() -> None:
    assert markdown(example_dossier(Mode.DRILL)).startswith("> **DRILL.**")
    assert "DRILL" not in markdown(example_dossier())


def test_a_bare_incident_is_still_a_report() -> None:
    bare = msgspec.structs.replace(example_dossier(), alarms=[], actions=[], evidence=[], taxonomy=[], items=[])
    text = markdown(bare)
    assert "No alarm belongs to this incident." in text
    assert "Nothing was done to a bot." in text


@pytest.mark.parametrize("text", CORPUS)
def test_nothing_hostile_survives_rendering(text: str) -> None:
    rendered = RENDERER.render(markdown(poisoned(example_dossier(Mode.DRILL), text)))
    tags = set(re.findall(r"</?([a-z0-9]+)", rendered))
    assert [tag for tag in tags if not HARMLESS.fullmatch(tag)] == []
    assert not re.search(r"<[^>]*\s(?!class=)[a-z-]+=", rendered.replace(' style="text-align', ""))
    titles = re.findall(r"<h2>(.*?)</h2>", rendered)
    assert len(titles) == 17


@pytest.mark.parametrize("text", CORPUS)
def test_no_link_can_be_copied_out_of_what_others_wrote(text: str) -> None:
    written = markdown(poisoned(example_dossier(), text, spare=("exact",)))
    quoted = written.replace("http://127.0.0.1:8080/control", "")
    assert not re.search(r"(?i)https?://|javascript\s*:|www\.evil", quoted)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e\u200b]", written)
