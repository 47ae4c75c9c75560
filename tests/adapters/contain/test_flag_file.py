"""Replacing a file while others write it: whole, with its owner, and nothing of theirs is lost."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from tests.waiting import wait_until
from warroom.adapters.contain.flag_file import NotYet, change, identity, read, sorted_out
from warroom.core.ports import AdapterFailed

WRITER = """
import json, os, sys
path, rounds = sys.argv[1], int(sys.argv[2])
print("ready", flush=True)
number = 0
while number < rounds or not os.path.exists(path + ".enough"):
    number += 1
    content = json.load(open(path))
    content["theirs"] = number
    with open(path + ".theirs", "w") as fresh:
        json.dump(content, fresh)
    os.replace(path + ".theirs", path)
print(number)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "flags.json"
    path.write_text('{"ours": 0, "theirs": 0}')
    return path


def test_owner_mode_and_access_list_are_kept(file: Path) -> None:
    file.chmod(0o640)
    os.setxattr(file, "user.note", b"kept")
    if os.geteuid() == 0:
        os.chown(file, 1234, 5678)
    before = file.stat()
    assert change(file, lambda text: text + "\n")
    after = file.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino
    assert os.getxattr(file, "user.note") == b"kept"


def test_a_file_is_left_when_nothing_is_to_change(file: Path) -> None:
    before = file.stat().st_ino
    assert not change(file, lambda text: None)
    assert file.stat().st_ino == before


def test_a_symbolic_link_is_refused_and_the_file_behind_it_named(file: Path) -> None:
    link = file.with_name("link.json")
    link.symlink_to(file)
    with pytest.raises(AdapterFailed, match=f"is a symbolic link; name the file itself: {file}"):
        change(link, lambda text: text + "\n")
    assert link.is_symlink()


def test_a_second_name_a_folder_a_pipe_and_an_absent_file_are_refused(file: Path) -> None:
    os.link(file, file.with_name("second.json"))
    with pytest.raises(AdapterFailed, match="2 names"):
        read(file)
    with pytest.raises(AdapterFailed, match="not a regular file"):
        read(file.parent)
    pipe = file.with_name("pipe")
    os.mkfifo(pipe)
    with pytest.raises(AdapterFailed, match="not a regular file"):
        read(pipe)
    with pytest.raises(AdapterFailed, match="cannot be read: No such file"):
        read(file.with_name("absent"))


def test_somebody_who_was_faster_is_not_overwritten(file: Path) -> None:
    seen: list[str] = []

    def edit(text: str) -> str:
        seen.append(text)
        if len(seen) == 1:
            theirs = file.with_name("theirs")
            theirs.write_text('{"ours": 0, "theirs": 7}')
            theirs.rename(file)
        return text.replace('"ours": 0', '"ours": 1')

    assert change(file, edit)
    assert len(seen) == 2
    assert file.read_text() == '{"ours": 1, "theirs": 7}'
    assert os.listdir(file.parent) == [file.name]


def test_a_file_that_others_put_there_meanwhile_never_looks_like_the_one_that_was_seen(file: Path) -> None:
    first, theirs = file.stat(), file.read_text().replace('"theirs": 0', '"theirs": 7')

    def edit(text: str) -> str:
        # As busy writers do within one tick of the clock: inodes are used again, sizes and times are the same.
        if text != theirs:
            file.with_name("spare").write_text(theirs)
            file.with_name("spare").rename(file)
            for number in range(500):
                fresh = file.with_name(f"fresh-{number}")
                fresh.write_text(theirs)
                if fresh.stat().st_ino == first.st_ino:
                    break
            fresh.rename(file)
            os.utime(file, ns=(first.st_mtime_ns, first.st_mtime_ns))
            for left in file.parent.glob("fresh-*"):
                left.unlink()
        return text.replace('"ours": 0', '"ours": 1')

    assert change(file, edit)
    assert json.loads(file.read_text()) == {"ours": 1, "theirs": 7}


@pytest.mark.parametrize(
    ("at_path", "came_out", "newest"),
    [("ours", "seen", "ours"), ("ours", "theirs", "theirs"), ("third", "theirs", "third")],
)
def test_after_an_exchange_the_newest_of_the_others_stands_again(
    file: Path, at_path: str, came_out: str, newest: str
) -> None:
    known = {}
    for name in ("seen", "ours", "theirs", "third"):
        (file.parent / name).write_text(name)
        known[name] = identity((file.parent / name).stat())
    fresh = file.with_name("fresh")
    (file.parent / at_path).rename(file)
    (file.parent / came_out).rename(fresh)
    assert sorted_out(fresh, file, known["seen"], known["ours"]) == (newest == "ours")
    assert file.read_text() == newest


def test_a_file_that_changes_all_the_time_is_given_up_unchanged(file: Path) -> None:
    def edit(text: str) -> str:
        file.write_text(text + " ")
        return "ours"

    with pytest.raises(AdapterFailed, match="others write it all the time; nothing was changed"):
        change(file, edit)
    assert file.read_text().startswith('{"ours": 0')


def test_a_half_written_file_is_read_again(file: Path) -> None:
    whole = file.read_text()
    file.write_text(whole[:5])

    def edit(text: str) -> str:
        if text != whole:
            file.write_text(whole)
            raise NotYet("half")
        return "done"

    assert change(file, edit)
    assert file.read_text() == "done"


def test_our_changes_undo_nothing_of_a_busy_writer(file: Path) -> None:
    rounds = 400
    command = [sys.executable, "-c", WRITER, str(file), str(rounds)]
    landed = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == b"ready\n"
        while writer.poll() is None:
            with contextlib.suppress(AdapterFailed):
                landed += change(file, lambda text: json.dumps({**json.loads(text), "ours": 1}))
            if landed:
                # It goes on until one of ours landed beside it, however unevenly the two are let run.
                file.with_name(file.name + ".enough").touch()
        assert writer.returncode == 0
        written = int(writer.stdout.read())
    assert written >= rounds
    assert json.loads(file.read_text())["theirs"] == written


def test_a_reader_never_sees_half_a_file(file: Path) -> None:
    large = json.dumps({"filler": "x" * 200_000})
    stop = threading.Event()
    seen: list[int] = []

    def look() -> None:
        while not stop.is_set():
            seen.append(len(json.loads(file.read_text())))

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for _ in range(20):
            change(file, lambda text: large if len(text) < 1000 else '{"ours": 0, "theirs": 0}')
        wait_until(lambda: len(seen) > 20, what="readings of the file")
    finally:
        stop.set()
        reader.join()
    assert set(seen) <= {1, 2}


CHANGE = """
import os, sys
from pathlib import Path
from warroom.adapters.contain.flag_file import change
from warroom.core.ports import AdapterFailed
if sys.argv[2:] and os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    change(Path(sys.argv[1]), lambda text: "ours")
except AdapterFailed as error:
    print(error)
"""


def test_a_folder_that_may_not_be_written_leaves_the_file() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "flags.json"
        file.write_text("theirs")
        file.chmod(0o644)
        Path(folder).chmod(0o555)
        told = subprocess.run(
            [sys.executable, "-c", CHANGE, file, "nobody"], capture_output=True, text=True, check=True
        )
        Path(folder).chmod(0o755)
        assert "Permission denied; nothing was changed" in told.stdout
        assert file.read_text() == "theirs"


def test_a_file_that_is_mounted_by_itself_is_left_with_advice(file: Path) -> None:
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("a mount of one's own needs root and unshare")
    script = 'mount --bind "$1" "$1" && exec "$2" -c "$3" "$1"'
    command = ["unshare", "--mount", "sh", "-c", script, "sh", str(file), sys.executable, CHANGE]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "mount its folder instead; nothing was changed" in told.stdout
    assert file.read_text() == '{"ours": 0, "theirs": 0}'
