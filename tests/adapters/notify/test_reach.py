"""Whether somebody listens where a channel sends to, seen on real sockets."""

from __future__ import annotations

import socket

import pytest

from tests.adapters.contain.rigs import full_queue
from tests.adapters.time_over import PATIENCE_S
from warroom.adapters.notify.reach import reached
from warroom.core.ports import Checked
from warroom.core.settings_notify import (
    AppriseChannel,
    ChannelSettings,
    PagerDutyChannel,
    SmtpChannel,
    WebhookChannel,
)


def channels(host: str, port: int) -> list[ChannelSettings]:
    url = f"http://{host}:{port}/secret-path"
    return [
        WebhookChannel(url=url, key_file="k"),
        PagerDutyChannel(routing_key_file="k", url=url),
        SmtpChannel(host=host, port=port, sender="a@example.org", to=["b@example.org"]),
    ]


def a_closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


async def test_a_server_that_listens_is_reached_and_hears_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for channel in channels("127.0.0.1", port):
            check = await reached(channel, PATIENCE_S)
            assert (check.state, check.text) == (
                Checked.OK,
                f"127.0.0.1:{port} takes connections; nothing was sent",
            )
            taken, _ = server.accept()
            with taken:
                taken.settimeout(PATIENCE_S)
                try:
                    heard = taken.recv(1)
                except ConnectionResetError:
                    heard = b""
                assert heard == b""


async def test_where_nobody_listens_it_says_so_and_no_path_of_an_address() -> None:
    port = a_closed_port()
    for channel in channels("127.0.0.1", port):
        check = await reached(channel, PATIENCE_S)
        assert (check.state, check.text) == (Checked.FAILED, f"127.0.0.1:{port}: nobody listens there")


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 80 + ".invalid"])
async def test_a_host_that_nobody_knows_is_named(host: str) -> None:
    check = await reached(SmtpChannel(host=host, sender="a@example.org", to=["b@example.org"]), 20.0)
    assert check.state is Checked.FAILED
    assert check.text.startswith(f"{host}:587")


async def test_what_does_not_answer_is_given_up_in_time() -> None:
    with full_queue() as port:
        check = await reached(WebhookChannel(url=f"http://127.0.0.1:{port}/", key_file="k"), 0.3)
    assert (check.state, check.text) == (Checked.FAILED, f"127.0.0.1:{port} takes no connection within 0.3 s")


async def test_a_service_whose_address_is_a_secret_is_not_tried() -> None:
    check = await reached(AppriseChannel(url_file="f"))
    assert (check.state, check.text) == (Checked.UNKNOWN, "cannot be tried without sending")
