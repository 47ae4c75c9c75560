"""What `[notify]` may hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from warroom.core.model import Severity
from warroom.core.notices import Audience
from warroom.core.settings_notify import (
    PATH_KEYS,
    AppriseChannel,
    ChannelSettings,
    NotifySettings,
    PagerDutyChannel,
    SmtpChannel,
    UpdateEvery,
    WebhookChannel,
    notify_faults,
)

MAIL: dict[str, Any] = {"host": "mail.example.org", "sender": "warroom@example.org", "to": ["sec@example.org"]}


def faults(channel: ChannelSettings | None = None, **settings: Any) -> list[str]:
    channels = {} if channel is None else {"one": channel}
    return [f"{'.'.join(at)}: {text}" for at, text in notify_faults(NotifySettings(channels=channels, **settings))]


def test_channels_are_told_apart_by_their_kind() -> None:
    found = msgspec.convert(
        {
            "channels": {
                "chat": {"kind": "webhook", "url": "https://h/", "key_file": "/k"},
                "mail": {"kind": "smtp", **MAIL},
                "pager": {"kind": "pagerduty", "routing_key_file": "/r"},
                "other": {"kind": "apprise", "url_file": "/u"},
            },
            "groups": {"security": ["chat", "pager"]},
            "update_every_s": {"sev1": 900},
        },
        NotifySettings,
    )
    assert [type(one) for one in found.channels.values()] == [
        WebhookChannel,
        SmtpChannel,
        PagerDutyChannel,
        AppriseChannel,
    ]
    assert list(notify_faults(found)) == []
    assert found.channels_of(Audience.SECURITY) == ["chat", "pager"]
    assert found.channels_of(Audience.LEGAL) == []
    assert found.update_every_s.seconds(Severity.SEV1) == 900
    assert found.update_every_s.seconds(Severity.SEV2) == 7200


def test_an_unknown_key_is_refused_so_that_no_secret_lands_in_a_value() -> None:
    with pytest.raises(msgspec.ValidationError, match="routing_key"):
        msgspec.convert({"kind": "pagerduty", "routing_key": "R0", "routing_key_file": "/r"}, ChannelSettings)


def test_every_key_of_a_file_is_named_as_a_path() -> None:
    shapes = get_args(ChannelSettings)
    keys = {field.name for one in shapes for field in msgspec.structs.fields(one) if field.name.endswith("_file")}
    assert keys == set(PATH_KEYS)


@pytest.mark.parametrize(
    "url",
    [
        "https://user:hunter2@hooks.example.org/x",
        "https://hooks.example.org/x?token=hunter2",
        "https://hooks.example.org/x#hunter2",
        "ftp://hooks.example.org/hunter2",
        "hunter2",
        "http://[hunter2",
        "https://hooks.example.org:99999/hunter2",
        "https://hooks.example.org/\nhunter2",
    ],
)
def test_an_address_that_holds_a_secret_or_is_none_is_refused_without_being_repeated(url: str) -> None:
    for channel in (WebhookChannel(url=url, key_file="/k"), PagerDutyChannel(routing_key_file="/r", url=url)):
        (fault,) = faults(channel)
        assert fault.startswith("notify.channels.one.url: ")
        assert "hunter2" not in fault


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"host": "a b"}, "host: a b is no name or address of a host"),
        ({"host": "mail\r\nRCPT"}, "host: "),
        ({"port": 0}, "port: must be 1 to 65535"),
        ({"sender": "a@b\r\nBcc: c@d"}, "sender: "),
        ({"sender": "nobody"}, "sender: nobody is no address such as warroom@example.org"),
        ({"to": []}, "to: names nobody"),
        ({"to": ["a@b.c", "x@y>\n"]}, "to: x@y>␊ is no address such as security@example.org"),
        ({"user": "u"}, "user: needs a password_file beside it, and the other way round"),
        ({"password_file": "/p"}, "user: needs a password_file beside it, and the other way round"),
        ({"user": "u\n", "password_file": "/p"}, "user: must be visible ASCII"),
        ({"user": "ü", "password_file": "/p"}, "user: must be visible ASCII"),
        (
            {"user": "u", "password_file": "/p", "starttls": False},
            "starttls: must be true: a password would cross the network in clear",
        ),
        ({"timeout_s": 0.0}, "timeout_s: must be more than 0 and at most 25, not 0"),
        ({"timeout_s": float("nan")}, "timeout_s: must be more than 0 and at most 25, not nan"),
    ],
)
def test_each_fault_of_a_mail_channel_says_where_and_what(changes: dict[str, Any], fault: str) -> None:
    (found,) = faults(SmtpChannel(**{**MAIL, **changes}))
    assert found.startswith(f"notify.channels.one.{fault}")


@pytest.mark.parametrize(
    "changes",
    [
        {"user": "u", "password_file": "/p", "starttls": False, "host": "127.0.0.1"},
        {"user": "u", "password_file": "/p", "starttls": False, "port": 465},
        {"host": "::1"},
        {"sender": "war.room+alerts@mail-1.example.org"},
    ],
)
def test_a_mail_channel_that_works_is_left_alone(changes: dict[str, Any]) -> None:
    assert faults(SmtpChannel(**{**MAIL, **changes})) == []


def test_a_group_names_channels_that_there_are_once_each_and_never_customers() -> None:
    chat = WebhookChannel(url="https://h/", key_file="/k")
    assert faults(chat, groups={Audience.LEGAL: ["one", "two"]}) == [
        "notify.groups.legal: two is no channel; there are: one"
    ]
    assert faults(chat, groups={Audience.LEGAL: ["one", "one"]}) == ["notify.groups.legal: names a channel twice"]
    (fault,) = faults(chat, groups={Audience.CUSTOMERS: ["one"]})
    assert "a person sends it" in fault
    settings = NotifySettings(channels={"one": chat}, groups={Audience.CUSTOMERS: ["one"]})
    assert settings.channels_of(Audience.CUSTOMERS) == []


def test_other_values_that_no_room_can_work_with_are_named() -> None:
    assert faults(AppriseChannel(url_file="")) == ["notify.channels.one.url_file: names no file"]
    assert faults(update_every_s=UpdateEvery(sev1=5)) == [
        "notify.update_every_s.sev1: must be 0 or at least 60 seconds"
    ]
    assert faults(update_every_s=UpdateEvery(sev3=0)) == []
    assert faults(contact="a\x1b[2J") == ["notify.contact: has up to 200 visible characters"]
    bad = NotifySettings(channels={"One Two": AppriseChannel(url_file="/u")})
    assert [text for _, text in notify_faults(bad)] == [
        "a channel's name has up to 32 small letters, digits and hyphens"
    ]


def test_the_page_lists_the_keys_of_each_kind_and_no_others() -> None:
    page = (Path(__file__).parents[2] / "docs" / "notify.md").read_text()
    shapes: tuple[type[msgspec.Struct], ...] = get_args(ChannelSettings)
    for shape in shapes:
        kind = shape.__struct_config__.tag
        real = {field.name: _default(field) for field in msgspec.structs.fields(shape)}
        assert _keys(page, f"key of `{kind}`") == real
    assert set(_keys(page, "key of `notify`")) == {field.name for field in msgspec.structs.fields(NotifySettings)}
    every = {field.name: _default(field) for field in msgspec.structs.fields(UpdateEvery)}
    assert _keys(page, "key of `update_every_s`") == every


def _keys(page: str, title: str) -> dict[str, str]:
    rows = page.split(f"| {title} |")[1].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in rows]
    return {name.strip("`"): default.strip("`") for name, default, _ in cells}


def _default(field: msgspec.structs.FieldInfo) -> str:
    return "needed" if field.required else msgspec.json.encode(field.default).decode()
