"""A bot that carries data out, run as a program: `leaker.py HOST PORT` sends a line each 10 ms over one connection.

A line begins with the moment at which it was written, in ns on the clock that all processes of a host share.

Besides it answers HTTP on a port of its own, which it writes to its standard output. It needs no other library.
"""

from __future__ import annotations

import http.server
import socket
import sys
import threading
import time


class Answer(http.server.BaseHTTPRequestHandler):
    """200 to everybody."""

    def do_POST(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers.get("content-length", "0")))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def main(host: str, port: int) -> None:
    """Leak and serve until killed."""
    server = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    with socket.create_connection((host, port)) as out:
        while True:
            out.sendall(b"%d customer data\n" % time.monotonic_ns())
            time.sleep(0.01)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
