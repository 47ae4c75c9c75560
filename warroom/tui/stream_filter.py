"""The filters of a stream: texts in and out, a lowest level, all of them switched off and on at once."""

from __future__ import annotations

from warroom.core.line_filter import LEVELS, MOST_TERMS, FilterRefused, LineFilter, Sieve
from warroom.tui.keymap import key_for

_SHORT = {"DEBUG": "debug", "INFO": "info", "WARNING": "warn", "ERROR": "error", "CRITICAL": "crit"}


class StreamFilter:
    """What the person wants to see. `wanted` is what the engine is asked for."""

    def __init__(self) -> None:
        self.only: list[str] = []
        self.without: list[str] = []
        self.level = ""
        self.on = True

    @property
    def wanted(self) -> LineFilter:
        """The filter in force."""
        return LineFilter(self.level, tuple(self.only), tuple(self.without)) if self.on else LineFilter()

    @property
    def any(self) -> bool:
        """Whether there are filters, on or off."""
        return bool(self.level or self.only or self.without)

    def take(self, text: str) -> str:
        """Add what was typed: a text to see, with a leading `!` one to hide, nothing to remove all filters.

        Returns why not, or an empty text.
        """
        text = text.strip()
        hides = text.startswith("!")
        term = text[1:].strip() if hides else text
        if not text:
            self.only, self.without, self.level = [], [], ""
            self.on = True
            return ""
        if len(self.only) + len(self.without) >= MOST_TERMS:
            return f"{MOST_TERMS} filters are enough; {key_for('filter')} and Enter removes them"
        try:
            Sieve(LineFilter("", (term,)))
        except FilterRefused as refused:
            return str(refused)
        kept = self.without if hides else self.only
        if term not in kept:
            kept.append(term)
        self.on = True
        return ""

    def turn_level(self, by: int) -> None:
        """Raise or lower the lowest level; past the highest comes every level again."""
        steps = ("", *LEVELS[1:])
        self.level = steps[(steps.index(self.level) + by) % len(steps)]
        self.on = True

    def words(self, hidden: int) -> str:
        """Return the filters and how much they hide; empty without filters."""
        if not self.any:
            return ""
        told = [f">={_SHORT[self.level]}"] if self.level else []
        told += [f"&{text}" for text in self.only]
        told += [f"&!{text}" for text in self.without]
        if not self.on:
            return f"filters off: {' '.join(told)}"
        return f"{' '.join(told)} (-{hidden:,} hidden)"
