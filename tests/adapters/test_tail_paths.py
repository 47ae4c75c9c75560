"""Patterns against real folders: what they find, and that an unchanged folder is not listed again."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from warroom.adapters.tail_paths import SETTLED_NS, PathPattern, shown_name


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a.log", "b.log", "b.txt", ".hidden.log", "x/c.log", "x/y/d.log", ".git/e.log", "z[1]/f.log"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def found(tree: Path, pattern: str) -> list[str]:
    return [path.removeprefix(f"{tree}/") for path in PathPattern(f"{tree}/{pattern}").find()]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.log", ["a.log", "b.log"]),
        ("?.log", ["a.log", "b.log"]),
        ("[ab].*", ["a.log", "b.log", "b.txt"]),
        (".*.log", [".hidden.log"]),
        ("*/*.log", ["x/c.log", "z[1]/f.log"]),
        ("*/y/*.log", ["x/y/d.log"]),
        ("**/*.log", ["a.log", "b.log", "x/c.log", "x/y/d.log", "z[1]/f.log"]),
        ("x/**", ["x/c.log", "x/y/d.log"]),
        (".git/*.log", [".git/e.log"]),
        ("x/*", ["x/c.log", "x/y"]),
        ("none/*.log", []),
        ("absent.log", ["absent.log"]),
    ],
)
def test_a_pattern_finds_its_paths_in_order(tree: Path, pattern: str, names: list[str]) -> None:
    assert found(tree, pattern) == names


def test_a_relative_pattern_gives_relative_paths(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    assert PathPattern("*.log").find() == ["a.log", "b.log"]
    assert PathPattern("x/*.log").find() == ["x/c.log"]


def test_new_files_and_new_folders_are_found(tree: Path) -> None:
    pattern = PathPattern(f"{tree}/**/*.log")
    assert len(pattern.find()) == 5
    (tree / "new" / "deep").mkdir(parents=True)
    (tree / "new" / "deep" / "g.log").touch()
    (tree / "x" / "h.log").touch()
    assert len(pattern.find()) == 7
    assert f"{tree}/new/deep" in pattern.folders


def test_removed_folders_are_forgotten(tree: Path) -> None:
    pattern = PathPattern(f"{tree}/*/*.log")
    assert len(pattern.find()) == 2
    (tree / "x" / "c.log").unlink()
    (tree / "x").rename(tree / "moved")
    (tree / "z[1]" / "f.log").unlink()
    assert pattern.find() == []


def test_a_folder_that_rests_is_not_listed_again(tree: Path) -> None:
    long_ago = time.time() - 3 * SETTLED_NS / 1e9
    os.utime(tree, (long_ago, long_ago))
    pattern = PathPattern(f"{tree}/*.log")
    first = pattern.find()
    assert pattern.find() is first
    (tree / "i.log").touch()
    assert len(pattern.find()) == 3


def test_a_folder_that_may_have_changed_within_the_clock_of_the_file_system_is_listed_again(tree: Path) -> None:
    # However long this takes, the time stamp does not grow old meanwhile.
    young = time.time_ns() + 3600 * 10**9
    os.utime(tree, ns=(young, young))
    pattern = PathPattern(f"{tree}/*.log")
    pattern.find()
    (tree / "i.log").touch()
    os.utime(tree, ns=(young, young))
    assert len(pattern.find()) == 3


def test_a_link_to_a_folder_above_does_not_lead_in_circles(tree: Path) -> None:
    (tree / "x" / "up").symlink_to(tree)
    assert len(PathPattern(f"{tree}/**/*.log").find()) == 5


def test_a_name_that_is_not_utf8_can_be_shown() -> None:
    assert shown_name(os.fsdecode(b"/logs/bad\xff.log")) == r"/logs/bad\xff.log"
    assert shown_name("/logs/größe.log") == "/logs/größe.log"
