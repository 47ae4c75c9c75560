"""What is not needed is not loaded: verbs start quickly, and a console never pays for scikit-learn."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guards.conftest import ROOM
from tests.guards.tree import ROOT
from warroom.cli.main import VERBS

HEAVY = ("textual", "sklearn", "watchfiles", "scipy")
_RUN = """
import sys
from warroom.cli.main import main
try:
    code = main(sys.argv[1:])
except SystemExit as end:
    code = end.code or 0
print("loaded", code, *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def loaded_by(words: list[str], folder: Path) -> tuple[int, set[str]]:
    """Run a verb in a process of its own; returns its exit code and the top modules that it loaded."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WARROOM_", "XDG_"))}
    environment = {
        **kept,
        "XDG_STATE_HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )
    told = done.stderr.splitlines()[-1].split()
    assert told[0] == "loaded", done.stderr
    return int(told[1]), set(told[2:])


@pytest.mark.parametrize("verb", ["", *(verb.name for verb in VERBS)])
def test_help_loads_nothing_heavy(verb: str, tmp_path: Path) -> None:
    code, loaded = loaded_by([*([verb] if verb else []), "--help"], tmp_path)
    assert code == 0
    assert sorted(loaded & {*HEAVY, "numpy", "flask"}) == []


@pytest.mark.parametrize(
    "words",
    [
        ["bots", "--room", ROOM],
        ["alarms", "--room", ROOM],
        ["incidents", "--room", ROOM],
        ["actions", "--room", ROOM],
        ["incident", "show", "INC-001", "--room", ROOM],
        ["export", "INC-001", "--room", ROOM, "-o", "out.md"],
        ["verify", ROOM],
        ["playbook", "list"],
        ["completion", "bash"],
        ["drill", "list"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_verb_that_only_reads_loads_nothing_heavy(words: list[str], folder: Path) -> None:
    code, loaded = loaded_by(words, folder)
    assert code == 0
    assert sorted(loaded & set(HEAVY)) == []


@pytest.mark.parametrize("words", [["status", ROOM], ["stop", ROOM], ["release", "A-1", "--room", ROOM]])
def test_a_verb_that_finds_no_engine_loads_nothing_heavy(words: list[str], folder: Path) -> None:
    code, loaded = loaded_by(words, folder)
    assert code == 3
    assert sorted(loaded & set(HEAVY)) == []


@pytest.mark.parametrize("module", ["warroom.tui.app", "warroom.bootstrap.room"])
def test_neither_console_nor_engine_loads_scikit_learn(module: str, tmp_path: Path) -> None:
    code = f"import sys, {module}; sys.exit(bool({{'sklearn', 'scipy'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60)
    assert done.returncode == 0


def test_the_console_loads_neither_the_engine_nor_its_numbers(tmp_path: Path) -> None:
    code = "import sys, warroom.tui.app; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, timeout=60, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "textual" in loaded
    assert not loaded & {"numpy", "watchfiles", "aiosqlite", "warroom.engine.engine", "warroom.detect.bot_detector"}
