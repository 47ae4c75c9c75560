"""The playbooks that come with warroom, and files that somebody else wrote."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Here
from warroom.adapters import playbook_files
from warroom.adapters.playbook_files import bundled_dir

FAULT = re.compile(r"(?P<file>.+?):(?P<line>\d+):(?P<column>\d+) E\d{3} (?P<text>.+)")


@pytest.fixture
def copied(here: Here) -> Path:
    """A playbook that is right, where the verbs run."""
    return Path(shutil.copy(bundled_dir() / "prompt-injection.yaml", here.shell.folder))


def test_the_list_and_each_playbook_of_it_agree(here: Here) -> None:
    code, out, err = here("playbook", "list")
    assert (code, err) == (0, "")
    head, *lines = out.splitlines()
    assert head.split() == ["PLAYBOOK", "SEVERITY", "STEPS", "TITLE"]
    assert [line.split()[0] for line in lines] == ["prompt-injection", "unknown-bot-incident"]
    for line in lines:
        name, severity, steps, title = line.split(maxsplit=3)
        code, shown, err = here("playbook", "show", name)
        assert (code, err, shown.count("\n")) == (0, "", 1)
        told = json.loads(shown)
        assert (told["id"], told["severity"], str(len(told["steps"])), told["title"]) == (name, severity, steps, title)
        assert {"id", "phase", "title", "owner", "required", "due_s"} <= set(told["steps"][0])


def test_a_broken_playbook_is_listed_as_broken_beside_the_good(
    here: Here, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copied.parent / "leaked\x1b[2J.yaml").write_text("schema: [\n")
    monkeypatch.setattr(playbook_files, "bundled_dir", lambda: copied.parent)
    code, out, _ = here("playbook", "list")
    assert code == 0
    assert "\x1b" not in out
    _, broken, good = out.splitlines()
    assert broken.startswith("leaked")
    assert "broken: " in broken
    assert good.startswith("prompt-injection  SEV2")
    assert here("playbook", "show", "leaked\x1b[2J")[0] == 3, "there is nothing to show of it"


def test_a_playbook_that_is_right_is_ok(here: Here, copied: Path) -> None:
    assert here("playbook", "validate", copied.name) == (0, "OK\n", "")


def test_every_fault_of_every_file_is_told_with_its_place(here: Here, copied: Path) -> None:
    lines = copied.read_text().replace("owner: ops_lead", "owner: op_lead", 1).replace("due: 10m", "due: soon", 1)
    wrong = copied.with_name("wrong.yaml")
    wrong.write_text(lines.replace("id: prompt-injection", "id: wrong", 1))
    code, out, err = here("playbook", "validate", copied.name, wrong.name, "nope.yaml")
    assert (code, err) == (1, "")
    faults = [found for line in out.splitlines() if (found := FAULT.fullmatch(line))]
    assert len(faults) == len(out.splitlines()) == 3, out
    assert [fault["file"] for fault in faults] == ["wrong.yaml", "wrong.yaml", "nope.yaml"]
    for fault, word in zip(faults, ("op_lead", "soon"), strict=False):
        assert word in fault["text"]
        assert wrong.read_text().splitlines()[int(fault["line"]) - 1][int(fault["column"]) - 1 :] == word
    assert "ops_lead" in faults[0]["text"], "what was meant"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"- a list\n",
        b'id: "\\e[2Jx"\nschema: "\\e]0;owned\\a"\n"k\\ney\\e[2J": 1\n',
        b"!!python/object/apply:os.system [id]\n",
        b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    ],
    ids=["empty", "bytes", "list", "escapes", "python", "aliases"],
)
def test_a_hostile_file_is_a_fault_on_one_line_and_sends_no_escape(here: Here, content: bytes) -> None:
    file = here.shell.folder / "a\x1b]0;owned\x07.yaml"
    file.write_bytes(content)
    code, out, err = here("playbook", "validate", file.name)
    assert (code, err) == (1, "")
    assert out.splitlines()
    for line in out.splitlines():
        assert line.isprintable()
        assert FAULT.fullmatch(line)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["show", "nope\x1b[2J"], 3, "warroom playbook list"),
        (["show"], 2, "P"),
        (["validate"], 2, "FILE"),
        (["explode"], 2, "explode"),
        ([], 2, "TASK"),
    ],
    ids=["unknown", "no name", "no file", "no such task", "no task"],
)
def test_what_cannot_be_done_says_why(here: Here, words: list[str], code: int, told: str) -> None:
    got, out, err = here("playbook", *words)
    assert (got, out) == (code, "")
    assert told in err
    assert "\x1b" not in err
