"""What the console calls things: a symbol and a word for every state, so that colour is never the only signal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from warroom.core.limits import is_duration
from warroom.core.model import ActionState, BotState, Phase, Role, Severity, StepState, Verb
from warroom.core.view import ActionView, AlarmView, BotView, StepView

_BOT = {
    BotState.ALARM: ("!! ALARM", "bad"),
    BotState.ODD: ("!  ODD", "warn"),
    BotState.NORMAL: ("-  NORMAL", "good"),
    BotState.LEARNING: (".. LEARNING", "info"),
    BotState.CONTAINED: ("## CONTAINED", "accent"),
    BotState.SILENT: ("?? SILENT", "warn"),
    BotState.UNKNOWN: ("?  UNKNOWN", "dim"),
}

_ACTION = {
    ActionState.DRAFT: ("+  DRAFT", "info"),
    ActionState.PENDING_APPROVAL: ("?  2ND PERSON", "warn"),
    ActionState.RUNNING: (".. RUNNING", "info"),
    ActionState.HELD: ("## HELD", "good"),
    ActionState.NOT_HELD: ("!! NOT HELD", "loud"),
    ActionState.FAILED: ("!! FAILED", "loud"),
    ActionState.AMBIGUOUS: ("?? AMBIGUOUS", "loud"),
    ActionState.RELEASING: (".. RELEASING", "info"),
    ActionState.RELEASED: ("-  RELEASED", "dim"),
    ActionState.EXPIRED: ("!  EXPIRED", "warn"),
    ActionState.DONE: ("-  DONE", "dim"),
    ActionState.DENIED: ("x  DENIED", "warn"),
    ActionState.CANCELLED: ("x  CANCELLED", "dim"),
    ActionState.LAPSED: ("!  LAPSED", "warn"),
}

_STEP = {
    StepState.TODO: ("[ ]", "text"),
    StepState.DOING: ("[>]", "info"),
    StepState.DONE: ("[x]", "good"),
    StepState.SKIPPED: ("[-]", "dim"),
    StepState.NOT_APPLICABLE: ("[-]", "dim"),
    StepState.BLOCKED: ("[!]", "warn"),
}

SEVERITY_STYLE = {Severity.SEV1: "bad", Severity.SEV2: "warn", Severity.SEV3: "info", Severity.SEV4: "dim"}

ROLES = {
    Role.INCIDENT_COMMANDER: "commander",
    Role.DEPUTY: "deputy",
    Role.OPS_LEAD: "ops lead",
    Role.SECURITY_ANALYST: "analyst",
    Role.BOT_OWNER: "bot owner",
    Role.DATA_OWNER: "data owner",
    Role.SCRIBE: "scribe",
    Role.COMMS_LEAD: "comms",
    Role.LEGAL_PRIVACY: "legal",
    Role.EXECUTIVE_SPONSOR: "sponsor",
    Role.VENDOR_LIAISON: "vendor",
}

PHASES = {
    Phase.PREPARATION: "Prepare",
    Phase.DETECTION: "Detect",
    Phase.CONTAINMENT: "Contain",
    Phase.REMEDIATION: "Remedy",
    Phase.RECOVERY: "Recover",
    Phase.REVIEW: "Review",
}

VERBS = {
    Verb.SNAPSHOT: "take evidence, change nothing",
    Verb.LIMIT: "throttle it; it still answers",
    Verb.DISABLE: "switch it off; it refuses everybody",
    Verb.ENABLE: "switch it on again",
    Verb.REVOKE: "take its credentials away",
    Verb.ISOLATE: "cut its network",
    Verb.FREEZE: "hold its processes still, memory kept",
    Verb.THAW: "let its processes run again",
    Verb.STOP: "end its processes; memory is lost",
    Verb.START: "start it again",
}

SETTLED = frozenset({StepState.DONE, StepState.SKIPPED, StepState.NOT_APPLICABLE})
RELEASABLE = frozenset({ActionState.HELD, ActionState.NOT_HELD, ActionState.AMBIGUOUS})
UNBEGUN = frozenset({ActionState.DRAFT, ActionState.PENDING_APPROVAL})
LIVE_ACTIONS = frozenset({ActionState.RUNNING, ActionState.RELEASING}) | RELEASABLE

_SPAN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([smhd])")
_SPAN_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

_BARS = "▁▂▃▄▅▆▇█"


def bot_state(bot: BotView) -> tuple[str, str]:
    """Return symbol and word of a bot's state, and its style."""
    words, style = _BOT[bot.state]
    if bot.state is BotState.LEARNING:
        words = f"{words} {bot.learned}/{bot.needed}"
    return words, style


def action_state(action: ActionView) -> tuple[str, str]:
    """Return symbol and word of an action's state, and its style."""
    return _ACTION[action.state]


def step_mark(step: StepView, now: float) -> tuple[str, str]:
    """Return the box of a step and its style; an overdue step is warned of."""
    mark, style = _STEP[step.state]
    return mark, "warn" if is_overdue(step, now) else style


def is_overdue(step: StepView, now: float) -> bool:
    """Say whether a step should be settled by now and is not."""
    return step.due is not None and step.state not in SETTLED and now > step.due


def due_text(step: StepView, now: float) -> str:
    """Return when an open step is due, in coarse words; empty when no time is set."""
    if step.due is None or step.state in SETTLED:
        return ""
    left = step.due - now
    return f"LATE {span_text(-left)}" if left < 0 else f"in {span_text(left)}"


def alarm_mark(alarm: AlarmView) -> tuple[str, str]:
    """Return symbol and word of an alarm's level, and its style."""
    match alarm.level:
        case "critical":
            return "!! CRITICAL", "bad"
        case "alarm":
            return "!! ALARM", "bad"
        case "warning":
            return "!  WARNING", "warn"
        case _:
            return "-  NOTICE", "dim"


def span_text(seconds: float) -> str:
    """Return a duration in one coarse unit: `40s`, `3m`, `2h`, `4d`."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{int(seconds // size)}{unit}"
    return f"{max(0, int(seconds))}s"


def left_text(seconds: float) -> str:
    """Return how much time is left, coarse enough that a quiet room stays quiet: `12m`, then `<1m`."""
    return span_text(seconds) if seconds >= 60 else "<1m"


def read_span(text: str) -> tuple[float | None, str]:
    """Return the seconds of `90s`, `30m`, `2h`, `1d`, and what is wrong with them; no text is None: never."""
    if not text:
        return None, ""
    found = _SPAN.fullmatch(text)
    seconds = float(found[1]) * _SPAN_UNITS_S[found[2]] if found else 0.0
    if not is_duration(seconds):
        return None, f"“{text}” is no time: 90s, 30m or 2h, up to a year, or nothing"
    return seconds, ""


def waits(action: ActionView) -> bool:
    """Say whether a second person's word is waited for, to contain or to let back."""
    asked = action.approval
    if asked is None or asked.given_by is not None:
        return False
    return action.state in RELEASABLE if asked.release else action.state is ActionState.PENDING_APPROVAL


def age(since: float | None, now: float) -> str:
    """Return how long ago, coarse enough that a quiet room stays quiet: `now`, `<1m`, then minutes."""
    if since is None:
        return "never"
    seconds = now - since
    if seconds < 10:
        return "now"
    if seconds < 60:
        return "<1m"
    return span_text(seconds)


def count(number: int) -> str:
    """Return a count in at most five characters: `12400` as `12.4k`."""
    for unit, size in (("G", 1_000_000_000), ("M", 1_000_000), ("k", 10_000)):
        if number >= size:
            scaled = number / (1000 if unit == "k" else size)
            return f"{scaled:.1f}{unit}" if scaled < 100 else f"{scaled:.0f}{unit}"
    return str(number)


def size(number: int) -> str:
    """Return bytes for people: `0 B`, `4.1 kB`, `2.0 MB`."""
    if number < 1000:
        return f"{number} B"
    if number < 1_000_000:
        return f"{number / 1000:.1f} kB"
    return f"{number / 1_000_000:.1f} MB"


def trend(scores: Sequence[float], width: int) -> str:
    """Return the newest `width` scores (0 to 100) as a row of bars, padded on the left."""
    bars = "".join(_BARS[min(7, max(0, int(score / 12.5)))] for score in list(scores)[-width:])
    return bars.rjust(width)


def hour_trend(worst: Sequence[float | None]) -> str:
    """Return the worst score of each part of an hour as a row of bars, blank where nothing was scored."""
    return "".join(" " if score is None else trend([score], 1) for score in worst)


def score_style(score: float | None) -> str:
    """Return the style of a score; 50 is the threshold of an alarm."""
    if score is None:
        return "dim"
    return "bad" if score >= 50 else "warn" if score >= 35 else "text"


def number_text(value: float) -> str:
    """Return a measured value with at most three meaningful digits."""
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def person(role: Role, roles: dict[str, str]) -> str:
    """Return who holds a role, or the role's name when nobody does."""
    return roles.get(role) or ROLES[role]
