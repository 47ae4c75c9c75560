"""Pre-forking: several processes that share one port, under a master that ends them.

Each has a listening socket of its own (SO_REUSEPORT), so that the kernel deals connections out by their addresses.
Where all accept from one socket, the process that just answered is the quickest to answer again: of 20 requests, one
after the other, it may get all.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Callable, Iterable, Sequence
from types import FrameType

Ready = Callable[[], None]
Serve = Callable[[int, socket.socket, Ready], None]
"""Called in each worker with its number (from 1), its socket, and what tells the master that it serves."""
_BACKLOG = 1024

_ENDING = (signal.SIGTERM, signal.SIGINT)


def listeners(port: int, count: int) -> list[socket.socket]:
    """Return one listening socket on 127.0.0.1 for each worker; `port` 0 takes a free one. OSError when it is taken."""
    first = socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
    if count == 1:
        return [first]
    # Whoever shares the port from the beginning would also share it with a stranger who does.
    port = first.getsockname()[1]
    first.close()
    return [socket.create_server(("127.0.0.1", port), backlog=_BACKLOG, reuse_port=True) for _ in range(count)]


def serve_by_workers(sockets: Sequence[socket.socket], serve: Serve, ready: Ready) -> int:
    """Fork a worker for each socket, call `ready` once all serve, and wait; returns the exit code, in workers too.

    SIGTERM and SIGINT end the workers and then the master (0). A worker that ends by itself takes the others with it
    (1). Must be called while the process has one thread. A master that is killed or frozen leaves its workers serving.
    """
    told, tell = os.pipe()
    pids: list[int] = []
    for number in _ENDING:
        signal.signal(number, _leave)
    # Whoever ends the master before it knows all its workers would leave some behind.
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    for worker, own in enumerate(sockets, 1):
        pid = os.fork()
        if pid == 0:
            os.close(told)
            _close(other for other in sockets if other is not own)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
            serve(worker, own, lambda: _tell(tell))
            return 0
        pids.append(pid)
    os.close(tell)
    # A socket that nobody accepts from would still be dealt connections.
    _close(sockets)
    return _watch(pids, told, ready)


def _watch(pids: list[int], told: int, ready: Ready) -> int:
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        if _all_serve(told, len(pids)):
            ready()
        ended, _ = os.wait()
        pids.remove(ended)
        return 1
    except SystemExit:
        return 0
    finally:
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        for pid in pids:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _close(sockets: Iterable[socket.socket]) -> None:
    for one in sockets:
        one.close()


def _tell(tell: int) -> None:
    os.write(tell, b".")
    os.close(tell)


def _all_serve(told: int, count: int) -> bool:
    heard = 0
    while heard < count:
        said = os.read(told, count)
        if not said:
            return False
        heard += len(said)
    os.close(told)
    return True


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
