"""Runs a program of the operator's own: its exit code is the verdict."""

from __future__ import annotations

from warroom.adapters.contain.command_run import Overran, run
from warroom.core.clean import clean
from warroom.core.model import Sample, Verb, Verdict
from warroom.core.ports import Clock
from warroom.core.settings_probe import CommandProbe

_SHOWN = 200
_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


class CommandLook:
    """No shell, a fixed environment, nothing on standard input, ended with all it started when its time is over."""

    def __init__(self, name: str, settings: CommandProbe, clock: Clock) -> None:
        self.samples = settings.samples
        self._name = name
        self._settings = settings
        self._clock = clock

    def judges(self, verb: Verb) -> bool:
        """The verbs that its settings name."""
        return verb in self._settings.verbs

    def describe(self, verb: Verb) -> str:
        """Return what is run and what its exit codes mean, in words."""
        settings = self._settings
        contained, still = (", ".join(map(str, codes)) for codes in (settings.contained_exit, settings.open_exit))
        meaning = f"exit {contained} means contained, exit {still} means open ({self.samples} looks)"
        return clean(f"{self._name}: run {settings.argv}: {meaning}")

    async def look(self, verb: Verb) -> Sample:
        """Run it once; whatever is neither code is UNKNOWN."""
        settings = self._settings
        try:
            ended = await run(settings.argv, content=b"", environment=_ENVIRONMENT, timeout_s=settings.timeout_s)
        except (OSError, ValueError) as error:
            return self._sample(Verdict.UNKNOWN, f"cannot be run: {error}")
        except Overran:
            return self._sample(Verdict.UNKNOWN, f"not done within {settings.timeout_s:g} s")
        said = clean(ended.output.decode("utf-8", "replace"), _SHOWN)
        told = f"exit {ended.code}" + (f": {said}" if said.strip() else "")
        if ended.code in settings.contained_exit:
            return self._sample(Verdict.CONTAINED, told)
        return self._sample(Verdict.OPEN if ended.code in settings.open_exit else Verdict.UNKNOWN, told)

    def _sample(self, verdict: Verdict, got: str) -> Sample:
        return Sample(self._clock.now(), verdict, clean(f"run {self._settings.argv}"), clean(got))
