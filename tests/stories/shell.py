"""The `warroom` command as its users run it: a process, with rooms in a folder of the test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.waiting import wait_until
from warroom.adapters.paths import RoomPaths, room_paths


class Shell:
    """Runs verbs; everything it starts lives below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        self.environment = {
            **os.environ,
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_RUNTIME_DIR": str(runtime),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "LOGNAME": "mallory",
        }
        for name in ("WARROOM_ROOM", "COLUMNS", "LINES", "NO_COLOR"):
            self.environment.pop(name, None)
        self._engines: list[subprocess.Popen[bytes]] = []

    def run(self, *words: str, timeout_s: float = 60, before: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        """Run a verb to its end; `before` are the words of a program that runs it, such as another account's."""
        return subprocess.run(
            [*before, sys.executable, "-m", "warroom", *words],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def json(self, *words: str) -> Any:
        """Run a verb that prints one JSON object."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def rows(self, *words: str) -> list[Any]:
        """Run a verb that prints JSON lines."""
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def paths(self, room: str) -> RoomPaths:
        """Return the places of a room as the processes see them."""
        before = os.environ.get("XDG_RUNTIME_DIR")
        os.environ["XDG_RUNTIME_DIR"] = self.environment["XDG_RUNTIME_DIR"]
        try:
            return room_paths(room, home=self.folder / "state" / "warroom")
        finally:
            if before is None:
                del os.environ["XDG_RUNTIME_DIR"]
            else:
                os.environ["XDG_RUNTIME_DIR"] = before

    def start_engine(self, room: str, *words: str) -> subprocess.Popen[bytes]:
        """Start an engine in the foreground of a process and wait until it answers."""
        engine = subprocess.Popen(
            [sys.executable, "-m", "warroom", "engine", "--room", room, *words],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._engines.append(engine)
        wait_until(lambda: self.run("status", room).returncode == 0, timeout_s=60, what=f"the engine of {room}")
        return engine

    def end(self) -> None:
        """End every engine that a test left running."""
        for engine in self._engines:
            if engine.poll() is None:
                engine.kill()
            engine.wait()
