"""What the probes of a bot must be to each other, beyond what each is for itself. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from warroom.core.settings import BotSettings
from warroom.core.settings_probe import IntrospectionProbe

_ALONE = (
    "sees one token alone: a client that fetches a new one would be called held. Let [bots.NAME.probe] or another probe"
    " judge it too"
)


def tokens_alone(bot: BotSettings, at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the verbs that nothing but an introspection judges: a token that is over proves nothing of the next one."""
    others = [one for one in bot.probes.values() if not isinstance(one, IntrospectionProbe)]
    for name, probe in bot.probes.items():
        if not isinstance(probe, IntrospectionProbe):
            continue
        for verb in probe.verbs:
            asked = bot.probe is not None and verb not in bot.probe.not_for
            if not asked and not any(verb in one.verbs for one in others):
                yield (*at, "probes", name, "verbs"), f"{verb} {_ALONE}"
