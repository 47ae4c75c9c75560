"""What a page needs to be drawn: the view, what is chosen, the time and the console's own state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from warroom.core.company import Company, Target
from warroom.core.room import Outage, Welcome
from warroom.core.view import TimelineView, View
from warroom.tui.chosen import Chosen
from warroom.tui.drafts import Drafts
from warroom.tui.letters import Letters
from warroom.tui.log_session import LogSession
from warroom.tui.others import Others
from warroom.tui.sql_session import SqlSession

WIDE = (110, 30)
"""Columns and rows from which the incident room shows its four panes at once."""
ROOMY = (160, 30)
"""Columns and rows from which a list and what is under its cursor stand beside each other."""
LEAST = (60, 18)
"""Columns and rows below which nothing but one honest line is shown."""


Logs = dict[str, LogSession]
"""Page to the way its log is looked at: it is there before the page is, and what leads to a line changes it."""
Scenarios = Callable[[], Awaitable[Sequence[tuple[str, str]]]]
"""The drills that there are: name and title of each."""


def no_logs_yet() -> Logs:
    """Return the sessions of the pages that show a log, as nobody has looked at them."""
    return {"overview": LogSession(), "stream": LogSession()}


async def no_scenarios() -> Sequence[tuple[str, str]]:
    """Name no drill: nobody told this console of any."""
    return ()


@dataclass(slots=True)
class Scene:
    """The state that is drawn; the app changes it, pages only read it."""

    welcome: Welcome
    chosen: Chosen
    view: View | None = None
    now: float = 0.0
    page: str = "overview"
    help_for: str = "overview"
    """Page whose keys the help page lists."""
    width: int = 80
    height: int = 24
    lost: str = ""
    outage: Outage | None = None
    """The newest time without the engine."""
    answer: str = ""
    """Answer to the last command."""
    answer_style: str = "text"
    answered: float = 0.0
    """When it was given."""
    company: Company = field(default_factory=Company)
    """What the others look at, and what is pointed at."""
    others: Others = field(default_factory=Others)
    gone_to: Target | None = None
    """What was pointed at and is looked at now."""
    letters: Letters = field(default_factory=Letters)
    """What the notices of the outbox say."""
    drafts: Drafts = field(default_factory=Drafts)
    """Post-mortems as they would be written now."""
    scenarios: Scenarios = no_scenarios
    logs: Logs = field(default_factory=no_logs_yet)
    sql: SqlSession = field(default_factory=SqlSession)
    """The queries of this console over the record."""
    leaving: str = ""
    """What follows when this console is left; empty when nothing does."""
    said: list[TimelineView] = field(default_factory=list)
    """Answers and paths, kept for the messages page."""

    @property
    def wide(self) -> bool:
        """Say whether the four panes fit."""
        return self.width >= WIDE[0] and self.height >= WIDE[1]

    @property
    def roomy(self) -> bool:
        """Say whether two panes fit beside each other on every page."""
        return self.width >= ROOMY[0] and self.height >= ROOMY[1]

    @property
    def too_small(self) -> bool:
        """Say whether even the narrow layout does not fit."""
        return self.width < LEAST[0] or self.height < LEAST[1]
