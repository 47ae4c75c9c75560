"""All scoring of one bot: lines in, windows judged against this bot's normal, alarms with their reasons out."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import msgspec

from warroom.core.clean import clean
from warroom.core.model import Alarm, AlarmLevel, BotState, Reason
from warroom.core.record import SKEW_S, Record
from warroom.core.settings import DetectSettings
from warroom.detect.alarms import make_alarm
from warroom.detect.baseline import Baseline
from warroom.detect.calibrate import score_of, threshold
from warroom.detect.explain import reasons_of, rule_reasons
from warroom.detect.features import feature_list, vector
from warroom.detect.forest import Forest
from warroom.detect.novelty import Tools
from warroom.detect.robust import Matrix
from warroom.detect.rules import BY_ID, hits_of
from warroom.detect.shape import Seen, shape_of
from warroom.detect.windows import Window, Windows

_THRESHOLD = 50.0
_ODD = 30.0
_CALM = 20.0
"""Below this an odd bot is normal again."""
_AT_ONCE = 80.0
"""One window this odd alarms without waiting for a second."""
_ESCALATION = 15.0
_RULE_SPAN_S = 60.0
_GRACE_S = 1.0
_RECENT = 1500
_HITS = 60
"""Lines with rule hits that one alarm looks at."""
_SILENT_S = 60.0


class Assessment(msgspec.Struct, frozen=True):
    """How a bot stands after a tick."""

    at: float
    score: float | None
    p: float | None
    state: BotState
    why: str
    alarms: list[Alarm]
    learned: int
    needed: int
    windows_closed: int


class BotDetector:
    """Owned by the pipeline, one for each bot; not safe for threads."""

    def __init__(self, bot: str, settings: DetectSettings) -> None:
        self._bot = bot
        self._settings = settings
        self._features = feature_list(rules=settings.rules)
        self._baseline = Baseline(self._features, settings.learn_windows)
        self._threshold_p = threshold(settings.alarms_per_day, settings.hop_s)
        self._windows = Windows(settings.window_s, settings.hop_s)
        self._shapes, self._things = Seen(), Seen()
        self._tools = Tools()
        self._recent: deque[tuple[float, Record, list[str]]] = deque(maxlen=_RECENT)
        self._hits: deque[tuple[float, Record, list[str]]] = deque(maxlen=_HITS)
        self._marks: dict[tuple[str, int, int], list[str]] = {}
        self._raised: dict[str, tuple[float, float]] = {}
        self._live_from: float | None = None
        self._last_moment: float | None = None
        self._pause_s = 1.0
        self._held = False
        self._calm_from = 0.0
        self._over = 0
        self._score: float | None = None
        self._p: float | None = None
        self._why = ""
        self._rule_score: tuple[float, float, str] = (0.0, 0.0, "")
        self._state = BotState.LEARNING

    # History

    def learn(self, records: Sequence[Record]) -> None:
        """Take lines of ordinary days, in order of their moments; raises no alarms."""
        for record in records:
            # A time that has not come yet is a broken clock; it would put the windows out of reach.
            if record.gap is not None or record.ahead:
                continue
            if self._last_moment is not None and record.moment - self._last_moment > self._settings.window_s:
                for window in self._windows.closed():
                    self._learn_window(window)
                self._windows = Windows(self._settings.window_s, self._settings.hop_s)
            self._count(record, record.moment, [])
        for window in self._windows.closed():
            self._learn_window(window)

    def _learn_window(self, window: Window) -> None:
        if window.total.lines:
            self._baseline.add(vector(window, self._features))

    def ready_to_train(self) -> bool:
        """Return whether there is enough normal to train a forest on, and none is in use."""
        return self._baseline.forest is None and self._baseline.ready

    def training_matrix(self) -> tuple[Matrix, list[str]]:
        """Return the normal windows that a forest may be trained on, (windows, features), and the features' names."""
        return self._baseline.matrix(), [feature.name for feature in self._features]

    def adopt(self, forest: Forest) -> None:
        """Use a trained forest from now on."""
        self._baseline.adopt(forest)

    def hold_learning(self, held: bool) -> None:
        """While held (a contained bot), windows are neither learned from nor alarmed on by behaviour."""
        if self._held and not held and self._last_moment is not None:
            # Windows that still hold contained hops say nothing about the bot.
            self._calm_from = self._last_moment + self._settings.window_s
        self._held = held

    # Live

    def observe(self, records: Sequence[Record]) -> list[Alarm]:
        """Take live lines; returns the alarms that content rules raise at once."""
        alarms: list[Alarm] = []
        for record in records:
            if record.gap is not None:
                continue
            moment = record.moment if abs(record.moment - record.received) < SKEW_S else record.received
            self._go_live(moment)
            hits = hits_of(record) if self._settings.rules else []
            if hits:
                self._marks[(record.source, record.generation, record.offset)] = hits
                if len(self._marks) > 4 * _RECENT:
                    del self._marks[next(iter(self._marks))]
            self._recent.append((moment, record, hits))
            alarms.extend(self._new_tool(record, moment))
            self._count(record, moment, hits)
            if hits:
                alarms.extend(self._rule_alarm(record, moment, hits))
        return alarms

    def recall(self, alarms: Sequence[Alarm]) -> None:
        """Take the alarms of a former run, so that a restart inside a burst does not tell them again."""
        for alarm in alarms:
            self._raised[_about(alarm.cause)] = (alarm.time, alarm.score)

    def marks(self, record: Record) -> list[str]:
        """Return the ids of the rules that an observed record matched."""
        return self._marks.get((record.source, record.generation, record.offset), [])

    def _go_live(self, moment: float) -> None:
        if self._live_from is not None:
            return
        self._live_from = moment
        if self._last_moment is not None and moment - self._last_moment > 3 * self._settings.hop_s:
            # A hole between history and now is no behaviour of the bot.
            self._windows = Windows(self._settings.window_s, self._settings.hop_s)

    def _count(self, record: Record, moment: float, hits: list[str]) -> None:
        if self._last_moment is not None and moment > self._last_moment:
            self._pause_s += 0.05 * (moment - self._last_moment - self._pause_s)
        self._last_moment = max(moment, self._last_moment or moment)
        fresh = int(self._shapes.add(shape_of(record.message)))
        for thing in (record.event, record.error):
            if thing is not None:
                fresh += int(self._things.add(thing))
        if record.tool is not None:
            fresh += int(self._tools.add(record.tool))
        weight = sum(BY_ID[hit].weight for hit in hits)
        self._windows.bucket(moment).add(record, fresh=fresh, rule_weight=weight)

    def tick(self, now: float) -> Assessment:
        """Close every window whose last hop is over, judge it, and say how the bot stands."""
        alarms: list[Alarm] = []
        closed = 0
        for window in self._windows.close(now - _GRACE_S):
            closed += 1
            alarms.extend(self._judge(window))
        self._settle(now)
        score, why = self._score, self._why
        until, rule_score, rule_why = self._rule_score
        if now < until and rule_score > (score or 0.0):
            score, why = rule_score, rule_why
        return Assessment(
            at=now,
            score=None if score is None else round(score, 1),
            p=self._p,
            state=self._state,
            why=why,
            alarms=alarms,
            learned=min(len(self._baseline), self._baseline.needed),
            needed=self._baseline.needed,
            windows_closed=closed,
        )

    def _judge(self, window: Window) -> list[Alarm]:
        if not window.total.lines:
            return []
        row = vector(window, self._features)
        if not self._baseline.ready:
            if not self._held:
                self._baseline.add(row)
            return []
        judged = self._baseline.judge(row)
        self._p = judged.p
        self._score = score_of(judged.p, self._threshold_p)
        reasons = reasons_of(row, judged, self._baseline)
        self._why = reasons[0].text if reasons and self._score >= _CALM else ""
        if self._held or window.start < self._calm_from:
            return []
        if self._score < _ODD:
            self._baseline.add(row)
        self._over = self._over + 1 if self._score >= _THRESHOLD else 0
        if not reasons or (self._over < 2 and self._score < _AT_ONCE):
            return []
        lines = [(record, hits) for at, record, hits in self._recent if window.start <= at < window.end]
        rules = rule_reasons([hit for _, hits in lines for hit in hits], alone=False)
        return self._raise(
            f"behaviour: {reasons[0].name}", window.end, self._score, [*reasons, *rules], lines, window, judged.p
        )

    def _settle(self, now: float) -> None:
        until, rule_score, _ = self._rule_score
        score = max(self._score or 0.0, rule_score if now < until else 0.0)
        silent_s = max(_SILENT_S, 10.0 * self._pause_s)
        if self._live_from is not None and self._last_moment is not None and now - self._last_moment > silent_s:
            self._state, self._why = BotState.SILENT, f"no line for {now - self._last_moment:.0f} s"
        elif score >= _THRESHOLD:
            self._state = BotState.ALARM
        elif not self._baseline.ready:
            self._state = BotState.LEARNING
            self._why = f"learning its normal: {len(self._baseline)} of {self._baseline.needed} windows"
        elif score >= _ODD or (self._state in (BotState.ODD, BotState.ALARM) and score >= _CALM):
            self._state = BotState.ODD
        else:
            self._state = BotState.NORMAL

    # Alarms

    def _new_tool(self, record: Record, moment: float) -> list[Alarm]:
        """Alarm on a tool that this bot never used, when new tools are rare for it."""
        rarity = None if record.tool is None else self._tools.rarity(record.tool)
        if rarity is None:
            return []
        self._rule_score = (moment + _RULE_SPAN_S, rarity.score, rarity.reason.text)
        window = self._window(moment, 0.0)
        cause = f"new tool: {clean(record.tool or '', 60)}"
        return self._raise(cause, moment, rarity.score, [rarity.reason], [(record, [])], window, rarity.p)

    def _rule_alarm(self, record: Record, moment: float, hits: list[str]) -> list[Alarm]:
        self._hits.append((moment, record, hits))
        while moment - self._hits[0][0] > _RULE_SPAN_S:
            self._hits.popleft()
        lines = [(r, h) for _, r, h in self._hits]
        weight = sum(BY_ID[hit].weight for _, found in lines for hit in found)
        critical = [hit for hit in hits if BY_ID[hit].level is AlarmLevel.CRITICAL]
        if not critical and len(lines) < 2:
            return []
        score = min(100.0, (90.0 if critical else 45.0) + 10.0 * weight)
        score = max(score, 55.0)
        title = BY_ID[critical[0] if critical else hits[0]].title
        self._rule_score = (moment + _RULE_SPAN_S, score, f"{title}: {len(lines)} lines in {_RULE_SPAN_S:.0f} s")
        cause = f"rule: {'secret' if critical else 'injection'}"
        reasons = rule_reasons([hit for _, found in lines for hit in found])
        window = self._window(moment, _RULE_SPAN_S)
        return self._raise(cause, moment, score, reasons, lines, window, self._baseline.rule_p())

    def _raise(
        self,
        cause: str,
        moment: float,
        score: float,
        reasons: list[Reason],
        lines: Sequence[tuple[Record, Sequence[str]]],
        window: Window,
        p: float,
    ) -> list[Alarm]:
        about = _about(cause)
        last = self._raised.get(about)
        if last is not None:
            at, before = last
            if moment - at < self._settings.hold_off_s and score < before + _ESCALATION:
                return []
        self._raised[about] = (moment, score)
        forest = self._baseline.forest
        model = forest.sha256 if forest is not None and about == "behaviour" else ""
        return [make_alarm(self._bot, cause, moment, score, p, reasons, lines, window, model)]

    def _window(self, moment: float, length_s: float) -> Window:
        """Return the span that a rule looked at; its counts are those of the hop."""
        bucket = self._windows.bucket(moment)
        return Window(moment - length_s, moment, bucket, bucket)


def _about(cause: str) -> str:
    """Return what the hold-off counts: however the odd features take turns, it is one behaviour."""
    return "behaviour" if cause.startswith("behaviour") else cause
