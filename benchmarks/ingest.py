"""Reading logs: lines a second against plain readers, a gigabyte, a flood, many idle files, and the way of one line.

./run bench ingest [PART…] [--format basic|pairs|asctime|json] [--lines N]

Parts: parse, open, follow, latency, idle; all of them without a name. CPU figures are of the measured process alone.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import multiprocessing
import re
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import lines
import msgspec
import psutil
from machine import keep
from terminal_peer import cpu_of_lnav, version_of_lnav

from warroom.adapters.tail_file import TailFile
from warroom.adapters.tail_source import TailSource
from warroom.core.settings import DetectSettings
from warroom.detect.bot_detector import BotDetector
from warroom.logs.templates import TemplateMiner

PIECE = 1 << 16
ROUNDS = 7


class Plain(msgspec.Struct):
    """What a bare typed decode of our JSON lines reads."""

    timestamp: str
    level: str
    logger: str
    duration_ms: float
    message: str


def plain_lines(path: Path, take: Callable[[bytes], Any]) -> int:
    """Read 64 KiB pieces, split them, hand each line to `take`; return the lines."""
    count, rest = 0, b""
    with path.open("rb", buffering=0) as log:
        while piece := log.read(PIECE):
            found = (rest + piece).split(b"\n")
            rest = found.pop()
            for line in found:
                take(line)
            count += len(found)
    return count


def warroom_lines(path: Path) -> int:
    """Read a file through warroom's reader: identity, time, level and all fields of each record."""
    file, count = TailFile(str(path), "bot", 0), 0
    while records := file.read(0.0):
        count += len(records)
    file.close()
    return count


def with_templates(path: Path) -> int:
    """Read a file and find the template of each message."""
    file, count = TailFile(str(path), "bot", 0), 0
    miner = TemplateMiner()
    while records := file.read(0.0):
        for record in records:
            miner.learn(record.message)
        count += len(records)
    file.close()
    return count


def with_detectors(path: Path) -> int:
    """Read a file and let a bot's detector observe each record."""
    file, count = TailFile(str(path), "bot", 0), 0
    detector = BotDetector("bot", DetectSettings())
    while records := file.read(0.0):
        for record in records:
            record.received = record.time or lines.BEGIN + record.offset / 1e5
        detector.observe(records)
        count += len(records)
    file.close()
    return count


REGEX = {
    "basic": rb"(DEBUG|INFO|WARNING|ERROR|CRITICAL):([^:]+):(.*)",
    "pairs": rb"(DEBUG|INFO|WARNING|ERROR|CRITICAL):([^:]+):(.*)",
    "asctime": rb"(\S+ \S+) - (\S+) - (\S+) - (.*)",
}


def parse(format_id: str, count: int, folder: Path) -> dict[str, Any]:
    """Compare lines a CPU second with a plain loop over the same file, in turns; medians of the ratios."""
    path = folder / f"{format_id}.log"
    lines.write(path, format_id, count)
    if format_id == "json":
        peer, take = "64 KiB, split, msgspec typed decode", msgspec.json.Decoder(Plain).decode
    else:
        peer, take = "64 KiB, split, one regex", re.compile(REGEX[format_id]).match
    runs: dict[str, list[float]] = {"plain": [], "warroom": [], "templates": [], "detectors": []}
    for _ in range(ROUNDS):
        for name, work in (
            ("plain", lambda: plain_lines(path, take)),
            ("warroom", lambda: warroom_lines(path)),
            ("templates", lambda: with_templates(path)),
            ("detectors", lambda: with_detectors(path)),
        ):
            began = time.process_time()
            read = work()
            runs[name].append(read / (time.process_time() - began))
            assert read == count, (name, read)
    ratios = [mine / plain for mine, plain in zip(runs["warroom"], runs["plain"], strict=True)]
    return {
        "lines": count,
        "peer": peer,
        "peer_lines_s": round(statistics.median(runs["plain"])),
        "warroom_lines_s": round(statistics.median(runs["warroom"])),
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
        "with_templates_lines_s": round(statistics.median(runs["templates"])),
        "with_windows_and_detectors_lines_s": round(statistics.median(runs["detectors"])),
    }


async def _opened(path: Path, newest: str) -> float:
    source = TailSource()
    began = time.monotonic()
    source.add(str(path), "bot", from_start=False)
    async for batch in source.batches():
        if any(record.message == newest for record in batch.records):
            break
    took = time.monotonic() - began
    await source.close()
    return took


def _open_in_process(path: Path, newest: str, answer: multiprocessing.Queue[tuple[float, float]]) -> None:
    took = asyncio.run(_opened(path, newest))
    answer.put((took, psutil.Process().memory_info().rss / 1e6))


def open_large(folder: Path) -> dict[str, Any]:
    """Open a file of 1 GB at its end: time until its newest line is a record, and memory."""
    path = folder / "large.log"
    lines.write(path, "basic", 200_000)
    block = path.read_bytes()
    with path.open("ab") as out:
        while out.tell() < 1_000_000_000:
            out.write(block)
        out.write(b"INFO:bot:the newest line\n")
    runs = []
    for _ in range(3):
        answer: multiprocessing.Queue[tuple[float, float]] = multiprocessing.Queue()
        reader = multiprocessing.Process(target=_open_in_process, args=(path, "the newest line", answer))
        reader.start()
        runs.append(answer.get(timeout=120))
        reader.join()
    size = path.stat().st_size
    path.unlink()
    return {
        "bytes": size,
        "newest_line_s": round(statistics.median(run[0] for run in runs), 3),
        "rss_mb": round(statistics.median(run[1] for run in runs), 1),
    }


async def _read_backlog(path: Path) -> tuple[int, float, list[int]]:
    """Read a file from its start; return its lines, the seconds, and how many bytes were left after each batch."""
    source = TailSource(follow=False)
    source.add(str(path), "bot", from_start=True)
    began, count, behind = time.monotonic(), 0, []
    async for batch in source.batches():
        count += len(batch.records)
        behind.append(batch.behind_bytes)
    took = time.monotonic() - began
    await source.close()
    return count, took, behind


def _backlog_in_process(path: Path, answer: multiprocessing.Queue[tuple[int, float, bool, float]]) -> None:
    count, took, behind = asyncio.run(_read_backlog(path))
    falling = all(after <= before for before, after in itertools.pairwise(behind))
    answer.put((count, took, falling, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def backlog(folder: Path) -> dict[str, Any]:
    """Read 2 GB that were written while nothing ran: speed, most memory, and whether what is left only falls."""
    path = folder / "backlog.log"
    lines.write(path, "basic", 200_000)
    block = path.read_bytes()
    repeats = 2_000_000_000 // len(block) + 1
    with path.open("wb") as out:
        for _ in range(repeats):
            out.write(block)
    fresh = multiprocessing.get_context("spawn")
    answer: multiprocessing.Queue[tuple[int, float, bool, float]] = fresh.Queue()
    reader = fresh.Process(target=_backlog_in_process, args=(path, answer))
    reader.start()
    count, took, falling, most = answer.get(timeout=600)
    reader.join()
    size = path.stat().st_size
    path.unlink()
    return {
        "bytes": size,
        "lost": repeats * 200_000 - count,
        "mb_s": round(size / took / 1e6, 1),
        "lines_s": round(count / took),
        "left_only_falls": falling,
        "most_rss_mb": round(most, 1),
    }


async def _followed(path: Path, rate: int, seconds: float, tick_s: float) -> dict[str, Any]:
    """Follow a file that a process writes; count what comes and how long each line took."""
    source = TailSource()
    source.add(str(path), "bot", from_start=True)
    writer = await asyncio.create_subprocess_exec(
        *lines.pacing(path, rate, seconds, tick_s), stdout=asyncio.subprocess.PIPE
    )
    ages: list[float] = []
    numbers: list[int] = []
    written: int | None = None
    began, spent = time.monotonic(), time.process_time()
    batches = source.batches()
    while written is None or len(numbers) < written:
        try:
            batch = await asyncio.wait_for(anext(batches), 5)
        except TimeoutError:
            break
        now = time.monotonic()
        for at, number in lines.numbers_of(record.message for record in batch.records):
            ages.append(now - at)
            numbers.append(number)
        if written is None and writer.stdout is not None and writer.returncode is not None:
            written = int(await writer.stdout.read())
    cpu = (time.process_time() - spent) / (time.monotonic() - began)
    await source.close()
    ages.sort()
    return {
        "rate": rate,
        "written": written,
        "lost": (written or 0) - len(set(numbers)),
        "doubled": len(numbers) - len(set(numbers)),
        "in_order": numbers == sorted(numbers),
        "cpu_percent": round(100 * cpu, 1),
        "age_ms_p50": round(1000 * ages[len(ages) // 2], 1),
        "age_ms_p99": round(1000 * ages[int(len(ages) * 0.99)], 1),
        "age_ms_max": round(1000 * ages[-1], 1),
    }


def follow(folder: Path) -> dict[str, Any]:
    """Follow 100,000 lines a second, and let lnav follow the same writer beside."""
    mine = asyncio.run(_followed(folder / "flood.log", 100_000, 8.0, 0.005))
    mine["lnav_cpu_percent"] = cpu_of_lnav(folder / "flood-lnav.log", 100_000, 8.0)
    return mine


def latency(folder: Path) -> dict[str, Any]:
    """The way of a line from its write to its record at 1,000 lines a second."""
    return asyncio.run(_followed(folder / "steady.log", 1000, 10.0, 0.001))


async def _idle(folder: Path, files: int, seconds: float) -> dict[str, Any]:
    source = TailSource()
    began = time.monotonic()
    source.add(str(folder / "*.log"), "bot", from_start=False)
    batches = source.batches()
    seen: set[str] = set()
    while len(seen) < files:
        seen.add((await asyncio.wait_for(anext(batches), 60)).source)
    started = time.monotonic() - began
    spent, begun = time.process_time(), time.monotonic()
    waiting = asyncio.ensure_future(anext(batches))
    await asyncio.sleep(seconds)
    cpu = 100 * (time.process_time() - spent) / (time.monotonic() - begun)
    target = folder / "00042.log"
    written = time.monotonic()
    with target.open("a") as out:
        out.write("INFO:bot:woken\n")
    await asyncio.wait_for(waiting, 10)
    woken = time.monotonic() - written
    descriptors = psutil.Process().num_fds()
    await source.close()
    return {
        "files": files,
        "start_s": round(started, 2),
        "cpu_percent": round(cpu, 2),
        "woken_ms": round(1000 * woken, 1),
        "open_descriptors": descriptors,
    }


def idle(folder: Path) -> dict[str, Any]:
    """Follow ten thousand logs of which none is written to."""
    place = folder / "many"
    place.mkdir()
    for number in range(10_000):
        (place / f"{number:05d}.log").write_text("INFO:bot:old\n")
    try:
        return asyncio.run(_idle(place, 10_000, 30.0))
    finally:
        shutil.rmtree(place)


PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "open": open_large,
    "backlog": backlog,
    "follow": follow,
    "latency": latency,
    "idle": idle,
}


def main() -> int:
    """Measure what is asked for and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", choices=["parse", *PARTS, []], metavar="PART")
    parser.add_argument("--format", choices=list(lines.FORMATS), help="only this one of `parse`")
    parser.add_argument("--lines", type=int, default=300_000)
    args = parser.parse_args()
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if not args.parts or "parse" in args.parts:
            chosen = [args.format] if args.format else list(lines.FORMATS)
            result["parse"] = {name: parse(name, args.lines, folder) for name in chosen}
        for name, part in PARTS.items():
            if not args.parts or name in args.parts:
                result[name] = part(folder)
    result["lnav"] = version_of_lnav()
    keep("ingest" if not args.parts and not args.format else f"ingest-{'-'.join(args.parts or ['parse'])}", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
