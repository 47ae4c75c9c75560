"""What makes a playbook valid: plain data in, a `Playbook` or every fault with its place and code out.

The file format is `warroom/playbook@1`; docs/playbooks.md describes each key and each code. Nothing here reads a file.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

import msgspec

from warroom.core.clean import clean
from warroom.core.model import Phase, Playbook, Role, Severity, Step, Taxonomy, Verb
from warroom.core.taxonomy import ATLAS, ATLAS_VERSION, OWASP_ASI, OWASP_LLM

SCHEMA = "warroom/playbook@1"
TITLE_LIMIT = 90
TEXT_LIMIT = 1000
MAX_STEPS = 200
MAX_DUE_S = 90 * 86400.0

PLAYBOOK_KEYS = (
    *("schema", "id", "title", "version", "summary", "severity", "taxonomy", "snapshot_first", "evidence_gate"),
    "phases",
)
PLAYBOOK_NEEDS = ("schema", "id", "title", "version", "summary", "severity", "phases")
STEP_KEYS = ("id", "title", "owner", "required", "due", "detail", "evidence", "verb")
STEP_NEEDS = ("id", "title", "owner")

Place = tuple[str | int, ...]
"""Keys and list positions from the top of the document to a value."""

_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
_EVIDENCE = re.compile(r"[a-z][a-z0-9_]{0,31}")
_VERSION = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}")
_DURATION = re.compile(r"(\d{1,6})(s|m|h|d)")
_UNIT_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_CONTAINING = frozenset({Verb.LIMIT, Verb.DISABLE, Verb.REVOKE, Verb.ISOLATE, Verb.FREEZE, Verb.STOP})
_Choice = TypeVar("_Choice", bound=StrEnum)


class Problem(msgspec.Struct, frozen=True):
    """One fault of a document."""

    at: Place
    code: str
    text: str
    on_key: bool = False
    """The fault is the key itself (unknown, missing), not its value."""


class Rejected(msgspec.Struct, frozen=True):
    """The document is no valid playbook; every problem, in the order of the document's rules."""

    problems: list[Problem]


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ` (did you mean X?)` for the closest known name, or nothing when none is close."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def duration_s(text: str) -> float:
    """Return the seconds of `90s`, `15m`, `4h` or `3d`; ValueError when it is none of these or out of range."""
    match = _DURATION.fullmatch(text)
    seconds = int(match[1]) * _UNIT_S[match[2]] if match else 0.0
    if not 0 < seconds <= MAX_DUE_S:
        raise ValueError(f"{clean(text, 40)} is no duration such as 90s, 15m, 4h or 3d (at most 90d)")
    return seconds


def read_playbook(data: object, stem: str) -> Playbook | Rejected:
    """Check a document and build its playbook; `stem` is the file's name without ending, which the id must equal."""
    reader = _Reader()
    top = reader.mapping(data, ())
    if top.get("schema", SCHEMA) != SCHEMA:
        reader.say(("schema",), "E010", f"schema {_shown(top['schema'])} is not known; this version reads {SCHEMA}")
        return Rejected(reader.problems)
    reader.keys(top, (), PLAYBOOK_KEYS, PLAYBOOK_NEEDS)
    name = reader.text(top, "id", ())
    if name and name != stem:
        reader.say(("id",), "E020", f"id {name} differs from the file name {clean(stem, 60)}")
    if name and not _ID.fullmatch(name):
        reader.say(("id",), "E047", f"id {clean(name, 60)} must be a-z, 0-9 and - (at most 40)")
    version = reader.text(top, "version", ())
    if version and not _VERSION.fullmatch(version):
        reader.say(("version",), "E022", f"version {clean(version, 40)} is not of the form 1.0.0")
    snapshot_first = reader.flag(top, "snapshot_first", (), True)
    playbook = Playbook(
        id=name,
        title=reader.text(top, "title", (), TITLE_LIMIT),
        version=version,
        summary=reader.text(top, "summary", ()),
        severity=_severity(reader, top),
        steps=_steps(reader, top, snapshot_first),
        taxonomy=_taxonomy(reader, top),
        snapshot_first=snapshot_first,
        evidence_gate=reader.flag(top, "evidence_gate", (), False),
    )
    return Rejected(reader.problems) if reader.problems else playbook


def _severity(reader: _Reader, top: dict[str, object]) -> Severity:
    block = reader.mapping(top.get("severity", {"default": "SEV2"}), ("severity",))
    reader.keys(block, ("severity",), ("default",), ("default",))
    return reader.choice(block, "default", ("severity",), Severity, Severity.SEV2, "E013")


def _taxonomy(reader: _Reader, top: dict[str, object]) -> Taxonomy:
    catalogues = {"owasp_llm": OWASP_LLM, "owasp_asi": OWASP_ASI, "atlas": ATLAS}
    block = reader.mapping(top.get("taxonomy", {}), ("taxonomy",))
    reader.keys(block, ("taxonomy",), tuple(catalogues), ())
    cited: dict[str, list[str]] = {}
    for key, catalogue in catalogues.items():
        cited[key] = reader.texts(block, key, ("taxonomy",))
        for number, item in enumerate(cited[key]):
            if item not in catalogue:
                edition = f"ATLAS {ATLAS_VERSION}" if key == "atlas" else key
                text = f"{clean(item, 40)} is not in {edition}{nearest(item, catalogue)}"
                reader.say(("taxonomy", key, number), "E070", text)
    return Taxonomy(**cited)


def _steps(reader: _Reader, top: dict[str, object], snapshot_first: bool) -> list[Step]:
    phases = reader.mapping(top.get("phases", {}), ("phases",))
    steps: list[Step] = []
    for key in phases:
        if key not in set(Phase) and not key.startswith("x-"):
            reader.say(("phases", key), "E030", f"phase {key} is not known{nearest(key, Phase)}", on_key=True)
    for phase in (phase for phase in Phase if phase in phases):
        place: Place = ("phases", phase.value)
        block = reader.mapping(phases[phase.value], place)
        reader.keys(block, place, ("steps",), ("steps",))
        found = [
            _step(reader, raw, (*place, "steps", n), phase)
            for n, raw in enumerate(reader.sequence(block, "steps", place))
        ]
        if "steps" in block and not any(step.required for step in found):
            reader.say(place, "E031", f"phase {phase} has no required step", on_key=True)
        _check_order(reader, found, (*place, "steps"), steps, snapshot_first)
        steps.extend(found)
    if "phases" in top and Phase.CONTAINMENT not in phases:
        reader.say(("phases",), "E012", "phase containment is missing", on_key=True)
    if len(steps) > MAX_STEPS:
        reader.say(("phases",), "E033", f"{len(steps)} steps are too many; at most {MAX_STEPS}", on_key=True)
    return steps


def _check_order(reader: _Reader, found: list[Step], place: Place, before: list[Step], snapshot_first: bool) -> None:
    ids = {step.id for step in before}
    snapshot = any(step.verb is Verb.SNAPSHOT for step in before)
    for number, step in enumerate(found):
        if step.id in ids and step.id:
            reader.say((*place, number, "id"), "E040", f"step id {step.id} occurs twice")
        ids.add(step.id)
        snapshot = snapshot or step.verb is Verb.SNAPSHOT
        if step.verb in _CONTAINING and snapshot_first and not snapshot:
            text = f"step {step.id} contains before any snapshot step; put one first or set snapshot_first: false"
            reader.say((*place, number, "verb"), "E032", text)


def _step(reader: _Reader, raw: object, place: Place, phase: Phase) -> Step:
    block = reader.mapping(raw, place)
    reader.keys(block, place, STEP_KEYS, STEP_NEEDS)
    step_id = reader.text(block, "id", place)
    if step_id and not _ID.fullmatch(step_id):
        reader.say((*place, "id"), "E047", f"step id {clean(step_id, 60)} must be a-z, 0-9 and - (at most 40)")
    evidence = reader.texts(block, "evidence", place)
    for number, kind in enumerate(evidence):
        if not _EVIDENCE.fullmatch(kind):
            reader.say(
                (*place, "evidence", number), "E046", f"{clean(kind, 40)} is no evidence kind such as log_excerpt"
            )
    return Step(
        id=step_id,
        phase=phase,
        title=reader.text(block, "title", place, TITLE_LIMIT),
        owner=reader.choice(block, "owner", place, Role, Role.OPS_LEAD, "E041"),
        required=reader.flag(block, "required", place, True),
        due_s=reader.duration(block, "due", place),
        detail=reader.text(block, "detail", place),
        evidence=evidence,
        verb=reader.choice(block, "verb", place, Verb, Verb.SNAPSHOT, "E050") if "verb" in block else None,
    )


class _Reader:
    """Takes typed values out of plain data and remembers what was wrong with each."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def say(self, at: Place, code: str, text: str, *, on_key: bool = False) -> None:
        """Remember a fault."""
        self.problems.append(Problem(at, code, clean(text), on_key))

    def mapping(self, value: object, at: Place) -> dict[str, object]:
        """Return the mapping at a place; an empty one, and a fault, when it is none."""
        if isinstance(value, dict):
            return value
        self.say(at, "E013", f"a mapping of keys is wanted here, not {_shown(value)}")
        return {}

    def keys(self, block: dict[str, object], at: Place, known: tuple[str, ...], needed: tuple[str, ...]) -> None:
        """Name unknown and missing keys."""
        for key in block:
            if key not in known and not key.startswith("x-"):
                self.say((*at, key), "E011", f"key {clean(key, 60)} is not known{nearest(key, known)}", on_key=True)
        for key in needed:
            if key not in block:
                self.say(at, "E012", f"key {key} is missing", on_key=True)

    def text(self, block: dict[str, object], key: str, at: Place, limit: int = TEXT_LIMIT) -> str:
        """Return the text with its line breaks folded into spaces; empty when absent or wrong."""
        value = block.get(key, "")
        place = (*at, key)
        if not isinstance(value, str):
            plain = isinstance(value, (bool, int, float)) or value is None
            code = "E004" if plain else "E013"
            self.say(place, code, f"{key} must be text, not {_shown(value)}{'; put it in quotes' if plain else ''}")
            return ""
        folded = " ".join(value.split())
        if key in block and not folded:
            self.say(place, "E013", f"{key} is empty")
        if clean(folded, len(folded)) != folded:
            self.say(place, "E045", f"{key} holds control or hidden characters: {clean(folded, 60)}")
        if len(folded) > limit:
            self.say(place, "E045", f"{key} has {len(folded)} characters; at most {limit}")
        return folded

    def texts(self, block: dict[str, object], key: str, at: Place) -> list[str]:
        """Return the texts of a list; what is no text is a fault."""
        items = self.sequence(block, key, at) if key in block else []
        for number, item in enumerate(items):
            if not isinstance(item, str):
                self.say((*at, key, number), "E004", f"{key} lists texts, not {_shown(item)}; put it in quotes")
        return [item for item in items if isinstance(item, str)]

    def sequence(self, block: dict[str, object], key: str, at: Place) -> list[object]:
        """Return a list; empty when absent or wrong."""
        value = block.get(key, [])
        if isinstance(value, list):
            return value
        self.say((*at, key), "E013", f"{key} must be a list, not {_shown(value)}")
        return []

    def flag(self, block: dict[str, object], key: str, at: Place, otherwise: bool) -> bool:
        """Return true or false."""
        value = block.get(key, otherwise)
        if isinstance(value, bool):
            return value
        self.say((*at, key), "E013", f"{key} must be true or false, not {_shown(value)}")
        return otherwise

    def choice(
        self,
        block: dict[str, object],
        key: str,
        at: Place,
        kind: type[_Choice],
        otherwise: _Choice,
        code: str,
    ) -> _Choice:
        """Return one of the words of `kind`; anything else is a fault with `code`."""
        if key not in block:
            return otherwise
        value = block[key]
        if isinstance(value, str) and value in set(kind):
            return kind(value)
        hint = nearest(str(value), kind) or f"; one of {', '.join(kind)}"
        self.say((*at, key), code, f"{key} {_shown(value)} is not known{hint}")
        return otherwise

    def duration(self, block: dict[str, object], key: str, at: Place) -> float | None:
        """Return seconds; None when no time is set."""
        if key not in block:
            return None
        value = block[key]
        try:
            return duration_s(value if isinstance(value, str) else str(value))
        except ValueError as error:
            self.say((*at, key), "E042", f"{key} {error}")
            return None


def _shown(value: object) -> str:
    match value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case _:
            return clean(str(value), 60)
