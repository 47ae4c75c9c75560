"""The source tree as the guards see it: its modules, their syntax trees and what they import."""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "warroom"


class Import(NamedTuple):
    """One import: the dotted module it names, its line, and whether it waits inside a function."""

    module: str
    line: int
    deferred: bool


def python_files(*folders: str) -> list[Path]:
    """Return all Python files below the named folders of the repository, in order; never an empty list."""
    found = sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))
    assert found, f"no Python file in {folders}"
    return found


def name_of(file: Path) -> str:
    """Return a file's path inside the repository, with slashes."""
    return file.relative_to(ROOT).as_posix()


@functools.cache
def tree_of(file: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def imports_of(file: Path) -> list[Import]:
    """Return all imports of a file with relative ones resolved; those for type checkers count too."""
    return list(_walk(tree_of(file), file, deferred=False))


def _walk(node: ast.AST, file: Path, *, deferred: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Import(names=names):
                for alias in names:
                    yield Import(alias.name, child.lineno, deferred)
            case ast.ImportFrom(module=module, names=names, level=level):
                origin = _origin(file, module or "", level)
                # `from warroom import tui` names a module only together with the imported name.
                whole = origin in {"warroom"}
                for alias in names:
                    yield Import(f"{origin}.{alias.name}" if whole else origin, child.lineno, deferred)
            case _:
                inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
                yield from _walk(child, file, deferred=deferred or inside)


def _origin(file: Path, module: str, level: int) -> str:
    if not level:
        return module
    package = file.relative_to(ROOT).parts[:-level]
    return ".".join([*package, module]).rstrip(".")


def third_party(module: str) -> str:
    """Return the top package of a module that is neither ours nor of the standard library, else the empty text."""
    top = module.partition(".")[0]
    return "" if top in sys.stdlib_module_names or top in {"warroom", "tests"} else top
