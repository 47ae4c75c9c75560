"""The script of a fresh clone: plain sh, quick to explain itself, clear about mistakes."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.guards.tree import ROOT

SCRIPTS = ["run", ".ci/run"]


def call(*words: str, folder: Path, venv: Path) -> subprocess.CompletedProcess[str]:
    """Run the script from another folder, with a place for its environment that does not exist."""
    environment = {**os.environ, "WARROOM_VENV": str(venv)}
    return subprocess.run(
        [str(ROOT / "run"), *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_plain_sh_that_parses(script: str) -> None:
    path = ROOT / script
    assert os.access(path, os.X_OK)
    assert path.read_text(encoding="utf-8").splitlines()[0] == "#!/bin/sh"
    assert subprocess.run(["sh", "-n", str(path)], capture_output=True).stderr == b""


@pytest.mark.parametrize("words", [["help"], ["--help"], []])
def test_help_is_there_and_installs_nothing(words: list[str], tmp_path: Path) -> None:
    done = call(*words, folder=tmp_path, venv=tmp_path / "venv")
    assert done.returncode == 0
    assert {"drill", "test", "warroom", "bench", "shots"} <= set(re.findall(r"^  (\w+)", done.stdout, re.MULTILINE))
    assert not (tmp_path / "venv").exists()


def test_an_unknown_verb_is_wrong_usage_and_installs_nothing(tmp_path: Path) -> None:
    done = call("dril", folder=tmp_path, venv=tmp_path / "venv")
    assert done.returncode == 2
    assert "dril" in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "venv").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = call("warroom", "--version", folder=tmp_path, venv=tmp_path / "file" / "venv")
    assert done.returncode == 2
    assert str(tmp_path / "file" / "venv") in done.stderr
