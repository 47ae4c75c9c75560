"""Bots as processes for these tests, the hands of their users, and what stands beside them."""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.waiting import wait_until
from warroom.drill.refbot.launch import RunningBot, start_bot, stop_bot
from warroom.drill.refbot.options import Auth, Options
from warroom.drill.refbot.signing import signature

KEY = b"a key of the test"
ADMIN = "an-administrator-of-the-test"
CLIENT = ("web", "a secret of the test")


class Asked:
    """A running bot, asked over new connections, as many users do."""

    def __init__(self, bot: RunningBot, client: httpx2.Client) -> None:
        self.bot = bot
        self.client = client

    def send(self, method: str, path: str, **words: Any) -> httpx2.Response:
        """Send one request."""
        return self.client.request(method, self.bot.at(path), **words)

    def chat(self, user: str = "u", token: str = "", message: str = "thanks") -> int:
        """Return the status that a message gets."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self.send("POST", "/v1/chat", json={"user": user, "message": message}, headers=headers).status_code

    def order(self, mode: str, name: str = "id-1") -> int:
        """Send a signed order."""
        body, stamp = json.dumps({"mode": mode}).encode(), str(int(time.time()))
        headers = {
            "webhook-id": name,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(KEY, name, stamp, body),
        }
        return self.send("POST", "/control/state", content=body, headers=headers).status_code

    def token(self, client: tuple[str, str] = CLIENT) -> str:
        """Fetch a token; an empty text where the server gives none."""
        answer = self.send("POST", "/oauth/token", data={"grant_type": "client_credentials"}, auth=client)
        return str(answer.json().get("access_token", ""))

    def admin(self, method: str, path: str, **words: Any) -> httpx2.Response:
        """Send a request with the administrator's token."""
        return self.send(method, path, headers={"authorization": f"Bearer {ADMIN}"}, **words)


@contextlib.contextmanager
def running(folder: Path, options: Options, name: str = "bot") -> Iterator[Asked]:
    """Run a bot and end all of it afterwards."""
    key = folder / "key"
    key.touch(0o600)
    key.write_bytes(KEY + b"\n")
    bot = start_bot(folder / name, shape="json", key_file=key, name="support", seed=1, options=options)
    try:
        with httpx2.Client(trust_env=False, timeout=60.0, headers={"connection": "close"}) as client:
            yield Asked(bot, client)
    finally:
        stop_bot(bot)


def oauth_options(folder: Path, **others: Any) -> Options:
    """Return options of a bot that wants tokens, with one client, and write its file."""
    file = folder / "oauth.json"
    file.touch(0o600)
    client = {"client_id": CLIENT[0], "client_secret": CLIENT[1], "client_name": "the web page"}
    file.write_text(json.dumps({"admin_token": ADMIN, "clients": [client]}))
    return Options(auth=Auth.OAUTH, oauth_file=str(file), **others)


@contextlib.contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Run a Redis of the test's own and return its address; skips where there is none."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed (package redis-server)")
    with held_port() as port:
        argv = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        with (folder / "redis.out").open("wb") as out:
            process = subprocess.Popen(argv, stdout=out, stderr=out)
        try:
            wait_until(lambda: _listens(port), what="redis-server")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.kill()
            process.wait()


@contextlib.contextmanager
def held_port() -> Iterator[int]:
    """Hold a port at which nobody listens: who asks for any port gets another, who wants this one may listen there."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def _listens(port: int) -> bool:
    with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 60):
        return True
    return False
