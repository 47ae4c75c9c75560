"""Real receivers for these tests: an HTTP service that can die and come back, and a small mail server."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import json
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import msgspec

from warroom.core.model import Severity
from warroom.core.notices import Audience, Event, Notice


def notice(number: int = 1, *, incident: str = "INC-001", channel: str = "chat", **changes: Any) -> Notice:
    """Return a notice; `number` makes it one of its own."""
    made = Notice(
        id=f"{incident}-{number}-{channel}",
        incident=incident,
        audience=Audience.SECURITY,
        channel=channel,
        subject=f"[SEV2] {incident} update {number}",
        text=f"What happened\nnews {number}\n",
        created=1_764_000_000.0 + number,
        key=f"room-{incident}-{number}-{channel}",
        dedup=incident,
        event=Event.UPDATE,
        severity=Severity.SEV2,
    )
    return msgspec.structs.replace(made, **changes)


class Request(msgspec.Struct):
    """One POST as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)

    @property
    def key(self) -> str:
        """The idempotency key."""
        return self.headers.get("idempotency-key", "")


class HttpReceiver:
    """A service on a port of its own, in a thread; `down` and `up` end and begin it on the same port."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        """All that came whole, repeats included."""
        self.taken: list[Request] = []
        """Those accepted; with `honours_keys` each key once."""
        self.honours_keys = True
        self.answers: Callable[[Request], int] = lambda request: 202
        self.says: Callable[[Request], bytes] = lambda request: b"{}"
        self.location = ""
        """Where an answer sends its reader on to; empty for nowhere."""
        self.drops: Callable[[Request], bool] = lambda request: False
        """Whether the connection ends without an answer although the request was taken."""
        self.gate = threading.Event()
        """While it is not set, nobody is answered."""
        self.gate.set()
        self._keys: set[str] = set()
        self._lock = threading.Lock()
        self._server: http.server.ThreadingHTTPServer | None = None
        # Bound and never listening: while the service is down nobody else is given its port.
        self._holder = socket.socket()
        self._holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._holder.bind(("127.0.0.1", 0))
        self.port: int = self._holder.getsockname()[1]
        self.up()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    def up(self) -> None:
        """Listen, on the same port as before."""
        self._server = _Server(("127.0.0.1", self.port), _handler(self))
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def down(self) -> None:
        """Stop listening."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def close(self) -> None:
        """Answer whoever waits, stop listening for good and let go of the port."""
        self.gate.set()
        self.down()
        self._holder.close()

    def take(self, request: Request) -> int:
        """Keep a request and return the status of its answer."""
        with self._lock:
            self.requests.append(request)
            status = self.answers(request)
            if 200 <= status < 300 and not (self.honours_keys and request.key in self._keys):
                self._keys.add(request.key)
                self.taken.append(request)
            return status


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


def _handler(receiver: HttpReceiver) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.path, headers, body)
            status = receiver.take(request)
            receiver.gate.wait(30)
            if receiver.drops(request):
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            said = receiver.says(request)
            with contextlib.suppress(OSError):
                self.send_response(status)
                self.send_header("content-length", str(len(said)))
                if receiver.location:
                    self.send_header("location", receiver.location)
                self.end_headers()
                self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@contextlib.contextmanager
def http_receiver() -> Iterator[HttpReceiver]:
    """Run a service and end it."""
    receiver = HttpReceiver()
    try:
        yield receiver
    finally:
        receiver.close()


class MailServer:
    """A mail server that speaks enough of RFC 5321; `replies` answers a command in another way than usual."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.mails: list[str] = []
        """As sent, dots unstuffed, line ends kept."""
        self.envelopes: list[list[str]] = []
        self.logins: list[str] = []
        self.encrypted: list[bool] = []
        self.replies: dict[str, str] = {}
        """First word of a command, or the whole line → the reply."""
        self.silent_at = ""
        """A command that is never answered."""
        self.context = context
        self.port = 0
        self.talks = 0
        """Connections that are open."""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        self.talks += 1
        try:
            await _MailTalk(self, reader, writer).run()
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass
        finally:
            self.talks -= 1
            writer.close()


class _MailTalk:
    def __init__(self, server: MailServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.envelope: list[str] = []
        self.encrypted = False

    async def say(self, text: str) -> None:
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()

    async def run(self) -> None:
        await self.say(self.server.replies.get("greeting", "220 mail.example ready"))
        while line := await self.reader.readline():
            words = line.decode().strip()
            command = words.partition(" ")[0].upper()
            if command == "AUTH":
                self.server.logins.append(words.rpartition(" ")[2])
            if command == self.server.silent_at:
                await self.reader.read()
                return
            reply = self.server.replies.get(words) or self.server.replies.get(command)
            if reply is not None:
                await self.say(reply)
            elif not await self.usual(command, words):
                return

    async def usual(self, command: str, words: str) -> bool:
        match command:
            case "EHLO":
                more = "" if self.server.context is None or self.encrypted else "250-STARTTLS\r\n"
                await self.say(f"250-mail.example\r\n{more}250 AUTH PLAIN")
            case "STARTTLS":
                await self.say("220 go on")
                assert self.server.context is not None
                await self.writer.start_tls(self.server.context)
                self.encrypted = True
            case "AUTH":
                await self.say("235 welcome")
            case "MAIL":
                self.envelope = [words]
                await self.say("250 ok")
            case "RCPT":
                self.envelope.append(words)
                await self.say("250 ok")
            case "DATA":
                await self.say("354 go on")
                await self.take()
            case "QUIT":
                await self.say("221 bye")
                return False
            case _:
                await self.say("250 ok")
        return True

    async def take(self) -> None:
        whole = await self.reader.readuntil(b"\r\n.\r\n")
        text = whole[:-3].decode().replace("\r\n..", "\r\n.")
        reply = self.server.replies.get("end", "250 taken")
        if reply.startswith("250"):
            self.server.mails.append(text)
            self.server.envelopes.append(self.envelope)
            self.server.encrypted.append(self.encrypted)
        await self.say(reply)


@contextlib.asynccontextmanager
async def mail_server(context: ssl.SSLContext | None = None, *, tls: bool = False) -> AsyncIterator[MailServer]:
    """Run a mail server in this loop; `tls` speaks TLS from the first byte."""
    mails = MailServer(context)
    server = await asyncio.start_server(mails.talk, "127.0.0.1", 0, ssl=context if tls else None)
    mails.port = server.sockets[0].getsockname()[1]
    try:
        yield mails
    finally:
        server.close()
