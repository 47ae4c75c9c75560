"""A docker engine of the tests' own, beside any that the host has, and bots in its containers.

It has its own data, sockets and control group, makes no firewall rules and no default bridge, and all of it is gone
when the session ends. Where it cannot run, the test is skipped with the reason.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import wait_until

SERVE = ["/bin/httpd", "-f", "-p", "80", "-h", "/www"]
LOOP = ["/bin/sh", "-c", f"while true; do {' '.join(SERVE)}; sleep 0.05; done"]
"""A bot that is started again inside its container whenever it ends."""
IMAGE = "warroom-bot:test"
_CGROUPS = Path("/sys/fs/cgroup")
_TRACES = """
    /etc/docker/key.json /etc/docker /run/docker/plugins /run/docker /run/containerd/s /run/containerd
    /opt/containerd/bin /opt/containerd/lib /opt/containerd
"""
"""What an engine makes outside its own folders, inner ones first."""
_RUNNING: list[Dockerd] = []
_REASONS: list[str] = []
"""Why none starts here."""


class _Socket(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("docker", timeout=30)
        self._path = path

    def connect(self) -> None:
        """Connect to the path."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class DockerSaidNo(Exception):
    """The engine of the test refused what the test needs."""


class Dockerd:
    """A running docker engine with one image and one network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "docker.sock"
        self.host = f"unix://{self.socket}"
        self.cgroup = f"warroom-test-{os.getpid()}"
        self.network = ""
        self._traces = absent(_TRACES)
        self.start()

    def start(self) -> None:
        """Start the engine and wait until it answers; DockerSaidNo with the end of its log when it does not."""
        options = ["--iptables=false", "--ip6tables=false", "--ip-masq=false", "--bridge=none", "--storage-driver=vfs"]
        places: list[str | Path] = [
            "--data-root",
            self.folder / "data",
            "--exec-root",
            self.folder / "exec",
            "-H",
            self.host,
        ]
        command: list[str | Path] = [
            "dockerd",
            *options,
            *places,
            "-p",
            self.folder / "pid",
            "--cgroup-parent",
            f"/{self.cgroup}",
        ]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        wait_until(lambda: self._answers() or self.process.poll() is not None, timeout_s=60, what="dockerd")
        if self.process.poll() is not None:
            raise DockerSaidNo((self.folder / "log").read_text()[-300:])

    def _answers(self) -> bool:
        try:
            return bool(self.call("GET", "/version"))
        except OSError:
            return False

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Ask the engine; DockerSaidNo when it answers with an error."""
        connection = _Socket(self.socket)
        raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        kind = "application/x-tar" if isinstance(body, bytes) else "application/json"
        with contextlib.closing(connection):
            connection.request(method, path, raw, {"content-type": kind})
            answer = connection.getresponse()
            content = answer.read()
        if answer.status >= 400:
            raise DockerSaidNo(f"{method} {path}: {answer.status} {content.decode('utf-8', 'replace')}")
        return json.loads(content) if answer.headers.get_content_type() == "application/json" and content else None

    def prepare(self) -> None:
        """Make the image, which is busybox and one page, and a network of its own."""
        self.call("POST", "/images/create?fromSrc=-&repo=warroom-bot&tag=test", _image())
        self.network = self.make_network("warroom-test")

    def make_network(self, name: str) -> str:
        """Return the id of a new network with a subnet that is free here."""
        seed = os.getpid()
        for attempt in range(50):
            subnet = f"198.18.{(seed * 7 + attempt * 3) % 256}.0/24"
            body = {"Name": name, "CheckDuplicate": True, "IPAM": {"Config": [{"Subnet": subnet}]}}
            try:
                return str(self.call("POST", "/networks/create", body)["Id"])
            except DockerSaidNo as error:
                last = error
        raise last

    def run(self, name: str, *, command: list[str] | None = None, aliases: list[str] | None = None, **host: Any) -> str:
        """Start a container and return its id; `host` goes into its HostConfig."""
        body: dict[str, Any] = {
            "Image": IMAGE,
            "Cmd": command or SERVE,
            "HostConfig": {"NetworkMode": "warroom-test", **host},
        }
        if "NetworkMode" not in host:
            body["ExposedPorts"] = {"80/tcp": {}}
            body["NetworkingConfig"] = {"EndpointsConfig": {"warroom-test": {"Aliases": aliases or []}}}
        body |= {"Env": ["API_KEY=a-secret-of-the-bot"], "StopTimeout": 1}
        made = str(self.call("POST", f"/containers/create?name={name}", body)["Id"])
        self.call("POST", f"/containers/{made}/start")
        return made

    def inspect(self, name: str) -> dict[str, Any]:
        """All that the engine says of a container."""
        found: dict[str, Any] = self.call("GET", f"/containers/{name}/json")
        return found

    def remove(self, name: str) -> None:
        """End and remove a container; one that is gone is fine."""
        with contextlib.suppress(DockerSaidNo):
            self.call("DELETE", f"/containers/{name}?force=true")

    def stop(self) -> None:
        """End the engine, not what is on its disk."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def end(self) -> None:
        """Remove everything that the engine made, end it, and clear its folder and control groups."""
        try:
            for one in self.call("GET", "/containers/json?all=true"):
                self.remove(one["Id"])
            for network in self.call("GET", "/networks?filters=%7B%22type%22%3A%5B%22custom%22%5D%7D"):
                self.call("DELETE", f"/networks/{network['Id']}")
        finally:
            self.stop()
            _clear(self.folder)
            for group in [*_CGROUPS.glob(f"*/{self.cgroup}"), *_CGROUPS.glob(self.cgroup)]:
                for inner in sorted(group.glob("**/"), reverse=True):
                    inner.rmdir()
            clear_traces(self._traces)


def absent(paths: str) -> list[Path]:
    """Return those of the paths that are not there."""
    return [Path(path) for path in paths.split() if not Path(path).exists()]


def clear_traces(paths: list[Path]) -> None:
    """Remove what was made meanwhile; a folder that somebody else uses by now stays."""
    for path in paths:
        with contextlib.suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()


def _clear(folder: Path) -> None:
    mounts = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for mount in sorted((one for one in mounts if one.startswith(f"{folder}/")), reverse=True):
        subprocess.run(["umount", "-l", mount], check=True)
    shutil.rmtree(folder)


def _image() -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        tar.add(os.path.realpath(str(shutil.which("busybox"))), "bin/busybox")
        for name in ("sh", "httpd", "sleep"):
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        page = tarfile.TarInfo("www/index.html")
        page.size = len(b"hello\n")
        tar.addfile(page, io.BytesIO(b"hello\n"))
    return content.getvalue()


def dockerd() -> Dockerd:
    """Return the engine of this test run, started by whoever asks first; skips where none can run."""
    if _RUNNING:
        return _RUNNING[0]
    if _REASONS:
        pytest.skip(_REASONS[0])
    if os.geteuid() != 0:
        pytest.skip("a docker engine of the test's own needs root")
    for program, package in (("dockerd", "docker.io"), ("busybox", "busybox-static"), ("umount", "mount")):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing (Debian: {package})")
    # A socket's path has 107 bytes, and pytest's own folders are long.
    folder = Path(tempfile.mkdtemp(prefix="wrdock-"))
    traces = absent(_TRACES)
    try:
        made = Dockerd(folder)
    except DockerSaidNo as error:
        _clear(folder)
        clear_traces(traces)
        _REASONS.append(f"dockerd does not start here: {error}")
        pytest.skip(_REASONS[0])
    _RUNNING.append(made)
    made.prepare()
    return made


def end_dockerd() -> None:
    """End the engine of this test run when one was started."""
    while _RUNNING:
        _RUNNING.pop().end()


class DockerBot:
    """A bot in a container, and the published port where its users reach it."""

    def __init__(self, engine: Dockerd, name: str, made: str, port: int) -> None:
        self.engine = engine
        self.name = name
        self.id = made
        self.port = port
        self.url = f"http://127.0.0.1:{port}/"

    def address(self) -> str:
        """Its address in the network of the test."""
        return str(self.engine.inspect(self.id)["NetworkSettings"]["Networks"]["warroom-test"]["IPAddress"])

    def state(self) -> dict[str, Any]:
        """The container's state as the engine tells it."""
        found: dict[str, Any] = self.engine.inspect(self.id)["State"]
        return found


@contextlib.contextmanager
def docker_bot(name: str, **settings: Any) -> Iterator[DockerBot]:
    """Run a bot in a container of the session's engine and remove it afterwards."""
    engine = dockerd()
    port = free_port()
    ports = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(port)}]}
    made = engine.run(name, PortBindings=ports, **settings)
    try:
        bot = DockerBot(engine, name, made, port)
        wait_until(lambda: _serves(bot.url), what="the bot in its container")
        yield bot
    finally:
        engine.remove(made)


def _serves(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=0.3) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
