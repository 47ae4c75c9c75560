"""A systemd of the tests' own, booted in a container with the host's /usr, and bots as its services.

It has its own root folder, control group and bus, and all of it is gone when the session ends. Where it cannot run,
the test is skipped with the reason.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.adapters.contain.rig_docker import absent, clear_traces, free_port
from tests.waiting import wait_until

_CGROUPS = Path("/sys/fs/cgroup")
_RUNNING: dict[bool, Machine] = {}
_REASONS: dict[bool, str] = {}
"""Why none boots here."""
_PASSWD = "root:x:0:0:root:/:/bin/sh\nmessagebus:x:100:101::/nonexistent:/usr/sbin/nologin\n"
_TARGET = "[Unit]\nRequires=dbus.socket\nAfter=dbus.socket\n"
_TRACES = "/run/systemd/nspawn/locks /run/systemd/nspawn/propagate /run/systemd/nspawn"
_VENDOR = "local/lib/systemd/system"
_PLACEHOLDER = "under-this-lies-the-usr-of-the-host"
_START = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs"; shift; done; shift; exec "$@"'
"""Enters the control groups that it is given, then becomes the command behind the dashes."""


class MachineSaidNo(Exception):
    """The machine of the test did not boot."""


class Machine:
    """A booted container; `unified` says whether it sees unified control groups, without which nothing is frozen."""

    def __init__(self, folder: Path, *, unified: bool) -> None:
        self.folder = folder
        self.root = folder / "root"
        self.vendor = folder / "vendor"
        self.log = folder / "log"
        self._traces = absent(_TRACES)
        self._groups = _own_groups(f"warroom-test-{os.getpid()}-{int(unified)}")
        _write_root(self.root, self.vendor, folder / "over")
        options = ["--boot", "--register=no", "--keep-unit", "--quiet", "--console=passive"]
        # The layer over /usr only makes room for the folder: a layer must not change while it is mounted.
        usr = [f"--overlay-ro=/usr:{folder}/over:/usr", f"--bind={self.vendor}:/usr/{_VENDOR}"]
        places = ["-D", str(self.root), *usr, f"--machine=warroom-test-{os.getpid()}-{int(unified)}"]
        kernel = ["systemd.unit=warroom.target", "systemd.firstboot=no"]
        command = ["systemd-nspawn", *options, *places, *kernel]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["sh", "-c", _START, "sh", *map(str, self._groups), "--", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": str(int(unified))},
            )
        wait_until(lambda: self._up() or self.process.poll() is not None, timeout_s=60, what="systemd in its container")
        if self.process.poll() is not None:
            reason = self.log.read_text()[-300:]
            self.end()
            raise MachineSaidNo(reason)
        self.init = psutil.Process(self.process.pid).children()[0].pid
        self.bus = f"unix:path={_bus_of(self.init)}"

    def _up(self) -> bool:
        with contextlib.suppress(psutil.Error):
            children = psutil.Process(self.process.pid).children()
            return bool(children) and _bus_of(children[0].pid).exists()
        return False

    def ctl(self, *words: str, program: str = "systemctl") -> str:
        """Run systemctl inside and return what it prints; MachineSaidNo when it fails."""
        command = ["nsenter", "-t", str(self.init), "-m", "-p", program, *words]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise MachineSaidNo(ran.stderr)
        return ran.stdout.strip()

    def end(self) -> None:
        """Kill everything inside, and clear its folder and control groups."""
        for child in psutil.Process(self.process.pid).children() if self.process.poll() is None else []:
            child.send_signal(signal.SIGKILL)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        for group in self._groups:
            for inner in sorted(group.glob("**/"), reverse=True):
                inner.rmdir()
        # Nothing is removed while the host's own /usr could lie under it.
        assert [path.name for path in (self.root / "usr").iterdir()] == [_PLACEHOLDER]
        shutil.rmtree(self.folder)
        clear_traces(self._traces)


def _bus_of(init: int) -> Path:
    """Return where the machine's bus is found from outside: through the root folder of its first process."""
    return Path("/proc", str(init), "root", "run/dbus/system_bus_socket")


def _own_groups(name: str) -> list[Path]:
    trees = [_CGROUPS / "systemd", _CGROUPS / "unified"] if (_CGROUPS / "systemd").is_dir() else [_CGROUPS]
    groups = [tree / name for tree in trees if (tree / "cgroup.procs").exists()]
    for group in groups:
        group.mkdir()
    return groups


def _write_root(root: Path, vendor: Path, over: Path) -> None:
    for name in ("usr", "var", "tmp", "root", "proc", "sys", "dev", "run", "www", "etc/systemd/system"):
        (root / name).mkdir(parents=True)
    vendor.mkdir()
    (over / _VENDOR).mkdir(parents=True)
    (root / "usr" / _PLACEHOLDER).touch()
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    shutil.copy("/usr/lib/os-release", root / "etc/os-release")
    (root / "etc/passwd").write_text(_PASSWD)
    (root / "etc/group").write_text("root:x:0:\nmessagebus:x:101:\n")
    # A machine with an id was booted before: nothing is enabled by itself.
    (root / "etc/machine-id").write_text("0123456789abcdef0123456789abcdef\n")
    (root / "etc/systemd/system/warroom.target").write_text(_TARGET)
    (root / "www/index.html").write_text("hello\n")


def machine(*, unified: bool = False) -> Machine:
    """Return the machine of this test run, booted by whoever asks first; skips where none can boot."""
    if unified in _RUNNING:
        return _RUNNING[unified]
    if unified in _REASONS:
        pytest.skip(_REASONS[unified])
    if os.geteuid() != 0:
        pytest.skip("a systemd of the test's own needs root")
    programs = {"systemd-nspawn": "systemd-container", "dbus-daemon": "dbus", "busybox": "busybox-static"}
    for program, package in {**programs, "nsenter": "util-linux"}.items():
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing (Debian: {package})")
    folder = Path(tempfile.mkdtemp(prefix="wrunit-"))
    try:
        _RUNNING[unified] = Machine(folder, unified=unified)
    except MachineSaidNo as error:
        _REASONS[unified] = f"systemd does not boot in a container here: {error}"
        pytest.skip(_REASONS[unified])
    return _RUNNING[unified]


def end_machines() -> None:
    """End the machines of this test run."""
    while _RUNNING:
        _RUNNING.popitem()[1].end()


class UnitBot:
    """A bot that is a service, and the port where its users reach it."""

    def __init__(self, host: Machine, name: str, port: int) -> None:
        self.machine = host
        self.unit = f"{name}.service"
        self.url = f"http://127.0.0.1:{port}/"

    def shown(self, *properties: str) -> list[str]:
        """Values of the unit's properties, as systemctl shows them."""
        asked = [word for name in properties for word in ("-p", name)]
        shown = dict(line.split("=", 1) for line in self.machine.ctl("show", self.unit, *asked).splitlines())
        return [shown[name] for name in properties]

    def pid(self) -> int:
        """Its main process, as it is numbered outside."""
        (inside,) = self.shown("MainPID")
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                status = Path(f"/proc/{process.pid}/status").read_text()
                numbers = status.split("NSpid:")[1].splitlines()[0].split()
                if numbers[1:] == [inside] and self.machine.init in [one.pid for one in process.parents()]:
                    return process.pid
        return 0

    def serves(self) -> bool:
        """Whether it answers."""
        try:
            with urllib.request.urlopen(self.url, timeout=0.3) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@contextlib.contextmanager
def unit_bot(
    name: str, *, unified: bool = False, vendor: bool = True, more: str = "", others: dict[str, str] | None = None
) -> Iterator[UnitBot]:
    """Run a bot as a service that is restarted always.

    `vendor` puts its file below /usr, else in /etc; `more` is added to the file; `others` are further unit files.
    """
    host = machine(unified=unified)
    port = free_port()
    bot = UnitBot(host, name, port)
    serve = f"/usr/bin/busybox httpd -f -p 127.0.0.1:{port} -h /www"
    service = f"[Service]\nExecStart={serve}\nRestart=always\nRestartSec=0.1\n{more}"
    text = f"[Unit]\nStartLimitIntervalSec=0\n{service}"
    etc = host.root / "etc/systemd/system"
    files = {(host.vendor if vendor else etc) / bot.unit: text}
    files |= {etc / other: content for other, content in (others or {}).items()}
    for path, content in files.items():
        path.write_text(content)
    host.ctl("daemon-reload")
    try:
        host.ctl("start", bot.unit)
        wait_until(bot.serves, what="the bot in its unit")
        yield bot
    finally:
        if host.process.poll() is None:
            with contextlib.suppress(MachineSaidNo):
                host.ctl("thaw", bot.unit)
            host.ctl("stop", *[path.name for path in files if path.suffix != ".service"], bot.unit)
            host.ctl("unmask", "--runtime", bot.unit)
        for path in files:
            path.unlink(missing_ok=True)
        if host.process.poll() is None:
            host.ctl("daemon-reload")
