"""Processes of bots that no adapter of their own tells of: real ones, found by what their probes know."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.adapters.contain.rig_cgroup import own_cgroup
from tests.adapters.contain.rigs import forking_bot
from warroom.adapters.witness import Seen, witness_for
from warroom.core.model import Verb
from warroom.core.settings import BotSettings, ContainSettings, ControlSettings, ProbeSettings, ProcessSettings
from warroom.core.settings_contain import SystemdSettings
from warroom.core.settings_probe import NamedProbe, ProcessProbe, TcpProbe


def bot(probe: ProbeSettings | None = None, **probes: NamedProbe) -> BotSettings:
    contain = ContainSettings(control=ControlSettings("http://127.0.0.1:9/", "/nowhere"))
    return BotSettings([], probe=probe, probes=probes, contain=contain)


async def told(settings: BotSettings) -> Seen:
    witness = witness_for("support", settings)
    assert witness is not None
    ((name, content),) = await witness.snapshot()
    assert name == "support-processes.json"
    return msgspec.json.decode(content, type=Seen)


SERVES = """
import os, socket
server = socket.create_server(("127.0.0.1", 0))
for _ in range(2):
    if os.fork() == 0:
        break
else:
    print(server.getsockname()[1], flush=True)
while True:
    held = server.accept()[0]
"""


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A bot of three processes behind one port, in a session of its own."""
    # Named by the folder of its test, as others of its kind may run on this host too.
    process = subprocess.Popen(
        [sys.executable, "-c", SERVES, str(tmp_path)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline()), process
    finally:
        os.killpg(process.pid, 9)
        process.communicate()


async def test_the_tree_of_the_pidfile_of_a_probe_is_told_with_its_connections(tmp_path: Path) -> None:
    with forking_bot(tmp_path) as forking:
        seen = await told(bot(tree=ProcessProbe([Verb.FREEZE], pidfile=str(forking.pidfile))))
        assert {one.pid for one in seen.processes} == {forking.process.pid, *forking.workers()}
        assert seen.named_by == {f"the pidfile {forking.pidfile}": "3 processes"}
        listening = [one for process in seen.processes for one in process.connections or [] if one.state == "LISTEN"]
        assert listening, "its open connections are part of it"


async def test_who_listens_where_a_probe_asks_is_told_with_all_workers(
    serving: tuple[int, subprocess.Popen[str]],
) -> None:
    port, process = serving
    for settings in (
        bot(ProbeSettings(f"http://localhost:{port}/v1/chat")),
        bot(door=TcpProbe([Verb.STOP], address=f"127.0.0.1:{port}")),
    ):
        seen = await told(settings)
        assert len(seen.processes) == 3
        assert process.pid in {one.pid for one in seen.processes}
        with socket.create_connection(("127.0.0.1", port)) as user:
            near = f"127.0.0.1:{user.getsockname()[1]}"
            async with asyncio.timeout(60):
                while near not in {one.remote for p in seen.processes for one in p.connections or []}:
                    seen = await told(settings)


async def test_a_text_in_the_command_line_names_them_too(
    tmp_path: Path, serving: tuple[int, subprocess.Popen[str]]
) -> None:
    _, process = serving
    seen = await told(bot(all=ProcessProbe([Verb.STOP], command_line=str(tmp_path))))
    assert process.pid in {one.pid for one in seen.processes}
    assert len(seen.processes) == 3


async def test_all_in_the_cgroup_of_the_unit_are_told(serving: tuple[int, subprocess.Popen[str]]) -> None:
    with own_cgroup() as group:
        unit = group.below("warroom-test.service")
        (unit / "cgroup.procs").write_text(f"{serving[1].pid}\n")
        contain = ContainSettings(systemd=SystemdSettings("warroom-test.service"))
        seen = await told(BotSettings([], contain=contain))
        assert [one.pid for one in seen.processes] == [serving[1].pid]
        assert seen.named_by == {"the unit warroom-test.service": "1 process"}
        by_name = await told(bot(tree=ProcessProbe([Verb.STOP], cgroup=f"{group.name}/warroom-test.service")))
        assert [one.pid for one in by_name.processes] == [serving[1].pid]
        group.take(serving[1].pid)
        (group.folder.parent / "cgroup.procs").write_text(f"{serving[1].pid}\n")


async def test_what_names_nobody_says_why(tmp_path: Path) -> None:
    gone = tmp_path / "gone.pid"
    seen = await told(bot(tree=ProcessProbe([Verb.STOP], pidfile=str(gone))))
    assert (seen.processes, seen.named_by) == ([], {f"the pidfile {gone}": f"{gone} is not there"})
    with socket.socket() as silent:
        # Bound and not listening: nobody else can take the port meanwhile.
        silent.bind(("127.0.0.1", 0))
        seen = await told(bot(ProbeSettings(f"http://127.0.0.1:{silent.getsockname()[1]}/")))
    assert list(seen.named_by.values()) == ["nobody who may be seen listens there"]


async def test_a_pidfile_that_names_a_younger_process_is_not_believed(
    tmp_path: Path, serving: tuple[int, subprocess.Popen[str]]
) -> None:
    stale = tmp_path / "stale.pid"
    stale.write_text(f"{serving[1].pid}\n")
    os.utime(stale, (1, 1))
    seen = await told(bot(tree=ProcessProbe([Verb.STOP], pidfile=str(stale))))
    assert seen.processes == []
    assert "younger" in next(iter(seen.named_by.values()))


HIDDEN = """
import asyncio, concurrent.futures.thread, os
from warroom.adapters.witness import witness_for
from warroom.core.ports import AdapterFailed
from warroom.core.settings import BotSettings, ProbeSettings
witness = witness_for("support", BotSettings([], probe=ProbeSettings("http://127.0.0.1:80/")))
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
asyncio.run(witness.prepare())
try:
    asyncio.run(witness.snapshot())
except AdapterFailed as error:
    print(error)
"""


@pytest.mark.parametrize("how", [1, 2])
def test_where_proc_hides_the_others_it_says_so_and_breaks_nothing(how: int) -> None:
    words = f'mount -t proc -o hidepid={how} proc /proc && exec "$0" -c "$1"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", words, sys.executable, HIDDEN], capture_output=True, text=True, check=False
    )
    if "mount" in done.stderr or "unshare" in done.stderr:
        pytest.skip("this account may not mount a /proc of its own")
    assert done.stdout.startswith("the processes of other accounts are hidden"), done.stderr


def test_there_is_none_where_an_adapter_tells_or_nothing_is_known() -> None:
    own = BotSettings(
        [],
        probe=ProbeSettings("http://127.0.0.1:80/"),
        contain=ContainSettings(process=ProcessSettings("/run/support.pid")),
    )
    assert witness_for("support", own) is None
    assert witness_for("support", bot()) is None
    assert witness_for("support", bot(ProbeSettings("https://bot.example.org/v1/chat"))) is None
    assert witness_for("support", bot(ProbeSettings("http://192.0.2.7:80/"))) is None, "not an address of this host"
