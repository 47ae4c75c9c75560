"""What an action would have hit: the way from the files of the last hour to the figures, beside a plain Python loop.

./run bench shadow [--rate N] [--rounds N]

An hour of a bot's JSON log with so many lines a second: the older 40 minutes rotated, of these the first 20 packed.
Of ten lines one is a request that used a tool, three are requests without, one is a tool call, the rest is talk.
`reading` is the replay alone, `requests` adds finding the requests among the lines, `rules` adds all content rules on
each line, as marking the hostile ones asks for; `policy` is one limit played over the requests that were found.

The plain loop opens the same files, splits lines, decodes each with msgspec into the few fields that are wanted, and
counts a moving window for each user: what a person would write for this one log, with its format known.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import msgspec
from machine import keep

from warroom.adapters.replay import Coverage, Replay, Wanted
from warroom.core.request_lines import Marks, no_marks, nobody
from warroom.core.requests import Requests
from warroom.core.shadow import PerUser, shadow_of
from warroom.detect.rules import hits_of

NOW = 1_795_000_000.0
HOUR_S = 3600
LIMIT, WINDOW_S = 10, 60.0
_PARTS = ((3600, 2400, "bot.log.2.gz"), (2400, 1200, "bot.log.1"), (1200, 0, "bot.log"))
"""From and to, in seconds before NOW, and the file."""


def line(chance: random.Random, at: float, number: int) -> str:
    """Return one line of the bot."""
    when = dt.datetime.fromtimestamp(at, dt.UTC)
    start = f'{{"ts": "{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}Z", "level": "INFO", "logger": "bot", '
    user = f'"user.id": "u-{int(400 * chance.random() ** 2)}", "gen_ai.conversation.id": "s-{chance.randrange(2000)}"'
    kind = number % 10
    if kind == 0:
        return f'{start}"event.name": "tool.called", "message": "tool called", {user}, "gen_ai.tool.name": "search"}}\n'
    if kind < 5:
        return (
            f'{start}"event.name": "chat.completed", "message": "chat completed", {user}, '
            f'"http.response.status_code": 200, "prompt": "where is my order {number}?"}}\n'
        )
    return f'{start}"event.name": "log", "message": "cache entry {chance.randrange(10**6)} was renewed in time"}}\n'


def write(folder: Path, rate: int) -> int:
    """Write the hour; returns its bytes when nothing is packed."""
    chance, size = random.Random(1), 0
    for begin, end, name in _PARTS:
        count = (begin - end) * rate
        lines = (line(chance, NOW - begin + number / rate, number) for number in range(count))
        path = folder / name
        with gzip.open(path, "wt", compresslevel=6) if name.endswith(".gz") else path.open("w") as out:
            for one in lines:
                size += out.write(one)
        os.utime(path, (NOW - end, NOW - end))
    return size


def replayed(folder: Path, most_bytes: int, take: Callable[[list[Any]], None]) -> Coverage:
    """Read the hour again."""
    replay = Replay(
        Wanted([str(folder / "bot.log")], "bot", NOW - HOUR_S, NOW, most_bytes=most_bytes, most_s=float("inf"))
    )
    for batch in replay.read():
        take(batch.records)
    return replay.coverage


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU seconds of some work and what it returned."""
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


class Row(msgspec.Struct):
    """What the plain loop decodes of a line."""

    ts: str
    event: str = msgspec.field(default="", name="event.name")
    user: str = msgspec.field(default="", name="user.id")
    status: int = msgspec.field(default=0, name="http.response.status_code")


def plain(folder: Path) -> tuple[int, int, int]:
    """Return the lines, the requests and the refused ones, by a loop that knows the format."""
    decode = msgspec.json.Decoder(Row).decode
    passed: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=LIMIT))
    lines = requests = refused = 0
    for _, _, name in _PARTS:
        path = folder / name
        with gzip.open(path, "rb") if name.endswith(".gz") else path.open("rb") as file:
            for raw in file:
                lines += 1
                row = decode(raw)
                if not row.status:
                    continue
                at = dt.datetime.fromisoformat(row.ts).timestamp()
                requests += 1
                times = passed[row.user]
                if len(times) == LIMIT and times[0] >= at - WINDOW_S:
                    refused += 1
                else:
                    times.append(at)
    return lines, requests, refused


def found(folder: Path, most_bytes: int, marks: Marks) -> tuple[Requests, Coverage]:
    """Return the requests of the hour and how far the reading came."""
    requests = Requests(NOW - HOUR_S, NOW, nobody, marks)
    return requests, replayed(folder, most_bytes, requests.feed)


def one_round(folder: Path, size: int) -> dict[str, float]:
    """Measure each way once, one after the other, and check that both count the same."""
    lines_read: list[int] = []
    reading, _ = timed(lambda: replayed(folder, 2 * size, lambda records: lines_read.append(len(records))))
    folding, (requests, coverage) = timed(lambda: found(folder, 2 * size, no_marks))
    assert coverage.whole
    policy, result = timed(lambda: shadow_of(requests, PerUser(LIMIT, WINDOW_S)))
    loop, (lines, asked, refused) = timed(lambda: plain(folder))
    assert (sum(lines_read), result.considered, result.refused) == (lines, asked, refused)
    rules, _ = timed(lambda: found(folder, 2 * size, hits_of))
    return {"reading_s": reading, "requests_s": folding, "policy_s": policy, "rules_s": rules, "plain_loop_s": loop}


def bounded(folder: Path) -> dict[str, Any]:
    """Read with the bounds that are usual, rules and all, by the clock on the wall."""
    requests = Requests(NOW - HOUR_S, NOW, nobody, hits_of)
    replay = Replay(Wanted([str(folder / "bot.log")], "bot", NOW - HOUR_S, NOW))
    for batch in replay.read():
        requests.feed(batch.records)
    requests.narrow(replay.coverage.since)
    result = shadow_of(requests, PerUser(LIMIT, WINDOW_S))
    coverage = replay.coverage
    return {
        "took_s": round(coverage.took_s, 1),
        "minutes": round((NOW - coverage.since) / 60, 1),
        "ended": coverage.why or "whole",
        "requests": result.considered,
        "mb": round(coverage.bytes_read / 1e6),
    }


def main() -> int:
    """Measure and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=1000, help="lines a second")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        size = write(folder, args.rate)
        usual = bounded(folder)
        rounds = [one_round(folder, size) for _ in range(args.rounds)]
    count = HOUR_S * args.rate
    medians = {name: round(statistics.median(one[name] for one in rounds), 2) for name in rounds[0]}
    result = {
        "rate": args.rate,
        "lines": count,
        "bytes": size,
        "median": medians,
        "lines_s": {name[:-2]: round(count / medians[name]) for name in medians if name != "policy_s"},
        "ratio_to_plain_loop": {
            name[:-2]: round(
                statistics.median(one["plain_loop_s"] / (one[name] + one["policy_s"]) for one in rounds), 3
            )
            for name in ("requests_s", "rules_s")
        },
        "usual_bounds": usual,
        "most_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "rounds": [{name: round(value, 2) for name, value in one.items()} for one in rounds],
    }
    keep("shadow", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
