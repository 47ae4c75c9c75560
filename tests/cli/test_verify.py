"""Checking the chain of a room's journal, as it was written by a real engine and then tampered with."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Here
from tests.stories.shell import Shell
from warroom.adapters.anchor import anchor_path

NOTE = "a very quotable note"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A shell in which the room `kept` was led and stopped in order."""
    folder = tmp_path_factory.mktemp("verify")
    shell = Shell(folder)
    shell.start_engine("kept", "--bot", "support=bot.log")
    for words in (["open", "--bot", "support", "--title", "t"], ["note", "INC-001", NOTE], ["note", "INC-001", "more"]):
        done = shell.run("incident", *words, "--room", "kept")
        assert done.returncode == 0, done.stderr
    assert shell.run("stop", "kept").returncode == 0
    shell.end()
    return shell


@pytest.fixture
def kept(here: Here, written: Shell) -> Path:
    """The journal of a copy of that room, in the world of `here`."""
    shutil.copytree(written.folder / "state", here.shell.folder / "state", dirs_exist_ok=True)
    return here.shell.paths("kept").journal


def anchor(here: Here) -> Path:
    paths = here.shell.paths("kept")
    return anchor_path(paths.anchors, paths.name)


def checked(here: Here, *words: str) -> tuple[int, dict[str, object]]:
    code, out, _ = here("verify", *words, "--json")
    return code, json.loads(out)


def test_a_whole_journal_whose_last_row_is_anchored_is_ok(here: Here, kept: Path) -> None:
    code, told = checked(here, "kept")
    assert (code, told["verdict"]) == (0, "OK")
    assert len(str(told["head"])) == 64
    code, out, err = here("verify", "kept")
    assert (code, err) == (0, "")
    assert out.startswith("OK: ")
    assert f"head {told['head']}" in out


def test_without_an_anchor_the_tail_is_unproven(here: Here, kept: Path) -> None:
    anchor(here).unlink()
    code, told = checked(here, "kept")
    assert (code, told["verdict"]) == (0, "OK-TAIL-UNPROVEN")


def test_a_file_is_checked_without_the_anchors_of_a_room(here: Here, kept: Path) -> None:
    assert checked(here, str(kept))[1]["verdict"] == "OK-TAIL-UNPROVEN"
    (here.shell.folder / "copy").write_bytes(kept.read_bytes())
    assert checked(here, "./copy")[1]["verdict"] == "OK-TAIL-UNPROVEN"


def test_a_flipped_byte_is_broken_at_its_row(here: Here, kept: Path) -> None:
    content = kept.read_bytes()
    at = content.index(NOTE.encode())
    kept.write_bytes(content[:at] + b"A" + content[at + 1 :])
    with sqlite3.connect(kept) as db:
        row = db.execute("SELECT seq FROM acts WHERE body LIKE '%A very%'").fetchone()[0]
    db.close()
    code, told = checked(here, "kept")
    assert (code, told["verdict"], told["broken"]) == (1, "BROKEN", [row])
    code, out, _ = here("verify", "kept")
    assert (code, out.splitlines()) == (1, [f"BROKEN at {row}: its content was changed"])


def tampered(journal: Path, statement: str) -> None:
    with sqlite3.connect(journal) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        assert db.execute(statement).rowcount > 0
    db.close()


def test_a_cut_tail_is_truncated(here: Here, kept: Path) -> None:
    tampered(kept, "DELETE FROM acts WHERE seq > (SELECT max(seq) - 2 FROM acts)")
    assert checked(here, "kept")[0] == 1
    assert checked(here, "kept")[1]["verdict"] == "TRUNCATED"


def test_an_emptied_journal_is_truncated(here: Here, kept: Path) -> None:
    tampered(kept, "DELETE FROM acts")
    assert checked(here, "kept")[1]["verdict"] == "TRUNCATED"


def test_a_row_taken_out_of_the_middle_is_broken(here: Here, kept: Path) -> None:
    tampered(kept, "DELETE FROM acts WHERE seq = 3")
    code, out, _ = here("verify", "kept")
    assert code == 1
    assert out.startswith("BROKEN at 4: row 3 is missing")


@pytest.mark.parametrize("statement", ["UPDATE acts SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 2"])
def test_a_changed_time_is_broken(here: Here, kept: Path, statement: str) -> None:
    tampered(kept, statement)
    assert here("verify", "kept")[1].startswith("BROKEN at 2: ")


def test_a_head_noted_elsewhere_vouches_or_shows_a_rewritten_chain(here: Here, kept: Path) -> None:
    whole = checked(here, str(kept))[1]
    mark = f"{whole['length']}:{whole['head']}"
    assert checked(here, str(kept), "--anchor", mark)[1]["verdict"] == "OK"
    code, told = checked(here, str(kept), "--anchor", f"{whole['length']}:{'0' * 64}")
    assert (code, told["verdict"]) == (1, "BROKEN")
    further = f"{int(str(whole['length'])) + 1}:{'0' * 64}"
    assert checked(here, str(kept), "--anchor", further)[1]["verdict"] == "TRUNCATED"


@pytest.mark.parametrize("content", [None, b"", b"this is no database at all, not even nearly" * 100])
def test_what_is_no_journal_cannot_be_checked(here: Here, content: bytes | None) -> None:
    file = here.shell.folder / "journal.db"
    if content is not None:
        file.write_bytes(content)
    code, out, err = here("verify", str(file))
    assert (code, err) == (5, "")
    assert out.startswith("CANNOT-CHECK: ")
    assert checked(here, str(file))[1]["verdict"] == "CANNOT-CHECK"
    assert file.exists() is (content is not None), "a check creates nothing"


def test_a_room_that_is_not_there_is_3_as_of_every_verb_and_the_rooms_are_named(here: Here, kept: Path) -> None:
    code, out, err = here("verify", "nowhere")
    assert (code, out) == (3, "")
    assert err == here("export", "INC-001", "--room", "nowhere")[2]
    assert "rooms: kept" in err
    assert not here.shell.paths("nowhere").folder.exists()


def test_a_journal_that_is_gone_while_its_anchor_is_not_cannot_be_checked(here: Here, kept: Path) -> None:
    kept.unlink()
    code, told = checked(here, "kept")
    assert (code, told["verdict"]) == (5, "CANNOT-CHECK")


def test_a_journal_torn_in_its_middle_is_never_ok(here: Here, kept: Path) -> None:
    content = kept.read_bytes()
    kept.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    assert checked(here, "kept")[1]["verdict"] == "CANNOT-CHECK"


@pytest.mark.parametrize(
    "given", ["12", ":", "x:" + "0" * 64, "1:" + "0" * 63, "1:" + "z" * 64, "²:" + "0" * 64, "-1:" + "0" * 64]
)
def test_an_anchor_that_is_none_is_wrong_usage(here: Here, given: str) -> None:
    code, _, err = here("verify", "x.db", f"--anchor={given}")
    assert code == 2, err
    assert "SEQ:HEAD" in err


def test_a_running_room_is_checked_while_it_writes(in_busy: Here) -> None:
    code, told = checked(in_busy, "busy")
    assert (code, told["verdict"]) == (0, "OK")
