"""Logs of programs that nobody here wrote: each is run for a moment, and the reader says how much of its log it reads.

./run bench programs [--packages DIR]     DIR keeps the installed programs for the next time
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from machine import keep

from warroom.bootstrap.reading import explain_log
from warroom.core.settings import Settings

PACKAGES = (
    "gunicorn",
    "uvicorn",
    "flask",
    "structlog",
    "loguru",
    "python-json-logger",
    "ecs-logging",
    "opentelemetry-sdk",
    "opsdroid",
    "setuptools<80",  # opsdroid wants its pkg_resources
)
_PATHS = ("/v1/chat", "/missing", "/v1/chat?message=%22hi%22", "/%22%5Bx%5D")
_APP = """
def app(environ, start_response):
    found = environ["PATH_INFO"] == "/v1/chat"
    start_response("200 OK" if found else "404 Not Found", [("content-type", "text/plain")])
    if "boom" in environ["QUERY_STRING"]:
        raise RuntimeError("boom")
    return [b"ok"]
async def asgi(scope, receive, send):
    if scope["type"] != "http":
        return
    status = 200 if scope["path"] == "/v1/chat" else 404
    if b"boom" in scope["query_string"]:
        raise RuntimeError("boom")
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})
"""
_EVENTS = """
    log.debug("looking up", user="u-7", order=10001)
    log.info("reply sent", user="u-7", tokens_out=12, latency_ms=3.5)
    log.warning("refused", user="u 8", status=429)
    try:
        {}["api_key"]
    except KeyError:
        log.exception("tool call failed", tool="web_fetch")
"""


class Scene:
    """Where the programs run: their Python, and a folder of their own."""

    def __init__(self, python: Path, folder: Path) -> None:
        self.python = python
        self.folder = folder
        (folder / "app.py").write_text(_APP)

    def script(self, name: str, text: str) -> Path:
        """Run a script; return the file with what it printed to both outputs."""
        log = self.folder / f"{name}.log"
        # A name that is no package's: the folder of a script comes first among the places of packages.
        (self.folder / "script.py").write_text(text)
        with log.open("wb") as out:
            subprocess.run([self.python, "script.py"], cwd=self.folder, stdout=out, stderr=out, check=True)
        return log

    @contextlib.contextmanager
    def server(self, name: str, words: list[str], port: int) -> Iterator[Path]:
        """Run a server while somebody visits it; yields its output."""
        log = self.folder / f"{name}.log"
        with log.open("wb") as out, subprocess.Popen(words, cwd=self.folder, stdout=out, stderr=out) as running:
            visit(port)
            yield log
            running.send_signal(signal.SIGTERM)
            running.wait(10)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def visit(port: int) -> None:
    """Ask for some pages, once the server answers."""
    deadline = time.monotonic() + 20
    asked = 0
    paths = [*_PATHS, "/v1/chat?boom", *_PATHS * 5]
    while asked < len(paths) and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{paths[asked]}", timeout=5) as answer:
                answer.read()
        except urllib.error.HTTPError:
            pass
        except OSError:
            time.sleep(0.1)
            continue
        asked += 1


def gunicorn(scene: Scene) -> Path:
    """Access and error log in one, a traceback among them."""
    port = free_port()
    words = [str(scene.python), "-m", "gunicorn", "app:app", "-b", f"127.0.0.1:{port}", "--access-logfile", "-"]
    with scene.server("gunicorn", words, port) as log:
        return log


def uvicorn(scene: Scene) -> Path:
    """Its default output."""
    port = free_port()
    words = [str(scene.python), "-m", "uvicorn", "app:asgi", "--port", str(port)]
    with scene.server("uvicorn", words, port) as log:
        return log


def werkzeug(scene: Scene) -> Path:
    """Flask's development server below logging.basicConfig."""
    port = free_port()
    text = (
        "import logging\nfrom flask import Flask\nlogging.basicConfig(filename='bot.log', level=logging.INFO)\n"
        "app = Flask('bot')\n@app.get('/v1/chat')\ndef chat():\n"
        "    from flask import request\n    if 'boom' in request.query_string.decode():\n"
        "        raise RuntimeError('boom')\n    logging.info('Event logged: reply sent')\n    return 'ok'\n"
        f"app.run(port={port})\n"
    )
    (scene.folder / "flask_bot.py").write_text(text)
    with scene.server("flask", [str(scene.python), "flask_bot.py"], port):
        pass
    return scene.folder / "bot.log"


def structlog(renderer: str) -> Callable[[Scene], Path]:
    """structlog with one of its renderers."""

    def run(scene: Scene) -> Path:
        trace = "" if "Console" in renderer else "structlog.processors.format_exc_info, "
        text = (
            "import structlog\nstructlog.configure(processors=[structlog.processors.add_log_level, "
            f"structlog.processors.TimeStamper(fmt='iso'), {trace}{renderer}])\n"
            f"log = structlog.get_logger()\nfor _ in range(20):{_EVENTS}"
        )
        return scene.script(f"structlog-{renderer.rpartition('.')[2].partition('(')[0]}", text)

    return run


def loguru(serialize: bool) -> Callable[[Scene], Path]:
    """loguru as text or serialized."""

    def run(scene: Scene) -> Path:
        sink = (
            f"import sys\nfrom loguru import logger as log\nlog.remove()\nlog.add(sys.stdout, serialize={serialize})\n"
        )
        return scene.script(f"loguru-{serialize}", f"{sink}for _ in range(20):{_EVENTS}")

    return run


_STANDARD = """
import logging, sys
log = logging.getLogger("bot.chat")
handler = logging.StreamHandler(sys.stdout)
handler.setFormatter({formatter})
log.addHandler(handler)
log.setLevel(logging.DEBUG)
for _ in range(20):
    log.info("reply sent to %s", "u-7")
    log.warning("refused", extra={{"user": "u-8", "status": 429}})
    try:
        {{}}["api_key"]
    except KeyError:
        log.exception("tool call failed")
"""


def standard(name: str, imports: str, formatter: str) -> Callable[[Scene], Path]:
    """Python's logging with a formatter."""
    return lambda scene: scene.script(name, f"{imports}\n{_STANDARD.format(formatter=formatter)}")


def opentelemetry(scene: Scene) -> Path:
    """The console exporter of OpenTelemetry: JSON printed over many lines."""
    text = (
        "import logging\nfrom opentelemetry.sdk._logs import LoggerProvider, LoggingHandler\n"
        "from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor\n"
        "try:\n    from opentelemetry.sdk._logs.export import ConsoleLogRecordExporter as Exporter\n"
        "except ImportError:\n    from opentelemetry.sdk._logs.export import ConsoleLogExporter as Exporter\n"
        "provider = LoggerProvider()\nprovider.add_log_record_processor(SimpleLogRecordProcessor(Exporter()))\n"
        "log = logging.getLogger('bot.chat')\nlog.setLevel(logging.INFO)\n"
        "log.addHandler(LoggingHandler(logger_provider=provider))\nlog.propagate = False\n"
        "for _ in range(20):\n    log.warning('refused', extra={'gen_ai.usage.output_tokens': 12})\n"
        "provider.shutdown()\n"
    )
    return scene.script("opentelemetry", text)


def opsdroid(scene: Scene) -> Path:
    """A chat-bot framework while it starts and finds that it has nothing to connect to, again and again."""
    config = "logging:\n  level: debug\n  console: true\nconnectors: {}\nskills: {}\n"
    (scene.folder / "opsdroid.yaml").write_text(config)
    log = scene.folder / "opsdroid.log"
    words = [scene.python.with_name("opsdroid"), "start", "-f", "opsdroid.yaml"]
    with log.open("wb") as out:
        for _ in range(3):
            subprocess.run(words, cwd=scene.folder, stdout=out, stderr=out, check=False, timeout=30)
    return log


def nginx(scene: Scene) -> Path:
    """A web server's access log in its combined format."""
    port = free_port()
    config = (
        "daemon off; master_process off; "
        f"pid {scene.folder}/nginx.pid; error_log {scene.folder}/nginx-error.log info;\n"
        "events {}\n"
        f"http {{ access_log {scene.folder}/nginx-access.log combined;\n"
        f"client_body_temp_path {scene.folder}; proxy_temp_path {scene.folder}; fastcgi_temp_path {scene.folder};\n"
        f"uwsgi_temp_path {scene.folder}; scgi_temp_path {scene.folder};\n"
        f'server {{ listen 127.0.0.1:{port}; location = /v1/chat {{ return 200 "ok"; }} }} }}\n'
    )
    (scene.folder / "nginx.conf").write_text(config)
    with scene.server("nginx", ["nginx", "-c", str(scene.folder / "nginx.conf")], port):
        pass
    return scene.folder / "nginx-access.log"


def rsyslog(scene: Scene) -> Path:
    """The system's log as rsyslog writes it in the traditional format."""
    log, place = scene.folder / "syslog", scene.folder / "log.socket"
    config = (
        f'global(workDirectory="{scene.folder}")\nmodule(load="imuxsock" SysSock.Use="off")\n'
        f'input(type="imuxsock" Socket="{place}")\n'
        f'*.* action(type="omfile" file="{log}" template="RSYSLOG_TraditionalFileFormat")\n'
    )
    (scene.folder / "rsyslog.conf").write_text(config)
    words = ["rsyslogd", "-n", "-f", str(scene.folder / "rsyslog.conf"), "-i", str(scene.folder / "rsyslog.pid")]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 10
        while not place.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        for number in range(20):
            message = f"Failed password for root from 203.0.113.9 port {40000 + number} ssh2"
            subprocess.run(["logger", "-u", str(place), "-t", "sshd", "-i", "-p", "auth.warning", message], check=True)
        time.sleep(0.5)
        running.send_signal(signal.SIGTERM)
        running.wait(10)
    return log


ASCTIME = 'logging.Formatter("%(asctime)s - %(name)s - %(levelname)s - %(message)s")'
BRACKETS = 'logging.Formatter("%(asctime)s %(levelname)s [%(name)s] %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z")'
PROGRAMS: dict[str, tuple[Callable[[Scene], Path], str]] = {
    "Python logging, basicConfig": (standard("basic", "", "logging.Formatter(logging.BASIC_FORMAT)"), ""),
    "Python logging, asctime": (standard("asctime", "", ASCTIME), ""),
    "Python logging, ISO and brackets": (standard("brackets", "", BRACKETS), ""),
    "python-json-logger": (
        standard(
            "pjl",
            "from pythonjsonlogger.json import JsonFormatter",
            'JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s")',
        ),
        "",
    ),
    "ecs-logging": (standard("ecs", "import ecs_logging", "ecs_logging.StdlibFormatter()"), ""),
    "OpenTelemetry console exporter": (opentelemetry, ""),
    "structlog, JSON": (structlog("structlog.processors.JSONRenderer()"), ""),
    "structlog, logfmt": (structlog("structlog.processors.LogfmtRenderer()"), ""),
    "structlog, console": (structlog("structlog.dev.ConsoleRenderer(colors=True)"), ""),
    "loguru, text": (loguru(False), ""),
    "loguru, serialized": (loguru(True), ""),
    "Flask and werkzeug": (werkzeug, ""),
    "gunicorn": (gunicorn, ""),
    "uvicorn": (uvicorn, ""),
    "opsdroid": (opsdroid, ""),
    "nginx": (nginx, "nginx"),
    "rsyslog with sshd's lines": (rsyslog, "rsyslogd"),
}
"""Name -> how to get its log, and the program of the system that it needs."""


def measured(log: Path) -> dict[str, Any]:
    """Return what the reader says of a log."""
    found = explain_log(str(log), Settings())
    first = found.first_unparsed
    return {
        "format": found.format,
        "records": found.records,
        "parsed_share": round(found.parsed_share, 4),
        "formats": found.formats,
        "blank_lines": found.blank,
        "times": found.times,
        "first_unparsed": None if first is None else first.text[:120],
    }


def main() -> int:
    """Run every program that can be had here."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--packages", type=Path, help="a virtual environment to use, made when it is not there")
    args = parser.parse_args()
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as place:
        packages: Path = args.packages or Path(place) / "packages"
        if not packages.exists():
            subprocess.run([sys.executable, "-m", "venv", packages], check=True)
            subprocess.run([packages / "bin/pip", "install", "--quiet", *PACKAGES], check=True)
        for name, (run, needs) in PROGRAMS.items():
            if needs and shutil.which(needs) is None:
                result[name] = {"not_installed": needs}
                continue
            folder = Path(place) / name.replace(" ", "-").replace(",", "")
            folder.mkdir()
            result[name] = measured(run(Scene(packages.absolute() / "bin/python", folder)))
    keep("programs", {"programs": result})
    return 0


if __name__ == "__main__":
    sys.exit(main())
