"""Probes that would prove what is not so are refused: a token alone, a status that means both."""

from __future__ import annotations

from warroom.core.model import Verb
from warroom.core.probe_rules import probe_faults, tokens_alone
from warroom.core.settings import BotSettings, ProbeSettings, Settings
from warroom.core.settings_probe import CommandProbe, ContainedWhen, IntrospectionProbe, NamedProbe, VerbProbe
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


def test_no_status_may_prove_that_it_works_and_for_one_verb_that_it_is_contained() -> None:
    both, fine = (VerbProbe(contained_when=ContainedWhen(status=status)) for status in ([503, 200], [503]))
    probe = ProbeSettings("https://bot.example.org/", verbs={Verb.LIMIT: fine, Verb.DISABLE: both})
    ((place, text),) = probe_faults(probe, ("probe",))
    assert place == ("probe", "verbs", "disable", "contained_when", "status")
    assert text == "200 cannot prove both that it works and that it is contained"
