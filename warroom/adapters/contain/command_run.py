"""Run one program without a shell: fixed environment, bounded output, and its whole group ended at its time limit."""

from __future__ import annotations

import asyncio
import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence

import msgspec

OUTPUT_LIMIT = 65536
"""Bytes of output that are kept; the rest is read and dropped."""
_CHUNK = 65536
_PATIENCE_S = 0.05
"""Longest wait before a cancelled call is noticed."""


class Ended(msgspec.Struct, frozen=True):
    """A program that ended by itself or by a signal."""

    code: int
    """Exit code; negative: the signal that killed it."""
    output: bytes
    """Both of its outputs in the order written, at most OUTPUT_LIMIT bytes."""


class Overran(Exception):
    """The program did not end in time; it and its process group were killed."""

    def __init__(self, output: bytes) -> None:
        super().__init__("did not end in time")
        self.output = output


async def run(argv: Sequence[str], *, content: bytes, environment: Mapping[str, str], timeout_s: float) -> Ended:
    """Run `argv` in `/` with `content` on its standard input, in a session of its own, and return how it ended.

    Raises OSError when it cannot be started, Overran after `timeout_s`. Cancelled, it kills the process group before
    it returns. Children that outlive the program are left alone; their output is not waited for.
    """
    stop = threading.Event()
    loop = asyncio.get_running_loop()
    running = loop.run_in_executor(None, lambda: _run(argv, content, environment, timeout_s, stop))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        with contextlib.suppress(Overran, OSError):
            await running
        raise


def _run(
    argv: Sequence[str], content: bytes, environment: Mapping[str, str], timeout_s: float, stop: threading.Event
) -> Ended:
    deadline = time.monotonic() + timeout_s
    process = subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=dict(environment),
        start_new_session=True,
        umask=0o077,
        bufsize=0,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    output = bytearray()
    with process.stdin, process.stdout:
        os.set_blocking(process.stdin.fileno(), False)
        os.set_blocking(process.stdout.fileno(), False)
        try:
            _follow(process, content, output, deadline, stop)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        return Ended(process.wait(), bytes(output))


def _follow(
    process: subprocess.Popen[bytes], content: bytes, output: bytearray, deadline: float, stop: threading.Event
) -> None:
    """Feed the program and take its output until it has ended; Overran when its time is over or nobody waits."""
    assert process.stdin is not None
    assert process.stdout is not None
    exited = os.pidfd_open(process.pid)
    try:
        with selectors.DefaultSelector() as watched:
            watched.register(exited, selectors.EVENT_READ)
            watched.register(process.stdout, selectors.EVENT_READ)
            watched.register(process.stdin, selectors.EVENT_WRITE)
            while True:
                left = deadline - time.monotonic()
                over = left <= 0 or stop.is_set()
                # One look is always taken: where this host let us wait, the program may have ended well in its time.
                ready = {key.fileobj for key, _ in watched.select(0 if over else min(left, _PATIENCE_S))}
                if process.stdin in ready:
                    content = _fed(process.stdin.fileno(), content)
                    if not content:
                        watched.unregister(process.stdin)
                        process.stdin.close()
                if process.stdout in ready and not _take(process.stdout.fileno(), output):
                    watched.unregister(process.stdout)
                if exited in ready:
                    _take(process.stdout.fileno(), output)
                    return
                if over:
                    raise Overran(bytes(output))
    finally:
        os.close(exited)


def _fed(pipe: int, content: bytes) -> bytes:
    """Write what the pipe takes and return the rest; nothing is left to do when the program does not read."""
    try:
        return content[os.write(pipe, content) :]
    except BlockingIOError:
        return content
    except BrokenPipeError:
        return b""


def _take(pipe: int, output: bytearray) -> bool:
    """Read what is there, a bounded amount, and return whether more may come."""
    for _ in range(OUTPUT_LIMIT // 4096 * 2):
        try:
            chunk = os.read(pipe, _CHUNK)
        except BlockingIOError:
            return True
        if not chunk:
            return False
        output += chunk[: OUTPUT_LIMIT - len(output)]
    return True
