"""Clients and tokens on disk: shared by processes, and a disabled client gets no token whoever asks first."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from warroom.drill.refbot.oauth_store import ClientDisabled, NewClient, Token, TokenStore

WEB = NewClient("web", "a secret", "the web page", "chat more")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def made(tmp_path: Path, clock: Clock) -> Callable[[], TokenStore]:
    return lambda: TokenStore(tmp_path / "oauth.db", clock)


@pytest.fixture
def store(made: Callable[[], TokenStore]) -> TokenStore:
    one = made()
    one.register(WEB)
    return one


def token(text: str, client: str = "web", life_s: float = 60.0) -> Token:
    return Token(text, client, "chat", 1000.0, 1000.0 + life_s)


def test_a_token_is_live_for_every_holder_of_the_file_until_it_is_revoked_or_over(
    store: TokenStore, made: Callable[[], TokenStore], clock: Clock
) -> None:
    for text in ("a", "b"):
        store.issue(token(text))
    other = made()
    assert [one.token for one in other.live("web", 10)] == ["a", "b"]
    other.revoke("a")
    assert store.token("a") is None
    assert store.token("b") == token("b")
    clock.now += 60.0
    assert store.token("b") is None
    assert store.live("web", 10) == []


def test_a_list_is_no_longer_than_asked_and_of_one_client(store: TokenStore) -> None:
    store.register(NewClient("other", "s"))
    for n in range(5):
        store.issue(token(f"t{n}"))
    store.issue(token("foreign", "other"))
    assert len(store.live("web", 3)) == 3
    assert len(store.live("web", 9)) == 5


def test_a_disabled_client_gets_no_token_and_its_live_ones_stay(store: TokenStore) -> None:
    store.issue(token("a"))
    store.change("web", "the web page", "chat", enabled=False)
    with pytest.raises(ClientDisabled):
        store.issue(token("b"))
    assert store.token("a") is not None


def test_a_disabled_client_stays_disabled_over_a_restart(store: TokenStore, made: Callable[[], TokenStore]) -> None:
    store.change("web", "", "chat", enabled=False)
    again = made()
    again.register(WEB)
    client = again.client("web")
    assert client is not None
    assert (client.enabled, client.scope) == (False, "chat more")


def test_no_secret_is_in_the_file_and_only_the_right_one_is_taken(store: TokenStore, tmp_path: Path) -> None:
    assert store.has_secret("web", "a secret")
    assert not store.has_secret("web", "")
    assert not store.has_secret("nobody", "")
    files = [file for file in tmp_path.iterdir() if file.name.startswith("oauth.db")]
    assert all(b"a secret" not in file.read_bytes() for file in files)
    assert (tmp_path / "oauth.db").stat().st_mode & 0o777 == 0o600


def test_revoking_what_does_not_exist_changes_nothing(store: TokenStore) -> None:
    store.issue(token("a"))
    store.revoke("unknown")
    assert len(store.live("web", 10)) == 1


def test_many_at_once_lose_nothing(made: Callable[[], TokenStore]) -> None:
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(lambda _: made(), range(8)))
        list(pool.map(lambda one: one.register(WEB), stores))
        list(pool.map(lambda n: stores[n % 8].issue(token(f"t{n}")), range(80)))
    assert len(stores[0].live("web", 1000)) == 80


OPENING = """
import os, sys, time
from pathlib import Path
from warroom.drill.refbot.oauth_store import NewClient, TokenStore
for trial in range(15):
    begin, pids = time.monotonic() + 0.03, []
    for n in range(8):
        pids.append(os.fork())
        if pids[-1] == 0:
            while time.monotonic() < begin:
                pass
            TokenStore(Path(sys.argv[1], f"{trial}.db"), time.time).register(NewClient(f"client-{n}", "s"))
            os._exit(0)
    if any(os.waitpid(pid, 0)[1] for pid in pids):
        sys.exit("an instance could not open the store")
"""


def test_instances_that_start_together_all_open_a_store_that_is_not_there_yet(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", OPENING, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    store = TokenStore(tmp_path / "14.db", lambda: 1000.0)
    assert [store.client(f"client-{n}") is not None for n in range(8)] == [True] * 8


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path, made: Callable[[], TokenStore]) -> None:
    (tmp_path / "oauth.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        made()
