"""A service of an operator, in a thread, that acts on a bot when it is asked with a signature; it can misbehave."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KEY = b"a key of the service"


class WebhookService:
    """The service, and the bot that it acts on."""

    def __init__(self, folder: Path) -> None:
        self.orders: list[tuple[str, dict[str, Any]]] = []
        """Valid requests: id and body, replays included."""
        self.contained = False
        self.obeys = True
        self.status = 200
        self.body: bytes | None = None
        """What it answers instead of its acceptance."""
        self.endless = False
        """Whether its answers never end."""
        self.location = ""
        self.key_file = folder / "key"
        self.key_file.write_bytes(KEY + b"\n")
        self.key_file.chmod(0o600)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        base = f"http://127.0.0.1:{self.server.server_port}"
        self.url, self.order_url = f"{base}/v1/chat", f"{base}/orders?token=hidden"

    def take(self, message_id: str, order: dict[str, Any]) -> None:
        """Do as it is asked."""
        self.orders.append((message_id, order))
        if self.obeys:
            self.contained = not order["release"]


def _handler(service: WebhookService) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            self._say(204, b"")

        def do_GET(self) -> None:
            self._say(200, b"redirected here")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            if self.path == "/v1/chat":
                self._say(503 if service.contained else 200, b"")
                return
            message_id, timestamp = self.headers["webhook-id"], self.headers["webhook-timestamp"]
            digest = hmac.new(KEY, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
            if self.headers["webhook-signature"] != "v1," + base64.b64encode(digest).decode():
                self._say(401, b"bad signature")
                return
            service.take(message_id, json.loads(body))
            accepted = json.dumps({"accepted": True, "id": f"job-{len(service.orders)}", "more": 1}).encode()
            self._say(service.status, accepted if service.body is None else service.body)

        def _say(self, status: int, content: bytes) -> None:
            self.send_response(status)
            if service.location:
                self.send_header("location", service.location)
            self.send_header("content-length", str(1 << 30 if service.endless else len(content)))
            self.end_headers()
            self.wfile.write(content)
            with contextlib.suppress(OSError):
                while service.endless:
                    self.wfile.write(b"x" * 65536)

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler


@contextlib.contextmanager
def webhook_service(folder: Path) -> Iterator[WebhookService]:
    """Run the service in a thread."""
    service = WebhookService(folder)
    thread = threading.Thread(target=service.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        service.server.shutdown()
        service.server.server_close()
        thread.join()
