"""What is installed is whole: playbooks, drills, templates and styles are found without a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.guards.conftest import ROOM
from tests.guards.tree import ROOT
from warroom import __version__

pytestmark = pytest.mark.long

_MAIN = """
import sys
target, libraries = sys.argv[1:3]
sys.path[:0] = [target, libraries]
import warroom
from pathlib import Path
assert Path(warroom.__file__).resolve().parent.parent == Path(target).resolve(), warroom.__file__
from warroom.cli.main import main
sys.exit(main(sys.argv[3:]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    out = tmp_path_factory.mktemp("dist")
    words = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel unpacked by pip, far from any checkout."""
    target = tmp_path_factory.mktemp("installed")
    words = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    done = subprocess.run([*words, str(wheel)], capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    return target


def call(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a verb of the installed program; without `site` no path file can bring a checkout back."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WARROOM_", "XDG_", "PYTHON"))}
    return subprocess.run(
        [sys.executable, "-S", "-c", _MAIN, str(installed), sysconfig.get_paths()["purelib"], *words],
        cwd=folder,
        env={**kept, "XDG_STATE_HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_wheel_holds_the_package_and_its_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    told = f"warroom-{__version__}.dist-info/"
    assert {name.partition("/")[0] + "/" for name in names} == {"warroom/", told}
    assert {f"{told}licenses/LICENSE", f"{told}licenses/NOTICE"} <= names
    tree = {
        file.relative_to(ROOT).as_posix()
        for folder in ("warroom", "playbooks")
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    wanted = {name if name.startswith("warroom/") else f"warroom/{name}" for name in tree}
    assert wanted - names == set()


def test_it_says_its_version(installed: Path, tmp_path: Path) -> None:
    assert call(installed, tmp_path, "--version").stdout == f"warroom {__version__}\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [(["playbook", "list"], "prompt-injection"), (["drill", "list"], "prompt-injection")],
    ids=["playbooks", "drills"],
)
def test_it_finds_what_it_ships(installed: Path, tmp_path: Path, words: list[str], told: str) -> None:
    done = call(installed, tmp_path, *words)
    assert done.returncode == 0, done.stderr
    assert told in done.stdout
    assert "broken" not in done.stdout


@pytest.mark.parametrize("kind", ["md", "html", "json"])
def test_it_writes_a_report_from_its_own_templates(installed: Path, folder: Path, kind: str) -> None:
    done = call(installed, folder, "export", "INC-001", "--room", ROOM, "--format", kind, "-o", f"out.{kind}")
    assert done.returncode == 0, done.stderr
    assert "a bot says too much" in (folder / f"out.{kind}").read_text(encoding="utf-8")
