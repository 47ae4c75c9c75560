"""What a failure of the bus means: not there, not a bus, or gone in the middle."""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.adapters.time_over import PATIENCE_S, LoopClock
from warroom.adapters.contain.systemd_bus import Manager
from warroom.core.ports import AdapterAmbiguous, AdapterFailed

_GREETING = b"OK 0123456789abcdef0123456789abcdef\r\n"
_HELLO = bytes.fromhex(
    "6c02010109000000010000003d000000"  # little-endian, method return, version 1, body of 9, serial 1, fields of 61
    "0601730004000000" + b":1.5".hex() + "00000000"  # destination
    "0501750001000000"  # in answer to serial 1
    "0801670001730000"  # signature s
    "0701730014000000" + b"org.freedesktop.DBus".hex() + "00000000"  # sender
    "04000000" + b":1.5".hex() + "00"
)
"""A bus's answer to Hello, as the specification of D-Bus lays it out."""


@contextlib.contextmanager
def bus(folder: Path, behaviour: str, begun: Callable[[], None] = lambda: None) -> Iterator[str]:
    """Serve a socket: `silent` never answers, `closes` ends at once, `dies` ends at the first call after Hello."""
    ended = threading.Event()

    class Handler(socketserver.StreamRequestHandler):
        # Lines come first and messages after them: nothing may be read ahead.
        rbufsize = 0

        def handle(self) -> None:
            if behaviour == "silent":
                begun()
                ended.wait(120)
            if behaviour != "dies":
                return
            while (line := self.rfile.readline()) and not line.startswith(b"BEGIN"):
                self.wfile.write(b"AGREE_UNIX_FD\r\n" if line.startswith(b"NEGOTIATE") else _GREETING)
            self.connection.recv(4096)
            self.connection.sendall(_HELLO)
            self.connection.recv(4096)

    path = folder / "bus"
    with socketserver.ThreadingUnixStreamServer(str(path), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"unix:path={path}"
        finally:
            ended.set()
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("address", ["unix:path=/nowhere/bus", "nonsense", "unix:", ""])
async def test_an_address_that_leads_to_no_bus_is_a_failure(address: str) -> None:
    with pytest.raises(AdapterFailed, match="is not reached"):
        await Manager(address, 1.0).__aenter__()


@pytest.mark.parametrize("behaviour", ["silent", "closes"])
async def test_a_socket_that_is_no_bus_is_a_failure(tmp_path: Path, behaviour: str) -> None:
    with bus(tmp_path, behaviour, LoopClock().forward) as address, pytest.raises(AdapterFailed):
        await Manager(address, PATIENCE_S).__aenter__()


async def test_a_bus_that_dies_after_an_act_was_sent_is_ambiguous_and_after_a_question_a_failure(
    tmp_path: Path,
) -> None:
    with bus(tmp_path, "dies") as address:
        async with Manager(address, PATIENCE_S) as manager:
            with pytest.raises(AdapterAmbiguous, match="StopUnit"):
                await manager.stop("bot.service")
        async with Manager(address, PATIENCE_S) as manager:
            with pytest.raises(AdapterFailed):
                await manager.version()
