"""A real Redis server on a socket of its own, and a bot that takes its limit from it."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import ConnectionError, Redis

from tests.adapters.time_over import PATIENCE_S
from tests.waiting import wait_until
from warroom.core.model import Verb
from warroom.core.settings import ContainedWhen, ProbeSettings
from warroom.core.settings_probe import VerbProbe

PASSWORD = "opensesame"
KEY = "limit:support"


class RedisServer:
    """A running server."""

    def __init__(self, socket: Path, process: subprocess.Popen[bytes]) -> None:
        self.socket = str(socket)
        self.url = f"unix://:{PASSWORD}@{socket}?db=0"
        self.process = process
        self.client = Redis(unix_socket_path=self.socket, password=PASSWORD)

    def answers(self) -> bool:
        """Whether it takes commands by now."""
        try:
            return bool(self.client.ping())
        except ConnectionError:
            return False

    def end(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Run a server with a password, on a socket alone."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    # A socket's path has at most 107 bytes, and folders of tests have long names.
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "redis.sock"
        command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--requirepass", PASSWORD, "--save", ""]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=folder) as process:
            server = RedisServer(socket, process)
            try:
                wait_until(server.answers, what="an answer of Redis")
                yield server
            finally:
                server.client.close()
                server.end()


class LimitedBot:
    """A running bot, and the server that holds its limit."""

    def __init__(self, folder: Path, server: RedisServer) -> None:
        self.server = server
        self.url = f"http://127.0.0.1:{(folder / 'port').read_text()}/v1/chat"
        over = VerbProbe(contained_when=ContainedWhen(status=[429]))
        self.probe = ProbeSettings(self.url, timeout_s=PATIENCE_S, verbs={Verb.LIMIT: over})

    def use(self, times: int = 3) -> None:
        """Ask as users do."""
        for _ in range(times):
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(self.url, data=b"", timeout=PATIENCE_S).close()


@contextlib.contextmanager
def limited_bot(folder: Path, reads: str = KEY) -> Iterator[LimitedBot]:
    """Run the bot and its Redis; `reads` is another key that it reads instead."""
    with redis_server() as server:
        script = Path(__file__).with_name("limited_server.py")
        command = [sys.executable, str(script), str(folder), server.socket, PASSWORD, reads]
        with subprocess.Popen(command) as process:
            try:
                wait_until((folder / "port").exists, what="the port of the bot")
                yield LimitedBot(folder, server)
            finally:
                process.kill()
