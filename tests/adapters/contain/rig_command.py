"""Programs of an operator, for tests: small Python scripts that stand for a gateway's own tools."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from warroom.adapters.contain import command_run

SWITCH = """
import json, sys
from pathlib import Path
flags, mode = Path(sys.argv[1]), sys.argv[2]
try:
    content = json.loads(flags.read_text())
except FileNotFoundError:
    sys.exit("there is no such bot")
content["flags"]["bot-mode"]["defaultVariant"] = mode
fresh = flags.with_suffix(".fresh")
fresh.write_text(json.dumps(content))
fresh.replace(flags)
print("switched to", mode)
"""
"""FILE MODE: what a gateway's own tool does."""


def program(folder: Path, name: str, script: str) -> str:
    """Write an executable program and return its path."""
    path = folder / name
    path.write_text(f"#!{sys.executable} -IS\n{script}")
    path.chmod(0o755)
    return str(path)


def over_once(monkeypatch: pytest.MonkeyPatch, when: Callable[[], bool]) -> None:
    """Let the time of a program that is run be over as soon as `when` says so, and not before."""
    began: list[float] = []

    def monotonic() -> float:
        # The first look is at the beginning, from which the limit counts.
        if not began:
            began.append(0.0)
            return 0.0
        return 10_000.0 if when() else 0.0

    monkeypatch.setattr(command_run, "time", SimpleNamespace(monotonic=monotonic))
