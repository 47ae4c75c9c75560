"""A real bot that reads its mode from a file of flags."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.adapters.time_over import PATIENCE_S
from tests.waiting import wait_until
from warroom.core.model import Verb
from warroom.core.settings import ContainedWhen, ProbeSettings
from warroom.core.settings_probe import VerbProbe

FLAGS = """{
  "$schema": "https://flagd.dev/schema/v0/flags.json",
  "flags": {
    "greeting": {"state": "ENABLED", "variants": {"on": 1.50, "off": 1E5}, "defaultVariant": "on"},
    "bot-mode": {
      "state":  "ENABLED",
      "variants": {"normal": "normal", "limited": "limited", "disabled": "disabled"},
      "defaultVariant": "normal",
      "ours": [1, 2]
    }
  },
  "kept": "as it is"
}
"""


class FlaggedBot:
    """A running bot, and the file that it reads."""

    def __init__(self, folder: Path, flags: Path) -> None:
        self.flags = flags
        self._base = f"http://127.0.0.1:{(folder / 'port').read_text()}"
        self.url = f"{self._base}/v1/chat"
        limited = VerbProbe(contained_when=ContainedWhen(status=[429]))
        self.probe = ProbeSettings(self.url, timeout_s=PATIENCE_S, verbs={Verb.LIMIT: limited})

    def caught_up(self) -> None:
        """Return when the bot has read the file since the call."""
        before = self._readings()
        # The reading under way may have begun before the call.
        wait_until(lambda: self._readings() >= before + 2, what="the bot's next reading of its flags")

    def flag(self) -> Any:
        """What the file says of the bot now."""
        return json.loads(self.flags.read_text())["flags"]["bot-mode"]

    def _readings(self) -> int:
        with urllib.request.urlopen(f"{self._base}/readings", timeout=PATIENCE_S) as answer:
            return int(answer.read())


@contextlib.contextmanager
def flagged_bot(folder: Path, reads: Path | None = None) -> Iterator[FlaggedBot]:
    """Run the bot on a file of flags; `reads` is another file that it reads instead."""
    home = folder / "flags"
    home.mkdir()
    flags = home / "flags.json"
    flags.write_text(FLAGS)
    script = Path(__file__).with_name("mode_server.py")
    with subprocess.Popen([sys.executable, str(script), str(folder), str(reads or flags)]) as process:
        try:
            wait_until((folder / "port").exists, what="the port of the bot")
            yield FlaggedBot(folder, flags)
        finally:
            process.kill()
            flags.unlink(missing_ok=True)
