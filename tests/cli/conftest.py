"""One running room for each worker: read-only checks share it, what changes a room starts its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.shell import Shell
from warroom.cli.main import main

CONFIG = """\
[bots.support]
log = "bot.log"
[bots.support.probe]
url = "http://127.0.0.1:1/v1/chat"
timeout_s = 0.5
every_s = 60.0
[bots.support.contain.process]
pidfile = "bot.pid"
"""


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    running = Shell(tmp_path)
    yield running
    running.end()


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A shell with the live room `busy`, in which INC-001 is open; no test may stop it."""
    folder = tmp_path_factory.mktemp("busy")
    running = Shell(folder)
    (folder / "bot.log").write_text("INFO:root:Event logged: started\n")
    (folder / "room.toml").write_text(CONFIG)
    running.start_engine("busy", "--config", "room.toml")
    opened = running.run(
        "incident", "open", "--bot", "support", "--title", "It leaks", "--playbook", "prompt-injection"
    )
    assert opened.stdout == "INC-001\n", opened.stderr
    yield running
    running.end()


class Here:
    """Runs verbs inside the test's process, which is quicker than a process each."""

    def __init__(self, shell: Shell, output: pytest.CaptureFixture[str]) -> None:
        self.shell = shell
        self._output = output

    def __call__(self, *words: str) -> tuple[int, str, str]:
        """Return exit code, stdout, stderr."""
        self._output.readouterr()
        code = main(words)
        out, err = self._output.readouterr()
        return code, out, err


def _enter(shell: Shell, patch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_STATE_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "LOGNAME"):
        patch.setenv(name, shell.environment[name])
    patch.delenv("WARROOM_ROOM", raising=False)
    patch.chdir(shell.folder)


@pytest.fixture
def here(shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Verbs in a world without rooms."""
    _enter(shell, monkeypatch)
    return Here(shell, capsys)


@pytest.fixture
def in_busy(busy: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """Verbs in the world of the shared room."""
    _enter(busy, monkeypatch)
    return Here(busy, capsys)
