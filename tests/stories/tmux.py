"""tmux with a server of its own: what a console does inside it, seen as a person does."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import wait_until


class Tmux:
    """One session of 100x30; panes are read and typed into by tmux itself."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._words = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null"]
        self._environment = {**environment, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}

    def run(self, *words: str) -> str:
        """Run a tmux command and return what it prints; an empty text when it fails."""
        done = subprocess.run(
            [*self._words, *words], env=self._environment, capture_output=True, text=True, check=False, timeout=60
        )
        return done.stdout if done.returncode == 0 else ""

    @property
    def text(self) -> str:
        """The screen."""
        return self.run("capture-pane", "-p")

    def see(self, text: str, timeout_s: float = 20.0) -> None:
        """Wait until a text stands on the screen."""
        try:
            wait_until(lambda: text in self.text, timeout_s=timeout_s)
        except AssertionError:
            raise AssertionError(f"{text!r} is not on the screen:\n{self.text}") from None

    def press(self, *keys: str) -> None:
        """Press keys, as tmux names them."""
        for key in keys:
            self.run("send-keys", key)


@contextmanager
def tmux(folder: Path, environment: Mapping[str, str], command: str) -> Iterator[Tmux]:
    """Run a command in a tmux of 100x30 until the block ends."""
    assert shutil.which("tmux"), "these tests need tmux (Debian: tmux)"
    running = Tmux(folder, environment)
    running.run("new-session", "-d", "-x", "100", "-y", "30", "-c", str(folder), command)
    running.run("set-option", "-s", "set-clipboard", "on")
    running.run("set-option", "-g", "remain-on-exit", "on")
    try:
        yield running
    finally:
        running.run("kill-server")
