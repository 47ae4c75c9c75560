"""Names that are no plain names (T18-T24): links, folders that come and go, refused and strange logs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.adapters.faults.conftest import Follow
from tests.adapters.faults.oracle import NOBODY, Lines, append, nothing_lost


def point(link: Path, target: Path) -> None:
    """Let a link lead elsewhere, in one step."""
    fresh = link.with_name("fresh")
    fresh.symlink_to(target)
    fresh.replace(link)


@pytest.mark.parametrize("pattern", ["logs/bot.log", "logs/*.log"])
def test_t18_a_link_to_a_file_outside_is_followed_and_so_is_its_next_target(
    follow: Follow, tmp_path: Path, lines: Lines, pattern: str
) -> None:
    for name in ("logs", "first", "second"):
        (tmp_path / name).mkdir()
    first, second = tmp_path / "first/a", tmp_path / "second/b"
    link = tmp_path / "logs/bot.log"
    first.write_text(lines.next(5))
    link.symlink_to(first)
    follower = follow(tmp_path / pattern)
    follower.tells(lines)
    append(first, lines.next(5))
    follower.tells(lines)
    second.write_text(lines.next(5))
    point(link, second)
    follower.tells(lines)
    append(second, lines.next(5))
    nothing_lost(follower, lines)
    assert {record.source for record in follower.lines} == {str(link)}


@pytest.mark.parametrize("away", ["stopped", "ended"])
def test_t18_what_was_written_to_the_old_target_before_the_swap_is_read(
    follow: Follow, tmp_path: Path, lines: Lines, away: str
) -> None:
    (tmp_path / "data").mkdir()
    first, second = tmp_path / "data/bot-1.log", tmp_path / "data/bot-2.log"
    link = tmp_path / "bot.log"
    first.write_text(lines.next(5))
    link.symlink_to(first)
    follower = follow(link)
    follower.tells(lines)
    with follower.away(away):
        append(first, lines.next(5))
        second.write_text(lines.next(5))
        point(link, second)
    if away == "stopped":
        nothing_lost(follower, lines)
    else:
        # Where the link led is kept nowhere; that something is missing must be said.
        follower.sees(lambda: follower.gaps, "a gap")


def test_t18_a_link_whose_target_is_rotated_is_followed(follow: Follow, tmp_path: Path, lines: Lines) -> None:
    (tmp_path / "data").mkdir()
    target, link = tmp_path / "data/bot.log", tmp_path / "bot.log"
    target.write_text(lines.next(5))
    link.symlink_to(target)
    follower = follow(link)
    follower.tells(lines)
    with follower.away("stopped"):
        append(target, lines.next(5))
        target.rename(target.with_name("bot.log.1"))
        target.write_text(lines.next(5))
    nothing_lost(follower, lines)


@pytest.mark.parametrize("pattern", ["*/bot.log", "**/*.log"])
def test_t19_a_new_folder_with_a_log_written_at_once(
    follow: Follow, tmp_path: Path, lines: Lines, pattern: str
) -> None:
    follower = follow(tmp_path / pattern)
    follower.looks()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "bot.log").write_text(lines.next(3))
        follower.tells(lines)
        append(tmp_path / name / "bot.log", lines.next(3))
        follower.tells(lines)
    nothing_lost(follower, lines)


@pytest.mark.long
@pytest.mark.parametrize("pattern", ["bot.log", "*.log"])
def test_t20_a_folder_that_is_removed_and_made_anew(follow: Follow, tmp_path: Path, lines: Lines, pattern: str) -> None:
    folder = tmp_path / "logs"
    follower = follow(folder / pattern)
    for turn in range(3):
        folder.mkdir()
        (folder / "bot.log").write_text(lines.next(5))
        follower.tells(lines)
        append(folder / "bot.log", lines.next(5))
        follower.tells(lines)
        if turn < 2:
            shutil.rmtree(folder)
            follower.looks()
    nothing_lost(follower, lines)


def test_t20_a_folder_that_is_moved_away_and_replaced(follow: Follow, tmp_path: Path, lines: Lines) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "bot.log").write_text(lines.next(5))
    follower = follow(folder / "*.log")
    follower.tells(lines)
    with follower.away("stopped"):
        append(folder / "bot.log", lines.next(5))
        folder.rename(tmp_path / "old")
        folder.mkdir()
        (folder / "bot.log").write_text(lines.next(5))
    nothing_lost(follower, lines)


@pytest.mark.parametrize("shut", ["log", "folder"])
def test_t21_what_may_not_be_read_is_said_and_read_as_soon_as_it_may(
    follow: Follow, open_folder: Path, lines: Lines, shut: str
) -> None:
    folder = open_folder / "logs"
    folder.mkdir()
    log = folder / "bot.log"
    log.write_text(lines.next(10))
    closed, mode = (log, 0o644) if shut == "log" else (folder, 0o755)
    closed.chmod(0)
    follower = follow(log, options=("--user", str(NOBODY)) if os.geteuid() == 0 else ())
    follower.sees(lambda: follower.gaps == ["unreadable"])
    follower.looks()
    assert follower.gaps == ["unreadable"], "said once"
    closed.chmod(mode)
    nothing_lost(follower, lines)


def test_t21_a_log_that_is_forbidden_while_it_is_read_is_read_on(
    follow: Follow, open_folder: Path, lines: Lines
) -> None:
    log = open_folder / "bot.log"
    log.write_text(lines.next(10))
    follower = follow(log, options=("--user", str(NOBODY)) if os.geteuid() == 0 else ())
    follower.tells(lines)
    with log.open("a", buffering=1) as writer:
        log.chmod(0)
        writer.write(lines.next(5))
        follower.tells(lines)
        log.rename(log.with_name("bot.log.1"))
        log.touch(mode=0)
        follower.sees(lambda: "unreadable" in follower.gaps)
        append(log, lines.next(5))
        log.chmod(0o644)
    nothing_lost(follower, lines)


@pytest.mark.parametrize("pattern", ["*", pytest.param("exact", marks=pytest.mark.long)])
def test_t22_a_name_that_is_not_utf8_is_read_and_shown(
    follow: Follow, tmp_path: Path, lines: Lines, pattern: str
) -> None:
    strange = tmp_path / os.fsdecode(b"bad\xff.log")
    plain, more = tmp_path / "good.log", Lines("more")
    strange.write_text(lines.next(5))
    plain.write_text(more.next(5))
    follower = follow(*([tmp_path / "*.log"] if pattern == "*" else [strange, plain]))
    follower.tells(lines)
    append(strange, lines.next(5))
    append(plain, more.next(5))
    nothing_lost(follower, lines, more)
    told = {record.source for record in follower.lines if record.message.startswith("line")}
    assert told == {f"{tmp_path}/bad\\xff.log"}


def test_t22_a_name_that_is_not_utf8_is_known_again_by_the_next_run(
    follow: Follow, tmp_path: Path, lines: Lines
) -> None:
    strange = tmp_path / os.fsdecode(b"b\xe9d.log")
    strange.write_text(lines.next(5))
    follower = follow(tmp_path / "*.log")
    follower.tells(lines)
    with follower.away("ended"):
        append(strange, lines.next(5))
        strange.rename(f"{strange}.1")
        strange.write_text(lines.next(5))
    nothing_lost(follower, lines)
    assert follower.gaps == []


@pytest.mark.parametrize("pattern", ["later.log", "*.log"])
@pytest.mark.parametrize("options", [pytest.param((), marks=pytest.mark.long), ("--from-end",)], ids=["start", "end"])
def test_t23_a_log_that_appears_later_is_read_from_its_first_line(
    follow: Follow, tmp_path: Path, lines: Lines, pattern: str, options: tuple[str, ...]
) -> None:
    follower = follow(tmp_path / pattern, options=options)
    follower.looks()
    (tmp_path / "later.log").write_text(lines.next(2000))
    nothing_lost(follower, lines)
    assert follower.gaps == []


def test_t24_names_that_watchers_like_to_hide_are_read(follow: Follow, tmp_path: Path, lines: Lines) -> None:
    hidden = {
        ".git/x.log": ".git/*.log",
        ".venv/b.log": ".venv/*",
        "node_modules/x.log~": "*/*~",
        ".x.log.swp": ".x*",
        "x.pyc": "*.pyc",
        "with space\nand line.log": "with *",
    }
    follower = follow(*(tmp_path / pattern for pattern in hidden.values()))
    for name in hidden:
        log = tmp_path / name
        log.parent.mkdir(exist_ok=True)
        log.write_text(lines.next(3))
    follower.tells(lines)
    for name in hidden:
        append(tmp_path / name, lines.next(3))
    nothing_lost(follower, lines, in_order=False)
    assert {record.source for record in follower.lines} == {f"{tmp_path}/{name}" for name in hidden}
