"""Real bots for these tests: a pre-forking server, and a small server with a signed control endpoint."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from tests.waiting import wait_until

KEY = b"a key of the test"


class ForkingBot:
    """A running pre-forking server."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self.pidfile = folder / "pid"
        self.killed = folder / "killed"
        self.process = process
        self.url = f"http://127.0.0.1:{(folder / 'port').read_text()}/v1/chat"

    def workers(self) -> list[int]:
        """Pids of the workers."""
        return [child.pid for child in psutil.Process(self.process.pid).children(recursive=True)]

    def states(self) -> list[str]:
        """State letters of parent and workers, as the kernel shows them."""
        return [state_of(pid) for pid in (self.process.pid, *self.workers())]


@contextlib.contextmanager
def forking_bot(folder: Path, *, workers: int = 2, patience_s: float = 60.0) -> Iterator[ForkingBot]:
    """Run the pre-forking server in a session of its own and end all of it afterwards."""
    script = Path(__file__).with_name("forking_server.py")
    command = [sys.executable, str(script), str(folder), str(workers), str(patience_s)]
    process = subprocess.Popen(command, start_new_session=True)
    try:
        wait_until((folder / "pid").exists, what="the pidfile of the server")
        yield ForkingBot(folder, process)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        # The workers end a moment after their parent, and nobody here is told of it.
        wait_until(lambda: not _alive_in_session(process.pid), what="the end of the workers")


def _alive_in_session(leader: int) -> list[int]:
    alive = []
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            if os.getsid(one.pid) == leader and one.status() != psutil.STATUS_ZOMBIE:
                alive.append(one.pid)
    return alive


def state_of(pid: int) -> str:
    """The state letter of a process that is there, as the kernel shows it."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def is_alive(pid: int) -> bool:
    """Whether there is such a process and it has not ended."""
    try:
        return state_of(pid) not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


@contextlib.contextmanager
def full_queue() -> Iterator[int]:
    """Yield the port of a listener whose queue is full: the kernel answers no further connection."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        with socket.create_connection(listener.getsockname()):
            # tcpi_unacked of a listener: how many wait to be accepted. One is more than its queue of none holds.
            wait_until(lambda: listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 28)[24:] != bytes(4))
            yield int(listener.getsockname()[1])


class ControlledBot:
    """A bot with a signed control endpoint, in a thread; it can be told to misbehave."""

    def __init__(self, folder: Path) -> None:
        self.mode = "normal"
        self.calls: list[dict[str, Any]] = []
        """Accepted POSTs: id and body, replays included."""
        self.seen: set[str] = set()
        self.revision = 0
        self.answer_status = 200
        """What control answers to a valid POST."""
        self.obeys = True
        self.drops = False
        """Whether the connection ends without an answer once the request was read."""
        self.key_file = folder / "key"
        self.key_file.write_bytes(KEY + b"\n")
        self.key_file.chmod(0o600)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        base = f"http://127.0.0.1:{self.server.server_port}"
        self.url, self.control_url = f"{base}/v1/chat", f"{base}/control/state"

    def take(self, message_id: str, body: dict[str, Any]) -> None:
        """Accept a valid request once."""
        self.calls.append({"id": message_id, "body": body})
        if message_id not in self.seen:
            self.seen.add(message_id)
            self.revision += 1
            if self.obeys:
                self.mode = body["mode"]


def _handler(bot: ControlledBot) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._control(lambda: self._say(200, {"mode": bot.mode, "revision": bot.revision}))

        def do_POST(self) -> None:
            if self.path == "/v1/chat":
                self.rfile.read(int(self.headers.get("content-length", "0")))
                refused = bot.mode == "disabled"
                self._say(503 if refused else 200, {"reply": "no" if refused else "hello"})
                return
            self._control(lambda: self._say(bot.answer_status, {"mode": bot.mode, "revision": bot.revision}))

        def _control(self, say: Any) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            message_id, timestamp = self.headers["webhook-id"], self.headers["webhook-timestamp"]
            digest = hmac.new(KEY, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
            if self.headers["webhook-signature"] != "v1," + base64.b64encode(digest).decode():
                self._say(401, {"error": "bad signature"})
                return
            if body:
                bot.take(message_id, json.loads(body))
            if bot.drops:
                self.close_connection = True
                return
            say()

        def _say(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler


@contextlib.contextmanager
def controlled_bot(folder: Path) -> Iterator[ControlledBot]:
    """Run the bot in a thread."""
    bot = ControlledBot(folder)
    thread = threading.Thread(target=bot.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield bot
    finally:
        bot.server.shutdown()
        bot.server.server_close()
        thread.join()
