"""The import table in docs/architecture.md is law: each module imports only what its layer may."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.guards.tree import PACKAGE, ROOT, imports_of, name_of, python_files, third_party

_BLOCK = re.compile(r"^```imports\n(?P<rows>.*?)^```$", re.MULTILINE | re.DOTALL)


class Layer(NamedTuple):
    """What one layer may import."""

    ours: frozenset[str]
    libraries: frozenset[str]


def table() -> dict[str, Layer]:
    """Return the table of the page about the architecture."""
    block = _BLOCK.search((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    assert block is not None, "docs/architecture.md has no block of imports"
    layers = {}
    for row in block["rows"].splitlines():
        name, ours, libraries = (cell.split() for cell in row.split("|"))
        layers[name[0]] = Layer(frozenset(ours), frozenset(libraries))
    return layers


TABLE = table()


def layer_of(module: str) -> str:
    """Return the layer of one of our modules, empty for what lies in `warroom` itself."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in TABLE else ""


def modules_of(layer: str) -> list[Path]:
    """Return the files of one layer."""
    return python_files(f"warroom/{layer}")


def test_every_package_has_its_row_and_every_row_its_package() -> None:
    packages = {file.parent.name for file in PACKAGE.glob("*/__init__.py")}
    assert packages == set(TABLE)
    named = set().union(*(layer.ours for layer in TABLE.values()))
    assert named <= set(TABLE)


@pytest.mark.parametrize("layer", TABLE)
def test_a_layer_imports_only_the_layers_in_its_row(layer: str) -> None:
    allowed = TABLE[layer].ours | {layer, ""}
    faults = [
        f"{name_of(file)}:{one.line} imports {one.module}"
        for file in modules_of(layer)
        for one in imports_of(file)
        if one.module.split(".")[0] == "warroom" and layer_of(one.module) not in allowed
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("layer", TABLE)
def test_a_layer_imports_only_the_libraries_in_its_row(layer: str) -> None:
    faults = [
        f"{name_of(file)}:{one.line} imports {one.module}"
        for file in modules_of(layer)
        for one in imports_of(file)
        if (library := third_party(one.module)) and library not in TABLE[layer].libraries
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("layer", TABLE)
def test_no_row_allows_a_library_that_its_layer_does_not_use(layer: str) -> None:
    used = {third_party(one.module) for file in modules_of(layer) for one in imports_of(file)}
    assert TABLE[layer].libraries - {"msgspec"} <= used


def test_an_adapter_uses_one_library() -> None:
    for file in modules_of("adapters"):
        used = {third_party(one.module) for one in imports_of(file)} - {"", "msgspec"}
        assert len(used) <= 1, f"{name_of(file)} uses {sorted(used)}"


def test_scikit_learn_is_imported_by_the_fit_module_alone() -> None:
    users = {
        name_of(f) for f in python_files("warroom") if any(third_party(i.module) == "sklearn" for i in imports_of(f))
    }
    assert users == {"warroom/detect/fit.py"}


def test_nobody_but_the_command_line_imports_the_console_and_only_inside_functions() -> None:
    uses = [
        (file, one)
        for file in python_files("warroom")
        for one in imports_of(file)
        if layer_of(one.module) == "tui" and not name_of(file).startswith("warroom/tui/")
    ]
    assert uses, "the command line opens the console somewhere"
    assert not [
        f"{name_of(f)}:{i.line}" for f, i in uses if not name_of(f).startswith("warroom/cli/") or not i.deferred
    ]


def test_the_core_is_pure() -> None:
    impure = {"asyncio", "os", "time", "socket", "subprocess", "threading", "pathlib", "sqlite3", "random", "logging"}
    faults = [
        f"{name_of(file)}:{one.line} imports {one.module}"
        for file in modules_of("core")
        for one in imports_of(file)
        if one.module.partition(".")[0] in impure
    ]
    assert not faults, "\n".join(faults)
