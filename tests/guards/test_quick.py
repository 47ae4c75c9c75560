"""What is left to the long run is there, and the long run leaves nothing out."""

from __future__ import annotations

import re

import pytest

from tests.guards.tree import ROOT
from tests.quick import left_to_the_long_run

NAMES = left_to_the_long_run()


@pytest.mark.parametrize("file", sorted({name.partition("::")[0] for name in NAMES}))
def test_what_is_left_to_the_long_run_is_a_test(file: str) -> None:
    there = set(re.findall(r"^(?:async )?def (test_\w+)\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE))
    assert {name.partition("::")[2] for name in NAMES if name.startswith(f"{file}::")} <= there
