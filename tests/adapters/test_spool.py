"""What is piped in: whole lines, nothing lost, a file that does not grow for ever."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from tests.adapters.reading import reading
from tests.waiting import eventually, wait_until
from warroom.adapters.spool import KEPT, claim, feed, rotate, start_feeder


def fed(path: Path, *pieces: bytes, rotate_bytes: int = 1 << 30) -> bytes:
    reader, writer = os.pipe()
    thread = threading.Thread(target=feed, args=(reader, path, rotate_bytes))
    thread.start()
    for piece in pieces:
        os.write(writer, piece)
    os.close(writer)
    thread.join()
    os.close(reader)
    return b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*"), reverse=True))


def test_everything_arrives_and_the_last_line_gets_its_end(tmp_path: Path) -> None:
    assert fed(tmp_path / "s.log", b"one\ntw", b"o\n", b"half") == b"one\ntwo\nhalf\n"
    assert (tmp_path / "s.log").stat().st_mode & 0o777 == 0o600


def test_a_line_without_an_end_is_not_kept_back_for_ever(tmp_path: Path) -> None:
    content = b"x" * ((3 << 20) + 5)
    assert fed(tmp_path / "s.log", *(content[at : at + 4096] for at in range(0, len(content), 4096))) == content + b"\n"


async def test_the_reader_follows_the_file_over_its_rotations(tmp_path: Path) -> None:
    path = tmp_path / "s.log"
    lines = [f"line {number}" for number in range(3000)]
    async with reading(path) as reader:
        for at in range(0, len(lines), 300):
            fed(path, "".join(f"INFO:b:{line}\n" for line in lines[at : at + 300]).encode(), rotate_bytes=12_000)
            await eventually(lambda at=at: len(reader.lines) >= at + 300)  # type: ignore[misc]  # bound in its round
        assert sorted(reader.lines, key=lambda line: int(line[5:])) == lines
    assert len(list(tmp_path.glob("s.log.*"))) >= 2


def test_only_some_rotated_files_stay(tmp_path: Path) -> None:
    path = tmp_path / "s.log"
    for number in range(KEPT + 3):
        path.write_text(str(number))
        rotate(path)
    kept = {one.name: one.read_text() for one in tmp_path.iterdir()}
    assert kept == {f"s.log.{age}": str(KEPT + 3 - age) for age in range(1, KEPT + 1)}


def test_two_pipes_of_one_bot_have_two_files(tmp_path: Path) -> None:
    (first, lock), (second, other) = claim(tmp_path, "bot"), claim(tmp_path, "bot")
    assert (first.name, second.name) == ("bot.log", "bot-2.log")
    os.close(lock)
    again, lock = claim(tmp_path, "bot")
    assert again == first
    os.close(lock)
    os.close(other)


def test_a_feeder_ends_with_its_pipe_and_lets_go_of_its_name(tmp_path: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", "print('INFO:b:x', flush=True); input()"], stdin=-1, stdout=-1)
    assert writer.stdout is not None
    assert writer.stdin is not None
    path, lock = claim(tmp_path, "bot")
    feeder = start_feeder(writer.stdout.fileno(), path, lock)
    os.close(lock)
    wait_until(lambda: path.exists() and path.read_bytes() == b"INFO:b:x\n", what="the line")
    held, other = claim(tmp_path, "bot")
    assert held != path
    os.close(other)
    writer.stdin.write(b"\n")
    writer.stdin.close()
    writer.wait()
    writer.stdout.close()
    assert feeder.wait(60) == 0
    free, lock = claim(tmp_path, "bot")
    os.close(lock)
    assert free == path


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    name = "s.log"
    (tmp_path / "target").write_text("kept")
    (tmp_path / name).symlink_to(tmp_path / "target")
    reader, writer = os.pipe()
    os.write(writer, b"x\n")
    os.close(writer)
    thread = threading.Thread(target=feed, args=(reader, tmp_path / name), daemon=True)
    thread.start()
    (tmp_path / name).unlink()
    thread.join()
    os.close(reader)
    assert (tmp_path / "target").read_text() == "kept"
    assert (tmp_path / name).read_text() == "x\n"
