"""Small things stay small, and habits that hide faults stay out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guards.tree import imports_of, name_of, python_files, third_party, tree_of

FILE_LINES = 400
FUNCTION_LINES = 50
CLASS_LINES = 250
SCREEN_SHARE = 0.35
BROAD = {
    "warroom/engine/effects.py": 1,
    "warroom/engine/fence.py": 1,
    "warroom/cli/main.py": 1,
    "warroom/adapters/tail_source.py": 1,
}
"""Where a broad except may stand without raising again: fences, the outer edge, a thread that hands its error over."""
TABLES = ("tests/tui/example.py",)
"""Example data, which is read as a table and not followed as code."""
ALL = python_files("warroom", "tests", "benchmarks", "screenshots")
OURS = python_files("warroom")
TESTS = python_files("tests")


def lines_of(file: Path) -> int:
    """Return the number of lines of a file."""
    return len(file.read_text(encoding="utf-8").splitlines())


def spans(kinds: type[ast.AST] | tuple[type[ast.AST], ...]) -> Iterator[tuple[str, int]]:
    """Yield `file:line name` and length of each definition of these kinds, decorators left out."""
    for file in ALL:
        for node in ast.walk(tree_of(file)):
            if isinstance(node, kinds):
                assert isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
                assert node.end_lineno is not None
                yield f"{name_of(file)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    assert {name_of(file): size for file in ALL if (size := lines_of(file)) > FILE_LINES} == {}


def test_no_function_is_longer_than_fifty_lines() -> None:
    found = spans((ast.FunctionDef, ast.AsyncFunctionDef))
    assert {where: size for where, size in found if size > FUNCTION_LINES and not where.startswith(TABLES)} == {}


def test_no_class_is_longer_than_two_hundred_and_fifty_lines() -> None:
    assert {where: size for where, size in spans(ast.ClassDef) if size > CLASS_LINES} == {}


def test_at_most_a_third_of_the_lines_know_the_screen() -> None:
    screen = [file for file in OURS if any(third_party(one.module) in {"textual", "rich"} for one in imports_of(file))]
    assert screen
    assert sum(map(lines_of, screen)) / sum(map(lines_of, OURS)) <= SCREEN_SHARE


def test_every_module_says_its_one_reason_first() -> None:
    assert [name_of(file) for file in OURS if not (ast.get_docstring(tree_of(file)) or "").strip()] == []


@pytest.mark.parametrize("word", ["utils", "helpers", "manager", "base", "common", "misc"])
def test_no_module_has_a_name_that_says_nothing(word: str) -> None:
    assert [name_of(file) for file in ALL if word in {file.stem, file.parent.name}] == []


def test_every_public_name_has_a_docstring() -> None:
    faults = [
        f"{name_of(file)}:{node.lineno} {node.name}"
        for file in OURS
        for node in public_definitions(tree_of(file))
        if not ast.get_docstring(node)
    ]
    assert faults == []


def public_definitions(tree: ast.Module) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield public functions and classes of a module and the public methods of its public classes."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                for part in node.body:
                    if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and not part.name.startswith("_"):
                        yield part


def is_broad(kind: ast.expr | None) -> bool:
    """Say whether an except clause takes everything."""
    names = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(one is None or (isinstance(one, ast.Name) and one.id in {"Exception", "BaseException"}) for one in names)


def raises_again(handler: ast.ExceptHandler) -> bool:
    """Say whether a handler always ends by raising."""
    return isinstance(handler.body[-1], ast.Raise)


def test_everything_is_caught_only_at_the_named_places() -> None:
    found: dict[str, int] = {}
    for file in OURS:
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.ExceptHandler) and is_broad(node.type) and not raises_again(node):
                found[name_of(file)] = found.get(name_of(file), 0) + 1
    assert found == BROAD


def test_nothing_suppresses_everything() -> None:
    wide = re.compile(r"suppress\([^)]*\b(Base)?Exception\b")
    assert [name_of(file) for file in OURS if wide.search(file.read_text(encoding="utf-8"))] == []


def calls(file: Path) -> Iterator[tuple[str, int]]:
    """Yield what is called in a file as written, with its line."""
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def test_only_the_command_line_prints() -> None:
    # The reference bot and the training worker are programs of their own: what they print is their protocol.
    programs = {"warroom/drill/refbot/__main__.py", "warroom/detect/fit.py"}
    found = [
        f"{name_of(file)}:{line}"
        for file in OURS
        for name, line in calls(file)
        if name == "print" and "cli" not in file.parts and name_of(file) not in programs
    ]
    assert found == []


def test_no_test_sleeps() -> None:
    # Sleep zero only lets the loop turn; a program that tests start may keep its own time.
    waits = {"time.sleep", "asyncio.sleep", "sleep"}
    found = [
        f"{name_of(file)}:{node.lineno}"
        for file in TESTS
        if '__name__ == "__main__"' not in file.read_text(encoding="utf-8")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in waits and ast.unparse(node.args[0]) != "0"
    ]
    assert found == []


def test_no_task_is_left_without_a_group() -> None:
    # Seven wait for their own task: the exit of the context of a connection, of a room that lasts and of a drill's
    # director, and what nothing may cut in half (a commit, the end of a SQLite file, a message of the desk, what a
    # drill begins).
    loose = {"asyncio.create_task", "asyncio.ensure_future", "asyncio.gather"}
    keepers = {
        "warroom/client/connection.py": 1,
        "warroom/client/lasting.py": 1,
        "warroom/bootstrap/director.py": 1,
        "warroom/bootstrap/drill.py": 1,
        "warroom/adapters/journal.py": 1,
        "warroom/adapters/sqlite_file.py": 1,
        "warroom/engine/desk_task.py": 1,
    }
    found: dict[str, int] = {}
    for file in OURS:
        for name, _ in calls(file):
            if name in loose:
                found[name_of(file)] = found.get(name_of(file), 0) + 1
    assert found == keepers


def test_every_queue_between_tasks_is_bounded() -> None:
    for file in OURS:
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"asyncio.Queue", "queue.Queue", "Queue"}:
                assert node.args or node.keywords, f"{name_of(file)}:{node.lineno} has no bound"
