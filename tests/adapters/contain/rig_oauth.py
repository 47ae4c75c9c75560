"""The reference bot behind OAuth, and the front through which its users come: a client that renews its token."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2

from tests.adapters.time_over import PATIENCE_S
from tests.drill.refbot.running import ADMIN, Asked, oauth_options, running
from warroom.core.settings import ProbeSettings
from warroom.core.settings_contain import OAuthSettings


class Front:
    """A web page's server: passes chats on with its client's token, and fetches a new one when that is refused."""

    def __init__(self, bot: Asked, token_file: Path) -> None:
        self.bot = bot
        self.token = ""
        self.token_file = token_file
        """Where it keeps its token, for whoever looks at that."""
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/ask"
        self.renew()

    def ask(self, body: bytes) -> httpx2.Response:
        """Pass a chat on; once more with a new token when the old one is refused."""
        answer = self._send(body)
        if answer.status_code == 401:
            self.renew()
            answer = self._send(body)
        return answer

    def renew(self) -> None:
        """Fetch a token; without one the old stays."""
        self.token = self.bot.token() or self.token
        self.token_file.touch(0o600)
        self.token_file.write_text(self.token)

    def _send(self, body: bytes) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.token}"}
        return self.bot.send("POST", "/v1/chat", content=body, headers=headers)


def _handler(front: Front) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = front.ask(self.rfile.read(int(self.headers.get("content-length", "0"))))
            self.send_response(answer.status_code)
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler


class OAuthBot:
    """A bot that wants tokens, its users' front, and what an engine is told about both."""

    def __init__(self, bot: Asked, front: Front, folder: Path) -> None:
        self.bot = bot
        self.front = front
        self.admin_file = folder / "admin.token"
        self.admin_file.touch(0o600)
        self.admin_file.write_text(ADMIN + "\n")
        self.probe = ProbeSettings(front.url, body='{"message":"good morning"}', timeout_s=PATIENCE_S)

    def settings(self, **others: Any) -> OAuthSettings:
        """Return the settings of the adapter."""
        known = {
            "client_id": "web",
            "client_url": self.bot.bot.at("/oauth/clients/web"),
            "tokens_url": self.bot.bot.at("/oauth/clients/web/tokens"),
            "revoke_url": self.bot.bot.at("/oauth/revoke"),
            "admin_token_file": str(self.admin_file),
        }
        return OAuthSettings(**{**known, **others})

    def live(self) -> list[str]:
        """Return the client's live tokens."""
        answer = self.bot.admin("GET", "/oauth/clients/web/tokens")
        return [one["token"] for one in answer.json()["tokens"]]


@contextlib.contextmanager
def oauth_bot(folder: Path) -> Iterator[OAuthBot]:
    """Run bot and front and end both afterwards."""
    with running(folder, oauth_options(folder)) as bot:
        front = Front(bot, folder / "front.token")
        thread = threading.Thread(target=front.server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield OAuthBot(bot, front, folder)
        finally:
            front.server.shutdown()
            front.server.server_close()
            thread.join()
