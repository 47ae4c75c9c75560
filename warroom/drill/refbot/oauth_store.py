"""Clients and tokens of the bot's OAuth server, in one SQLite file that its workers and instances share."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from warroom.drill.refbot.file_lock import locked

_PATIENCE_S = 5.0
_TABLES = """
create table if not exists client (
    id text primary key, name text not null, scope text not null, secret text not null,
    created real not null, enabled integer not null);
create table if not exists token (
    token text primary key, client text not null references client (id), scope text not null,
    issued real not null, expires real not null);
create index if not exists token_of on token (client, issued);
"""


class NewClient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A client as the bot's OAuth file names it."""

    client_id: str
    client_secret: str
    client_name: str = ""
    scope: str = "chat"


class Client(msgspec.Struct, frozen=True):
    """A client as it stands; `created` in seconds since the epoch."""

    client_id: str
    client_name: str
    scope: str
    created: float
    enabled: bool


class Token(msgspec.Struct, frozen=True):
    """A live token; times in seconds since the epoch."""

    token: str
    client_id: str
    scope: str
    issued_at: float
    expires_at: float


class ClientDisabled(Exception):
    """The client may have no token any more."""


class TokenStore:
    """A connection of its own for each act: safe for threads and over forks. sqlite3.Error when the file is broken.

    Secrets are kept as sha256; tokens are kept as they are, since their list is what an administrator revokes by.
    """

    def __init__(self, path: Path, now: Callable[[], float]) -> None:
        self._path = path
        self._now = now
        with locked(path.with_suffix(".lock")):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            with self._connected() as db:
                db.execute("pragma journal_mode=wal")
                db.executescript(_TABLES)

    def register(self, new: NewClient) -> None:
        """Add a client, or give a known one its secret, name and scope again; a disabled one stays disabled."""
        words = "insert into client values (?, ?, ?, ?, ?, 1) on conflict (id) do update set "
        words += "name = excluded.name, scope = excluded.scope, secret = excluded.secret"
        told = (new.client_id, new.client_name, new.scope, _digest(new.client_secret), self._now())
        with self._connected() as db:
            db.execute(words, told)

    def client(self, client_id: str) -> Client | None:
        """Return a client, None when there is none of that id."""
        with self._connected() as db:
            words = "select name, scope, created, enabled from client where id = ?"
            row = db.execute(words, (client_id,)).fetchone()
        if row is None:
            return None
        name, scope, created, enabled = row
        return Client(client_id, name, scope, created, bool(enabled))

    def has_secret(self, client_id: str, secret: str) -> bool:
        """Return whether this is the client's secret."""
        with self._connected() as db:
            row = db.execute("select secret from client where id = ?", (client_id,)).fetchone()
        return hmac.compare_digest(row[0] if row else "", _digest(secret))

    def change(self, client_id: str, name: str, scope: str, enabled: bool) -> None:
        """Set what may be changed of a client; its tokens stay as they are."""
        with self._connected() as db:
            words = "update client set name = ?, scope = ?, enabled = ? where id = ?"
            db.execute(words, (name, scope, int(enabled), client_id))

    def issue(self, token: Token) -> None:
        """Keep a new token; ClientDisabled when its client was disabled before."""
        with self._connected() as db:
            words = "insert into token select ?, id, ?, ?, ? from client where id = ? and enabled"
            told = (token.token, token.scope, token.issued_at, token.expires_at, token.client_id)
            if db.execute(words, told).rowcount != 1:
                raise ClientDisabled
            db.execute("delete from token where expires <= ?", (self._now(),))

    def live(self, client_id: str, most: int) -> list[Token]:
        """Return up to `most` live tokens of a client, oldest first."""
        words = "select * from token where client = ? and expires > ? order by issued, token limit ?"
        with self._connected() as db:
            return [Token(*row) for row in db.execute(words, (client_id, self._now(), most))]

    def token(self, text: str) -> Token | None:
        """Return a live token, None for any other text."""
        with self._connected() as db:
            words = "select * from token where token = ? and expires > ?"
            row = db.execute(words, (text, self._now())).fetchone()
        return None if row is None else Token(*row)

    def revoke(self, text: str) -> None:
        """End a token; one that does not exist is no error."""
        with self._connected() as db:
            db.execute("delete from token where token = ?", (text,))

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self._path, timeout=_PATIENCE_S, isolation_level=None)) as db:
            db.execute("pragma synchronous=normal")
            yield db


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
