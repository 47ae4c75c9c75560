"""The warm-up: ordinary traffic of the same bot, recorded on a clock of its own just before a drill.

The very service answers (through its test client, with a clock that jumps), so the log has exactly the bot's shape.
Plain lines carry no time; their recording is a docker json-file, whose envelope has it.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path

from warroom.core.moments import utc_text
from warroom.drill.people import Planned, ordinary
from warroom.drill.refbot.log_shape import formatter_of
from warroom.drill.refbot.mode import Governor
from warroom.drill.refbot.service import World, create_app
from warroom.drill.refbot.toolbox import LocalToolbox


class _Clock:
    """Stands still until it is moved."""

    def __init__(self, now: float) -> None:
        self.time = now

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class _Recorder(logging.Handler):
    """Writes lines at the recording's own time."""

    def __init__(self, path: Path, shape: str, name: str, clock: _Clock) -> None:
        super().__init__()
        self._out = path.open("w")
        self._shape = shape
        self._clock = clock
        self.setFormatter(formatter_of(shape, name))

    def emit(self, record: logging.LogRecord) -> None:
        record.created = self._clock.time
        line = self.format(record)
        if self._shape == "plain":
            line = json.dumps({"log": line + "\n", "stream": "stderr", "time": utc_text(self._clock.time)})
        self._out.write(line + "\n")

    def close(self) -> None:
        self._out.close()
        super().close()


def record_history(
    path: Path,
    *,
    seed: int,
    minutes: float,
    shape: str,
    name: str,
    ending_at: float,
    visits: Sequence[Planned] | None = None,
) -> int:
    """Write `minutes` of traffic that end at a time (seconds since the epoch); returns the requests.

    Without `visits` it is ordinary traffic of the seed.
    """
    began = ending_at - minutes * 60.0
    clock = _Clock(began)
    log = logging.Logger(name, logging.INFO)
    handler = _Recorder(path, shape, name, clock)
    log.addHandler(handler)
    if visits is None:
        visits = ordinary(seed, minutes * 60.0)
    with tempfile.TemporaryDirectory(prefix="warroom-history-") as folder:
        place = Path(folder)
        (place / "canary.txt").write_text("CANARY-recorded")
        governor = Governor(place / "control.json", clock.now, lambda words: None)
        toolbox = LocalToolbox(place)
        client = create_app(World(name, b"", governor, toolbox, log, clock.now, clock.sleep, seed)).test_client()
        log.info("bot started", extra={"event": "bot.started", "fields": {}})
        for visit in visits:
            clock.time = max(clock.time, began + visit.at_s)
            body = {"user": visit.user, "session": visit.session, "message": visit.message}
            client.post("/v1/chat", json=body)
    log.removeHandler(handler)
    handler.close()
    return len(visits)
