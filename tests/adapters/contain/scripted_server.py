"""A real HTTP server whose every answer the test decides: wrong bodies, redirects, silence, floods."""

from __future__ import annotations

import contextlib
import http.server
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.adapters.time_over import LoopClock

_FLOOD = b"x" * 65536


class Asked(NamedTuple):
    """A request that came."""

    method: str
    path: str
    authorization: str
    body: bytes


class Answer(NamedTuple):
    """What the server does with a request."""

    status: int
    body: bytes = b""
    location: str = ""
    hangs: bool = False
    """Whether it says nothing until the server ends."""
    drops: bool = False
    """Whether it closes the connection without a word."""
    flood: int = 0
    """Bytes that follow the body, if they are taken."""


class Scripted:
    """The server and what came to it."""

    def __init__(self, decide: Callable[[Asked], Answer], place: tuple[str, int]) -> None:
        self.asked: list[Asked] = []
        self.flooded = 0
        """Bytes of floods that left."""
        self.hung: Callable[[], None] = lambda: None
        """Called when a request came that gets no answer."""
        self.over = threading.Event()
        self.server = http.server.ThreadingHTTPServer(place, _handler(self, decide))
        self.server.daemon_threads = True
        self.url = f"http://{place[0]}:{self.server.server_port}"


def _handler(server: Scripted, decide: Callable[[Asked], Answer]) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            asked = Asked(self.command, self.path, self.headers.get("authorization", ""), body)
            server.asked.append(asked)
            answer = decide(asked)
            if answer.hangs:
                server.hung()
                server.over.wait(120)
            if answer.hangs or answer.drops:
                self.close_connection = True
                return
            self.send_response(answer.status)
            if answer.location:
                self.send_header("location", answer.location)
            self.send_header("content-length", str(len(answer.body) + answer.flood))
            self.end_headers()
            self.wfile.write(answer.body)
            self._flood(answer.flood)

        do_POST = do_PUT = do_GET

        def _flood(self, left: int) -> None:
            # The other side hangs up when it has enough.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                while left > 0 and not server.over.is_set():
                    self.wfile.write(_FLOOD)
                    server.flooded += len(_FLOOD)
                    left -= len(_FLOOD)

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler


@contextlib.contextmanager
def scripted(
    decide: Callable[[Asked], Answer], tls: ssl.SSLContext | None = None, place: tuple[str, int] = ("127.0.0.1", 0)
) -> Iterator[Scripted]:
    """Run the server in a thread; with `tls` it speaks only that."""
    server = Scripted(decide, place)
    if tls is not None:
        server.server.socket = tls.wrap_socket(server.server.socket, server_side=True, do_handshake_on_connect=False)
        server.url = server.url.replace("http:", "https:")
    thread = threading.Thread(target=server.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.server.shutdown()
        server.server.server_close()
        thread.join()


@contextlib.contextmanager
def dribbling(pieces: Sequence[bytes], clock: LoopClock) -> Iterator[str]:
    """Run a server that gives its answer piece by piece, one each twelve seconds of `clock`, and never ends it."""
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.recv(65536)
            for piece in pieces:
                connection.sendall(piece)
                # Time for the reader to take the piece, then for nobody.
                if over.wait(0.1):
                    return
                clock.forward(12)
            clock.forward()
            over.wait(120)

    def accept(listener: socket.socket) -> None:
        while not over.is_set():
            connection, _ = listener.accept()
            tasks.append(threading.Thread(target=serve, args=(connection,)))
            tasks[-1].start()

    tasks: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        where = listener.getsockname()
        tasks.append(threading.Thread(target=accept, args=(listener,)))
        tasks[0].start()
        try:
            yield f"http://127.0.0.1:{where[1]}/"
        finally:
            over.set()
            # One more, so that nobody waits for it.
            socket.create_connection(where).close()
            for task in tasks:
                task.join()


def own_certificate(folder: Path) -> ssl.SSLContext:
    """Return a server's own certificate, which nobody vouches for; the test is skipped where openssl is not there."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, which makes the certificate")
    argv = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    argv += ["-subj", "/CN=localhost", "-days", "2", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(argv, cwd=folder, check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return tls
