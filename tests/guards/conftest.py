"""A room on disk that no engine serves, for guards that run verbs."""

from __future__ import annotations

from pathlib import Path

import pytest

from warroom.adapters.journal import SqliteJournal
from warroom.adapters.playbook_files import bundled_dir, load_playbook
from warroom.core.facts import IncidentOpened, NoteAdded
from warroom.core.model import Actor, Severity
from warroom.core.ports import Pending

ROOM = "quiet"


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A state folder with one room that has a journal and no engine."""
    path = tmp_path / "warroom" / "rooms" / ROOM / "journal.db"
    ana = Actor("ana", 1000)
    playbook = load_playbook(bundled_dir() / "prompt-injection.yaml").playbook
    assert playbook is not None
    opened = IncidentOpened("INC-001", "a bot says too much", Severity.SEV2, ["support"], playbook, None)
    async with SqliteJournal(path) as journal:
        await journal.append([Pending(1_700_000_000.0, ana, "c-1", opened)])
        await journal.append([Pending(1_700_000_001.0, ana, "c-2", NoteAdded("INC-001", "seen"))])
    return tmp_path
