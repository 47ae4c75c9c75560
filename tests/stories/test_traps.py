"""Ways in which everything says OK and the bot goes on. Each must end as not held, through the whole engine.

Each trap is sprung twice: by an act that really does what people do and falls for it, and by an adapter that says yes
and does nothing. Neither is ever called held.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import msgspec
import pytest

from tests.adapters.contain.liars import NothingDoer
from tests.adapters.contain.rig_cgroup import bot_in_cgroup
from tests.adapters.contain.rig_nft import CGROUPS, Network, cgroup, leaking, nft, skip_unless_possible
from tests.adapters.contain.rig_oauth import OAuthBot, oauth_bot
from tests.adapters.contain.rig_systemd import end_machines, unit_bot
from tests.adapters.contain.rigs import forking_bot
from tests.adapters.contain.test_nft import NAIVE, PLAIN, TRACKING
from tests.engine.rig import attached, paths_in, running_engine, settled
from tests.waiting import wait_until
from warroom.core.commands import Ack, Contain
from warroom.core.model import ActionState, Plan, Verb
from warroom.core.ports import Receipt
from warroom.core.settings import BotSettings, ProbeSettings, Settings
from warroom.core.settings_probe import CommandProbe, NamedProbe

LOOK_S = 1.5
"""Three looks in a row that meet a bot which gets no turn for a moment must not be three that find it silent."""


class Act(NothingDoer):
    """Does what people do, and believes that it was enough."""

    def __init__(self, does: Callable[[], object]) -> None:
        super().__init__("support")
        self._does = does

    async def apply(self, plan: Plan, key: str) -> Receipt:
        self._does()
        return await super().apply(plan, key)


class Trap(msgspec.Struct, frozen=True):
    """A bot, how it is looked at, and what people do to it."""

    verb: Verb
    does: Callable[[], object]
    probe: ProbeSettings | None = None
    probes: dict[str, NamedProbe] = {}
    undo: Callable[[], object] = lambda: None


Laid = contextlib.AbstractContextManager[Trap]


@contextlib.contextmanager
def an_open_connection_behind_a_conntrack_accept(folder: Path) -> Iterator[Trap]:
    skip_unless_possible()
    with Network() as network:
        network.inside("nft", "-f", "-", content=TRACKING)
        with leaking(network.theirs, network.ours, ["nsenter", f"--net=/run/netns/{network.name}"]) as bot:
            counter = _leak_counter(folder, bot.sink.counted)
            yield Trap(
                Verb.ISOLATE,
                lambda: network.inside("nft", "-f", "-", content=NAIVE),
                probes={"sink": counter},
            )


@contextlib.contextmanager
def a_process_moved_into_a_blocked_cgroup(folder: Path) -> Iterator[Trap]:
    skip_unless_possible()
    with cgroup() as quarantine, leaking("127.0.0.1", "127.0.0.1") as bot:

        def move() -> None:
            nft("-f", "-", content=PLAIN.replace("PATH", str(quarantine.relative_to(CGROUPS))))
            (quarantine / "cgroup.procs").write_text(str(bot.process.pid))

        def undo() -> None:
            with contextlib.suppress(subprocess.CalledProcessError):
                nft("delete", "table", "inet", "plain")

        try:
            yield Trap(Verb.ISOLATE, move, probes={"sink": _leak_counter(folder, bot.sink.counted)}, undo=undo)
        finally:
            undo()
            bot.process.kill()
            bot.process.wait()


@contextlib.contextmanager
def a_worker_moved_out_of_a_frozen_cgroup(folder: Path) -> Iterator[Trap]:
    with bot_in_cgroup(folder) as (group, bot):
        (group.folder.parent / "cgroup.procs").write_text(str(bot.workers()[0]))
        yield Trap(Verb.FREEZE, lambda: group.freeze(True), ProbeSettings(bot.url, timeout_s=LOOK_S))


@contextlib.contextmanager
def an_address_that_systemd_says_it_denies(folder: Path) -> Iterator[Trap]:
    with unit_bot("denied") as bot:

        def deny() -> None:
            bot.machine.ctl("set-property", "--runtime", bot.unit, "IPAddressDeny=any")
            [denied] = bot.shown("IPAddressDeny")
            assert set(denied.split()) == {"::/0", "0.0.0.0/0"}, "it reads back as denied"
            if not bot.serves():
                pytest.skip("this systemd enforces IPAddressDeny, so there is no trap to fall into")

        yield Trap(Verb.ISOLATE, deny, ProbeSettings(bot.url, method="GET", timeout_s=LOOK_S))


@contextlib.contextmanager
def a_master_stopped_while_its_workers_serve(folder: Path) -> Iterator[Trap]:
    with forking_bot(folder) as bot:
        pid = int(bot.pidfile.read_text())
        yield Trap(Verb.FREEZE, lambda: os.kill(pid, signal.SIGSTOP), ProbeSettings(bot.url, timeout_s=LOOK_S))


@contextlib.contextmanager
def one_worker_of_two_told(folder: Path) -> Iterator[Trap]:
    with forking_bot(folder) as bot:
        tell = bot.url.replace("/v1/chat", "/control")
        probe = ProbeSettings(bot.url, timeout_s=LOOK_S, samples=20)
        yield Trap(Verb.DISABLE, lambda: httpx2.post(tell, trust_env=False).raise_for_status(), probe)


SUPERVISOR = """
import subprocess, sys
while True:
    subprocess.run([sys.executable, "-c", sys.argv[1], sys.argv[2], sys.argv[3]])
"""
SERVED = """
import http.server, os, pathlib, sys
class Bot(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200); self.send_header("content-length", "0"); self.end_headers()
    def log_message(self, *words): pass
http.server.ThreadingHTTPServer.allow_reuse_address = True
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Bot)
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
server.serve_forever()
"""


@contextlib.contextmanager
def a_restart_loop_after_sigkill(folder: Path) -> Iterator[Trap]:
    pidfile = folder / "bot.pid"

    def pid() -> str:
        # It is empty for a moment while it is written.
        return pidfile.read_text() if pidfile.exists() else ""

    def kill() -> None:
        # However long a restart takes on a busy machine, the loop is quicker than whoever looks afterwards.
        before = wait_until(pid, what="the bot's pidfile")
        os.kill(int(before), signal.SIGKILL)
        wait_until(lambda: pid() not in ("", before), what="the next bot")

    with socket.socket() as kept:
        # It listens at nothing, and keeps others from the port while the bot is between two lives.
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        port = kept.getsockname()[1]
        words = [sys.executable, "-c", SUPERVISOR, SERVED, str(pidfile), str(port)]
        supervisor = subprocess.Popen(words, start_new_session=True, stderr=subprocess.DEVNULL)
        try:
            wait_until(pid, what="the bot's pidfile")
            yield Trap(Verb.STOP, kill, ProbeSettings(f"http://127.0.0.1:{port}/v1/chat", timeout_s=LOOK_S))
        finally:
            os.killpg(supervisor.pid, signal.SIGKILL)
            supervisor.wait()


@contextlib.contextmanager
def a_revoke_of_a_token_that_nobody_has(folder: Path) -> Iterator[Trap]:
    with oauth_bot(folder) as bot:
        yield Trap(Verb.REVOKE, lambda: _revoke(bot, "a-token-that-was-never-issued"), bot.probe)


@contextlib.contextmanager
def a_new_token_at_once_after_a_revoke(folder: Path) -> Iterator[Trap]:
    with oauth_bot(folder) as bot:
        yield Trap(Verb.REVOKE, lambda: _revoke(bot, bot.front.token), bot.probe)


def _revoke(bot: OAuthBot, token: str) -> None:
    settings = bot.settings()
    admin = bot.admin_file.read_text().strip()
    answer = httpx2.post(
        settings.revoke_url, data={"token": token}, headers={"authorization": f"Bearer {admin}"}, trust_env=False
    )
    assert answer.status_code == 200, "the server says OK, as RFC 7009 wants it to"


def _leak_counter(folder: Path, counted: Path) -> CommandProbe:
    """A look at the far end: exit 1 as soon as bytes arrive, 0 when none do within a few seconds."""
    script = folder / "arrives.sh"
    size = f'$(wc -c < "{counted}")'
    script.write_text(f"a={size}; for n in $(seq 30); do sleep 0.1; [ {size} = $a ] || exit 1; done\n")
    return CommandProbe(verbs=[Verb.ISOLATE], argv=["/bin/sh", str(script)], timeout_s=30.0)


@pytest.fixture(scope="module", autouse=True)
def machines_ended() -> Iterator[None]:
    """End the systemd that a trap booted."""
    yield
    end_machines()


TRAPS: dict[str, Callable[[Path], Laid]] = {
    made.__name__: made
    for made in (
        an_open_connection_behind_a_conntrack_accept,
        a_process_moved_into_a_blocked_cgroup,
        a_worker_moved_out_of_a_frozen_cgroup,
        an_address_that_systemd_says_it_denies,
        a_master_stopped_while_its_workers_serve,
        one_worker_of_two_told,
        a_restart_loop_after_sigkill,
        a_revoke_of_a_token_that_nobody_has,
        a_new_token_at_once_after_a_revoke,
    )
}
QUICK = {made.__name__ for made in (a_process_moved_into_a_blocked_cgroup, one_worker_of_two_told)}
"""One by the kernel and one by the bot itself; the others take as long."""


@pytest.mark.parametrize(
    "lying",
    [pytest.param(False, id="as people do it"), pytest.param(True, id="nothing at all", marks=pytest.mark.long)],
)
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.long) for name in TRAPS]
)
async def test_what_said_ok_and_goes_on_is_not_held(name: str, lying: bool, tmp_path: Path) -> None:
    with TRAPS[name](tmp_path) as trap:
        adapter = NothingDoer("support") if lying else Act(trap.does)
        adapter.settle_s = 1.0
        bot = BotSettings([], probe=trap.probe, probes=trap.probes)
        paths, settings = paths_in(tmp_path), Settings(bots={"support": bot})
        async with running_engine(paths, settings, adapters={"support": [adapter]}), attached(paths) as room:
            answer = await room.submit(Contain("support", trap.verb, reason="it leaks"))
            assert isinstance(answer, Ack), answer
            ended = (ActionState.HELD, ActionState.NOT_HELD, ActionState.FAILED, ActionState.AMBIGUOUS)
            action = await settled(room, answer.ref, *ended)
        trap.undo()
    assert action.state is ActionState.NOT_HELD, action.proof
    assert adapter.applied, "the adapter said that it was done"
