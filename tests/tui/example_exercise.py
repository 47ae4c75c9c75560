"""Boards of an exercise for the console's tests: in the middle, and at the end."""

from __future__ import annotations

from msgspec.structs import replace

from tests.tui.example import NOW, example_view
from warroom.core.exercise import Exercise, Goal, Mark
from warroom.core.model import Mode
from warroom.core.view import View

BEGAN = NOW - 95
STORY = (
    "You are on call for the support bot of a web shop. It answers customers about their orders and has tools to look "
    "them up and to send mail. Watch it, and lead whatever comes."
)
SCENARIOS = [
    ("prompt-injection", "Prompt injection against the support bot"),
    ("stubborn-bot", "A bot that goes on answering"),
]


def board() -> Exercise:
    """Return how it stands 95 s after the visitors began."""
    return Exercise(
        "Prompt injection against the support bot",
        STORY,
        BEGAN,
        [
            Goal("the console raises an alarm", Mark.MET, BEGAN + 50, BEGAN + 27),
            Goal(
                "somebody acknowledges it",
                Mark.OPEN,
                NOW - 15,
                hint="a on the alarm (3) says that somebody has seen it",
            ),
            Goal("an incident is opened", Mark.LATE, BEGAN + 60, BEGAN + 71),
            Goal("", Mark.OPEN, NOW + 34),
            Goal("", Mark.OPEN, NOW + 540),
        ],
        unseen=2,
        score=23.5,
        word="q on the bots’ page (1) ends the drill and prints its report",
    )


def ended() -> Exercise:
    """Return how it stood at the end."""
    goals = [
        Goal("the console raises an alarm", Mark.MET, BEGAN + 50, BEGAN + 27),
        Goal("somebody acknowledges it", Mark.MISSED, BEGAN + 60),
        Goal("nothing is changed before evidence is stored", Mark.KEPT),
        Goal("no hostile request is served while the journal says held", Mark.BROKEN),
    ]
    word = "nothing is left to reach; q on the bots’ page (1) ends the drill and prints its report"
    return replace(board(), goals=goals, unseen=0, ended=BEGAN + 90, score=61.0, grade="U", word=word)


def exercise_view(shown: Exercise | None = None) -> View:
    """Return the example room with a board."""
    return replace(example_view(Mode.DRILL), exercise=shown or board())


async def scenarios() -> list[tuple[str, str]]:
    """Name the drills."""
    return SCENARIOS
