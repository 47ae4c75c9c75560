"""The sockets of processes: real ones, of this process and of one in another network namespace."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import psutil
import pytest

from tests.waiting import wait_until
from warroom.adapters.contain.open_sockets import Connection, connections_of


def test_each_kind_of_socket_is_told_with_both_ends_and_its_state() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as near,
        socket.create_server(("::1", 0), family=socket.AF_INET6) as six,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        server.accept()[0],
    ):
        udp.bind(("127.0.0.1", 0))
        host, port = server.getsockname()
        found = connections_of([os.getpid()])[os.getpid()]
        assert Connection(f"{host}:{port}", "", "LISTEN") in found
        assert Connection(f"127.0.0.1:{near.getsockname()[1]}", f"{host}:{port}", "ESTABLISHED") in found
        assert Connection(f"{host}:{port}", f"127.0.0.1:{near.getsockname()[1]}", "ESTABLISHED") in found
        assert Connection(f"::1:{six.getsockname()[1]}", "", "LISTEN") in found
        assert Connection(f"127.0.0.1:{udp.getsockname()[1]}", "", "NONE") in found
        # Others of this process may end at any moment, such as those of servers of earlier tests.
        wait_until(lambda: ours() == theirs())


def ours() -> set[tuple[int, str]]:
    found = connections_of([os.getpid()])[os.getpid()]
    return {(int(one.local.rpartition(":")[2]), one.state) for one in found}


def theirs() -> set[tuple[int, str]]:
    return {(one.laddr[1], one.status) for one in psutil.Process().net_connections("inet")}


def test_a_socket_that_is_no_internet_socket_is_left_out() -> None:
    with socket.socket(socket.AF_UNIX), open("/dev/null", encoding="ascii"), socket.create_server(("127.0.0.1", 0)):
        wait_until(lambda: ours() == theirs())


@pytest.mark.skipif(os.geteuid() != 0, reason="a network namespace of its own needs root")
def test_each_namespace_is_read_for_itself() -> None:
    code = "import socket; s = socket.create_server(('0.0.0.0', 4242)); print('up', flush=True); input()"
    words = ["unshare", "--net", sys.executable, "-c", code]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as inside:
        assert inside.stdout is not None
        assert inside.stdout.readline() == b"up\n"
        with socket.create_server(("127.0.0.1", 0)) as server:
            found = connections_of([os.getpid(), inside.pid])
            assert found[inside.pid] == [Connection("0.0.0.0:4242", "", "LISTEN")]
            assert Connection("0.0.0.0:4242", "", "LISTEN") not in found[os.getpid()]
            assert f"127.0.0.1:{server.getsockname()[1]}" in {one.local for one in found[os.getpid()]}
        inside.kill()


def test_who_is_gone_is_absent() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    assert connections_of([ended.pid]) == {}
