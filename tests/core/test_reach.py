"""What the engine reads for somebody is no more than they may ask for, and never a secret of the config."""

from __future__ import annotations

import pytest

from tests.core.story import Story
from warroom.core import commands as c
from warroom.core.access import Rights
from warroom.core.commands import Ack, Refused
from warroom.core.model import Level
from warroom.core.reach import Reach, out_of_reach, reach_of
from warroom.core.settings import BotSettings, ContainSettings, ControlSettings, Settings
from warroom.core.settings_contain import KubernetesSettings
from warroom.core.settings_notify import ChannelSettings, NotifySettings, PagerDutyChannel, SmtpChannel

LOGS = ["/var/log/shop/bot.log", "/srv/[ab]/*/app-*.log", "/data/**/x.log", "/run/bot/out*"]
REACH = Reach(LOGS, ["/etc/shop/hook.key", "/var/log/shop/token.log"])


@pytest.mark.parametrize(
    "pattern",
    [
        "/var/log/shop/other.log",
        "/var/log/shop/b*.log",
        "/var/log//shop/./other.log",
        "/srv/a/shop/else.log",
        "/srv/b/shop/app-*-[0-9].log",
        "/data/x.log",
        "/data/one/two/y.log",
    ],
)
def test_everybody_who_may_add_logs_may_add_those_beside_the_logs_of_the_config(pattern: str) -> None:
    assert out_of_reach(pattern, REACH, own=False) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "/etc/shadow",
        "/var/log/shop/private.key",
        "/var/log/shop/*",
        "/var/log/shop/*.l[a-z]g",
        "/run/bot/out.key",
        "/var/log/shop/../../../etc/shadow",
        "/var/log/shop/old/x.log",
        "/var/log/shop/.netrc",
        "/var/log/shop/**",
        "/var/log/*/x.log",
        "/var/log/sho[p]/x.log",
        "/var/log/shop/",
        "/var/log/x.log",
        "/srv/c/shop/else.log",
        "/srv/a/else.log",
    ],
)
def test_only_the_engines_own_account_may_add_any_other(pattern: str) -> None:
    refused = out_of_reach(pattern, REACH, own=False)
    assert refused is not None
    assert "not lie beside a log of the config" in refused.reason
    assert out_of_reach(pattern, Reach(LOGS), own=True) is None


@pytest.mark.parametrize(
    "pattern",
    [
        "/etc/shop/hook.key",
        "//etc/shop/hook.key",
        "/etc//shop/x/../hook.key",
        "/etc/shop/*",
        "/etc/*/hook.*",
        "/etc/**",
        "/**/hook.key",
        "/etc/**/**/**/*.key",
    ],
)
def test_nobody_reads_what_the_config_names_as_a_secret(pattern: str) -> None:
    refused = out_of_reach(pattern, REACH, own=True)
    assert refused is not None
    assert "secret" in refused.reason
    assert out_of_reach("/var/log/shop/to*.log", REACH, own=False) is not None


@pytest.mark.parametrize("pattern", ["/etc/shop/*.log", "/etc/*", "/etc/shop/key/*", "/**/bot.log"])
def test_a_glob_beside_a_secret_is_fine(pattern: str) -> None:
    assert out_of_reach(pattern, REACH, own=True) is None


def test_a_pattern_of_many_stars_is_answered_at_once() -> None:
    assert out_of_reach("/" + "**/*/" * 800 + "x", REACH, own=True) is None


def test_every_file_of_the_config_that_holds_a_secret_is_known() -> None:
    cluster = KubernetesSettings("https://k", "shop", {"app": "bot"}, token_file="/t/token", ca_file="/t/ca")
    contain = ContainSettings(control=ControlSettings("http://b", "/k/control"), kubernetes=cluster)
    channels: dict[str, ChannelSettings] = {
        "page": PagerDutyChannel(routing_key_file="/k/page"),
        "mail": SmtpChannel(host="m", sender="a@b", to=["c@d"], user="u", password_file="/k/mail"),
        "open": SmtpChannel(host="m", sender="a@b", to=["c@d"]),
    }
    settings = Settings(
        bots={"shop": BotSettings(["/l/bot.log"], contain=contain)}, notify=NotifySettings(channels=channels)
    )
    reach = reach_of(settings)
    assert reach == Reach(["/l/bot.log"], ["/k/control", "/t/token", "/k/page", "/k/mail"])


def test_the_desk_refuses_a_responder_what_it_lets_the_engines_own_account_add() -> None:
    story = Story()
    others = Rights(Level.RESPONDER, own=False)
    refused = story.ask(c.AddSource("/etc/shadow", "x"), rights=others)
    assert isinstance(refused, Refused)
    assert isinstance(story.ask(c.AddSource("/etc/shadow", "x"), rights=Rights(Level.RESPONDER)), Ack)
    assert isinstance(story.ask(c.AddSource("/etc/shadow", "y"), rights=Rights(own=False)), Refused)
