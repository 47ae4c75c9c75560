"""Ids of the public catalogues have their names; unknown ones have none."""

from __future__ import annotations

import re

import pytest

from warroom.core.taxonomy import ATLAS, OWASP_ASI, OWASP_LLM, name_of


def test_the_catalogues_are_whole_and_their_ids_well_formed() -> None:
    assert sorted(OWASP_LLM) == [f"LLM{n:02d}" for n in range(1, 11)]
    assert sorted(OWASP_ASI) == [f"ASI{n:02d}" for n in range(1, 11)]
    assert len(ATLAS) == 170
    assert all(re.fullmatch(r"AML\.T\d{4}(\.\d{3})?", name) for name in ATLAS)
    assert all(name.rpartition(".")[0] in ATLAS for name in ATLAS if name.count(".") == 2)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("LLM01", "Prompt Injection"),
        ("LLM01:2025", "Prompt Injection"),
        ("ASI02", "Tool Misuse and Exploitation"),
        ("AML.T0051.000", "LLM Prompt Injection: Direct"),
        ("AML.T9999", ""),
        ("", ""),
    ],
)
def test_an_id_is_named(name: str, words: str) -> None:
    assert name_of(name) == words
