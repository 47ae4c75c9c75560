"""The outside probe: what is proof, what is counter-proof, and what is neither."""

from __future__ import annotations

import base64
import contextlib
import http.server
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.adapters.contain.rigs import forking_bot
from tests.adapters.contain.scripted_server import dribbling
from tests.adapters.time_over import PATIENCE_S, LoopClock, over_once_sent
from tests.waiting import wait_until
from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.http_probe import HttpProbe, contained_when
from warroom.core.model import Sample, Verb, Verdict
from warroom.core.settings import ContainedWhen, ProbeSettings, VerbProbe

CLOCK = SystemClock()


class Answering:
    """A server that gives one answer to everything and remembers what it was asked."""

    def __init__(self, status: int, content: bytes, place: tuple[str, int]) -> None:
        self.asked: list[tuple[str, str, bytes, int]] = []
        """Method, Authorization header, body and the client's port of each request."""
        self.agents: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                outer.agents.append(self.headers["user-agent"])
                outer.asked.append((self.command, self.headers["authorization"], body, self.client_address[1]))
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST

            def log_message(self, format: str, *args: object) -> None:
                return

        self.server = http.server.ThreadingHTTPServer(place, Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/chat"


@contextlib.contextmanager
def answering(status: int, content: bytes = b"", place: tuple[str, int] = ("127.0.0.1", 0)) -> Iterator[Answering]:
    running = Answering(status, content, place)
    thread = threading.Thread(target=running.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield running
    finally:
        running.server.shutdown()
        running.server.server_close()
        thread.join()


@contextlib.contextmanager
def raw_server(answer: bytes) -> Iterator[str]:
    """A server that reads nothing, says `answer` and ends the connection, once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            # Nobody may come, and who came may be gone.
            with contextlib.suppress(OSError), listener.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def dead_url() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"


@pytest.fixture
def silent_url() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


def asking(url: str, **others: Any) -> ProbeSettings:
    """Settings with a long limit: on a busy machine late looks like never."""
    return ProbeSettings(url, **{"timeout_s": PATIENCE_S, **others})


async def in_vain(settings: ProbeSettings, verb: Verb) -> Sample:
    """A look whose time is over once its request was sent."""
    with over_once_sent(settings.url):
        return await look(settings, verb)


async def look(settings: ProbeSettings, verb: Verb = Verb.DISABLE) -> Sample:
    return await HttpProbe(settings, CLOCK).look(verb)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.OPEN),
        (503, Verdict.CONTAINED),
        (401, Verdict.CONTAINED),
        (403, Verdict.CONTAINED),
        (500, Verdict.UNKNOWN),
        (404, Verdict.UNKNOWN),
        (429, Verdict.UNKNOWN),
        (302, Verdict.UNKNOWN),
    ],
)
async def test_a_status_is_proof_only_when_it_is_named(status: int, verdict: Verdict) -> None:
    with answering(status) as bot:
        assert (await look(asking(bot.url))).verdict is verdict


@pytest.mark.parametrize(
    ("verb", "verdict"),
    [(Verb.LIMIT, Verdict.UNKNOWN), (Verb.DISABLE, Verdict.CONTAINED), (Verb.FREEZE, Verdict.UNKNOWN)],
)
async def test_a_closed_port_proves_a_refusal_and_nothing_milder_or_harder(
    dead_url: str, verb: Verb, verdict: Verdict
) -> None:
    sample = await look(asking(dead_url), verb)
    assert (sample.verdict, sample.got) == (verdict, "the connection was refused")


@pytest.mark.parametrize(
    ("verb", "verdict"),
    [(Verb.LIMIT, Verdict.UNKNOWN), (Verb.DISABLE, Verdict.UNKNOWN), (Verb.FREEZE, Verdict.CONTAINED)],
)
async def test_silence_proves_a_freeze_and_nothing_else(silent_url: str, verb: Verb, verdict: Verdict) -> None:
    sample = await in_vain(asking(silent_url), verb)
    assert (sample.verdict, sample.got) == (verdict, "no answer within 30 s")


@pytest.mark.parametrize("verb", [Verb.FREEZE, Verb.ISOLATE])
@pytest.mark.parametrize("piece", [b"HTTP/1.1 102 Processing\r\n\r\n", b"HTTP/1.1 200 OK\r\n"])
async def test_a_bot_that_sends_anything_is_neither_frozen_nor_cut_off(verb: Verb, piece: bytes) -> None:
    with dribbling([piece] * 20, LoopClock()) as url:
        sample = await look(asking(url), verb)
    assert sample.verdict is Verdict.UNKNOWN
    assert sample.got == "something came back, and no whole answer within 30 s"


async def test_no_connection_proves_no_freeze_by_itself_and_a_cut_it_does(full_backlog: str) -> None:
    settings = asking(full_backlog, timeout_s=0.1)
    looks = [await look(settings, verb) for verb in (Verb.FREEZE, Verb.ISOLATE, Verb.DISABLE)]
    assert [(one.verdict, one.weak) for one in looks] == [
        (Verdict.CONTAINED, True),
        (Verdict.CONTAINED, False),
        (Verdict.UNKNOWN, False),
    ]


async def test_a_frozen_bot_that_speaks_tls_is_silent_before_its_encryption(silent_url: str) -> None:
    sample = await in_vain(asking(silent_url.replace("http:", "https:")), Verb.FREEZE)
    assert (sample.verdict, sample.weak) == (Verdict.CONTAINED, False)


@pytest.fixture
def named_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name bot.test has two addresses of this host, as a name with two A records has."""
    find = socket.getaddrinfo

    def found(host: str, *more: Any, **named: Any) -> list[Any]:
        hosts = ["127.0.0.1", "127.0.0.2"] if host == "bot.test" else [host]
        return [one for each in hosts for one in find(each, *more, **named)]

    monkeypatch.setattr(socket, "getaddrinfo", found)


@pytest.mark.usefixtures("named_twice")
@pytest.mark.parametrize(
    ("second", "verb", "verdict"),
    [
        (200, Verb.DISABLE, Verdict.OPEN),
        (503, Verb.DISABLE, Verdict.CONTAINED),
        (500, Verb.DISABLE, Verdict.UNKNOWN),
        # Where nobody listens nobody is served, and the other address decides.
        (None, Verb.DISABLE, Verdict.CONTAINED),
        (None, Verb.LIMIT, Verdict.CONTAINED),
    ],
)
async def test_each_address_of_a_name_is_looked_at(second: int | None, verb: Verb, verdict: Verdict) -> None:
    with contextlib.ExitStack() as running:
        first = running.enter_context(answering(503))
        port = first.server.server_port
        other = None if second is None else running.enter_context(answering(second, place=("127.0.0.2", port)))
        sample = await look(asking(f"http://bot.test:{port}/v1/chat"), verb)
        assert [len(bot.asked) for bot in (first, other) if bot is not None] == ([1] if other is None else [1, 1])
    assert sample.verdict is verdict
    assert sample.sent == f"POST http://bot.test:{port}/v1/chat"
    assert sample.got.startswith("127.0.0.1: HTTP 503 in ")
    assert f"127.0.0.2: {'the connection was refused' if second is None else f'HTTP {second} in '}" in sample.got


@pytest.mark.parametrize("verb", [Verb.DISABLE, Verb.STOP])
async def test_of_a_name_with_more_addresses_than_a_look_asks_nothing_is_proved(
    monkeypatch: pytest.MonkeyPatch, verb: Verb
) -> None:
    find = socket.getaddrinfo
    hosts = [f"127.0.1.{number}" for number in range(1, 41)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *more, **named: [find(h, *more, **named)[0] for h in hosts])
    sample = await look(ProbeSettings("http://bot.test:9/v1/chat"), verb)
    assert (sample.verdict, sample.got[:26]) == (Verdict.UNKNOWN, "the name has 40 addresses,")


async def test_a_status_does_not_prove_a_freeze_because_something_still_answers() -> None:
    with answering(503) as bot:
        assert (await look(asking(bot.url), Verb.FREEZE)).verdict is Verdict.UNKNOWN


async def test_what_is_set_for_a_verb_counts_as_written(dead_url: str, silent_url: str) -> None:
    rule = ContainedWhen(refused=True, timeout=True)
    for url, ask in ((dead_url, look), (silent_url, in_vain)):
        for verb in (Verb.LIMIT, Verb.DISABLE, Verb.FREEZE):
            settings = asking(url, verbs={verb: VerbProbe(contained_when=rule)})
            assert (await ask(settings, verb)).verdict is Verdict.CONTAINED


async def test_a_status_that_says_both_that_it_works_and_that_it_is_contained_proves_neither() -> None:
    with answering(200) as bot:
        own = VerbProbe(contained_when=ContainedWhen(status=[200, 503]))
        settings = asking(bot.url, verbs={Verb.DISABLE: own})
        assert (await look(settings, Verb.DISABLE)).verdict is Verdict.UNKNOWN
        assert (await look(settings, Verb.REVOKE)).verdict is Verdict.OPEN


async def test_what_the_config_switches_off_is_no_proof(dead_url: str, silent_url: str) -> None:
    nothing = ContainedWhen()
    dead = await look(asking(dead_url, contained_when=nothing), Verb.DISABLE)
    silent = await in_vain(asking(silent_url, contained_when=nothing), Verb.FREEZE)
    assert [dead.verdict, silent.verdict] == [Verdict.UNKNOWN, Verdict.UNKNOWN]


async def test_a_verb_may_ask_a_question_of_its_own() -> None:
    with answering(403) as bot:
        own = VerbProbe(body='{"message":"use the tool"}')
        settings = asking(bot.url, body='{"message":"hello"}', verbs={Verb.LIMIT: own})
        limited = await look(settings, Verb.LIMIT)
        await look(settings, Verb.DISABLE)
        assert [body for _, _, body, _ in bot.asked] == [b'{"message":"use the tool"}', b'{"message":"hello"}']
        assert limited.verdict is Verdict.CONTAINED
        assert "use the tool" in limited.sent


async def test_each_look_has_a_connection_of_its_own() -> None:
    with answering(200) as bot:
        probe = HttpProbe(asking(bot.url), CLOCK)
        for _ in range(3):
            await probe.look(Verb.DISABLE)
        assert len({port for _, _, _, port in bot.asked}) == 3


async def test_secrets_are_sent_and_never_shown_even_when_the_bot_repeats_them() -> None:
    with answering(200, b"you said Bearer tok-123456 and tok-123456") as bot:
        settings = asking(
            bot.url + "?key=in-the-query",
            headers={"Authorization": "Bearer tok-123456", "Content-Type": "application/json"},
        )
        probe = HttpProbe(settings, CLOCK)
        sample = await probe.look(Verb.DISABLE)
        assert bot.asked[0][1] == "Bearer tok-123456"
        shown = sample.sent + sample.got + probe.describe(Verb.DISABLE)
        for secret in ("tok-123456", "in-the-query"):
            assert secret not in shown
        assert "Authorization: •••" in shown
        assert "Content-Type: application/json" in shown


async def test_a_password_in_the_address_is_sent_and_never_shown() -> None:
    with answering(200) as bot:
        sample = await look(asking(bot.url.replace("http://", "http://user:pass-word@")))
        assert bot.asked[0][1] == "Basic " + base64.b64encode(b"user:pass-word").decode()
        assert sample.sent == f"POST {bot.url}"


async def test_what_the_bot_says_cannot_drive_the_terminal_or_flood_it() -> None:
    with answering(200, b"\x1b]0;owned\x07\nx" + b"y" * 100_000) as bot:
        got = (await look(asking(bot.url))).got
    assert got.isprintable()
    assert len(got) < 250


async def test_a_bot_that_streams_for_ever_is_judged_by_its_status() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()

        def stream() -> None:
            with listener.accept()[0] as connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\ndata: a\n\n")
                stop.wait(60)

        thread = threading.Thread(target=stream)
        thread.start()
        sample = await look(asking(f"http://127.0.0.1:{listener.getsockname()[1]}/"))
        stop.set()
        thread.join()
    assert sample.verdict is Verdict.OPEN
    assert "data: a" in sample.got


@examples(deadline=None, max_examples=60)
@given(st.binary(max_size=300))
async def test_no_answer_whatever_raises(answer: bytes) -> None:
    with raw_server(answer) as url:
        assert isinstance((await look(asking(url))).verdict, Verdict)


@pytest.mark.parametrize(
    "url", ["", "foo", "ftp://127.0.0.1/", "http://", "http://[::1/", "http://127.0.0.1:99999/", "http://no.invalid/"]
)
async def test_a_wrong_address_tells_nothing_and_does_not_raise(url: str) -> None:
    sample = await look(asking(url))
    assert sample.verdict is Verdict.UNKNOWN
    assert sample.got


@pytest.mark.parametrize("headers", [{"x": "a\r\nb: c"}, {"x": "ü…"}, {"bad name": "x"}])
async def test_a_wrong_header_tells_nothing_and_does_not_raise(headers: dict[str, str]) -> None:
    with answering(200) as bot:
        sample = await look(asking(bot.url, headers=headers))
        assert sample.verdict is Verdict.UNKNOWN
        assert bot.asked == []


async def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch, dead_url: str) -> None:
    with answering(200) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        assert (await look(asking(dead_url))).verdict is Verdict.CONTAINED
        assert proxy.asked == []


async def test_a_frozen_single_process_is_silent_and_open_again_when_thawed(tmp_path: Path) -> None:
    with forking_bot(tmp_path, workers=1) as bot:
        for pid in (bot.process.pid, *bot.workers()):
            os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: bot.states() == ["T", "T"])
        assert (await look(asking(bot.url, timeout_s=0.2), Verb.FREEZE)).verdict is Verdict.CONTAINED
        for pid in (bot.process.pid, *bot.workers()):
            os.kill(pid, signal.SIGCONT)
        assert (await look(asking(bot.url), Verb.FREEZE)).verdict is Verdict.OPEN


def test_the_words_name_the_request_and_both_meanings() -> None:
    probe = HttpProbe(ProbeSettings("http://127.0.0.1:8090/v1/chat", body="hi"), CLOCK)
    assert probe.describe(Verb.FREEZE) == (
        "POST http://127.0.0.1:8090/v1/chat · hi: no answer within 2 s means contained, HTTP 200 means open (3 looks)"
    )
    assert "HTTP 401 or HTTP 403 or HTTP 503 or connection refused means contained" in probe.describe(Verb.DISABLE)
    nothing = HttpProbe(ProbeSettings("http://127.0.0.1/", contained_when=ContainedWhen()), CLOCK)
    assert "nothing that is configured means contained" in nothing.describe(Verb.DISABLE)


def test_the_number_of_looks_is_the_configured_one() -> None:
    assert HttpProbe(ProbeSettings("http://127.0.0.1/", samples=20), CLOCK).samples == 20


@pytest.mark.parametrize("verb", list(Verb))
def test_no_verb_takes_more_as_proof_than_the_config_names(verb: Verb) -> None:
    general = ContainedWhen(status=[503], refused=True, timeout=True)
    rule = contained_when(ProbeSettings("", contained_when=general), verb)
    assert set(rule.status) <= {503}
    assert contained_when(ProbeSettings("", contained_when=ContainedWhen()), verb) == ContainedWhen()


@pytest.mark.parametrize(("headers", "agent"), [({}, "warroom-probe"), ({"User-Agent": "curl/8.5"}, "curl/8.5")])
async def test_a_look_says_that_it_is_one_unless_the_config_says_otherwise(headers: dict[str, str], agent: str) -> None:
    with answering(200) as server:
        await HttpProbe(asking(server.url, headers=headers), CLOCK).look(Verb.DISABLE)
        assert server.agents == [agent]
