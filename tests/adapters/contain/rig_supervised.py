"""A bot under a supervisor of its own, outside its tree, that starts it again whenever it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.adapters.contain.rigs import state_of
from tests.waiting import wait_until

_LOOP = """
import os, subprocess, sys, time
pidfile, mark = sys.argv[1], os.environ["MARK"]
while True:
    bot = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", mark], start_new_session=True)
    with open(pidfile + ".part", "w") as file:
        file.write(str(bot.pid))
    os.rename(pidfile + ".part", pidfile)
    bot.wait()
    time.sleep(0.05)
"""


class SupervisedBot:
    """What the supervisor keeps alive."""

    def __init__(self, pidfile: Path) -> None:
        self.pidfile = pidfile
        self.first = wait_until(self.pid, what="the first bot")

    def pid(self) -> int:
        """The pid in the pidfile, 0 while there is none."""
        return int(self.pidfile.read_text()) if self.pidfile.exists() else 0

    def is_back(self) -> int:
        """Return the new pid once another one stands in the pidfile."""
        return wait_until(lambda: self.pid() if self.pid() != self.first else 0, what="the supervisor")


@contextlib.contextmanager
def supervised_bot(folder: Path, mark: str = "") -> Iterator[SupervisedBot]:
    """Run the supervisor; each bot that it starts has `mark` in its command line."""
    pidfile = folder / "supervised.pid"
    command = [sys.executable, "-c", _LOOP, str(pidfile)]
    with subprocess.Popen(command, start_new_session=True, env={"MARK": mark}) as loop:
        try:
            yield SupervisedBot(pidfile)
        finally:
            # A bot that it started after this look would stay.
            loop.send_signal(signal.SIGSTOP)
            wait_until(lambda: state_of(loop.pid) == "T")
            children = Path(f"/proc/{loop.pid}/task/{loop.pid}/children").read_text().split()
            loop.kill()
            loop.wait()
            for pid in children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
