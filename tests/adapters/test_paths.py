"""Rooms lie in private folders under names that cannot escape; socket paths stay short."""

from __future__ import annotations

from pathlib import Path

import pytest

from warroom.adapters.paths import PathRefused, make_private, room_paths, rooms


@pytest.mark.parametrize("name", ["../etc", "a/b", "", "UPPER", "x" * 80, ".hidden", "with space"])
def test_a_name_that_could_escape_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no room name"):
        room_paths(name)


def test_the_socket_path_is_short_wherever_the_room_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    assert len(str(room_paths("room", home=deep).socket)) < 107


def test_two_homes_have_two_sockets(tmp_path: Path) -> None:
    assert room_paths("room", home=tmp_path / "a").socket != room_paths("room", home=tmp_path / "b").socket


def test_a_folder_becomes_private(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    make_private(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_link_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "target")
    with pytest.raises(PathRefused, match="not a folder of this account"):
        make_private(link)


def test_rooms_are_those_that_have_a_journal(tmp_path: Path) -> None:
    (tmp_path / "rooms" / "empty").mkdir(parents=True)
    journal = room_paths("kept", home=tmp_path).journal
    journal.parent.mkdir(parents=True)
    journal.touch()
    assert rooms(tmp_path) == ["kept"]
