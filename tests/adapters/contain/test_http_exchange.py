"""One exchange: how far a request got is never guessed."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from pathlib import Path

import pytest

from tests.adapters.contain.scripted_server import Answer, dribbling, own_certificate, scripted
from tests.adapters.time_over import PATIENCE_S, LoopClock, over_once_sent
from warroom.adapters.contain import http_exchange
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
            # Who has enough of an answer hangs up.
            with contextlib.suppress(OSError):
                connection.sendall(self._answer)

    def join(self) -> bytes:
        """What the client sent."""
        self._thread.join()
        return self.got


async def ask(url: str, timeout_s: float = PATIENCE_S) -> Answered | Broken:
    return await exchange("POST", url, headers={"x-mark": "1"}, content=b"body", timeout_s=timeout_s)


async def how(url: str, timeout_s: float = PATIENCE_S) -> Break:
    outcome = await ask(url, timeout_s)
    assert isinstance(outcome, Broken)
    return outcome.how


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


async def test_a_large_body_is_read_to_the_limit_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_exchange, "_BODY_PATIENCE_S", PATIENCE_S)
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
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with over_once_sent(url):
            assert (await how(url)) is Break.NO_ANSWER_IN_TIME
        assert Break.NO_ANSWER_IN_TIME.sent


async def test_a_request_without_a_connection_never_left(full_backlog: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        dead = f"http://127.0.0.1:{gone.getsockname()[1]}/"
    assert (await how(dead)) is Break.REFUSED
    assert (await how(full_backlog, 0.1)) is Break.NO_ROUTE_IN_TIME
    assert (await how("http://no-such-host.invalid/")) is Break.NO_CONNECTION
    assert (await how("http://127.0.0.1:99999/")) is Break.NO_CONNECTION
    assert not any(way.sent for way in (Break.REFUSED, Break.NO_ROUTE_IN_TIME, Break.NO_CONNECTION))


INTERIM = b"HTTP/1.1 102 Processing\r\n\r\n"


@pytest.mark.parametrize(
    "pieces",
    [[INTERIM] * 20, [b"HTTP/1.1 200 OK\r\n"] + [b"x-a: 1\r\n"] * 20, [b"H"]],
    ids=["interim", "header by header", "one byte"],
)
async def test_bytes_that_never_become_an_answer_are_not_silence(pieces: list[bytes]) -> None:
    with dribbling(pieces, LoopClock()) as url:
        outcome = await ask(url)
    assert outcome == Broken(Break.UNFINISHED, "something came back, and no whole answer within 30 s")
    assert Break.UNFINISHED.sent


@pytest.mark.parametrize("late_s", [1.5 * PATIENCE_S, 10 * PATIENCE_S], ids=["one limit", "all limits"])
async def test_an_answer_that_came_while_this_host_had_no_time_for_us_is_no_silence(late_s: float) -> None:
    clock, loop, said = LoopClock(), asyncio.get_running_loop(), threading.Event()

    def no_time() -> None:
        said.wait(PATIENCE_S)
        clock.go(late_s)

    def serve(listener: socket.socket) -> None:
        with listener.accept()[0] as connection:
            connection.recv(65536)
            loop.call_soon_threadsafe(no_time)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            said.set()
            over.wait(PATIENCE_S)

    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        outcome = await ask(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        over.set()
        thread.join()
    assert outcome == Answered(200, b"") or (isinstance(outcome, Broken) and outcome.how is Break.UNFINISHED)


async def test_an_interim_answer_before_the_answer_takes_nothing_from_it() -> None:
    server = Listener(INTERIM + b"HTTP/1.1 418 Teapot\r\ncontent-length: 3\r\n\r\npot")
    assert await ask(server.url) == Answered(418, b"pot")
    server.join()


async def test_who_accepts_and_agrees_on_no_encryption_got_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        with over_once_sent(url):
            assert (await how(url)) is Break.NO_HANDSHAKE_IN_TIME
        assert not Break.NO_HANDSHAKE_IN_TIME.sent


async def test_one_address_of_a_name_is_asked_as_the_name() -> None:
    server = Listener(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    port = server.url.rpartition(":")[2]
    url = f"http://user:word@bot.invalid:{port}"
    answered = await exchange("POST", url, headers={}, content=b"body", timeout_s=PATIENCE_S, at="127.0.0.1")
    assert answered == Answered(200, b"")
    got = server.join().lower().decode()
    assert f"host: bot.invalid:{port.partition('/')[0]}\r\n" in got
    assert "authorization: basic" in got


async def test_one_address_of_a_name_is_asked_for_the_names_certificate(tmp_path: Path) -> None:
    tls, names = own_certificate(tmp_path), list[str | None]()
    tls.sni_callback = lambda _socket, name, _context: names.append(name)
    with scripted(lambda asked: Answer(200), tls) as server:
        url = f"https://bot.invalid:{server.url.rpartition(':')[2]}/"
        outcome = await exchange("GET", url, headers={}, content=b"", timeout_s=PATIENCE_S, at="127.0.0.1")
    assert isinstance(outcome, Broken)
    assert "certificate" in outcome.text
    assert names == ["bot.invalid"]


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
