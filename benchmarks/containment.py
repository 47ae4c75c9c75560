"""From the key to the last answer: how soon a containment is dispatched, done, proved, and the bot really silent.

./run bench containment [--rounds N]     a real engine, the reference bot, and a client that asks all the time

recorded: the plan is made, the intent is on disk, the person is told. evidence took: from there until the evidence and
its record are on disk. dispatched: the adapter is called. apply took: the adapter's own work, reading included.
applied: it returned. held: the probes agree. Beside it stands the same act by hand (a signed request, a file written, a
signal sent, a ruleset loaded), without evidence, record or proof. nft needs root.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from machine import keep

from warroom.adapters.clock import SystemClock
from warroom.adapters.contain.build import adapters_for
from warroom.adapters.paths import RoomPaths, room_paths
from warroom.bootstrap.room import open_engine
from warroom.core import facts as f
from warroom.core.commands import Ack, Contain, Release
from warroom.core.model import ENGINE, ActionState, Mode, Plan, Verb
from warroom.core.ports import Containment, Receipt
from warroom.core.settings import BotSettings, ContainedWhen, ContainSettings, ProbeSettings, Settings
from warroom.core.settings_contain import ControlSettings, FlagSettings, NftSettings, ProcessSettings
from warroom.drill.refbot.launch import RunningBot, start_bot, stop_bot
from warroom.drill.refbot.options import Options
from warroom.engine.engine import Engine

FLAGS = {
    "flags": {
        "bot-mode": {
            "state": "ENABLED",
            "variants": {"normal": "normal", "limited": "limited", "disabled": "disabled"},
            "defaultVariant": "normal",
        }
    }
}
VERBS = {"control": Verb.DISABLE, "flag": Verb.DISABLE, "process": Verb.FREEZE, "nft": Verb.ISOLATE}


ASKS = """
import sys, time, threading, httpx2
last, lock = 0.0, threading.Lock()
def ask():
    global last
    body = {"user": "u", "session": "s", "message": "thanks"}
    with httpx2.Client(trust_env=False, timeout=0.5) as client:
        while True:
            # Without a pause it would take a processor away from the engine, and from the bot.
            time.sleep(0.005)
            began = time.time()
            try:
                served = client.post(sys.argv[1], json=body).status_code == 200
            except httpx2.HTTPError:
                continue
            with lock:
                last = max(last, began) if served else last
for _ in range(2):
    threading.Thread(target=ask, daemon=True).start()
for line in sys.stdin:
    print(last, flush=True)
"""


class Asking:
    """A client that asks all the time and remembers when it was last answered with 200.

    A process of its own, as users are: threads here would take turns with the engine's.
    """

    def __init__(self, url: str) -> None:
        words = [sys.executable, "-c", ASKS, url]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @property
    def last(self) -> float:
        """When the last question that was answered with 200 was asked, in seconds since the epoch."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(file=self._process.stdin, flush=True)
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """Stop asking."""
        self._process.kill()
        self._process.communicate()


class Timed:
    """An adapter as it is, with the times at which its last `apply` was called and returned."""

    def __init__(self, adapter: Containment) -> None:
        self._adapter = adapter
        self.called = self.returned = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

    async def apply(self, plan: Plan, key: str) -> Receipt:
        """Do what it does."""
        self.called = time.time()
        try:
            return await self._adapter.apply(plan, key)
        finally:
            self.returned = time.time()


@contextlib.contextmanager
def namespace() -> Iterator[tuple[str, str]]:
    """Yield the name of a network namespace and the address in it that this host reaches."""
    name, link = f"wrbench-{os.getpid()}", f"wb{os.getpid() % 10**8}"

    def ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)

    ip("netns", "add", name)
    try:
        ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("addr", "add", "10.199.77.1/30", "dev", link)
        ip("link", "set", link, "up")
        for words in (["addr", "add", "10.199.77.2/30", "dev", "eth0"], ["link", "set", "eth0", "up"]):
            ip("-n", name, *words)
        ip("-n", name, "link", "set", "lo", "up")
        yield name, "10.199.77.2"
    finally:
        ip("netns", "del", name)


SERVED = """
import http.server, sys
class Bot(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200); self.send_header("content-length", "0"); self.end_headers()
    def log_message(self, *words): pass
server = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Bot)
print(server.server_port, flush=True)
server.serve_forever()
"""


@contextlib.contextmanager
def in_namespace() -> Iterator[tuple[BotSettings, str, Callable[[], object]]]:
    """A small bot in a namespace, its settings, and the act by hand."""
    with namespace() as (name, host):
        words = ["ip", "netns", "exec", name, sys.executable, "-c", SERVED]
        bot = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert bot.stdout is not None
        url = f"http://{host}:{int(bot.stdout.readline())}/v1/chat"
        rules = "table inet byhand {\n chain out {\n type filter hook output priority -150;\n drop\n }\n}\n"

        def by_hand() -> None:
            enter = ["nsenter", f"--net=/run/netns/{name}", "nft"]
            subprocess.run([*enter, "-f", "-"], input=rules, text=True, check=True)
            subprocess.run([*enter, "delete", "table", "inet", "byhand"], check=True)

        try:
            probe = ProbeSettings(url, timeout_s=0.4, contained_when=ContainedWhen(refused=True, timeout=True))
            contain = ContainSettings(nft=NftSettings(netns=name, allow=[]))
            yield BotSettings([], probe=probe, contain=contain), url, by_hand
        finally:
            bot.kill()
            bot.wait()


@contextlib.contextmanager
def reference_bot(kind: str, folder: Path, log_bytes: int) -> Iterator[tuple[BotSettings, str, Callable[[], object]]]:
    """The reference bot with a log of some size, its settings for one adapter, and the act by hand."""
    key, flags = folder / "key", folder / "flags.json"
    key.touch(mode=0o600)
    key.write_text("a key of thirty-two characters..")
    flags.write_text(json.dumps(FLAGS))
    (folder / "bot.log").write_bytes(b"INFO:root:Event logged: seq=0000000001\n" * (log_bytes // 40))
    options = Options(flag_file=str(flags)) if kind == "flag" else Options()
    bot = start_bot(folder, shape="json", key_file=key, name="support", seed=1, options=options)
    try:
        contained = ContainedWhen(status=[503], refused=True, timeout=True)
        probe = ProbeSettings(bot.url, body='{"message": "hello"}', timeout_s=0.4, contained_when=contained)
        contain = {
            "control": ContainSettings(control=ControlSettings(bot.control_url, str(key))),
            "flag": ContainSettings(flag=FlagSettings(str(flags))),
            "process": ContainSettings(process=ProcessSettings(str(bot.pidfile))),
        }[kind]
        settings = BotSettings([str(folder / "bot.log")], probe=probe, contain=contain)
        yield settings, bot.url, _by_hand(kind, bot, flags, settings)
    finally:
        stop_bot(bot)


def _by_hand(kind: str, bot: RunningBot, flags: Path, settings: BotSettings) -> Callable[[], object]:
    (adapter,) = adapters_for("support", settings, SystemClock())

    async def signed() -> None:
        plan = await adapter.plan(Verb.DISABLE, None)
        await adapter.apply(plan, f"hand-{time.monotonic_ns()}")
        await adapter.release(plan, f"hand-{time.monotonic_ns()}")

    def flagged() -> None:
        for variant in ("disabled", "normal"):
            text = flags.read_text().replace('"defaultVariant": "normal"', f'"defaultVariant": "{variant}"')
            fresh = flags.with_suffix(".new")
            fresh.write_text(text)
            fresh.replace(flags)

    def stopped() -> None:
        os.killpg(bot.pid, signal.SIGSTOP)
        os.killpg(bot.pid, signal.SIGCONT)

    return {"control": lambda: asyncio.run(signed()), "flag": flagged, "process": stopped}[kind]


@contextlib.asynccontextmanager
async def engine_of(folder: Path, settings: Settings, adapters: dict[str, list[Any]]) -> AsyncIterator[Engine]:
    """Run an engine in this process."""
    found = room_paths("bench", home=folder / "state")
    paths = RoomPaths("bench", found.folder, found.anchors, folder / "engine.sock")
    async with open_engine(paths, settings, mode=Mode.LIVE, adapters=adapters) as engine:
        work = asyncio.create_task(engine.run())
        await engine.ready.wait()
        try:
            yield engine
        finally:
            engine.stop()
            await work


async def reached(engine: Engine, action: str, *states: ActionState) -> None:
    """Wait for a state."""
    async with asyncio.timeout(30):
        while engine.desk.actions[action].state not in states:
            async with engine.changed:
                await engine.changed.wait()


async def one_round(engine: Engine, kind: str, asking: Asking, number: int) -> dict[str, float]:
    """Contain, prove, release; returns seconds, since the key where nothing else is said."""
    (timed,) = engine.parts.adapters["support"]
    assert isinstance(timed, Timed)
    began = time.time()
    answer = await engine.submit(Contain("support", VERBS[kind]), f"c{kind}{number}", ENGINE)
    recorded = time.time()
    assert isinstance(answer, Ack), answer
    await reached(engine, answer.ref, ActionState.HELD, ActionState.NOT_HELD, ActionState.AMBIGUOUS)
    state = engine.desk.actions[answer.ref].state
    assert state is ActionState.HELD, (kind, engine.desk.actions[answer.ref])
    entries = await engine.parts.journal.entries()
    # The first of each: the whole of a long log is stored after the act.
    at = {type(e.fact): e.at for e in reversed(entries) if getattr(e.fact, "action", "") == answer.ref}
    silent = max(0.0, asking.last - began)
    assert isinstance(await engine.submit(Release(answer.ref), f"r{kind}{number}", ENGINE), Ack)
    await reached(engine, answer.ref, ActionState.RELEASED)
    return {
        "recorded_s": recorded - began,
        "evidence_took_s": timed.called - recorded,
        "dispatched_s": timed.called - began,
        "apply_took_s": timed.returned - timed.called,
        "applied_s": timed.returned - began,
        "held_s": at[f.ContainmentHeld] - began,
        "last_served_s": silent,
    }


async def measured(kind: str, rounds: int, log_bytes: int) -> dict[str, Any]:
    """Return the medians of one adapter, and the same act by hand."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        laid = in_namespace() if kind == "nft" else reference_bot(kind, folder, log_bytes)
        with laid as (settings, url, by_hand):
            asking = Asking(url)
            try:
                timed = {"support": [Timed(one) for one in adapters_for("support", settings, SystemClock())]}
                async with engine_of(folder, Settings(bots={"support": settings}), timed) as engine:
                    runs = [await one_round(engine, kind, asking, number) for number in range(rounds)]
            finally:
                asking.close()
            hand: list[float] = []
            for _ in range(rounds):
                began = time.perf_counter()
                await asyncio.to_thread(by_hand)
                hand.append(time.perf_counter() - began)
    middle = {name: round(statistics.median(run[name] for run in runs), 4) for name in runs[0]}
    worst = round(max(run["last_served_s"] for run in runs), 4)
    return {**middle, "last_served_worst_s": worst, "by_hand_and_back_s": round(statistics.median(hand), 4)}


def main() -> int:
    """Measure and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=10)
    args = parser.parse_args()
    kinds = [kind for kind in VERBS if kind != "nft" or (os.getuid() == 0 and shutil.which("nft"))]
    result: dict[str, Any] = {"rounds": args.rounds}
    for kind in kinds:
        result[kind] = asyncio.run(measured(kind, args.rounds, 1_000_000))
    result["control_with_a_log_of_200_mb"] = asyncio.run(measured("control", max(3, args.rounds // 3), 200_000_000))
    keep("containment", result)
    return 0


if __name__ == "__main__":
    sys.exit(main())
