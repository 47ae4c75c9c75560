"""Tests mirror the tree: each module has its test file at the same place, or a reason why not."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tests.guards.tree import ROOT, name_of, python_files

_SMALL = 5
ELSEWHERE: dict[str, tuple[str, str]] = {}
"""Module -> the test file that covers it, and why it has none of its own."""


def modules() -> list[str]:
    """Return the modules that need a test file."""
    return [
        name_of(file)
        for file in python_files("warroom")
        if file.name not in {"__init__.py", "__main__.py"} and len(file.read_text().splitlines()) > _SMALL
    ]


def mirror_of(module: str) -> str:
    """Return where a module's tests belong."""
    path = PurePosixPath(module)
    return str(PurePosixPath("tests", *path.parent.parts[1:], f"test_{path.name}"))


@pytest.mark.parametrize("module", modules())
def test_a_module_has_its_tests(module: str) -> None:
    assert (ROOT / mirror_of(module)).is_file() != (module in ELSEWHERE), (
        f"{module} wants {mirror_of(module)} or an entry in ELSEWHERE with a reason, and not both"
    )


@pytest.mark.parametrize("module", ELSEWHERE)
def test_an_exception_names_a_module_and_a_test_that_mentions_it(module: str) -> None:
    place, reason = ELSEWHERE[module]
    assert module in modules()
    assert len(reason.split()) >= 4
    assert (ROOT / place).is_file(), f"{place} should cover {module}"


def test_exceptions_stay_few() -> None:
    assert len(ELSEWHERE) <= len(modules()) // 5
