"""One generation of a file: identity, whole lines, fingerprints that a checkpoint can be held against."""

from __future__ import annotations

from pathlib import Path

import pytest

from warroom.adapters.tail_file import NotALog, TailFile


def opened(path: Path) -> TailFile:
    return TailFile(str(path), "bot", 0)


def test_only_whole_lines_are_handed_on_and_the_rest_waits(tmp_path: Path) -> None:
    path = tmp_path / "bot.log"
    path.write_bytes(b"INFO:bot:one\nINFO:bot:tw")
    file = opened(path)
    try:
        assert [record.message for record in file.read(0.0)] == ["one"]
        assert (file.offset, file.read_to, file.behind) == (13, 24, 0)
        with path.open("ab") as log:
            log.write(b"o\n")
        assert [record.message for record in file.read(0.0)] == ["two"]
    finally:
        file.close()


def test_a_checkpoint_fits_the_file_it_was_made_of_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "bot.log"
    path.write_bytes(b"INFO:bot:one\nINFO:bot:two\n")
    file = opened(path)
    file.read(0.0)
    checkpoint = file.checkpoint()
    assert file.matches(checkpoint)
    with path.open("ab") as log:
        log.write(b"INFO:bot:three\n")
    assert file.matches(checkpoint), "growth is no change"
    with path.open("r+b") as log:
        log.write(b"DEBU")
    assert not file.matches(checkpoint)
    path.write_bytes(b"")
    assert not file.matches(checkpoint)
    file.close()


def test_an_error_that_waits_for_its_traceback_is_not_covered_by_the_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "bot.log"
    path.write_bytes(b"INFO:bot:one\nERROR:bot:two\n")
    file = opened(path)
    assert len(file.read(0.0)) == 1
    assert (file.checkpoint().offset, file.checkpoint().line) == (13, 1)
    assert len(file.finish(0.0)) == 1
    assert (file.checkpoint().offset, file.checkpoint().line) == (27, 2)
    file.close()


@pytest.mark.parametrize(("lines", "wanted", "start"), [(5, 2, 3), (5, 5, 0), (5, 50, 0), (0, 3, 0)])
def test_the_start_of_the_last_lines_is_found(tmp_path: Path, lines: int, wanted: int, start: int) -> None:
    path = tmp_path / "bot.log"
    path.write_text("".join(f"{n:07d}\n" for n in range(lines)))
    file = opened(path)
    assert file.last_lines_start(wanted) == start * 8
    file.close()


def test_the_start_of_the_last_lines_is_found_in_a_file_of_many_pieces(tmp_path: Path) -> None:
    path = tmp_path / "bot.log"
    path.write_text("".join(f"{n:07d}\n" for n in range(50_000)))
    file = opened(path)
    assert file.last_lines_start(20_000) == 30_000 * 8
    file.close()


def test_a_folder_is_no_log(tmp_path: Path) -> None:
    with pytest.raises((NotALog, IsADirectoryError)):
        opened(tmp_path)
