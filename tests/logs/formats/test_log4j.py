"""log4j's, Hadoop's and oslo's lines, as the programs write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.reading import made, read
from warroom.logs.formats.log4j import FORMAT


def test_log4j_with_brackets_in_its_thread() -> None:
    line = "2015-07-29 17:41:44,747 - WARN  [QuorumPeer[myid=1]/0:0:0:0:0:0:0:0:2181:Leader@774] - time out: 3200"
    record = read(FORMAT, line)
    assert (record.level, record.message) == ("WARNING", "time out: 3200")
    assert record.logger == "QuorumPeer[myid=1]/0:0:0:0:0:0:0:0:2181:Leader@774"
    assert record.time == dt.datetime(2015, 7, 29, 17, 41, 44, 747000).timestamp()
    assert record.time_source == "assumed_zone"


def test_oslo_with_and_without_its_request() -> None:
    head = "2017-05-16 00:00:00.008 25746 INFO nova.osapi_compute.wsgi.server "
    record = read(FORMAT, head + "[req-38101a0b-2096 113d 54fa - - -] 10.11.10.1 GET /v2")
    assert (record.logger, record.message) == ("nova.osapi_compute.wsgi.server", "10.11.10.1 GET /v2")
    assert record.attrs == {"request": "req-38101a0b-2096"}
    record = read(FORMAT, head + "[-] started")
    assert (record.message, record.attrs) == ("started", {})
    assert read(FORMAT, head + "no request").message == "no request"


def test_the_name_of_a_log_before_the_time_is_kept() -> None:
    line = "nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 25746 INFO nova.wsgi [req-1 a b] GET /v2"
    record = read(FORMAT, line)
    assert (record.message, record.logger) == ("GET /v2", "nova.wsgi")
    assert record.attrs == {"request": "req-1", "log": "nova-api.log.1.2017-05-16_13:53:08"}


def test_hadoop() -> None:
    record = read(FORMAT, "081109 203615 148 ERROR dfs.DataNode$PacketResponder: block lost: blk_1")
    assert (record.level, record.logger) == ("ERROR", "dfs.DataNode$PacketResponder")
    assert record.message == "block lost: blk_1"
    assert record.time == dt.datetime(2008, 11, 9, 20, 36, 15).timestamp()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "2015-07-29 17:41:44,747 - LOUD  [a] - x",
        "2015-13-29 17:41:44,747 - INFO  [a] - x",
        "081309 203615 148 INFO dfs: x",
        "081109 253615 148 INFO dfs: x",
        "081109 203615 148 LOUD dfs: x",
        "2015-07-29 17:41:44,747 - app.bot - INFO - refused",
        "2026-11-22 21:07:47,442 INFO bot.chat: reply sent",
    ],
)
def test_what_is_not_of_them_is_left(line: str) -> None:
    assert made(FORMAT, line) is None


@given(st.text(max_size=200))
def test_any_message_is_kept(message: str) -> None:
    assert read(FORMAT, f"2015-07-29 17:41:44,747 - INFO  [a] - {message}").message == message
    assert read(FORMAT, f"081109 203615 148 INFO dfs.X: {message}").message == message
