"""Values that no room can work with are named with their place."""

from __future__ import annotations

import math

import msgspec
import pytest

from warroom.core.model import Verb
from warroom.core.settings import (
    BotSettings,
    ContainSettings,
    DetectSettings,
    FormatSettings,
    ProbeSettings,
    ProcessSettings,
    Settings,
)
from warroom.core.settings_contain import (
    CgroupSettings,
    CommandSettings,
    DockerSettings,
    FlagSettings,
    KubernetesSettings,
    LimiterSettings,
    NftSettings,
    OAuthSettings,
    SystemdSettings,
    WebhookSettings,
)
from warroom.core.settings_probe import (
    CommandProbe,
    IntrospectionProbe,
    NamedProbe,
    ProcessProbe,
    SilenceProbe,
    TcpProbe,
)
from warroom.core.settings_rules import range_faults

PROBE = ProbeSettings(url="http://127.0.0.1:8090/v1/chat")


def faults(settings: Settings) -> list[str]:
    return [".".join(place) for place, _ in range_faults(settings)]


def oauth(**others: object) -> OAuthSettings:
    urls = {f"{name}_url": f"https://login.example.org/{name}" for name in ("client", "tokens", "revoke")}
    return msgspec.convert({"client_id": "web", "admin_token_file": "/k", **urls, **others}, OAuthSettings)


def test_a_sane_room_has_no_fault() -> None:
    contain = ContainSettings(
        process=ProcessSettings(pidfile="/run/bot.pid"),
        cgroup=CgroupSettings("/machine.slice/libpod-" + "0" * 64 + r".scope/app-gnome\x2dbot@1.service"),
        docker=DockerSettings("support-bot_1.a", host="tcp://127.0.0.1:2375"),
        systemd=SystemdSettings("bot@support-1.service", bus="unix:path=/run/user/1000/bus"),
        kubernetes=KubernetesSettings(
            "http://127.0.0.1:8001", "bots", {"app.kubernetes.io/name": "support", "tier": ""}, "example.org/serving"
        ),
    )
    assert faults(Settings(bots={"support": BotSettings(log=["/x"], probe=PROBE, contain=contain)})) == []


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        (Settings(bots={"a\x1bb": BotSettings(log=["/x"])}), "bots.a\x1bb"),
        (Settings(bots={"a": BotSettings(log=[])}), "bots.a.log"),
        (Settings(bots={"a": BotSettings(log=["/x"], probe=ProbeSettings(url="ftp://x"))}), "bots.a.probe.url"),
        (
            Settings(bots={"a": BotSettings(log=["/x"], probe=ProbeSettings(url="http://x/", samples=0))}),
            "bots.a.probe.samples",
        ),
        (
            Settings(bots={"a": BotSettings(log=["/x"], probe=ProbeSettings(url="http://x/", timeout_s=math.nan))}),
            "bots.a.probe.timeout_s",
        ),
        (
            Settings(bots={"a": BotSettings(log=["/x"], contain=ContainSettings(process=ProcessSettings("/p")))}),
            "bots.a.contain",
        ),
        (Settings(detect=DetectSettings(window_s=-1.0)), "detect.window_s"),
    ],
)
def test_what_cannot_work_is_named(settings: Settings, place: str) -> None:
    assert place in faults(settings)


@pytest.mark.parametrize(
    ("contain", "key"),
    [
        (ContainSettings(limiter=LimiterSettings("http://h/", "k")), "limiter.url"),
        (ContainSettings(limiter=LimiterSettings("redis://:secret@", "k")), "limiter.url"),
        (ContainSettings(limiter=LimiterSettings("unix://relative", "k")), "limiter.url"),
        (ContainSettings(limiter=LimiterSettings("redis://h", "")), "limiter.key"),
        (ContainSettings(limiter=LimiterSettings("redis://h", "k", "3 per minuet")), "limiter.limit"),
        (ContainSettings(limiter=LimiterSettings("redis://h", "k", timeout_s=-1.0)), "limiter.timeout_s"),
        (ContainSettings(command=CommandSettings([], ["/p"])), "command.verbs"),
        (ContainSettings(command=CommandSettings([Verb.THAW], ["/p"])), "command.verbs"),
        (ContainSettings(command=CommandSettings([Verb.STOP], [])), "command.apply"),
        (ContainSettings(command=CommandSettings([Verb.STOP], ["p"])), "command.apply"),
        (ContainSettings(command=CommandSettings([Verb.STOP], ["/{bot}"])), "command.apply"),
        (ContainSettings(command=CommandSettings([Verb.STOP], ["/p", "a\0b"])), "command.apply"),
        (ContainSettings(command=CommandSettings([Verb.STOP], ["/p"], release=["/p", "{bto}"])), "command.release"),
        (ContainSettings(command=CommandSettings([Verb.STOP], ["/p"], check=["/p", "{action}"])), "command.check"),
        (ContainSettings(command=CommandSettings([Verb.STOP], ["/p"], timeout_s=0.0)), "command.timeout_s"),
        (ContainSettings(cgroup=CgroupSettings("/")), "cgroup.cgroup"),
        (ContainSettings(cgroup=CgroupSettings("a/../b")), "cgroup.cgroup"),
        (ContainSettings(cgroup=CgroupSettings("a//b")), "cgroup.cgroup"),
        (ContainSettings(cgroup=CgroupSettings("a", verbs=[Verb.ISOLATE])), "cgroup.verbs"),
        (ContainSettings(cgroup=CgroupSettings("a", settle_s=0.0)), "cgroup.settle_s"),
        (ContainSettings(docker=DockerSettings("a b")), "docker.container"),
        (ContainSettings(docker=DockerSettings("../containers/other")), "docker.container"),
        (ContainSettings(docker=DockerSettings("bot", host="/run/docker.sock")), "docker.host"),
        (ContainSettings(docker=DockerSettings("bot", host="ssh://admin@host")), "docker.host"),
        (ContainSettings(docker=DockerSettings("bot", verbs=[Verb.LIMIT])), "docker.verbs"),
        (ContainSettings(docker=DockerSettings("bot", grace_s=0.0)), "docker.grace_s"),
        (ContainSettings(systemd=SystemdSettings("bot")), "systemd.unit"),
        (ContainSettings(systemd=SystemdSettings("../x.service")), "systemd.unit"),
        (ContainSettings(systemd=SystemdSettings("bot.service", bus="tcp:host=h,port=1")), "systemd.bus"),
        (ContainSettings(systemd=SystemdSettings("bot.service", verbs=[Verb.ISOLATE])), "systemd.verbs"),
        (ContainSettings(systemd=SystemdSettings("bot.service", timeout_s=math.inf)), "systemd.timeout_s"),
        (ContainSettings(kubernetes=KubernetesSettings("10.0.0.1", "b", {"a": "b"})), "kubernetes.api"),
        (ContainSettings(kubernetes=KubernetesSettings("http://10.0.0.1", "b", {"a": "b"})), "kubernetes.api"),
        (ContainSettings(kubernetes=KubernetesSettings("https://h", "../b", {"a": "b"})), "kubernetes.namespace"),
        (ContainSettings(kubernetes=KubernetesSettings("https://h", "b", {})), "kubernetes.selector"),
        (ContainSettings(kubernetes=KubernetesSettings("https://h", "b", {"a": "b,c!=d"})), "kubernetes.selector"),
        (ContainSettings(webhook=WebhookSettings("ftp://h/", "/k")), "webhook.url"),
        (ContainSettings(webhook=WebhookSettings("http://h/", "")), "webhook.key_file"),
        (ContainSettings(webhook=WebhookSettings("http://h/", "/k", [])), "webhook.verbs"),
        (ContainSettings(webhook=WebhookSettings("http://h/", "/k", [Verb.SNAPSHOT])), "webhook.verbs"),
        (ContainSettings(webhook=WebhookSettings("http://h/", "/k", settle_s=-1.0)), "webhook.settle_s"),
        (ContainSettings(oauth=oauth(client_id=" ")), "oauth.client_id"),
        (ContainSettings(oauth=oauth(client_url="ftp://h/c")), "oauth.client_url"),
        (ContainSettings(oauth=oauth(tokens_url="http://login.example.org/t")), "oauth.tokens_url"),
        (ContainSettings(oauth=oauth(revoke_url="")), "oauth.revoke_url"),
        (ContainSettings(oauth=oauth(enabled_field="")), "oauth.enabled_field"),
        (ContainSettings(oauth=oauth(revoke_within_s=0.0)), "oauth.revoke_within_s"),
        (ContainSettings(flag=FlagSettings("")), "flag.path"),
        (ContainSettings(flag=FlagSettings("/f", flag=" ")), "flag.flag"),
        (ContainSettings(flag=FlagSettings("/f", disable="a\nb")), "flag.disable"),
        (ContainSettings(flag=FlagSettings("/f", limit="disabled")), "flag.limit"),
        (ContainSettings(flag=FlagSettings("/f", settle_s=0.0)), "flag.settle_s"),
    ],
)
def test_what_no_adapter_can_work_with_is_named(contain: ContainSettings, key: str) -> None:
    bot = BotSettings(log=["/x"], probe=PROBE, contain=contain)
    assert faults(Settings(bots={"support": bot})) == [f"bots.support.contain.{key}"]


@pytest.mark.parametrize("url", ["http://login.example.org/introspect", "login", "ftp://h/"])
def test_a_token_is_introspected_only_where_nobody_reads_it_on_the_way(url: str) -> None:
    token = IntrospectionProbe(verbs=[Verb.REVOKE], url=url, token_file="/t", admin_token_file="/a")
    assert "bots.a.probes.token.url" in faults(
        Settings(bots={"a": BotSettings(log=["/x"], probe=PROBE, probes={"token": token})})
    )
    fine = msgspec.structs.replace(token, url="https://login.example.org/introspect")
    assert faults(Settings(bots={"a": BotSettings(log=["/x"], probe=PROBE, probes={"token": fine})})) == []


def test_a_program_takes_only_bots_with_plain_names() -> None:
    contain = ContainSettings(command=CommandSettings([Verb.STOP], ["/p", "{bot}", '{"a": 1}', "{expires_s}"]))
    for name, place in [("support.v2_x-1", []), ("two words", ["bots.two words.contain.command"])]:
        bot = BotSettings(log=["/x"], probe=PROBE, contain=contain)
        assert faults(Settings(bots={name: bot})) == place


def test_a_format_is_tried_when_the_config_is_read() -> None:
    good = FormatSettings(r"(?P<level>\w+) (?P<message>.*)", ["INFO hello"])
    odd = {
        "ours": good,
        "Ours!": good,
        "broken": FormatSettings("(?P<level>"),
        "nameless": FormatSettings(r"(\w+)"),
        "strict": FormatSettings(r"(?P<level>[A-Z]+)", ["hello"]),
    }
    found = [(".".join(key[1:]), why) for key, why in range_faults(Settings(formats=odd))]
    assert [key for key, _ in found] == ["Ours!", "broken.pattern", "nameless.pattern", "strict.samples"]
    assert "does not fit hello" in found[-1][1]


@pytest.mark.parametrize(
    ("probe", "place"),
    [
        (TcpProbe(verbs=[Verb.STOP], address="10.0.0.7"), "address"),
        (TcpProbe(verbs=[Verb.STOP], address="10.0.0.7:0"), "address"),
        (TcpProbe(verbs=[Verb.STOP], address="--all:80\n"), "address"),
        (TcpProbe(verbs=[Verb.STOP], address="::1:80"), "address"),
        (TcpProbe(verbs=[], address="a:1"), "verbs"),
        (TcpProbe(verbs=[Verb.ENABLE], address="a:1"), "verbs"),
        (TcpProbe(verbs=[Verb.FREEZE], address="a:1"), "verbs"),
        (ProcessProbe(verbs=[Verb.ISOLATE], pidfile="/a"), "verbs"),
        (ProcessProbe(verbs=[Verb.STOP], command_line=" -x "), "command_line"),
        (CommandProbe(verbs=[Verb.STOP], argv=["/bin/id"], contained_exit=[]), "contained_exit"),
        (CommandProbe(verbs=[Verb.STOP], argv=["/bin/id"], open_exit=[256]), "contained_exit"),
        (ProcessProbe(verbs=[Verb.STOP]), ""),
        (ProcessProbe(verbs=[Verb.STOP], pidfile="/a", cgroup="/b"), ""),
        (ProcessProbe(verbs=[Verb.STOP], pidfile="/a", interval_s=0.0), "interval_s"),
        (SilenceProbe(verbs=[Verb.STOP], log="/a", quiet_s=-1.0), "quiet_s"),
        (CommandProbe(verbs=[Verb.STOP], argv=[]), "argv"),
        (CommandProbe(verbs=[Verb.STOP], argv=["id"]), "argv"),
        (CommandProbe(verbs=[Verb.STOP], argv=["/bin/id", "a\0b"]), "argv"),
        (CommandProbe(verbs=[Verb.STOP], argv=["/bin/id"], open_exit=[0]), "open_exit"),
        (CommandProbe(verbs=[Verb.STOP], argv=["/bin/id"], samples=0), "samples"),
    ],
)
def test_a_named_probe_that_could_prove_nothing_is_refused(probe: NamedProbe, place: str) -> None:
    bot = BotSettings(log=["/x"], probe=PROBE, probes={"far": probe})
    assert faults(Settings(bots={"support": bot})) == [".".join(filter(None, ["bots.support.probes.far", place]))]


@pytest.mark.parametrize(
    ("nft", "place"),
    [
        (NftSettings(), ""),
        (NftSettings(user="a", netns="b"), ""),
        (NftSettings(user=";id"), "user"),
        (NftSettings(user="--all"), "user"),
        (NftSettings(cgroup="../../x"), "cgroup"),
        (NftSettings(netns="a\nb"), "netns"),
        (NftSettings(user="a", allow=["10.0.0.1; drop"]), "allow"),
        (NftSettings(user="a", settle_s=0.0), "settle_s"),
    ],
)
def test_a_cut_that_names_nobody_or_too_many_is_refused(nft: NftSettings, place: str) -> None:
    bot = BotSettings(log=["/x"], probe=PROBE, contain=ContainSettings(nft=nft))
    assert faults(Settings(bots={"support": bot})) == [".".join(filter(None, ["bots.support.contain.nft", place]))]
