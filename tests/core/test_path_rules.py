"""A path that no file can have is named with its place, wherever in a config it stands."""

from __future__ import annotations

import msgspec
import pytest

from warroom.core.path_rules import path_faults
from warroom.core.settings import Settings

BOT = {"log": ["/var/log/bot.log"], "evidence": ["/etc/bot.yaml"], "history": ["/var/log/old.log"]}


def places(**changes: object) -> list[str]:
    settings = msgspec.convert({"bots": {"support": BOT}, **changes}, Settings)
    return [".".join(at) for at, _ in path_faults(settings)]


def test_a_sane_room_has_no_fault() -> None:
    channel = {"kind": "webhook", "url": "https://a.example/x", "key_file": "/k"}
    access = {"folder": "/srv/warroom", "group": "soc"}
    assert places(playbooks=["/p"], notify={"templates": "/t", "channels": {"hook": channel}}, access=access) == []


def _bot(**more: object) -> dict[str, object]:
    return {"bots": {"support": {**BOT, **more}}}


def _channel(kind: str, **more: object) -> dict[str, object]:
    return {"notify": {"channels": {"way": {"kind": kind, **more}}}}


CONTROL = {"url": "http://127.0.0.1/c", "key_file": "/k\0"}
MAIL = {"host": "m", "sender": "a@b.example", "to": ["c@d.example"], "password_file": "\n"}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        (_bot(log=["/var/log/good.log", "/var/log/a\0b.log"]), "bots.support.log"),
        (_bot(evidence=["a\0b"]), "bots.support.evidence"),
        (_bot(history=["a\x1b[2Jb"]), "bots.support.history"),
        (_bot(contain={"control": CONTROL}), "bots.support.contain.control.key_file"),
        (_bot(contain={"flag": {"path": "a\tb"}}), "bots.support.contain.flag.path"),
        (_bot(contain={"process": {"pidfile": "\x7f"}}), "bots.support.contain.process.pidfile"),
        (
            _bot(probes={"quiet": {"kind": "silence", "verbs": ["stop"], "log": "a\0"}}),
            "bots.support.probes.quiet.log",
        ),
        (_channel("smtp", **MAIL), "notify.channels.way.password_file"),
        (_channel("apprise", url_file="\0"), "notify.channels.way.url_file"),
        (_channel("pagerduty", routing_key_file="\0"), "notify.channels.way.routing_key_file"),
        ({"notify": {"templates": "t\0"}}, "notify.templates"),
        ({"playbooks": ["/good", "p\0"]}, "playbooks"),
        ({"access": {"folder": "/srv/\0", "group": "soc"}}, "access.folder"),
        ({"playbooks": ["~nobody-of-this-host/p"]}, "playbooks"),
    ],
)
def test_a_path_that_no_file_can_have_is_named_with_its_place(changes: dict[str, object], place: str) -> None:
    assert places(**changes) == [place]
