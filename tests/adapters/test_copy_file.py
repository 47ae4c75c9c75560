"""A copy is a new private file; nothing is overwritten and no link followed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from warroom.adapters.copy_file import CopyRefused, write_copy


async def test_each_copy_is_a_new_file_for_this_account_alone(tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    paths = await asyncio.gather(*(write_copy(folder, "../INC 001", f"text {n}\r\n") for n in range(4)))
    assert len(set(paths)) == 4
    assert {path.parent for path in paths} == {folder}
    assert sorted(path.read_bytes() for path in paths) == [f"text {n}\r\n".encode() for n in range(4)]
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


async def test_a_folder_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "copies").symlink_to(tmp_path)
    with pytest.raises(CopyRefused, match="not a folder of this account"):
        await write_copy(tmp_path / "copies", "line", "text")
    (tmp_path / "file").write_text("")
    with pytest.raises(CopyRefused):
        await write_copy(tmp_path / "file" / "below", "line", "text")
