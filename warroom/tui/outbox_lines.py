"""Notices in lines: the outbox, one notice with what became of it, and a notice before it leaves."""

from __future__ import annotations

from collections.abc import Sequence

from warroom.core.clean import clean
from warroom.core.notices import OPEN, Audience, Delivery, DeliveryState, honest_word
from warroom.core.queries import NoticeAnswer
from warroom.core.view import IncidentView, View
from warroom.tui.cells import cut, fit, labelled, width_of, wrapped
from warroom.tui.keymap import key_for
from warroom.tui.letters import Letter, Letters, number_of
from warroom.tui.lines import EMPTY, Line, Span, line
from warroom.tui.times import clock_text, moment_text
from warroom.tui.words import age, left_text, span_text

_NOTHING = (
    "Nobody was told anything by this room yet. {key} tells people of an incident. Who can be told, and by which "
    "channel, stands in the config under [notify] (docs/notify.md); without it nobody can be told from here."
)


UPDATE_SOON_S = 300.0
"""From when on people are warned that an update falls due."""


def delivery_state(one: Delivery, now: float) -> Span:
    """Return symbol and word of a notice's state, and its style."""
    match one.state:
        case DeliveryState.ACCEPTED:
            return "## ACCEPTED", "good"
        case DeliveryState.DEAD:
            return "!! GIVEN UP", "loud"
        case DeliveryState.LEASED:
            return ".. SENDING", "accent"
        case DeliveryState.PENDING:
            return (".. QUEUED", "dim") if not one.tries else (f"?? RETRY {one.tries}", "warn")


def outbox_title(deliveries: Sequence[Delivery]) -> str:
    """Return how many receivers took a notice, how many are waited for, how many did not."""
    taken = sum(one.state is DeliveryState.ACCEPTED for one in deliveries)
    dead = sum(one.state is DeliveryState.DEAD for one in deliveries)
    waiting = sum(one.state in OPEN for one in deliveries)
    return f"Told · {taken} accepted · {waiting} on {'its' if waiting == 1 else 'their'} way · {dead} given up"


def outbox_rows(deliveries: Sequence[Delivery], letters: Letters, width: int, now: float) -> list[Line]:
    """Return one row a notice, newest last: state, when, incident, whom by what, about what, and what comes of it."""
    wide = width >= 100
    whom = min(32 if wide else 18, max((width_of(clean(_whom(one))) for one in deliveries), default=0))
    ids = min(10, max((width_of(clean(one.incident)) for one in deliveries), default=0))
    rows: list[Line] = []
    for one in deliveries:
        words, style = delivery_state(one, now)
        spans: list[Span] = [
            (fit(words, 11), style),
            (" " + clock_text(one.created)[: 8 if wide else 5], "dim"),
            (" " + fit(one.incident, ids), "strong"),
            (" " + fit(_whom(one), whom), "text"),
            (" " + fit(one.event.value, 11 if wide else 7), "text"),
        ]
        room = width - sum(width_of(text) for text, _ in spans) - 1
        spans.append((" " + fit(_tail(one, letters.of(one), now, room), room), "dim" if _taken(one) else "text"))
        rows.append(line(*cut(spans, width), key=f"notice:{one.notice}"))
    return rows or wrapped(_NOTHING.format(key=key_for("tell")), width, "dim")


def _whom(one: Delivery) -> str:
    return f"{one.audience}/{one.channel}"


def _taken(one: Delivery) -> bool:
    return one.state is DeliveryState.ACCEPTED


def _tail(one: Delivery, letter: Letter | None, now: float, cells: int) -> str:
    """Return what comes of a notice and who asked for it, in the most words that fit."""
    asked = "" if letter is None else "by itself" if letter.about else f"by {letter.asked_by}"
    tried = tries_words(one, now)
    error = "" if _taken(one) else one.error
    texts = [_joined(tried, error, asked), _joined(tried, asked), tried or asked]
    return next((text for text in texts if width_of(clean(text)) <= cells), texts[-1])


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def tries_words(one: Delivery, now: float) -> str:
    """Return how often a notice was tried and when it is tried next; empty for one that only waits."""
    tried = "1 try" if one.tries == 1 else f"{one.tries} tries"
    match one.state:
        case DeliveryState.ACCEPTED:
            return f"at {moment_text(one.accepted)}" if one.accepted is not None else ""
        case DeliveryState.DEAD:
            return f"after {tried}"
        case DeliveryState.LEASED:
            return f"try {max(1, one.tries)} under way"
        case DeliveryState.PENDING:
            if one.tries == 0:
                return ""
            left = 0.0 if one.next_try is None else one.next_try - now
            return f"{tried}, next {f'in {span_text(left)}' if left >= 1 else 'now'}"


def delivery_lines(one: Delivery, view: View, letters: Letters, width: int, now: float) -> list[Line]:
    """Return one notice whole: how it stands, who took it by any channel, where it goes, who asked, what it says."""
    head: list[Span] = [delivery_state(one, now), (f"  {one.event} for {one.audience} by {one.channel}", "strong")]
    rows = [line(*cut([*head, (f"  {one.incident}", "dim")], width))]
    keys: list[Span] = [(f"{key_for('tell')} ", "key"), ("tells anew, or somebody else", "text")]
    if one.state is DeliveryState.DEAD:
        keys = [(f"{key_for('again')} ", "key"), ("sends this one again   ", "text"), *keys]
    rows += [line(*keys)]
    alike = [other for other in view.outbox if _news(other) == _news(one)]
    lost = any(other.state is DeliveryState.DEAD for other in alike)
    so = honest_word(one.audience, [], alike, now)
    rows += labelled("so", so, width, "good" if all(map(_taken, alike)) else "bad" if lost else "warn")
    rows += labelled("receiver", letters.place(one), width)
    rows += _fate_lines(one, width, now)
    letter = letters.of(one)
    asked = f"written {moment_text(one.created)}"
    if letter is not None:
        by = f"by itself, because of entry #{letter.about}" if letter.about else f"by {letter.asked_by}"
        asked = f"{by}, {asked}"
    rows += labelled("asked", asked, width)
    if one.again_at is not None:
        times = "once" if one.round == 1 else f"{one.round} times"
        rows += labelled("again", f"{times}, last asked by {one.again_by} {moment_text(one.again_at)}", width)
    rows += [*labelled("subject", one.subject, width, "strong"), EMPTY, line(("TEXT AS IT LEFT", "head"))]
    if letter is None:
        why = f"cannot be read: {letters.fault}" if letters.fault else "is being read from the record…"
        return [*rows, *wrapped(why, width, "warn")]
    return rows + text_lines(letter.lines, width)


def _news(one: Delivery) -> tuple[str, int, str]:
    return one.incident, number_of(one), one.audience


def _fate_lines(one: Delivery, width: int, now: float) -> list[Line]:
    match one.state:
        case DeliveryState.ACCEPTED:
            claim = "the receiver took it. Whether a person read it nobody knows."
            rows = labelled("accepted", f"{tries_words(one, now)}: {claim}", width)
            return rows + (labelled("it said", one.error, width, "dim") if one.error else [])
        case DeliveryState.DEAD:
            claim = "by this channel nobody was told. Tell them another way, then note it."
            rows = labelled("given up", f"{tries_words(one, now)}: {claim}", width, "bad")
        case _:
            rows = labelled("tried", tries_words(one, now) or "not yet", width, "warn")
    return rows + (labelled("error", one.error, width, "bad") if one.error else [])


def text_lines(texts: Sequence[str], width: int) -> list[Line]:
    """Return a text row by row as it was written, long rows broken."""
    rows = [row for text in texts for row in (wrapped(text, width) if text.strip() else [EMPTY])]
    while rows and rows[-1] == EMPTY:
        rows.pop()
    return rows


def told_so_far(view: View, incident: str, audience: Audience, now: float) -> str:
    """Return what an audience was told of an incident until now, in a few words."""
    if audience is Audience.CUSTOMERS:
        return "a draft: a person sends it"
    rows = [one for one in view.outbox if one.incident == incident and one.audience is audience]
    told = [one.accepted for one in rows if one.accepted is not None]
    if told:
        words = age(max(told), now)
        return "told just now" if words == "now" else f"last told {words} ago"
    if any(one.state in OPEN for one in rows):
        return "not told yet, a notice is on its way"
    return "NOT told: given up" if any(one.state is DeliveryState.DEAD for one in rows) else "not told so far"


def due_words(incident: IncidentView, now: float) -> Span | None:
    """Return when people wait for the next update; None when none is promised."""
    if incident.update_due is None or not incident.open:
        return None
    left = incident.update_due - now
    if left < 0:
        return f"UPDATE LATE {span_text(-left)}: {key_for('tell')} tells people", "bad"
    return f"update due in {left_text(left)}", "warn" if left < UPDATE_SOON_S else "dim"


def notice_lines(answer: NoticeAnswer, audience: Audience, width: int) -> list[Line]:
    """Return a notice exactly as it would leave, and to whom."""
    rows: list[Line] = []
    if audience is Audience.CUSTOMERS:
        rows += labelled("to", "nobody: what goes to customers is a draft that a person sends", width, "warn")
    elif not answer.channels:
        rows += labelled("to", answer.word, width, "bad")
    for channel in answer.channels:
        rows += labelled("to", channel, width, "strong")
    rows += labelled("subject", answer.subject, width, "strong")
    for text in answer.text.split("\n"):
        rows += wrapped(clean(text, 4000), width, "text") if text else [EMPTY]
    return rows
