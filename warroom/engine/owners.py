"""Whose a line is in a log that several bots share: the bot whose `where` it fits, else one named after the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from warroom.core.bot_names import belongs, bot_of
from warroom.core.record import Batch, Record
from warroom.core.settings import BotSettings


class Owners:
    """Splits batches by bot; a bot without `where` owns its logs whole."""

    def __init__(self, bots: Mapping[str, BotSettings]) -> None:
        self._wheres = {name: bot.where for name, bot in bots.items() if bot.where}
        self._sharers = {
            name: [other for other in self._wheres if set(bots[other].log) & set(bots[name].log)]
            for name in self._wheres
        }

    def split(self, batch: Batch) -> list[tuple[str, list[Record]]]:
        """Return the bots of a batch with their records, in order; gaps concern each bot that reads the log."""
        sharers = self._sharers.get(batch.bot)
        if sharers is None:
            return [(batch.bot, batch.records)]
        shares: dict[str, list[Record]] = {name: [] for name in sharers}
        for record in batch.records:
            for name in sharers if record.gap is not None else [self._owner(record, sharers, batch.source)]:
                shares.setdefault(name, []).append(record)
        return list(shares.items())

    def sharing(self, bot: str) -> Sequence[str]:
        """Return the bots that may own lines of this bot's logs."""
        return self._sharers.get(bot, [bot])

    def of(self, bot: str, records: Sequence[Record]) -> list[Record]:
        """Return those records of a bot's own logs that are the bot's."""
        where = self._wheres.get(bot, {})
        return [record for record in records if belongs(record, where)]

    def _owner(self, record: Record, sharers: Sequence[str], source: str) -> str:
        fitting = (name for name in sharers if belongs(record, self._wheres[name]))
        return next(fitting, None) or bot_of(source)
