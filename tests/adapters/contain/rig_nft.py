"""Bots whose traffic can be cut: in a network namespace, under an account, in a cgroup; and where they leak to."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.adapters.time_over import PATIENCE_S
from tests.waiting import wait_until

LEAKER = str(Path(__file__).with_name("leaker.py"))
ACCOUNT = "games"
"""An account that nothing else on a test machine runs as."""
CGROUPS = Path("/sys/fs/cgroup")


def why_not() -> str:
    """Return why nothing can be cut here, or an empty text."""
    missing = [name for name in ("nft", "ip", "nsenter", "setpriv") if shutil.which(name, path=_PATH) is None]
    if missing:
        return f"needs {', '.join(missing)}"
    if os.getuid() != 0:
        return "needs root (CAP_NET_ADMIN)"
    tried = subprocess.run(["nft", "list", "tables"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"needs CAP_NET_ADMIN: {tried.stderr.strip()}"


_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def skip_unless_possible() -> None:
    """Skip with the reason."""
    if reason := why_not():
        pytest.skip(reason)


class Sink:
    """Takes what bots carry out, and counts it."""

    def __init__(self) -> None:
        self.newest_ns = 0
        """When the newest line that arrived was written, on the clock that bot and sink share."""
        self._kept = tempfile.NamedTemporaryFile(prefix="warroom-sink-")  # noqa: SIM115  closed with the sink
        self.counted = Path(self._kept.name)
        """A file that grows with what arrives, for looks by another program."""
        self._listener = socket.create_server(("0.0.0.0", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._take)
        self._thread.start()

    def _take(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._count, args=(connection,), daemon=True).start()

    def _count(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError, ValueError):
            rest = b""
            while chunk := connection.recv(65536):
                *lines, rest = (rest + chunk).split(b"\n")
                self.newest_ns = max([self.newest_ns, *(int(line.partition(b" ")[0]) for line in lines)])
                self._kept.write(b".")
                self._kept.flush()

    def leaks(self, *, within_s: float = PATIENCE_S) -> bool:
        """Whether anything arrives within a time that was written since now; what was on its way already is none."""
        now = time.monotonic_ns()
        with contextlib.suppress(AssertionError):
            wait_until(lambda: self.newest_ns > now, timeout_s=within_s)
        return self.newest_ns > now

    def close(self) -> None:
        """Stop listening."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        self._kept.close()


class Leak:
    """A bot that leaks, and its own address."""

    def __init__(self, process: subprocess.Popen[str], host: str, sink: Sink) -> None:
        assert process.stdout is not None
        self.process = process
        self.sink = sink
        self.url = f"http://{host}:{int(process.stdout.readline())}/v1/chat"
        wait_until(lambda: sink.leaks(), what="the first bytes")


@contextlib.contextmanager
def leaking(host: str, sink_host: str, before: Sequence[str] = ()) -> Iterator[Leak]:
    """Run a bot that leaks to a sink of ours; `before` are the words of what runs it."""
    sink = Sink()
    words = [*before, "/usr/bin/python3", LEAKER, sink_host, str(sink.port)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield Leak(process, host, sink)
    finally:
        process.kill()
        process.communicate()
        sink.close()


class Network:
    """A network namespace that reaches this host over a pair of virtual interfaces."""

    def __init__(self) -> None:
        number = os.getpid() % 50000
        self.name = f"wr-{os.getpid()}"
        self._link = f"wr{os.getpid() % 10**8}"
        self.ours = f"10.{200 + number % 50}.{number // 50 % 250}.1"
        self.theirs = self.ours[:-1] + "2"

    def __enter__(self) -> Network:
        ip("netns", "add", self.name)
        ip("link", "add", self._link, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        ip("addr", "add", f"{self.ours}/30", "dev", self._link)
        ip("link", "set", self._link, "up")
        self.inside("ip", "addr", "add", f"{self.theirs}/30", "dev", "eth0")
        self.inside("ip", "link", "set", "eth0", "up")
        self.inside("ip", "link", "set", "lo", "up")
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            ip("link", "del", self._link)
        ip("netns", "del", self.name)

    def inside(self, *words: str, content: str = "") -> str:
        """Run a program in the namespace."""
        argv = ["nsenter", f"--net=/run/netns/{self.name}", *words]
        return subprocess.run(argv, input=content, check=True, capture_output=True, text=True).stdout


def nft(*words: str, content: str = "") -> str:
    """Run nft on this host."""
    return subprocess.run(["nft", *words], input=content, check=True, capture_output=True, text=True).stdout


def ip(*words: str) -> None:
    """Run ip."""
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextlib.contextmanager
def cgroup() -> Iterator[Path]:
    """Yield a new cgroup of version 2 below /sys/fs/cgroup; skips where there is no such hierarchy."""
    rows = [row.split() for row in Path("/proc/self/mounts").read_text().splitlines()]
    mounts = [Path(row[1]) for row in rows if row[2] == "cgroup2" and Path(row[1]).is_relative_to(CGROUPS)]
    if not mounts:
        pytest.skip("needs a mount of cgroup version 2 below /sys/fs/cgroup")
    folder = mounts[0] / f"warroom-test-{os.getpid()}-{sys._getframe(2).f_lineno}"
    try:
        folder.mkdir()
    except OSError as error:
        pytest.skip(f"needs a cgroup hierarchy that can be written: {error.strerror}")
    try:
        yield folder
    finally:
        wait_until(lambda: not (folder / "cgroup.procs").read_text().split(), what="an empty cgroup")
        folder.rmdir()
