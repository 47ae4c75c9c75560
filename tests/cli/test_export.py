"""The post-mortem as `warroom export` writes it, with an engine and from the journal alone."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Here
from tests.cli.example_room import write_example_room
from tests.waiting import wait_until
from warroom.adapters.paths import RoomPaths
from warroom.cli.export import write_report
from warroom.client.connection import RoomConnection

ESCAPE = "\x1b"


@pytest.fixture
def kept(here: Here, monkeypatch: pytest.MonkeyPatch) -> RoomPaths:
    """The room `shop`, the one that is meant, without an engine."""
    monkeypatch.setenv("WARROOM_ROOM", "shop")
    return write_example_room(here.shell)


def reports(here: Here) -> set[str]:
    """What lies where the verb ran, beside the rooms."""
    return {path.name for path in here.shell.folder.iterdir()} - {"state", "run"}


def acts(paths: RoomPaths) -> list[tuple[str, str]]:
    db = sqlite3.connect(paths.journal)
    found = db.execute("SELECT kind, body FROM acts ORDER BY seq").fetchall()
    db.close()
    return found


def exports(paths: RoomPaths) -> list[str]:
    """The exports in the journal; a bot may change its state at any moment, which is recorded too."""
    return [body for kind, body in acts(paths) if kind == "ReportExported"]


async def by_one_who_only_looks(paths: RoomPaths) -> Path:
    async with RoomConnection(paths.socket, client="console", read_only=True) as room:
        return await write_report(room, paths, "INC-001", "md", Path("looked.md"), record=False)


@pytest.mark.parametrize("kind", ["md", "html", "json"])
def test_the_report_lies_where_stdout_says_and_is_private(here: Here, kept: RoomPaths, kind: str) -> None:
    before = kept.journal.read_bytes()
    code, out, err = here("export", "INC-001", "--format", kind)
    assert (code, err) == (0, "")
    file = Path(out.removesuffix("\n"))
    assert reports(here) == {file.name}
    assert file.name.startswith("inc-001-")
    assert file.suffix == f".{kind}"
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text("utf-8")
    for told in ("INC-001", "AL-4f2a91", "ACT-003", "61 users saw the away page"):
        assert told in text
    assert all(char not in text for char in (ESCAPE, "\x07", "\u202e")), "the title and a log line send them"
    assert kept.journal.read_bytes() == before, "without an engine nothing is recorded"


def test_markdown_is_the_default_and_its_hostile_title_is_no_markup(here: Here, kept: RoomPaths) -> None:
    assert here("export", "INC-001", "-o", "default")[:2] == (0, "default\n")
    assert here("export", "INC-001", "--format", "html", "--output", "page")[0] == 0
    first = Path("default").read_text("utf-8").splitlines()[0]
    assert first.startswith("# INC-001: It leaks")
    assert "\\<script\\>" in first
    assert "<script>alert" not in Path("page").read_text("utf-8")


def test_the_json_report_holds_the_incident_as_it_is_shown(here: Here, kept: RoomPaths) -> None:
    assert here("export", "INC-001", "--format", "json", "-o", "report.json")[0] == 0
    told = json.loads(Path("report.json").read_text("utf-8"))
    assert told["schema"] == "warroom/postmortem@1"
    assert told["incident"] == json.loads(here("incident", "show", "INC-001")[1])
    assert [file["name"] for file in told["evidence"]] == ["support-state.json", "chat.jsonl"]


@pytest.mark.parametrize("kind", ["md", "html", "json"])
def test_a_dash_prints_the_report_and_writes_no_file(here: Here, kept: RoomPaths, kind: str) -> None:
    code, out, err = here("export", "INC-001", "--format", kind, "-o", "-")
    assert (code, err, reports(here)) == (0, "", set())
    begin = {"md": "# INC-001: It leaks", "html": "<!doctype html>", "json": "{\n"}[kind]
    assert out.lower().startswith(begin.lower())
    assert out.endswith("\n")
    assert "61 users saw the away page" in out
    assert ESCAPE not in out
    assert here("export", "INC-001", "--format", kind, "-o", "./-")[:2] == (0, "-\n"), "a file of that name"
    assert here("export", "INC-999", "-o", "-")[:2] == (3, "")


def test_whoever_has_seen_enough_of_a_printed_report_is_told_nothing(here: Here, kept: RoomPaths) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    words = [sys.executable, "-m", "warroom", "export", "INC-001", "-o", "-", "--room", "shop"]
    done = subprocess.run(
        words, env=here.shell.environment, cwd=here.shell.folder, stdout=writing, stderr=subprocess.PIPE, timeout=60
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_nothing_that_is_there_is_overwritten(here: Here, kept: RoomPaths) -> None:
    Path("mine.md").write_text("mine")
    Path("link.md").symlink_to("target.md")
    Path("folder.md").mkdir()
    for name in ("mine.md", "link.md", "folder.md"):
        code, out, err = here("export", "INC-001", "-o", name)
        assert (code, out) == (2, "")
        assert f"{name} exists already" in err
    assert reports(here) == {"mine.md", "link.md", "folder.md"}, "nothing was written through the link"
    assert Path("mine.md").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["INC-999\x1b[2J"], 3, "incidents: INC-001"),
        (["../../etc/passwd"], 3, "incidents: INC-001"),
        (["INC-001", "--room", "nowhere"], 3, "rooms: shop"),
        (["INC-001", "-o", "no/such/folder/x\x1b[2J.md"], 2, "cannot be written"),
        (["INC-001", "--format", "pdf"], 2, "pdf"),
        ([], 2, "INCIDENT"),
    ],
    ids=["incident", "path", "room", "folder", "format", "nothing"],
)
def test_what_cannot_be_written_says_why(here: Here, kept: RoomPaths, words: list[str], code: int, told: str) -> None:
    got, out, err = here("export", *words)
    assert (got, out) == (code, "")
    assert told in err
    assert ESCAPE not in err
    assert reports(here) == set()


def test_a_journal_that_is_none_is_3(here: Here, kept: RoomPaths) -> None:
    kept.journal.write_bytes(b"no database " * 1000)
    code, out, err = here("export", "INC-001")
    assert (code, out, reports(here)) == (3, "", set())
    assert "shop cannot be read" in err


def test_an_engine_records_each_export_by_its_hash_and_one_that_it_cannot_record_is_said(
    here: Here, kept: RoomPaths
) -> None:
    here.shell.start_engine("shop", "--bot", "support=bot.log")
    assert here("export", "INC-001", "--format", "html", "-o", "a.html") == (0, "a.html\n", "")
    recorded = exports(kept)
    told = json.loads(recorded[-1])
    digest = hashlib.sha256(Path("a.html").read_bytes()).hexdigest()
    assert (told["incident"], told["format"], told["sha256"]) == ("INC-001", "html", digest)
    assert here("export", "INC-999")[0] == 3
    assert here("export", "INC-001", "-o", "a.html")[0] == 2
    assert exports(kept) == recorded, "what was not written is not recorded"
    assert here("verify", "shop")[0] == 0
    assert here("export", "INC-001", "-o", "-")[1].startswith("# INC-001"), "printing is looking, as on page 7"
    assert exports(kept) == recorded

    assert asyncio.run(by_one_who_only_looks(kept)) == Path("looked.md")
    assert Path("looked.md").exists()
    wait_until(lambda: "ConsoleLeft" in [kind for kind, _ in acts(kept)], what="the end of the visit")
    assert exports(kept) == recorded, "who only looks records none"

    with sqlite3.connect(kept.journal) as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON acts BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
    db.close()
    code, out, err = here("export", "INC-001", "-o", "b.md")
    assert (code, out) == (4, "")
    assert "the disk is full" in err
    assert "b.md" in err
    assert Path("b.md").stat().st_size > 1000, "the report itself is there"
