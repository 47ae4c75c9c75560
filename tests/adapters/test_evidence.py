"""The evidence store: bytes under their hash, once, for this account alone, and checked again."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import stat
from pathlib import Path

import pytest

from warroom.adapters.clock import SystemClock
from warroom.adapters.evidence import MOST_HELD, EvidenceRefused, EvidenceStore, Mismatch

CLOCK = SystemClock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "room" / "evidence"


@pytest.fixture
def store(folder: Path) -> EvidenceStore:
    return EvidenceStore(folder, CLOCK)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_bytes_lie_under_their_hash_readable_by_this_account_alone(store: EvidenceStore, folder: Path) -> None:
    before = CLOCK.now()
    file = await store.keep("state.json", b"abc", "control of support")
    assert file.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert (file.name, file.size, file.origin) == ("state.json", 3, "control of support")
    assert before <= file.taken <= CLOCK.now()
    assert store.path_of(file).read_bytes() == b"abc"
    assert mode_of(store.path_of(file)) == 0o400
    assert mode_of(folder) == 0o700
    assert names(folder) == [file.sha256]


async def test_the_same_bytes_are_stored_once_also_at_the_same_time(store: EvidenceStore, folder: Path) -> None:
    files = await asyncio.gather(*(store.keep(f"copy-{n}", b"same" * 1000, "here") for n in range(8)))
    inode = store.path_of(files[0]).stat().st_ino
    again = await store.keep("later", b"same" * 1000, "here")
    assert {file.sha256 for file in files} == {again.sha256}
    assert names(folder) == [again.sha256]
    assert store.path_of(again).stat().st_ino == inode


async def test_a_file_is_kept_as_it_is_at_that_moment(store: EvidenceStore, tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_bytes(b"one\n")
    kept = await store.keep_file(str(log))
    with log.open("ab") as stream:
        stream.write(b"two\n")
    assert store.path_of(kept).read_bytes() == b"one\n"
    assert (kept.name, kept.origin, kept.size) == ("bot.log", str(log), 4)
    assert (await store.keep_file(str(log))).sha256 != kept.sha256


async def test_a_large_file_is_kept_from_its_end_and_says_so(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_bytes(b"0123456789")
    store = EvidenceStore(folder, CLOCK, size_cap=4)
    kept = await store.keep_file(str(log))
    assert store.path_of(kept).read_bytes() == b"6789"
    assert (kept.size, kept.origin) == (4, f"{log} (the last 4 of 10 bytes)")
    kept = await store.keep("answer", b"0123456789", "control")
    assert (kept.size, kept.origin) == (4, "control (the last 4 of 10 bytes)")


async def test_links_are_followed_because_logs_are_links(store: EvidenceStore, tmp_path: Path) -> None:
    (tmp_path / "today.log").write_bytes(b"line\n")
    (tmp_path / "current.log").symlink_to(tmp_path / "today.log")
    kept = await store.keep_file(str(tmp_path / "current.log"))
    assert store.path_of(kept).read_bytes() == b"line\n"


async def test_pipes_devices_and_folders_are_refused_at_once(store: EvidenceStore, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    async with asyncio.timeout(60):
        for path in (str(pipe), "/dev/zero", str(tmp_path)):
            with pytest.raises(EvidenceRefused, match="not a regular file"):
                await store.keep_file(path)


async def test_a_missing_file_is_an_os_error(store: EvidenceStore, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await store.keep_file(str(tmp_path / "absent.log"))


async def test_names_and_origins_are_cleaned(store: EvidenceStore, tmp_path: Path) -> None:
    log = tmp_path / "a\x1b[2Jb\n.log"
    log.write_bytes(b"x")
    kept = await store.keep_file(str(log))
    assert kept.name.isprintable()
    assert kept.origin.isprintable()


async def test_an_untouched_store_has_no_mismatch(store: EvidenceStore) -> None:
    files = [await store.keep("a", b"a", "here"), await store.keep("empty", b"", "here")]
    assert await store.check(files) == []


async def test_a_store_that_does_not_exist_yet_has_no_mismatch(store: EvidenceStore, tmp_path: Path) -> None:
    assert await store.check() == []
    assert names(tmp_path) == []


async def test_changed_missing_and_strange_files_are_named(store: EvidenceStore, folder: Path) -> None:
    changed = await store.keep("log", b"what happened", "bot.log")
    missing = await store.keep("state", b"gone", "control")
    linked = await store.keep("tree", b"target", "process")
    store.path_of(changed).chmod(0o600)
    store.path_of(changed).write_bytes(b"what did not happen")
    store.path_of(missing).unlink()
    store.path_of(linked).rename(folder.parent / "moved")
    store.path_of(linked).symlink_to(folder.parent / "moved")
    (folder / "note.txt").write_text("hello")
    found = {mismatch.file: mismatch.reason for mismatch in await store.check([changed, missing, linked])}
    other = hashlib.sha256(b"what did not happen").hexdigest()
    assert found == {
        changed.sha256: f"its content has sha256 {other}",
        missing.sha256: "missing: state from control",
        linked.sha256: "it cannot be read as a regular file",
        "note.txt": "not a file of this store",
    }


async def test_keeping_bytes_again_heals_a_changed_file_and_keeps_the_trace(store: EvidenceStore, folder: Path) -> None:
    file = await store.keep("log", b"what happened", "bot.log")
    store.path_of(file).chmod(0o600)
    store.path_of(file).write_bytes(b"what did not happen")
    await store.keep("log", b"what happened", "bot.log")
    assert store.path_of(file).read_bytes() == b"what happened"
    (mismatch,) = await store.check([file])
    assert mismatch.file.startswith(f"{file.sha256}.wrong-")
    assert (folder / mismatch.file).read_bytes() == b"what did not happen"


async def test_a_copy_that_a_crash_left_behind_is_named(tmp_path: Path) -> None:
    (tmp_path / ".part-0011").write_bytes(b"half")
    assert await EvidenceStore(tmp_path, CLOCK).check() == [Mismatch(".part-0011", "unfinished copy")]


async def test_a_store_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file in the place of the folder")
    with pytest.raises(OSError, match="exists"):
        await EvidenceStore(tmp_path / "evidence", CLOCK).keep("a", b"a", "here")


def held_open(log: Path) -> int:
    """Return how many descriptors of this process lead to a log; others come and go with what else runs in it."""
    links = (f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd"))
    return sum(os.path.realpath(link) == str(log) for link in links if os.path.lexists(link))


async def test_a_short_file_is_whole_at_its_end_and_nothing_is_held(store: EvidenceStore, tmp_path: Path) -> None:
    log = tmp_path / "bot.log"
    log.write_bytes(b"one\ntwo\n")
    kept, held = await store.keep_end(str(log), 8)
    assert (kept.size, kept.origin, held) == (8, str(log), None)


async def test_what_is_held_is_let_go_of_once_it_is_stored_or_nobody_wants_it(
    store: EvidenceStore, tmp_path: Path
) -> None:
    log = tmp_path / "bot.log"
    log.write_bytes(b"x" * 1000)
    _, one = await store.keep_end(str(log), 8)
    _, two = await store.keep_end(str(log), 8)
    _, three = await store.keep_end(str(log), 8)
    assert one is not None
    assert two is not None
    assert held_open(log) == 3
    assert (await one.keep()).size == 1000
    two.close()
    two.close()
    del three
    gc.collect()
    assert held_open(log) == 0


async def test_of_many_logs_those_that_cannot_be_held_are_read_again_by_name(
    store: EvidenceStore, tmp_path: Path
) -> None:
    log = tmp_path / "bot.log"
    log.write_bytes(b"x" * 1000)
    pairs = [await store.keep_end(str(log), 8) for _ in range(MOST_HELD + 1)]
    assert held_open(log) == MOST_HELD
    last = pairs[-1][1]
    assert last is not None
    with log.open("ab") as file:
        file.write(b"y")
    assert (await last.keep()).size == 1001
    for _, held in pairs:
        assert held is not None
        held.close()
    assert held_open(log) == 0
