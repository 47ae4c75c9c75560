"""Real programs: what they get, what is kept of what they say, and how they end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest

from tests.adapters.contain.rig_command import over_once, program
from tests.adapters.contain.rigs import is_alive
from tests.adapters.time_over import PATIENCE_S
from tests.waiting import eventually, wait_until
from warroom.adapters.contain.command_run import OUTPUT_LIMIT, Ended, Overran, run

FAMILY = """
import os, sys, time
from pathlib import Path
child = os.fork()
if child == 0:
    time.sleep(600)
print("started", flush=True)
Path(sys.argv[1]).write_text(f"{os.getpid()} {child}")
time.sleep(600)
"""


async def ran(folder: Path, script: str, *arguments: str, content: bytes = b"", timeout_s: float = PATIENCE_S) -> Ended:
    argv = [program(folder, "tool", script), *arguments]
    return await run(argv, content=content, environment={"LANG": "C.UTF-8"}, timeout_s=timeout_s)


async def test_it_gets_its_arguments_its_input_and_no_more_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_ENGINE", "1")
    script = """
import json, os, sys
leads = os.getsid(0) == os.getpid()
print(json.dumps([sys.argv[1:], sys.stdin.read(), dict(os.environ), os.getcwd(), leads]), flush=True)
print("and this", file=sys.stderr)
"""
    ended = await ran(tmp_path, script, "$(id)", "a b", "*", content=b"hello")
    told, also = ended.output.decode().splitlines()
    arguments, content, environment, folder, leads = json.loads(told)
    assert (arguments, content, folder, leads) == (["$(id)", "a b", "*"], "hello", "/", True)
    assert environment.pop("LC_CTYPE", "") in ("", "C.UTF-8")
    assert environment == {"LANG": "C.UTF-8"}
    assert (also, ended.code) == ("and this", 0)


@pytest.mark.parametrize("code", [0, 1, 75, 255])
async def test_its_exit_code_is_told(tmp_path: Path, code: int) -> None:
    assert (await ran(tmp_path, f"raise SystemExit({code})")).code == code


async def test_a_signal_is_told_as_a_negative_code(tmp_path: Path) -> None:
    assert (await ran(tmp_path, "import os; os.kill(os.getpid(), 15)")).code == -signal.SIGTERM


async def test_a_flood_of_output_is_read_and_cut(tmp_path: Path) -> None:
    ended = await ran(tmp_path, "import sys\nfor _ in range(200): sys.stdout.write('x' * 100_000)")
    assert (ended.code, len(ended.output)) == (0, OUTPUT_LIMIT)


async def test_input_that_is_not_read_and_input_beyond_a_pipe_are_both_fine(tmp_path: Path) -> None:
    assert (await ran(tmp_path, "pass", content=b"x" * 1_000_000)).code == 0
    ended = await ran(tmp_path, "import sys; print(len(sys.stdin.read()))", content=b"x" * 1_000_000)
    assert ended.output == b"1000000\n"


async def test_what_takes_too_long_is_killed_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = tmp_path / "pids"
    over_once(monkeypatch, lambda: pids.exists() and pids.read_text() != "")
    with pytest.raises(Overran) as overran:
        await ran(tmp_path, FAMILY, str(pids))
    assert overran.value.output == b"started\n"
    parent, child = map(int, pids.read_text().split())
    assert not is_alive(parent)
    await eventually(lambda: not is_alive(child), what="the end of the child")


async def test_a_cancelled_call_leaves_nothing_running(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    call = asyncio.ensure_future(ran(tmp_path, FAMILY, str(pids)))
    await eventually(lambda: pids.exists() and pids.read_text(), what="the program")
    call.cancel()
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(asyncio.CancelledError):
            await call
    parent, child = map(int, pids.read_text().split())
    assert not is_alive(parent)
    await eventually(lambda: not is_alive(child), what="the end of the child")


async def test_a_child_that_keeps_the_output_open_is_not_waited_for(tmp_path: Path) -> None:
    script = """
import os, time
child = os.fork()
if child == 0:
    time.sleep(600)
print(child)
"""
    # Were it waited for, the time would be over before.
    ended = await ran(tmp_path, script)
    os.kill(int(ended.output), signal.SIGKILL)
    assert ended.code == 0


async def test_who_ended_in_time_has_ended_though_we_looked_too_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pidfile = tmp_path / "pid"

    def has_ended() -> bool:
        # This host lets nobody look until then; a process that nobody waited for shows as ended.
        wait_until(lambda: pidfile.exists() and pidfile.read_text() and not is_alive(int(pidfile.read_text())))
        return True

    over_once(monkeypatch, has_ended)
    script = f"import os\nopen({str(pidfile)!r}, 'w').write(str(os.getpid()))\nprint('done')"
    assert await ran(tmp_path, script) == Ended(0, b"done\n")


async def test_what_cannot_be_started_is_an_error_of_the_system(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"\x00\x01 no program")
    plain.chmod(0o755)
    for path in (plain, tmp_path / "absent"):
        with pytest.raises(OSError):  # noqa: PT011  any of them: it was not started
            await run([str(path)], content=b"", environment={}, timeout_s=5.0)
