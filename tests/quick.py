"""Which tests the quick run leaves to the long one: `tests/long_tests.txt`, read once."""

from __future__ import annotations

from pathlib import Path

TABLE = Path(__file__).with_name("long_tests.txt")


def left_to_the_long_run() -> dict[str, bool]:
    """Return `file::test` to whether its first case runs all the same."""
    found: dict[str, bool] = {}
    file = ""
    for row in TABLE.read_text(encoding="utf-8").splitlines():
        if row.startswith("    "):
            word, name = row.split()
            found[f"{file}::{name}"] = {"few": True, "none": False}[word]
        elif row and not row.startswith("#"):
            file = row
    return found
