"""Apache's and nginx's error logs, as the servers write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.reading import made, read
from warroom.logs.formats.error_log import FORMAT


def test_apache_of_old_and_of_now() -> None:
    record = read(FORMAT, "[Sun Dec  4 04:47:44 2005] [notice] workerEnv.init() ok")
    assert (record.level, record.logger, record.message) == ("INFO", None, "workerEnv.init() ok")
    assert record.time == dt.datetime(2005, 12, 4, 4, 47, 44).timestamp()
    record = read(
        FORMAT,
        "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] [client 72.15.99.187:80] AH00124: x",
    )
    assert (record.level, record.logger, record.address, record.message) == (
        "ERROR",
        "core",
        "72.15.99.187",
        "AH00124: x",
    )
    assert record.time == dt.datetime(2011, 9, 9, 10, 42, 29, 902022).timestamp()
    record = read(FORMAT, "[Fri Sep 09 10:42:29.902022 2011] [ssl:trace4] [pid 1] [client 2001:db8::1:43210] handshake")
    assert (record.level, record.address) == ("DEBUG", "2001:db8::1")
    assert read(FORMAT, "[Fri Sep 09 10:42:29 2011] [warn] [client 2001:db8::1] x").address == "2001:db8::1"
    assert read(FORMAT, "[Fri Sep 09 10:42:29 2011] [warn] [client 10.0.0.1] x").address == "10.0.0.1"


def test_nginx_names_the_client_at_its_end() -> None:
    line = '2026/11/22 21:07:51 [crit] 1185#1185: *7 open() "/x" failed (13), client: 203.0.113.9, server: _'
    record = read(FORMAT, line)
    assert (record.level, record.address) == ("CRITICAL", "203.0.113.9")
    assert record.message.startswith('open() "/x" failed')
    assert record.time == dt.datetime(2026, 11, 22, 21, 7, 51).timestamp()
    assert read(FORMAT, "2026/11/22 21:07:51 [notice] 1#1: start worker processes").address is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[",
        "[Sun Foo 04 04:47:44 2005] [notice] x",
        "[Sun Dec 44 04:47:44 2005] [notice] x",
        "[Sun Dec 04 04:47:44 2005] [loud] x",
        "[2026-11-22 21:07:48 +0000] [1185] [INFO] Booting worker",
        "2026/11/22 25:07:51 [error] 1#1: x",
        "2026/11/22 21:07:51 [loud] 1#1: x",
    ],
)
def test_what_is_not_of_them_is_left(line: str) -> None:
    assert made(FORMAT, line) is None


@given(st.text(max_size=200))
def test_any_message_is_kept(message: str) -> None:
    if not message.startswith("["):
        assert read(FORMAT, f"[Sun Dec 04 04:47:44 2005] [notice] {message}").message == message
    if not message.startswith("*"):
        assert read(FORMAT, f"2026/11/22 21:07:51 [error] 1#1: {message}").message == message
