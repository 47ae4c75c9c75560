"""Playbook files on disk, those that come with warroom among them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from warroom.adapters.playbook_files import bundled_dir, load_playbook, load_playbooks
from warroom.core import playbook_rules
from warroom.core.model import Phase, Playbook, Severity, Verb

BUNDLED = {one.playbook.id: one.playbook for one in load_playbooks([bundled_dir()]) if one.playbook}
DOCS = Path(__file__).parents[2] / "docs" / "playbooks.md"


def test_the_bundled_playbooks_are_valid() -> None:
    assert [fault for one in load_playbooks([bundled_dir()]) for fault in one.faults] == []
    assert {"prompt-injection", "unknown-bot-incident"} <= set(BUNDLED)


@pytest.mark.parametrize("playbook", BUNDLED.values(), ids=list(BUNDLED))
def test_a_bundled_playbook_can_be_followed_by_a_tired_person(playbook: Playbook) -> None:
    assert 18 <= len(playbook.steps) <= 24
    assert {step.phase for step in playbook.steps} == set(Phase)
    for step in playbook.steps:
        assert len(step.title) <= 60
        assert 40 <= len(step.detail) <= 260
        assert step.detail.endswith(".")
        assert step.evidence
        assert step.due_s is not None or step.phase is Phase.PREPARATION


@pytest.mark.parametrize("name", ["prompt-injection", "unknown-bot-incident"])
def test_containment_goes_from_mild_to_hard_after_a_snapshot(name: str) -> None:
    verbs = [step.verb for step in BUNDLED[name].steps if step.verb]
    assert verbs == [Verb.SNAPSHOT, Verb.LIMIT, Verb.DISABLE, Verb.FREEZE, Verb.ENABLE]
    assert BUNDLED[name].severity is Severity.SEV2


def test_a_broken_file_is_listed_and_the_rest_load(tmp_path: Path) -> None:
    shutil.copy(bundled_dir() / "prompt-injection.yaml", tmp_path)
    (tmp_path / "broken.yaml").write_text("schema: [\n")
    (tmp_path / "notes.txt").write_text("not a playbook")
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "one.yaml").write_text("scenario: x\n")
    loaded = load_playbooks([tmp_path])
    assert [(one.path.name, one.playbook is not None) for one in loaded] == [
        ("broken.yaml", False),
        ("prompt-injection.yaml", True),
    ]
    assert str(loaded[0].faults[0]).startswith(f"{tmp_path}/broken.yaml:2:1 E001 not YAML")


def test_a_fault_names_file_line_column_code_and_the_nearest_name(tmp_path: Path) -> None:
    path = tmp_path / "prompt-injection.yaml"
    text = (bundled_dir() / "prompt-injection.yaml").read_text()
    path.write_text(text.replace("owner: ops_lead", "owner: op_lead", 1).replace("verb: limit", "verbs: limit"))
    line = next(number for number, row in enumerate(path.read_text().splitlines(), 1) if "op_lead" in row)
    loaded = load_playbook(path)
    assert loaded.playbook is None
    assert [str(fault).partition(" ")[2] for fault in loaded.faults] == [
        "E041 owner op_lead is not known (did you mean ops_lead?)",
        "E011 key verbs is not known (did you mean verb?)",
    ]
    assert (loaded.faults[0].line, loaded.faults[0].column) == (line, 16)


def test_of_two_playbooks_with_one_id_the_first_wins(tmp_path: Path) -> None:
    shutil.copy(bundled_dir() / "prompt-injection.yaml", tmp_path)
    *_, second = load_playbooks([bundled_dir(), tmp_path])
    assert second.playbook is None
    assert second.faults[0].code == "E021"


def test_a_missing_folder_is_listed_too(tmp_path: Path) -> None:
    (listed,) = load_playbooks([tmp_path / "absent"])
    assert listed.faults[0].code == "E006"


def test_the_page_describes_every_key_and_every_code() -> None:
    page = DOCS.read_text()
    keys = {*playbook_rules.PLAYBOOK_KEYS, *playbook_rules.STEP_KEYS}
    assert {key for key in keys if f"`{key}`" not in page} == set()
    package = Path(playbook_rules.__file__).parents[1]
    files = [
        package / "core" / "playbook_rules.py",
        package / "adapters" / "plain_yaml.py",
        package / "adapters" / "playbook_files.py",
    ]
    codes = {code for file in files for code in re.findall(r'"(E\d{3})"', file.read_text())}
    assert codes == set(re.findall(r"^\| (E\d{3}) \|", page, re.M))
