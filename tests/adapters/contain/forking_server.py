"""A small pre-forking HTTP server for tests, run as a program: a parent and workers that share its socket.

Arguments: folder, number of workers, seconds after which a worker without a sign of life is killed. It writes `pid` and
`port` into the folder, and a line into `killed` for each worker that the parent gave up. Started again in the same
folder it takes the same port.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
from pathlib import Path

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"
REFUSAL = b"HTTP/1.1 503 Off\r\ncontent-length: 3\r\nconnection: close\r\n\r\noff"


def serve(listener: socket.socket, alive: Path) -> None:
    """Answer requests and show life between them; a control request switches off this worker and no other."""
    listener.settimeout(0.05)
    disabled = False
    while True:
        alive.touch()
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        # Who hangs up in between, as a look does when its time is over, ends no worker.
        with connection, contextlib.suppress(OSError):
            connection.settimeout(30)
            control = whole_request(connection).startswith(b"POST /control")
            disabled = disabled or control
            connection.sendall(REFUSAL if disabled and not control else ANSWER)


def whole_request(connection: socket.socket) -> bytes:
    """Read a request to its end: an answer over unread bytes would be lost with the connection."""
    got = b""
    while b"\r\n\r\n" not in got and (more := connection.recv(65536)):
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    left = int(lengths[0]) - len(body) if lengths else 0
    while left > 0 and (more := connection.recv(left)):
        left -= len(more)
    return got


def start_worker(listener: socket.socket, alive: Path) -> int:
    """Fork a worker and return its pid."""
    alive.touch()
    pid = os.fork()
    if pid == 0:
        serve(listener, alive)
    return pid


def main(folder: Path, workers: int, patience_s: float) -> None:
    """Serve until killed; watch the workers as process managers do."""
    port = folder / "port"
    listener = socket.create_server(("127.0.0.1", int(port.read_text()) if port.exists() else 0))
    signs = {folder / f"alive-{number}": 0 for number in range(workers)}
    for sign in signs:
        signs[sign] = start_worker(listener, sign)
    port.write_text(str(listener.getsockname()[1]))
    (folder / "pid.part").write_text(f"{os.getpid()}\n")
    (folder / "pid.part").rename(folder / "pid")
    while True:
        time.sleep(0.02)
        for sign, pid in signs.items():
            if time.time() - sign.stat().st_mtime > patience_s:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                with (folder / "killed").open("a") as log:
                    log.write(f"{pid}\n")
                signs[sign] = start_worker(listener, sign)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
