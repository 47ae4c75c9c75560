"""Many small bots behind one address, each with a signed control endpoint: what was done to each is counted."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from warroom.adapters.contain.control import signature
from warroom.core.model import Verb
from warroom.core.settings import (
    BotSettings,
    ContainedWhen,
    ContainSettings,
    ControlSettings,
    ProbeSettings,
    Settings,
)

KEY = b"a key of the farm"


class Farm:
    """Bots `b000`, `b001`, …; a bot does what the newest request of its control endpoint says."""

    def __init__(self, folder: Path) -> None:
        self.modes: dict[str, str] = {}
        self.orders: Counter[str] = Counter()
        """Requests by their id: an order that was sent twice counts two."""
        self.lock = threading.Lock()
        self.key = folder / "farm.key"
        self.key.touch(mode=0o600)
        self.key.write_bytes(KEY)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True

    def settings(self, count: int, *, samples: int = 3, every_s: float = 30.0) -> Settings:
        """Return the settings of a room with so many bots."""
        return Settings(
            bots={f"b{number:03d}": self._bot(f"b{number:03d}", samples, every_s) for number in range(count)}
        )

    def _bot(self, name: str, samples: int, every_s: float) -> BotSettings:
        base = f"http://127.0.0.1:{self.server.server_port}/{name}"
        probe = ProbeSettings(
            f"{base}/chat", samples=samples, every_s=every_s, contained_when=ContainedWhen(status=[503])
        )
        control = ControlSettings(f"{base}/control", str(self.key), settle_s=0.5, verbs=[Verb.DISABLE])
        return BotSettings([], probe=probe, contain=ContainSettings(control=control))

    def take(self, bot: str, order: str, body: dict[str, Any]) -> None:
        """Do what a signed request says."""
        with self.lock:
            self.orders[order] += 1
            self.modes[bot] = body["mode"]


def _handler(farm: Farm) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._say(200, {"mode": farm.modes.get(self._bot(), "normal")})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            if self.path.endswith("/chat"):
                off = farm.modes.get(self._bot(), "normal") == "disabled"
                self._say(503 if off else 200, {})
                return
            order, at = self.headers["webhook-id"], self.headers["webhook-timestamp"]
            if self.headers["webhook-signature"] != signature(KEY, order, at, body):
                self._say(401, {})
                return
            farm.take(self._bot(), order, json.loads(body))
            self._say(200, {"mode": farm.modes[self._bot()]})

        def _bot(self) -> str:
            return self.path.split("/")[1]

        def _say(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            # An engine that was killed does not wait for its answer.
            with contextlib.suppress(ConnectionError):
                self._write(status, content)

        def _write(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler


@contextlib.contextmanager
def running_farm(folder: Path) -> Iterator[Farm]:
    """Run the bots in a thread."""
    farm = Farm(folder)
    thread = threading.Thread(target=farm.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield farm
    finally:
        farm.server.shutdown()
        farm.server.server_close()
        thread.join()
