"""What a failure of docker means: refused, not reached, or nobody knows."""

from __future__ import annotations

import contextlib
import json
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.adapters.time_over import PATIENCE_S, LoopClock
from warroom.adapters.contain.docker_daemon import Daemon, Refused
from warroom.core.ports import AdapterAmbiguous, AdapterFailed

VERSION = {"Version": "20.10.24", "ApiVersion": "1.41"}


@contextlib.contextmanager
def engine(
    folder: Path, answers: Mapping[str, tuple[int, object] | str], hung: Callable[[], None] = lambda: None
) -> Iterator[str]:
    """Serve fixed answers on a socket; `hang` never answers, `drop` closes, other text is sent as it is."""
    ended = threading.Event()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            path = self.rfile.readline().decode().split()[1]
            while self.rfile.readline().strip():
                continue
            path = path.removeprefix("/v1.41")
            absent = (200, VERSION) if path == "/version" else (404, {"message": "No such container"})
            answer = answers.get(path, absent)
            if answer == "hang":
                hung()
                ended.wait(120)
            elif isinstance(answer, str):
                self.wfile.write(b"" if answer == "drop" else answer.encode())
            else:
                self.wfile.write(_http(*answer))

    path = folder / "docker.sock"
    with socketserver.ThreadingUnixStreamServer(str(path), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"unix://{path}"
        finally:
            ended.set()
            server.shutdown()
            thread.join()


def _http(status: int, body: object) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + content


async def test_a_socket_that_is_not_there_is_a_failure_with_its_path(tmp_path: Path) -> None:
    async with Daemon(f"unix://{tmp_path}/none.sock", 1.0) as daemon:
        with pytest.raises(AdapterFailed, match=r"none\.sock is not reached"):
            await daemon.version()


async def test_an_act_that_docker_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    refusal = {"/containers/bot/pause": (409, {"message": "Container bot is already paused"})}
    with engine(tmp_path, refusal) as host:
        async with Daemon(host, PATIENCE_S) as daemon:
            with pytest.raises(Refused, match="answers 409: Container bot is already paused"):
                await daemon.pause("bot")


@pytest.mark.parametrize("answer", ["hang", "drop"])
async def test_an_act_whose_answer_is_lost_is_ambiguous(tmp_path: Path, answer: str) -> None:
    with engine(tmp_path, {"/containers/bot/pause": answer}, LoopClock().forward) as host:
        async with Daemon(host, PATIENCE_S) as daemon:
            with pytest.raises(AdapterAmbiguous):
                await daemon.pause("bot")


@pytest.mark.parametrize(
    "answer", ["hang", "drop", "HTTP/1.1 200 OK\r\n\r\nhello", "SSH-2.0-OpenSSH_9.2\r\n", (500, [])]
)
async def test_a_reading_that_fails_changed_nothing(tmp_path: Path, answer: str | tuple[int, object]) -> None:
    with engine(tmp_path, {"/containers/bot/json": answer}, LoopClock().forward) as host:
        async with Daemon(host, PATIENCE_S) as daemon:
            with pytest.raises(AdapterFailed):
                await daemon.container("bot")


async def test_a_proxy_that_only_reads_is_found_before_it_matters(tmp_path: Path) -> None:
    pause = "/containers/warroom-asks-for-the-right/pause"
    with engine(tmp_path, {pause: (403, {"message": "Forbidden"})}) as host:
        async with Daemon(host, PATIENCE_S) as daemon:
            assert "answers 403: Forbidden" in await daemon.may_act()
    (tmp_path / "docker.sock").unlink()
    with engine(tmp_path, {}) as host:
        async with Daemon(host, PATIENCE_S) as daemon:
            assert await daemon.may_act() == ""
            assert await daemon.version() == "docker 20.10.24, API 1.41"


async def test_what_cannot_be_read_after_an_act_is_never_called_unchanged(tmp_path: Path) -> None:
    with engine(tmp_path, {"/containers/bot/pause": (200, {})}) as host:
        async with Daemon(host, PATIENCE_S) as daemon:
            with pytest.raises(AdapterFailed, match="has no container bot"):
                await daemon.container("bot")
            await daemon.pause("bot")
            with pytest.raises(AdapterAmbiguous, match="has no container bot, after it was changed"):
                await daemon.container("bot")
