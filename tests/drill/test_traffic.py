"""The visitors over real HTTP: each visit at its time, and the truth of how it went."""

from __future__ import annotations

import asyncio
import itertools
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import msgspec
import pytest

from tests.waiting import wait_until
from warroom.drill.people import Attack, Planned, schedule
from warroom.drill.traffic import Truth, drive, read_truth


class Answering(BaseHTTPRequestHandler):
    """Serves, refuses, leaks or hangs up as the path says."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/hangs-up":
            return
        self.send_response(503 if self.path == "/refuses" else 200)
        self.end_headers()
        self.wfile.write(b"the key is CANARY-1" if self.path == "/leaks" else b"ok")

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


VISITS = [Planned(n / 50, f"u-{n}", "s", "hello", hostile=n == 2, kind="ordinary") for n in range(4)]


@pytest.mark.parametrize(
    ("path", "status", "served", "leaked"),
    [
        ("/", 200, True, False),
        ("/leaks", 200, True, True),
        ("/refuses", 503, False, False),
        ("/hangs-up", 0, False, False),
    ],
)
async def test_the_truth_says_how_each_visit_went(
    path: str, status: int, served: bool, leaked: bool, address: str, tmp_path: Path
) -> None:
    truth = tmp_path / "truth.jsonl"
    with truth.open("wb") as out:
        assert await drive(address + path, VISITS, out, asyncio.Event()) == len(VISITS)
    rows = sorted(read_truth(truth), key=lambda row: row.id)
    assert [(row.user, row.hostile) for row in rows] == [(visit.user, visit.hostile) for visit in VISITS]
    assert {(row.status, row.served, row.leaked) for row in rows} == {(status, served, leaked)}
    assert all(later.at >= earlier.at and later.done >= later.at for earlier, later in itertools.pairwise(rows))


async def test_nobody_answering_is_a_truth_as_well(tmp_path: Path) -> None:
    with (tmp_path / "truth").open("wb") as out:
        await drive("http://127.0.0.1:1/", VISITS[:1], out, asyncio.Event())
    assert [row.status for row in read_truth(tmp_path / "truth")] == [0]


async def test_told_to_stop_it_stops_between_two_visits(address: str, tmp_path: Path) -> None:
    stop = asyncio.Event()
    stop.set()
    with (tmp_path / "truth").open("wb") as out:
        assert await drive(address, [Planned(60.0, "u", "s", "m", hostile=False, kind="ordinary")], out, stop) == 0


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    row = Truth(7, 1.0, 2.0, "u-1", "s", hostile=False, kind="ordinary", status=200, served=True, leaked=False)
    (tmp_path / "truth").write_bytes(msgspec.json.encode(row) + b'\n{"id": 8, "at": 1.0')
    assert read_truth(tmp_path / "truth") == [row]


@pytest.mark.long
def test_as_a_process_it_plays_the_seeded_schedule_and_ends_when_told(address: str, tmp_path: Path) -> None:
    truth, began = tmp_path / "truth.jsonl", time.time()
    words = [sys.executable, "-m", "warroom.drill.traffic", "--url", address, "--truth", str(truth), "--duration", "60"]
    with subprocess.Popen([*words, "--seed", "7", "--attack-at", "0.5", "--attack-until", "50"]) as visitors:
        wait_until(
            lambda: truth.exists() and sum(row.hostile for row in read_truth(truth)) > 1,
            timeout_s=60,
            what="two attacks",
        )
        visitors.send_signal(signal.SIGTERM)
        assert visitors.wait(60) == 0
    rows = sorted(read_truth(truth), key=lambda row: row.id)
    planned = schedule(7, 60, 0.5, 50, Attack.LOUD)[: len(rows)]
    told = [(row.id, row.user, row.session, row.hostile, row.kind) for row in rows]
    assert told == [(n, v.user, v.session, v.hostile, v.kind) for n, v in enumerate(planned)]
    attacks = [(row, visit) for row, visit in zip(rows, planned, strict=True) if row.hostile]
    assert all(began + visit.at_s <= row.at <= row.done <= time.time() for row, visit in attacks)
