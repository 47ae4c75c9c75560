"""Look-ups that really block: nobody else waits for them, and what was known before goes on counting."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from tests.waiting import wait_until
from warroom.adapters.accounts_asked import FRESH_S, AskedAccounts
from warroom.adapters.clock import SystemClock
from warroom.core.model import Level
from warroom.core.ports import Standing


class MovedClock(SystemClock):
    """The system's clock, set forward by a test."""

    ahead = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


class Directory:
    """A directory that answers once a pipe is written to: until then the reading thread hangs in the kernel."""

    def __init__(self) -> None:
        self.asked = 0
        self.hangs = True
        self.level: Level | None = Level.RESPONDER
        self.broken = False
        self._read, self._write = os.pipe()

    def standing(self, uid: int) -> Standing:
        self.asked += 1
        if self.hangs:
            os.read(self._read, 1)
        if self.broken:
            raise OSError("the directory is down")
        return Standing(f"user{uid}", self.level, shared=False, enrolled=2)

    def by_number(self, uid: int) -> Standing:
        return Standing(f"uid-{uid}", None, shared=False, enrolled=2)

    def answer(self, times: int = 1) -> None:
        os.write(self._write, b"x" * times)


async def test_a_look_up_that_hangs_keeps_nothing_else_waiting() -> None:
    directory = Directory()
    asking = asyncio.create_task(AskedAccounts(directory, SystemClock(), patience_s=3600.0).standing(7))
    for _ in range(100):
        await asyncio.sleep(0)
        assert not asking.done()
    directory.answer()
    assert (await asking).name == "user7"


async def test_a_look_up_that_hangs_ends_in_the_bare_number() -> None:
    directory = Directory()
    standing = await AskedAccounts(directory, SystemClock(), patience_s=0.2).standing(7)
    assert (standing.name, standing.level) == ("uid-7", None)
    assert "cannot be looked up" in standing.doubt
    directory.answer()


async def test_who_was_known_goes_on_being_known_while_it_hangs_and_nobody_waits_twice() -> None:
    directory, clock = Directory(), MovedClock()
    directory.hangs = False
    accounts = AskedAccounts(directory, clock, patience_s=0.2)
    assert (await accounts.standing(7)).doubt == ""
    clock.ahead = FRESH_S + 1
    directory.hangs = True
    for _ in range(20):
        standing = await accounts.standing(7)
        assert (standing.name, standing.level) == ("user7", Level.RESPONDER)
        assert standing.doubt
    assert directory.asked == 2, "one look-up hangs, no second one is begun"
    directory.answer()
    await asyncio.to_thread(wait_until, lambda: not [one for one in threading.enumerate() if one.name == "account-7"])
    assert (await accounts.standing(7)).doubt == ""


async def test_an_answer_is_remembered_for_a_while_and_a_change_counts_after_it() -> None:
    directory, clock = Directory(), MovedClock()
    directory.hangs = False
    accounts = AskedAccounts(directory, clock)
    assert (await accounts.standing(7)).level is Level.RESPONDER
    directory.level = None
    assert (await accounts.standing(7)).level is Level.RESPONDER
    assert directory.asked == 1
    clock.ahead = FRESH_S + 1
    assert (await accounts.standing(7)).level is None


async def test_of_many_that_hang_a_bounded_number_has_threads() -> None:
    directory = Directory()
    accounts = AskedAccounts(directory, SystemClock(), patience_s=0.05)
    before = threading.active_count()
    await asyncio.gather(*(accounts.standing(uid) for uid in range(50)))
    assert threading.active_count() - before <= 4
    directory.answer(4)
    await asyncio.to_thread(wait_until, lambda: threading.active_count() <= before + 1)


async def test_a_host_that_says_nothing_is_like_one_that_hangs() -> None:
    directory = Directory()
    directory.hangs, directory.broken = False, True
    standing = await AskedAccounts(directory, SystemClock()).standing(7)
    assert (standing.level, bool(standing.doubt)) == (None, True)


CHILD = """
import asyncio, sys
from warroom.adapters.accounts import UnixAccounts
from warroom.adapters.accounts_asked import AskedAccounts
from warroom.adapters.clock import SystemClock
from warroom.core.settings import AccessSettings

async def main():
    book = UnixAccounts(AccessSettings(viewer=["@root"], commander=["0"]))
    asking = asyncio.create_task(AskedAccounts(book, SystemClock(), patience_s=3600.0).standing(0))
    for _ in range(10):
        await asyncio.sleep(0.01)
    hangs = not asking.done()
    found = await AskedAccounts(book, SystemClock(), patience_s=0.3).standing(0)
    print(hangs and not asking.done(), found.name, found.level, found.doubt)
    asking.cancel()

asyncio.run(main())
"""


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="a mount namespace needs root and unshare")
def test_a_name_service_of_the_host_that_hangs_stalls_nobody_and_the_process_ends_all_the_same(tmp_path: Path) -> None:
    """The C library itself hangs: in a mount namespace of its own /etc/group is a pipe to which nobody writes."""
    pipe = tmp_path / "group"
    os.mkfifo(pipe)
    words = f'mount --bind "{pipe}" /etc/group && exec "$0" -c "$1"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", words, sys.executable, textwrap.dedent(CHILD)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "mount" in done.stderr:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    assert done.stdout.split(maxsplit=3)[:3] == ["True", "uid-0", "commander"], done.stderr
    assert "cannot be looked up" in done.stdout
