"""A token that is over proves nothing of the next one, so it is never the only thing that is looked at."""

from __future__ import annotations

from warroom.core.model import Verb
from warroom.core.probe_rules import tokens_alone
from warroom.core.settings import BotSettings, ProbeSettings, Settings
from warroom.core.settings_probe import CommandProbe, IntrospectionProbe, NamedProbe
from warroom.core.settings_rules import range_faults

TOKEN = IntrospectionProbe(
    verbs=[Verb.REVOKE], url="https://login.example.org/i", token_file="/t", admin_token_file="/a"
)
ENDPOINT = ProbeSettings("https://bot.example.org/chat")


def bot(probe: ProbeSettings | None, **more: NamedProbe) -> BotSettings:
    return BotSettings(["/bot.log"], probe=probe, probes={"token": TOKEN, **more})


def test_an_introspection_alone_is_named_with_its_verb() -> None:
    other = CommandProbe(verbs=[Verb.DISABLE], argv=["/bin/look"])
    lonely = [bot(None), bot(ProbeSettings("https://bot.example.org/", not_for=[Verb.REVOKE])), bot(None, state=other)]
    for one in lonely:
        ((place, text),) = tokens_alone(one, ("bots", "support"))
        assert place == ("bots", "support", "probes", "token", "verbs")
        assert text.startswith("revoke sees one token alone")
    assert any("one token alone" in text for _, text in range_faults(Settings(bots={"support": bot(None)})))


def test_beside_any_other_look_that_judges_the_verb_it_is_fine() -> None:
    other = CommandProbe(verbs=[Verb.REVOKE], argv=["/bin/look"])
    for one in (bot(ENDPOINT), bot(None, state=other)):
        assert list(tokens_alone(one, ("bots", "support"))) == []
