"""What must hold after each fault: every numbered line is told once, in a place of its own, or a gap says why not."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import msgspec
import psutil

from tests.waiting import wait_until
from warroom.core.record import Batch, Checkpoint, Record

NOBODY = 65534
WAITING_S = 60.0
"""How long something that must come is waited for; how soon it comes says more about the host's other work."""
PATIENT = ("--half", "3600", "--gone", "3600")
"""Options of a follower that gives nothing up by itself, however slow the test is."""
_batch = msgspec.json.Decoder(Batch)


class Lines:
    """Numbers what is written, so that each line can be told from every other."""

    def __init__(self, name: str = "line") -> None:
        self.written: list[str] = []
        self._name = name

    def next(self, count: int = 1, *, width: int = 0) -> str:
        """Return the next lines as a program would write them; they count as written. `width` pads each."""
        first = len(self.written)
        fresh = [f"{self._name} {number}".ljust(width, ".") for number in range(first, first + count)]
        self.written += fresh
        return "".join(f"INFO:bot:{line}\n" for line in fresh)

    def also(self, message: str) -> str:
        """Count a line of this message as written, and return it."""
        self.written.append(message)
        return f"INFO:bot:{message}\n"


def append(path: Path, content: str | bytes) -> None:
    """Write to the end of a log, as a program does that opens it for appending."""
    with path.open("ab") as log:
        log.write(content.encode() if isinstance(content, str) else content)


def replace(log: Path, old: Path, content: str) -> None:
    """Rotate a log in one step: its file gets the name `old`, and at no moment the log's own name is free."""
    fresh = log.with_name("fresh")
    fresh.write_text(content)
    os.link(log, old)
    fresh.replace(log)


def shift(log: Path) -> Path:
    """Move bot.log.1 to bot.log.2 and so on, as logrotate does; return the name that is free now."""
    taken = sorted((int(path.suffix[1:]) for path in log.parent.glob("bot.log.[0-9]*")), reverse=True)
    for number in taken:
        (log.parent / f"bot.log.{number}").rename(log.parent / f"bot.log.{number + 1}")
    return log.parent / "bot.log.1"


class Follower:
    """A `TailSource` in a process of its own, and all that it told; a second run goes on from the first's checkpoints.

    One more log lies beside its own, whose new lines show when everything written before has been looked at.
    """

    def __init__(self, folder: Path, patterns: Sequence[Path | str], options: Sequence[str], around: Sequence[str]):
        self.batches: list[Batch] = []
        self.records: list[Record] = []
        """Everything told but the lines of its own extra log."""
        self._folder = folder
        self._told = folder / "told"
        self._told.touch()
        self._position = 0
        self._barriers = folder / "barriers"
        self._barriers.mkdir()
        self._looks = 0
        module = "tests.adapters.faults.follower"
        asked = [*map(str, patterns), f"{self._barriers}/*.log"]
        self._words = [*around, sys.executable, "-m", module, *options, str(self._told), *asked]
        self.process = self._start()

    def _start(self, *more: str) -> subprocess.Popen[bytes]:
        root = Path(__file__).parents[3]
        return subprocess.Popen([*self._words, *more], stdin=subprocess.PIPE, cwd=root)

    # What it told

    def hear(self) -> list[Batch]:
        """Take in what it told since the last time; return all batches."""
        with self._told.open("rb") as told:
            told.seek(self._position)
            fresh = told.read()
        whole = fresh[: fresh.rfind(b"\n") + 1]
        self._position += len(whole)
        for batch in map(_batch.decode, whole.splitlines()):
            self.batches.append(batch)
            extra = batch.source.startswith(str(self._barriers))
            self.records += [record for record in batch.records if record.gap is not None or not extra]
        return self.batches

    @property
    def lines(self) -> list[Record]:
        """The records that stand for lines."""
        self.hear()
        return [record for record in self.records if record.gap is None]

    @property
    def messages(self) -> list[str]:
        """The texts of the lines."""
        return [record.message for record in self.lines]

    @property
    def gaps(self) -> list[str]:
        """The kinds of the gaps."""
        self.hear()
        return [record.gap.kind for record in self.records if record.gap is not None]

    @property
    def checkpoints(self) -> list[Checkpoint]:
        """The last checkpoint of each generation, as a room keeps them."""
        kept = {(c.source, c.generation): c for batch in self.hear() if (c := batch.checkpoint) is not None}
        return list(kept.values())

    # Waiting

    def tells(self, lines: Lines, *, timeout_s: float = WAITING_S) -> None:
        """Wait until as many lines were told as were written."""
        self.sees(lambda: len(self.lines) >= len(lines.written), f"{len(lines.written)} lines", timeout_s=timeout_s)

    def sees(self, condition: Callable[[], object], what: str = "", *, timeout_s: float = WAITING_S) -> None:
        """Wait for something that it tells."""

        def seen() -> object:
            assert self.process.poll() is None, "the follower ended"
            return condition()

        wait_until(seen, timeout_s=timeout_s, what=what)

    def looks(self) -> None:
        """Wait until it has looked at everything that was written before this call."""
        for _ in range(2):
            # A new log makes it look for others as well. The first may be found in a look that began before.
            self._looks += 1
            barrier = self._barriers / f"{self._looks}.log"
            barrier.write_text("INFO:bot:barrier\n")
            self.sees(partial(self._saw, str(barrier)), f"a look at {barrier}")

    def _saw(self, source: str) -> bool:
        return any(batch.source == source for batch in self.hear())

    # Faults

    @contextlib.contextmanager
    def away(self, how: str) -> Iterator[None]:
        """Let it see nothing of what happens in here: it is stopped, or ended or killed and then started anew.

        With `halted` it is waited for until it stops itself, as its option said.
        """
        match how:
            case "stopped" | "halted":
                if how == "stopped":
                    self.process.send_signal(signal.SIGSTOP)
                # The parent hears of it when the last of its threads has stopped.
                _, status = os.waitpid(self.process.pid, os.WUNTRACED)
                assert os.WIFSTOPPED(status)
                yield
                self.process.send_signal(signal.SIGCONT)
            case "ended" | "killed":
                self.end(kill=how == "killed")
                yield
                self.resume(self.checkpoints)
            case _:
                raise ValueError(how)

    def end(self, *, kill: bool = False) -> None:
        """End its process, in order or not."""
        if kill:
            self.process.kill()
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(WAITING_S)
        self.hear()

    def resume(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Start it anew; it goes on where these checkpoints say."""
        os.truncate(self._told, self._position)
        kept = self._folder / "checkpoints"
        kept.write_bytes(msgspec.json.encode(checkpoints))
        self.process = self._start("--resume", str(kept))

    @property
    def peak_mib(self) -> float:
        """The most memory that its process had so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    @property
    def open_files(self) -> int:
        """Descriptors that its process holds."""
        return psutil.Process(self.process.pid).num_fds()


def each_in_its_place(records: Sequence[Record]) -> None:
    """Assert that no place in a generation is told twice, and that lines lie end to end from its start."""
    places: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for one in records:
        if one.gap is None:
            places.setdefault((one.source, one.generation), []).append((one.offset, one.length))
    for generation, told in places.items():
        assert told == sorted(set(told)), f"told twice or out of order in {generation}"
        assert told[0][0] == 0, f"the start of {generation} was not told"
        for (offset, length), (following, _) in pairwise(told):
            assert offset + length == following, f"a hole or an overlap at {following} of {generation}"


def nothing_lost(follower: Follower, *written: Lines, in_order: bool = True, timeout_s: float = WAITING_S) -> None:
    """Assert that each line is told once, also after one more look; of a single writer in the order written."""
    wanted = [line for lines in written for line in lines.written]
    follower.sees(lambda: len(follower.lines) >= len(wanted), f"{len(wanted)} lines", timeout_s=timeout_s)
    follower.looks()
    told = Counter(follower.messages)
    assert told - Counter(wanted) == Counter(), "told more than once, or never written"
    assert Counter(wanted) - told == Counter(), "lost"
    if in_order and len(written) == 1:
        assert follower.messages == wanted
    each_in_its_place(follower.records)


def loss_is_said(follower: Follower, lines: Lines, kind: str) -> None:
    """Assert that a gap of this kind is told, that lines were lost at all, and that no line is told twice."""
    follower.sees(lambda: kind in follower.gaps, f"a gap of kind {kind}")
    follower.looks()
    told, wanted = Counter(follower.messages), Counter(lines.written)
    assert told - wanted == Counter(), "told more than once, or never written"
    assert wanted - told, "nothing was lost, so a gap would be a lie"
    each_in_its_place(follower.records)
