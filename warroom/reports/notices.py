"""The words of a notice: from the frozen views and a template, built in or one of your own, to a subject and a text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from warroom.core.clean import Clean, clean
from warroom.core.model import ActionState, Phase, Plan, Proof, Sample, Severity, Verb, Verdict
from warroom.core.notices import SUBJECT_LIMIT, TEXT_LIMIT, Audience, Event
from warroom.core.playbook_rules import nearest
from warroom.core.view import ActionView, IncidentView, TimelineView
from warroom.reports.neutral import neutral
from warroom.reports.notice_actions import ActionMatter, action_matter_for, action_source_of
from warroom.reports.notice_matter import Matter, Own, matter_for
from warroom.reports.notice_sandbox import SOURCE_LIMIT, GuardedTemplate, TemplateFault
from warroom.reports.notice_texts import source_of

SUFFIX = ".txt"
_SUBJECT = "Subject:"
_MENTION = re.compile(r"@(?=(?:everyone|here|channel|all)\b)", re.IGNORECASE)
_ANGLES = str.maketrans({"<": "‹", ">": "›"})
_EMPTY_LINES = re.compile(r"\n{3,}")
_SHORT = 300
_CUT = f"\n(cut here: a notice has up to {TEXT_LIMIT} characters)"
_HAPPENED = {
    Event.TRIGGER: "opened",
    Event.ACKNOWLEDGE: "is being worked on",
    Event.UPDATE: "update",
    Event.RESOLVE: "resolved",
}
Pair = tuple[Audience, Event]


class Wording(msgspec.Struct, frozen=True):
    """What a notice says."""

    subject: str
    """One line."""
    text: str
    fault: str = ""
    """Why the built-in text stands here instead of your own; else empty."""


class FolderFault(msgspec.Struct, frozen=True):
    """One fault of a folder of templates."""

    path: str
    line: int
    """Counts from 1; 0 when the whole file is meant."""
    text: str

    def __str__(self) -> str:
        return f"{clean(self.path)}{f':{self.line}' if self.line else ''}: {self.text}"


class NoticeTemplates:
    """The templates of a room: those of its own folder where there are, the built-in ones for the rest.

    Writing never fails: whoever is to be told is told in one line, should all else break.
    """

    def __init__(self, own: dict[Pair, GuardedTemplate] | None = None) -> None:
        self._own = own or {}

    def write(self, audience: Audience, event: Event, matter: Matter) -> Wording:
        """Return subject and text; a template of your own that fails is named in `fault` and the built-in one used."""
        own = self._own.get((audience, event))
        if own is not None:
            try:
                return _worded(own, matter_for(audience, event, matter))
            except TemplateFault as error:
                built_in = self._ours(audience, event, matter)
                return msgspec.structs.replace(built_in, fault=f"{file_name(audience, event)} {error}")
        return self._ours(audience, event, matter)

    @staticmethod
    def _ours(audience: Audience, event: Event, matter: Matter) -> Wording:
        try:
            return _worded(_built_in(audience, event), matter_for(audience, event, matter))
        except TemplateFault as error:
            severity, name = matter.incident.severity, matter.incident.id
            return _bare(audience, f"[{severity}] {name} {_HAPPENED[event]}", name, error)

    def write_action(self, audience: Audience, event: Event, matter: ActionMatter) -> Wording:
        """Return subject and text about an action that belongs to no incident: always the built-in words."""
        try:
            return _worded(_built_in_action(audience), action_matter_for(audience, event, matter))
        except TemplateFault as error:
            action = matter.action
            return _bare(audience, f"{action.id}: {action.verb} {clean(action.bot, 64)}", action.id, error)


def load_templates(folder: Path) -> tuple[NoticeTemplates, list[FolderFault]]:
    """Read a folder of templates; what is refused is a fault, and the built-in text stands in its place.

    A file is called `AUDIENCE-EVENT.txt`. Each is tried on a made-up incident, before and after something was done, so
    a name that no template knows shows here and not in the night.
    """
    own: dict[Pair, GuardedTemplate] = {}
    faults: list[FolderFault] = []
    known = {file_name(audience, event): (audience, event) for audience in Audience for event in Event}
    try:
        files = sorted(one for one in folder.iterdir() if one.suffix == SUFFIX)
    except OSError as error:
        return NoticeTemplates(), [FolderFault(str(folder), 0, f"cannot be read: {error.strerror}")]
    for file in files:
        pair = known.get(file.name)
        if pair is None:
            faults.append(FolderFault(str(file), 0, f"is no AUDIENCE-EVENT.txt{nearest(file.name, known)}"))
            continue
        try:
            own[pair] = _tried(_read(file), *pair)
        except TemplateFault as error:
            faults.append(FolderFault(str(file), error.line, str(error)))
    return NoticeTemplates(own), faults


def file_name(audience: Audience, event: Event) -> str:
    """Return the name of the file that replaces a built-in template."""
    return f"{audience}-{event}{SUFFIX}"


def plain(text: str) -> Clean:
    """Return a value for a message: cleaned, links defanged, without marks that chat programs act on.

    It is no longer than it was, or than 300 characters, and a count of those cut.
    """
    if isinstance(text, Own):
        return clean(text)
    # What makes a link harmless makes it longer: whoever writes many dots must not fill the notice with them.
    return clean(_MENTION.sub("@ ", neutral(text).translate(_ANGLES)), max(_SHORT, len(text)))


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(4 * SOURCE_LIMIT + 1).decode("utf-8")
    except OSError as error:
        raise TemplateFault(f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TemplateFault("is not UTF-8 text") from error


def _tried(source: str, audience: Audience, event: Event) -> GuardedTemplate:
    template = GuardedTemplate(source, plain)
    for matter in _specimens():
        _worded(template, matter_for(audience, event, matter))
    return template


@cache
def _built_in(audience: Audience, event: Event) -> GuardedTemplate:
    return GuardedTemplate(source_of(audience, event), plain, ours=True)


@cache
def _built_in_action(audience: Audience) -> GuardedTemplate:
    return GuardedTemplate(action_source_of(audience), plain, ours=True)


def _worded(template: GuardedTemplate, names: Mapping[str, Any]) -> Wording:
    written = template.write(dict(names))
    first, _, rest = written.lstrip("\n").partition("\n")
    subject = clean(first.removeprefix(_SUBJECT).strip(), SUBJECT_LIMIT - 40)
    if not first.startswith(_SUBJECT) or not subject:
        raise TemplateFault("must begin with a line such as Subject: what happened", 1)
    text = "\n".join(clean(line.rstrip()) for line in _EMPTY_LINES.sub("\n\n", rest.strip("\n")).split("\n"))
    if template.ours and max(len(written), len(text)) >= TEXT_LIMIT:
        text = text[: TEXT_LIMIT - len(_CUT) - 1].rpartition("\n")[0] + _CUT
    if not text.strip() or len(text) > TEXT_LIMIT:
        raise TemplateFault(f"must write a text of 1 to {TEXT_LIMIT} characters")
    return Wording(subject, text + "\n")


def _bare(audience: Audience, subject: str, name: str, fault: TemplateFault) -> Wording:
    """Return the words that are left when no text could be written: what it is about, and where to read on."""
    if audience is Audience.CUSTOMERS:
        text = "DRAFT: the text could not be written. A person writes it; nothing was sent.\n"
        return Wording("Our assistant at present", text, str(fault))
    text = f"{subject}. The text of this notice could not be written; look at {name} in the room.\n"
    return Wording(clean(subject, SUBJECT_LIMIT - 40), text, str(fault))


def _specimens() -> list[Matter]:
    """Return a made-up incident at its beginning, and later, when something was done and written."""
    bare = IncidentView(
        id="INC-001",
        title="a title",
        severity=Severity.SEV2,
        open=True,
        phase=Phase.CONTAINMENT,
        bots=["a-bot"],
        playbook="a-playbook",
        opened=0.0,
        closed=None,
        moments={},
        roles={},
        steps=[],
        timeline=[],
        actions=[],
        alarms=[],
        next_step="a step",
        metrics={},
    )
    later = msgspec.structs.replace(bare, timeline=[TimelineView(1, 30.0, "somebody", "note", "a note")])
    return [Matter(bare, [], 60.0), Matter(later, [_specimen_action()], 60.0, 1860.0, "a contact", "an impact")]


def _specimen_action() -> ActionView:
    plan = Plan("a-bot", Verb.DISABLE, "control", exact=[], effects=[], undo="", probe="")
    sample = Sample(50.0, Verdict.CONTAINED, "a question", "a refusal")
    return ActionView(
        id="ACT-001",
        bot=plan.bot,
        verb=plan.verb,
        adapter=plan.adapter,
        state=ActionState.HELD,
        incident="INC-001",
        operator="somebody",
        uid=1000,
        reason="a reason",
        requested=40.0,
        settled=50.0,
        expires=None,
        plan=plan,
        plan_sha256=plan.sha256,
        proof=Proof(Verdict.CONTAINED, [sample], 50.0),
        evidence=0,
        note="",
    )
