"""A small bot for tests, run as a program: its limit stands in a Redis key that it reads for each request.

Arguments: folder, socket of Redis, password, key. It writes `port` into the folder. The key holds such as `3 per
minute`; without a key it takes 100. It counts all requests of the last minute.
"""

from __future__ import annotations

import http.server
import sys
import time
from pathlib import Path

from redis import Redis


def handler(store: Redis, key: str) -> type[http.server.BaseHTTPRequestHandler]:
    """Return what answers for the bot."""
    taken: list[float] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", "0")))
            limit = store.get(key)
            allowed = int(limit.split()[0]) if isinstance(limit, bytes) else 100
            now = time.monotonic()
            taken[:] = [moment for moment in taken if now - moment < 60]
            status = 200 if len(taken) < allowed else 429
            if status == 200:
                taken.append(now)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler


def main(folder: Path, socket: str, password: str, key: str) -> None:
    """Serve until killed."""
    store = Redis(unix_socket_path=socket, password=password)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(store, key))
    (folder / "port.part").write_text(str(server.server_port))
    (folder / "port.part").rename(folder / "port")
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:5])
