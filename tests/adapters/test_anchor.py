"""Heads are remembered outside the room; a place that cannot be written does not stop an act."""

from __future__ import annotations

from pathlib import Path

from warroom.adapters.anchor import FileAndSyslogAnchor, anchor_path, read_marks

HEAD = "a" * 64


async def test_dropped_heads_are_read_back_in_order(tmp_path: Path) -> None:
    anchor = FileAndSyslogAnchor(tmp_path / "anchors")
    await anchor.drop("room", 1, HEAD)
    await anchor.drop("room", 2, "b" * 64)
    marks = read_marks(anchor_path(tmp_path / "anchors", "room"))
    assert [(mark.seq, mark.head) for mark in marks] == [(1, HEAD), (2, "b" * 64)]
    assert (tmp_path / "anchors").stat().st_mode & 0o077 == 0


async def test_a_place_that_cannot_be_written_is_skipped(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    await FileAndSyslogAnchor(blocked).drop("room", 1, HEAD)
    assert blocked.read_text() == "in the way"


async def test_a_link_in_the_place_of_the_anchor_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("")
    folder = tmp_path / "anchors"
    folder.mkdir()
    anchor_path(folder, "room").symlink_to(target)
    await FileAndSyslogAnchor(folder).drop("room", 1, HEAD)
    assert target.read_text() == ""


def test_torn_and_foreign_lines_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "room.anchor"
    path.write_text(f"1 {HEAD}\nnonsense\n2 short\n3 {HEAD[:10]}")
    assert [mark.seq for mark in read_marks(path)] == [1]
    assert read_marks(tmp_path / "absent") == []
