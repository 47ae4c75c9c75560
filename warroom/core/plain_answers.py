"""What a typed word is answered with in a plain transcript: it reads, and acts on nothing. Pure."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from warroom.core import room_words as say
from warroom.core.company import Company
from warroom.core.next_verbs import NextVerbs
from warroom.core.room import Welcome
from warroom.core.standing import standing
from warroom.core.view import View

_MESSAGES = 10


class Looks(msgspec.Struct, frozen=True):
    """What an answer is made from."""

    view: View
    welcome: Welcome
    company: Company
    verbs: NextVerbs


class Word(msgspec.Struct, frozen=True):
    """One word that can be typed."""

    name: str
    letter: str
    help: str
    answer: Callable[[Looks], list[str]]


def _next(looks: Looks) -> list[str]:
    view, verbs = looks.view, looks.verbs
    told = [say.next_of(one, view, verbs) for one in view.incidents if one.open]
    for alarm in [one for one in view.alarms if one.acknowledged is None][-3:]:
        todo = verbs.of_alarm(alarm, view)
        told += [f"For alarm {alarm.id} of {alarm.bot}: {todo}"] if todo else []
    told += [f"{one.text} Do it: {one.next}" for one in standing(view, verbs).values() if one.next]
    return told or ["Nothing waits for you."]


def _help(looks: Looks) -> list[str]:
    told = [f"{one.name}, or {one.letter}: {one.help}." for one in WORDS]
    act = f"Nothing that is typed here acts on a bot. That is done by verbs, in another terminal: {looks.verbs.line()}"
    return [*told, "quit, or q: leave; the engine goes on.", act.replace("warroom  --room", "warroom VERB --room")]


WORDS: tuple[Word, ...] = (
    Word("status", "s", "all of the room at a glance", lambda o: say.summary(o.view, o.welcome, o.company, o.verbs)),
    Word("next", "n", "what is to be done now, with the commands that do it", _next),
    Word("alarms", "a", "alarms that nobody has acknowledged", lambda o: say.alarms(o.view)),
    Word("incidents", "i", "open incidents with phase and next step", lambda o: say.incidents(o.view, o.verbs)),
    Word("actions", "c", "what is done to bots now, with its proof", lambda o: say.actions(o.view)),
    Word("bots", "b", "the state of each bot", lambda o: say.bots(o.view)),
    Word("told", "t", "who was told, and who was not", lambda o: say.told(o.view)),
    Word("who", "w", "who is here", lambda o: say.people(o.view, o.welcome, o.company)),
    Word("messages", "m", "the last ten entries of the record", lambda o: say.messages(o.view, _MESSAGES)),
    Word("help", "h", "these words", _help),
)
_BY_NAME = {name: word for word in WORDS for name in (word.name, word.letter)} | {"?": WORDS[-1]}
QUIT = frozenset({"quit", "q", "exit"})


def answer(typed: str, looks: Looks) -> list[str]:
    """Return the lines that answer what was typed; an unknown word is answered with what can be typed."""
    word = _BY_NAME.get(typed.lower())
    if word is not None:
        return word.answer(looks)
    names = ", ".join(one.name for one in WORDS)
    return [f"There is no word {typed[:40]!r} here. Words: {names}, quit."]
