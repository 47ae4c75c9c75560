"""Sockets as netlink lists them, beside the tables of /proc that everybody knows."""

from __future__ import annotations

import os
import socket

import pytest

from warroom.adapters.contain.open_sockets import tables
from warroom.adapters.contain.socket_diag import listed


def inode(of: socket.socket) -> int:
    return os.fstat(of.fileno()).st_ino


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_it_lists_what_the_tables_hold(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with (
        socket.create_server((host, 0), family=family) as server,
        socket.create_connection(server.getsockname()[:2]) as near,
        server.accept()[0] as far,
        socket.socket(family, socket.SOCK_DGRAM) as udp,
    ):
        udp.bind((host, 0))
        wanted = {inode(one) for one in (server, near, far, udp)}
        found = listed(wanted)
        assert set(found) == wanted
        assert found == tables([os.getpid()], wanted)
        assert found[inode(near)].far_port == server.getsockname()[1]


def test_what_nobody_asked_for_is_left_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert listed(set()) == {}
        assert set(listed({inode(server), 1})) == {inode(server)}
