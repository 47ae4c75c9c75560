"""What the settings say of each bot: its verbs, its ways, how much depends on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from warroom.core.model import Criticality, Playbook, Verb
from warroom.core.ports import Containment
from warroom.core.reach import reach_of
from warroom.core.settings import BotSettings, Settings
from warroom.core.view import Way
from warroom.engine.desk_task import Known

_EVERY_S = 30.0
_USUAL = BotSettings([])
_EVIDENCE = Way(Verb.SNAPSHOT, "evidence")


class Configured:
    """Answers for bots of the config and for those that joined the watch later, which can only be looked at."""

    def __init__(
        self,
        settings: Settings,
        adapters: Mapping[str, Sequence[Containment]],
        watched: Callable[[], Collection[str]],
    ) -> None:
        self._bots = settings.bots
        self._adapters = adapters
        self._watched = watched
        self._reach = reach_of(settings)

    def names(self) -> list[str]:
        """Return all bots, those of the config first."""
        return list(dict.fromkeys([*self._bots, *self._watched()]))

    def known(self, playbooks: Mapping[str, Playbook]) -> Known:
        """Return what a command may name."""
        names = self.names()
        verbs = {name: self.verbs_of(name) for name in names}
        return Known(verbs, dict(playbooks), {name: self.criticality(name) for name in names}, self._reach)

    def verbs_of(self, bot: str) -> list[Verb]:
        """Return what can be done to a bot, mild to hard; evidence can always be taken."""
        offered = {verb for adapter in self._adapters.get(bot, ()) for verb in adapter.verbs()}
        return [verb for verb in Verb if verb is Verb.SNAPSHOT or verb in offered]

    def ways_of(self, bot: str) -> list[Way]:
        """Return each verb with each adapter that can do it."""
        adapters = self._adapters.get(bot, ())
        return [_EVIDENCE, *(Way(v, adapter.kind) for v in Verb for adapter in adapters if v in adapter.verbs())]

    def criticality(self, bot: str) -> Criticality:
        """Return how much depends on a bot."""
        settings = self._bots.get(bot)
        return settings.criticality if settings else Criticality.NORMAL

    def playbook_of(self, bot: str) -> str:
        """Return the id of the playbook that is offered first for a bot."""
        return self._bots.get(bot, _USUAL).playbook

    def files_of(self, bot: str) -> list[str]:
        """Return the further files that are evidence."""
        settings = self._bots.get(bot)
        return list(settings.evidence) if settings else []

    def every_s(self, bot: str) -> float:
        """Return the time between two looks at a bot that is held."""
        settings = self._bots.get(bot)
        return settings.probe.every_s if settings and settings.probe else _EVERY_S
