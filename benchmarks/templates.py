"""Templates of messages: how well they group the lines of LogHub's 2k sets, and lines a second, with Drain3 beside.

./run bench templates --data DIR [--lines N]     DIR holds NAME_2k.log and NAME_2k.log_structured.csv

Grouping accuracy as in Zhu et al., "Tools and Benchmarks for Automated Log Parsing", ICSE-SEIP 2019: the share of
lines whose group has exactly the lines of the true group. The parameters were chosen on the sets marked as tuned.
Drain3 runs with its defaults and the three masks of its manual (address, hex, number).

Speed is of one process, by its CPU time. warroom reads the raw file, parses it and finds the template of each record's
message; Drain3 gets the same lines, whole as they are, or only the messages that the set's makers cut out, for free.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

from drain3 import TemplateMiner as Drain3
from drain3.masking import MaskingInstruction
from drain3.template_miner_config import TemplateMinerConfig
from machine import keep

from warroom.adapters.tail_file import TailFile
from warroom.logs.templates import TemplateMiner

SETS = ("OpenSSH", "HDFS", "Apache", "OpenStack", "Zookeeper")
TUNED = ("OpenSSH", "HDFS")
_BEGIN, _END = "((?<=[^A-Za-z0-9])|^)", "((?=[^A-Za-z0-9])|$)"
_MASKS = {
    "IP": r"(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})",
    "HEX": "(0x[a-f0-9A-F]+)",
    "NUM": r"([\-\+]?\d+)",
}
_long_hex = re.compile(r"\b(?=[a-f]*[0-9])[0-9a-f]{8,}\b")


class LogHubSet(NamedTuple):
    """One set: lines as written, the messages in them, and which event each truly is."""

    lines: list[str]
    messages: list[str]
    events: list[str]


def read(folder: Path, name: str) -> LogHubSet:
    """Read a set."""
    lines = (folder / f"{name}_2k.log").read_text(encoding="utf-8").splitlines()
    with (folder / f"{name}_2k.log_structured.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert len(lines) == len(rows), (name, len(lines), len(rows))
    return LogHubSet(lines, [row["Content"] for row in rows], [row["EventId"] for row in rows])


def drain3() -> Drain3:
    """Return a miner of Drain3 with its usual masks."""
    config = TemplateMinerConfig()
    config.masking_instructions = [MaskingInstruction(f"{_BEGIN}{mask}{_END}", kind) for kind, mask in _MASKS.items()]
    return Drain3(config=config)


def grouping_accuracy(found: Sequence[Hashable], true: Sequence[Hashable]) -> float:
    """Return the share of lines whose found group and true group are the same set of lines."""
    groups: defaultdict[Hashable, Counter[Hashable]] = defaultdict(Counter)
    for mine, theirs in zip(found, true, strict=True):
        groups[mine][theirs] += 1
    sizes = Counter(true)
    whole = (next(iter(group.items())) for group in groups.values() if len(group) == 1)
    return sum(count for event, count in whole if count == sizes[event]) / len(true)


def accuracy(name: str, messages: list[str], events: list[str]) -> dict[str, Any]:
    """Group the messages of a set with both miners."""
    miner, other = TemplateMiner(), drain3()
    mine = [miner.learn(message).id for message in messages]
    theirs = [other.add_log_message(message)["cluster_id"] for message in messages]
    return {
        "tuned": name in TUNED,
        "events": len(set(events)),
        "warroom": round(grouping_accuracy(mine, events), 4),
        "warroom_templates": len(set(mine)),
        "drain3": round(grouping_accuracy(theirs, events), 4),
        "drain3_templates": len(set(theirs)),
    }


def repeated(found: LogHubSet, count: int) -> tuple[list[str], list[str]]:
    """Return so many lines and their messages: the set again and again, each time with other digits in its messages.

    Long hex numbers get other letters too, so that ids are new each time, as they are in a log.
    """
    chance = random.Random(1)
    lines, messages = list(found.lines), list(found.messages)
    while len(lines) < count:
        digits = str.maketrans("0123456789", "".join(chance.sample("0123456789", 10)))
        hexes = str.maketrans("0123456789abcdef", "".join(chance.sample("0123456789abcdef", 16)))
        for line, message in zip(found.lines, found.messages, strict=True):
            other = _long_hex.sub(lambda one, table=hexes: one[0].translate(table), message).translate(digits)
            head = line.removesuffix(message) if line.endswith(message) else ""
            lines.append(head + other)
            messages.append(other)
    return lines, messages


def read_with(path: Path, learn: Callable[[str], object] | None) -> int:
    """Read a file through warroom's reader and learn from each message; return the records."""
    file, count = TailFile(str(path), "bot", 0), 0
    while records := file.read(0.0):
        count += len(records)
        if learn is not None:
            for record in records:
                learn(record.message)
    file.close()
    return count


def feed(learn: Callable[[str], object], texts: list[str]) -> int:
    """Learn from texts that are in memory already."""
    for text in texts:
        learn(text)
    return len(texts)


def speed(path: Path, lines: list[str], messages: list[str], rounds: int) -> dict[str, Any]:
    """Time the ways in turns; medians, and medians of the ratios of each round."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    ways: dict[str, Callable[[], int]] = {
        "warroom": lambda: read_with(path, TemplateMiner().learn),
        "warroom_reading_alone": lambda: read_with(path, None),
        "warroom_messages": lambda: feed(TemplateMiner().learn, messages),
        "drain3": lambda: feed(drain3().add_log_message, lines),
        "drain3_messages": lambda: feed(drain3().add_log_message, messages),
    }
    runs: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            began = time.process_time()
            work()
            runs[name].append(len(lines) / (time.process_time() - began))

    def ratio(one: str, other: str) -> float:
        return round(statistics.median(a / b for a, b in zip(runs[one], runs[other], strict=True)), 2)

    return {
        "lines": len(lines),
        "lines_s": {name: round(statistics.median(values)) for name, values in runs.items()},
        "ratio": ratio("warroom", "drain3"),
        "ratio_to_drain3_on_messages": ratio("warroom", "drain3_messages"),
        "ratio_of_the_miners_alone": ratio("warroom_messages", "drain3_messages"),
    }


def main() -> int:
    """Measure each set that is there and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    result: dict[str, Any] = {"drain3_version": version("drain3"), "rounds": args.rounds, "accuracy": {}, "speed": {}}
    with tempfile.TemporaryDirectory() as place:
        for name in SETS:
            found = read(args.data, name)
            result["accuracy"][name] = accuracy(name, found.messages, found.events)
            result["speed"][name] = speed(Path(place) / f"{name}.log", *repeated(found, args.lines), rounds=args.rounds)
    keep("templates", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
