"""One exchange: how far a request got is never guessed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from warroom.adapters.contain.http_exchange import (
    BODY_LIMIT,
    Answered,
    Break,
    Broken,
    exchange,
    shown_address,
)


class Listener:
    """A server of one connection: reads the request, says `answer`, ends."""

    def __init__(self, answer: bytes) -> None:
        self.got = b""
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/x"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with self._socket, self._socket.accept()[0] as connection:
            while not self.got.endswith(b"body") and (more := connection.recv(65536)):
                self.got += more
            connection.sendall(self._answer)

    def join(self) -> bytes:
        """What the client sent."""
        self._thread.join()
        return self.got


async def ask(url: str, timeout_s: float = 1.0) -> Answered | Broken:
    return await exchange("POST", url, headers={"x-mark": "1"}, content=b"body", timeout_s=timeout_s)


async def how(url: str, timeout_s: float = 1.0) -> Break:
    outcome = await ask(url, timeout_s)
    assert isinstance(outcome, Broken)
    return outcome.how


@pytest.fixture
def full_backlog() -> Iterator[str]:
    """A listener whose queue is full: the kernel drops further connections, as it does for a frozen busy server."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        for client in waiting:
            client.close()


async def test_an_answer_has_its_status_and_body() -> None:
    server = Listener(b"HTTP/1.1 418 Teapot\r\ncontent-length: 3\r\n\r\npot")
    assert await ask(server.url) == Answered(418, b"pot")
    got = server.join().lower()
    assert got.startswith(b"post /x http/1.1\r\n")
    assert b"x-mark: 1" in got
    assert b"connection: close" in got


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    server = Listener(b"HTTP/1.1 307 Elsewhere\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n")
    assert await ask(server.url) == Answered(307, b"")
    server.join()


async def test_a_large_body_is_read_to_the_limit_only() -> None:
    server = Listener(b"HTTP/1.1 200 OK\r\n\r\n" + b"y" * 100_000)
    outcome = await ask(server.url)
    assert isinstance(outcome, Answered)
    assert len(outcome.body) == BODY_LIMIT
    server.join()


async def test_a_body_that_breaks_off_does_not_take_the_status_away() -> None:
    server = Listener(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
    assert await ask(server.url) == Answered(200, b"half")
    server.join()


async def test_a_request_that_got_no_answer_may_have_arrived() -> None:
    lost = Listener(b"")
    assert (await how(lost.url)).sent
    assert lost.join().endswith(b"body")
    nonsense = Listener(b"not http at all\r\n\r\n")
    assert (await how(nonsense.url)) is Break.LOST
    nonsense.join()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert (await how(f"http://127.0.0.1:{silent.getsockname()[1]}/", 0.1)) is Break.NO_ANSWER_IN_TIME
        assert Break.NO_ANSWER_IN_TIME.sent


async def test_a_request_without_a_connection_never_left(full_backlog: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        dead = f"http://127.0.0.1:{gone.getsockname()[1]}/"
    assert (await how(dead)) is Break.REFUSED
    assert (await how(full_backlog, 0.1)) is Break.NO_ROUTE_IN_TIME
    assert (await how("http://no-such-host.invalid/")) is Break.NO_CONNECTION
    assert (await how("http://127.0.0.1:99999/")) is Break.NO_CONNECTION
    assert not any(way.sent for way in (Break.REFUSED, Break.NO_ROUTE_IN_TIME, Break.NO_CONNECTION))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://u:p@h:8/a?k=v#f", "http://h:8/a?•••"),
        ("http://h/a", "http://h/a"),
        ("http://[::1/", "•••"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert shown_address(url) == shown
