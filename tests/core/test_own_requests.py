"""Which lines tell of requests of our own."""

from __future__ import annotations

import pytest

from tests.core.records import T0, chat, line, tool
from warroom.core.blast import blast_of
from warroom.core.model import Verb
from warroom.core.own_requests import OwnRequests, probe_of
from warroom.core.record import Record
from warroom.core.requests import Requests
from warroom.core.settings import BotSettings, ProbeSettings, Settings, VerbProbe
from warroom.core.shadow import Everything, shadow_of

PROBE = ProbeSettings(
    "http://bot/v1/chat",
    body='{"user": "probe", "session": "", "message": "hello"}',
    verbs={Verb.LIMIT: VerbProbe('{"user_id": 4711, "conversation": "w-1"}')},
)


def access(at: float, agent: str = "curl/8.5") -> Record:
    return line(at, "POST /v1/chat HTTP/1.1", status=200, attrs={"method": "POST", "path": "/", "user_agent": agent})


@pytest.mark.parametrize(
    ("record", "ours"),
    [
        (chat(1, "probe"), True),
        (chat(1, "4711"), True),
        (tool(1, "u-1", session="w-1"), True),
        (chat(1, "probe-2"), False),
        (chat(1, None), False),
        (chat(1, "u-1", session=""), False),
        (access(1, "warroom-probe"), True),
        (access(1, "warroom"), True),
        (access(1, "warroomba/1.0"), False),
        (access(1), False),
        (chat(1, "u-1", attrs={"http.user_agent": "warroom-probe"}), True),
        (chat(1, "u-1", attrs={"user_agent": 7}), False),
    ],
)
def test_ours_are_those_that_the_probe_names(record: Record, ours: bool) -> None:
    assert OwnRequests(PROBE)(record) is ours


@pytest.mark.parametrize("body", ["", "hello", "[1]", '{"user": ""}', '{"user": true}', '{"user": null}', "\ud800"])
def test_a_body_that_names_nobody_makes_nobody_ours(body: str) -> None:
    own = OwnRequests(ProbeSettings("http://bot/", body=body))
    assert not any(own(chat(1, user)) for user in (None, "", "True", "hello"))
    assert not OwnRequests(None)(chat(1, "probe"))


def test_the_probe_is_that_of_the_config() -> None:
    settings = Settings(bots={"support": BotSettings([], probe=PROBE)})
    assert (probe_of(settings, "support"), probe_of(settings, "other")) == (PROBE, None)


def test_who_attacks_under_our_name_is_counted_all_the_same() -> None:
    def marks(record: Record) -> list[str]:
        return ["R12"] if record.user == "mallory" else []

    found = Requests(T0, T0 + 100, lambda _, rules: bool(rules), marks, OwnRequests(PROBE))
    attack = chat(1, "mallory", attrs={"user_agent": "warroom-probe"})
    found.feed([attack, chat(2, "probe"), chat(3, "u-1"), access(4, "warroom-probe")])
    assert (len(found), found.users, found.ours) == (2, 2, 1)
    assert shadow_of(found, Everything()).hostile_refused == 1
    assert blast_of(found).hostile_last_hour == 1


def test_they_are_counted_apart_and_once_and_are_neither_users_nor_refused() -> None:
    found = Requests(T0, T0 + 100, own=OwnRequests(PROBE))
    found.feed([chat(1, "u-1"), chat(2, "probe"), access(2, "warroom-probe"), tool(3, "probe"), chat(4, "probe")])
    assert (len(found), found.users, found.ours) == (1, 1, 2)
    assert blast_of(found).ours_last_hour == 2
    result = shadow_of(found, Everything())
    assert (result.refused, result.users_refused, result.ours) == (1, 1, 2)
    found.narrow(T0 + 3)
    assert found.ours == 1
