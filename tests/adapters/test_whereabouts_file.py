"""The file of where somebody was: private, whole or not there, and never a reason to fail."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from warroom.adapters.whereabouts_file import MOST_FILES, WhereaboutsFile, whereabouts_path
from warroom.core.whereabouts import Ignored, Whereabouts

HERE = Whereabouts(page="stream", saved=1.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return whereabouts_path(tmp_path, tmp_path / "rooms" / "prod", "ana", 1000)


async def test_it_is_written_for_this_account_alone_and_read_again(path: Path) -> None:
    before = os.umask(0)
    try:
        assert await WhereaboutsFile(path).load() is None
        assert await WhereaboutsFile(path).save(HERE) == ""
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert await WhereaboutsFile(path).load() == HERE
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_rooms_people_and_accounts_have_files_of_their_own(tmp_path: Path) -> None:
    room, other = tmp_path / "rooms" / "prod", tmp_path / "else" / "prod"
    named = {whereabouts_path(tmp_path, *one) for one in (
        (room, "ana", 1000), (room, "ben", 1000), (room, "ana", 0), (other, "ana", 1000), (room, "../../etc/x", 1000),
    )}  # fmt: skip
    assert len(named) == 5
    assert {one.parent for one in named} == {tmp_path / "consoles"}


async def test_a_link_a_pipe_or_a_folder_in_its_place_is_not_followed(path: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("{}")
    path.parent.mkdir(mode=0o700)
    path.symlink_to(secret)
    found = await WhereaboutsFile(path).load()
    assert isinstance(found, Ignored)
    assert await WhereaboutsFile(path).save(HERE) == ""
    assert secret.read_text() == "{}"
    assert not path.is_symlink()
    path.unlink()
    os.mkfifo(path)
    assert isinstance(await WhereaboutsFile(path).load(), Ignored)
    path.unlink()
    path.mkdir()
    assert isinstance(await WhereaboutsFile(path).load(), Ignored)
    assert "consoles" in await WhereaboutsFile(path).save(HERE)


async def test_garbage_is_said_with_its_place_and_written_over(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    path.write_bytes(b"\xff\x00garbage")
    file = WhereaboutsFile(path)
    found = await file.load()
    assert isinstance(found, Ignored)
    assert str(path) in found.reason
    await file.save(HERE)
    assert await file.load() == HERE


async def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "consoles").write_text("a file")
    assert await WhereaboutsFile(whereabouts_path(tmp_path, tmp_path / "prod", "ana", 0)).save(HERE)


async def test_old_files_go_when_there_are_too_many(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    for number in range(MOST_FILES + 5):
        file = path.parent / f"drill-{number}.json"
        file.write_text("{}")
        os.utime(file, (number, number))
    assert await WhereaboutsFile(path).save(HERE) == ""
    left = {one.name for one in path.parent.iterdir()}
    assert len(left) == MOST_FILES + 1
    assert path.name in left
    assert "drill-0.json" not in left
