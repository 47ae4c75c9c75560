"""Logs to measure with: seeded lines of a bot in several formats, and a process that writes them at a pace."""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

BEGIN = 1_795_381_667.0
_EVENTS = (
    "Event logged: reply {n} sent to the user after a while",
    "Event logged: Bot started successfully.",
    "Event logged: user {u} asked about order {o}",
    "tool search_docs returned {k} documents for session s-{s}",
    "connection from 10.0.{u}.{k} closed by peer",
)


def _event(chance: random.Random, number: int) -> str:
    text = chance.choice(_EVENTS)
    return text.format(
        n=number, u=chance.randrange(200), o=chance.randrange(10**5), k=chance.randrange(9), s=number % 997
    )


def basic(chance: random.Random, number: int) -> str:
    """Python's logging.basicConfig."""
    return f"INFO:bot.chat:{_event(chance, number)}"


def pairs(chance: random.Random, number: int) -> str:
    """The same with `key=value` pairs that fill the record's fields."""
    return (
        f"INFO:bot.chat:chat completed user=u-{chance.randrange(200)} session=s-{number % 997} status=200 "
        f"latency_ms={chance.random() * 100:.1f} tokens_out={chance.randrange(500)}"
    )


def asctime(chance: random.Random, number: int) -> str:
    """Python's asctime, level and logger between dashes."""
    moment = dt.datetime.fromtimestamp(BEGIN + number / 100, dt.UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S},{number % 1000:03d} - bot.chat - INFO - {_event(chance, number)}"


def json_line(chance: random.Random, number: int) -> str:
    """JSON with OTel names."""
    moment = dt.datetime.fromtimestamp(BEGIN + number / 100, dt.UTC)
    return json.dumps(
        {
            "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "level": "INFO",
            "logger": "bot.chat",
            "event.name": "chat.completed",
            "user.id": f"u-{chance.randrange(200)}",
            "gen_ai.conversation.id": f"s-{number % 997}",
            "http.response.status_code": 200,
            "gen_ai.usage.input_tokens": chance.randrange(200),
            "gen_ai.usage.output_tokens": chance.randrange(500),
            "duration_ms": round(chance.random() * 100, 1),
            "message": _event(chance, number),
        }
    )


FORMATS: dict[str, Callable[[random.Random, int], str]] = {
    "basic": basic,
    "pairs": pairs,
    "asctime": asctime,
    "json": json_line,
}


def write(path: Path, format_id: str, count: int, seed: int = 1) -> None:
    """Write a log of so many lines."""
    chance = random.Random(seed)
    make = FORMATS[format_id]
    with path.open("w") as out:
        for number in range(count):
            out.write(make(chance, number) + "\n")


def stamped(number: int) -> str:
    """Return a line that says when it was written (monotonic clock of the machine) and its number."""
    return f"INFO:bot:{time.monotonic():.6f} {number} Event logged: reply sent to the user after a while\n"


def numbers_of(messages: Iterator[str]) -> Iterator[tuple[float, int]]:
    """Yield (written at, number) of such lines."""
    for message in messages:
        at, number, _ = message.split(" ", 2)
        yield float(at), int(number)


def pace(path: Path, rate: int, seconds: float, tick_s: float) -> None:
    """Append stamped lines at a rate, some each tick; run as a process of its own."""
    begun, number = time.monotonic(), 0
    with path.open("a", buffering=1 << 20) as out:
        while (passed := time.monotonic() - begun) < seconds:
            while number < passed * rate:
                out.write(stamped(number))
                number += 1
            out.flush()
            time.sleep(tick_s)
    sys.stdout.write(f"{number}\n")


def pacing(path: Path, rate: int, seconds: float, tick_s: float) -> list[str]:
    """Return the words of a process that does so."""
    call = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import lines; from pathlib import Path"
    return [sys.executable, "-c", f"{call}; lines.pace(Path({str(path)!r}), {rate}, {seconds}, {tick_s})"]
