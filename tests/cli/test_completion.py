"""The completion scripts, as the shells themselves read them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Here
from warroom.cli.main import VERBS

SHELLS = ["bash", "zsh", "tcsh"]
ASK = """
source warroom.bash || exit 9
complete -p warroom | grep -q _shtab_warroom || exit 8
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_shtab_warroom warroom "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def script(here: Here) -> Path:
    code, out, err = here("completion", "bash")
    assert (code, err) == (0, "")
    file = here.shell.folder / "warroom.bash"
    file.write_text(out)
    return file


def offered(script: Path, *typed: str) -> list[str]:
    """Return what bash offers for the last word typed."""
    words = ["bash", "--norc", "-c", ASK, "bash", "warroom", *typed]
    done = subprocess.run(words, cwd=script.parent, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return sorted(set(done.stdout.split()))


def test_bash_offers_every_verb_for_nothing_typed(script: Path) -> None:
    assert offered(script, "") == sorted(verb.name for verb in VERBS)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["sta"], ["status"]),
        (["inc"], ["incident", "incidents"]),
        (["watch", "--ro"], ["--room"]),
        (["status", "--"], ["--help", "--json"]),
        (["config", ""], ["check"]),
        (["incident", "o"], ["open"]),
        (["contain", "support", ""], ["disable", "freeze", "isolate", "limit", "revoke", "snapshot", "stop"]),
        (["drill", "--autopilot", ""], ["good", "hasty", "none", "slow"]),
        (["completion", ""], sorted(SHELLS)),
        (["nonsense"], []),
    ],
    ids=lambda words: " ".join(words),
)
def test_bash_completes_verbs_tasks_options_and_choices(script: Path, typed: list[str], words: list[str]) -> None:
    assert offered(script, *typed) == words


@pytest.mark.parametrize("program", [name for name in SHELLS if shutil.which(name)])
def test_a_shell_that_is_here_finds_no_fault_in_its_script(here: Here, program: str) -> None:
    _, out, _ = here("completion", program)
    checked = subprocess.run([program, "-n"], input=out, capture_output=True, text=True, timeout=60, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(("program", "head"), [("zsh", "#compdef warroom\n"), ("tcsh", "# AUTOMATICALLY GENERATED")])
def test_the_other_shells_get_all_verbs_in_their_own_language(here: Here, program: str, head: str) -> None:
    code, out, err = here("completion", program)
    assert (code, err) == (0, "")
    assert out.startswith(head)
    assert [verb.name for verb in VERBS if verb.name not in out] == []


def test_a_script_holds_no_place_of_the_machine_that_made_it(script: Path) -> None:
    text = script.read_text()
    assert str(Path.cwd()) not in text
    assert os.environ["XDG_STATE_HOME"] not in text


@pytest.mark.parametrize("words", [["fish"], [], ["bash", "zsh"]])
def test_another_shell_is_2_and_prints_no_script(here: Here, words: list[str]) -> None:
    code, out, err = here("completion", *words)
    assert (code, out) == (2, "")
    assert words[-1:] == [] or words[-1] in err
