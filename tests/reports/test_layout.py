"""What both layouts share: strict templates, filters that say times and sizes, every phase in its order."""

from __future__ import annotations

import jinja2
import pytest

from tests.reports.hostile import example_dossier
from warroom.core.model import Phase
from warroom.reports.layout import MEASURES, context, environment


def drawn(template: str, **values: object) -> str:
    made = environment(autoescape=False, finalize=lambda value: value)
    return made.from_string(template).render(**values)


def test_a_name_that_is_not_there_is_an_error_not_a_blank() -> None:
    with pytest.raises(jinja2.UndefinedError):
        drawn("{{ missing }}")


def test_what_is_printed_passes_the_format_at_hand() -> None:
    made = environment(autoescape=False, finalize=lambda value: f"<{value}>")
    assert made.from_string("{{ a }}").render(a="x") == "<x>"


def test_the_context_has_every_measure_and_the_phases_in_their_order() -> None:
    drawing = context(example_dossier())
    assert len(drawing["measures"]) == len(MEASURES)
    phases = [phase for phase, _, _ in drawing["phases"]]
    assert phases == sorted(phases, key=list(Phase).index)
    for _, notes, settled in drawing["phases"]:
        assert 0 <= settled <= len(notes)
