"""YAML 1.2 files as plain data with the place of each value; whatever YAML can do beyond plain data is refused.

Refused are aliases, anchors, tags, merge keys, duplicate keys, a YAML version other than 1.2, several documents in one
file, files over 256 KB and nesting over 16 levels: none of them is needed, each of them has been an attack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, DocumentStartEvent, ScalarEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from warroom.core.clean import clean

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16

Place = tuple[str | int, ...]

_CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null")}
_KEPT_AS_TEXT = "tag:yaml.org,2002:timestamp"


class Spot(msgspec.Struct, frozen=True):
    """A place in a file; line and column count from 1."""

    line: int
    column: int


class Fault(msgspec.Struct, frozen=True):
    """One fault of a file, with a code that stays the same over versions."""

    path: str
    line: int
    column: int
    code: str
    text: str

    def __str__(self) -> str:
        return f"{clean(self.path)}:{self.line}:{self.column} {self.code} {self.text}"


class Document(msgspec.Struct, frozen=True):
    """What a file holds: dicts, lists, text, numbers, true/false and None; and where."""

    data: object
    values: dict[Place, Spot]
    keys: dict[Place, Spot]

    def spot(self, at: Place, *, on_key: bool = False) -> Spot:
        """Return where a value (or its key) stands; the nearest enclosing one when it is absent."""
        for length in range(len(at), -1, -1):
            place = at[:length]
            found = (self.keys.get(place) if on_key else None) or self.values.get(place) or self.keys.get(place)
            if found is not None:
                return found
        return Spot(1, 1)


class YamlRefused(Exception):
    """A file could not be read as plain data; `faults` says where and why, all that were found."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = faults


def load_yaml(path: Path) -> Document:
    """Read a file; raises YamlRefused, also for a file that cannot be opened."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise YamlRefused([Fault(str(path), 1, 1, "E006", f"cannot be read: {reason}")]) from error
    if len(raw) > MAX_BYTES:
        raise YamlRefused([Fault(str(path), 1, 1, "E005", f"file is over {MAX_BYTES // 1024} KB")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig", "replace")
        spot = _spot_of(before, len(before))
        raise YamlRefused([Fault(str(path), spot.line, spot.column, "E001", "is not UTF-8 text")]) from error
    return parse_yaml(text, str(path))


def parse_yaml(text: str, name: str) -> Document:
    """Read YAML text; `name` is what faults call it. Raises YamlRefused."""
    control = _CONTROL.search(text)
    if control is not None:
        spot = _spot_of(text, control.start())
        raise YamlRefused([Fault(name, spot.line, spot.column, "E045", f"control character {clean(control[0])}")])
    try:
        faults = [
            Fault(name, spot.line, spot.column, code, clean(why, 300)) for spot, code, why in _forbidden_events(text)
        ]
        if faults:
            raise YamlRefused(faults)
        node = YAML(typ="safe", pure=True).compose(text)
        tree = _Tree(name)
        data = None if node is None else tree.take(node, ())
    except YAMLError as error:
        raise YamlRefused([_syntax_fault(error, name)]) from error
    if tree.faults:
        raise YamlRefused(tree.faults)
    return Document(data, tree.values, tree.keys)


def _forbidden_events(text: str) -> Iterator[tuple[Spot, str, str]]:
    depth = documents = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        spot = Spot(event.start_mark.line + 1, event.start_mark.column + 1)
        match event:
            case DocumentStartEvent():
                documents += 1
                if documents > 1:
                    yield spot, "E001", "a second document begins here; one file holds one"
                    return
                if event.version not in (None, (1, 2)):
                    yield spot, "E001", "only YAML 1.2 is read"
            case AliasEvent():
                yield spot, "E005", f"alias *{event.anchor} is not allowed; write the value again"
                continue
            case CollectionEndEvent():
                depth -= 1
            case CollectionStartEvent() | ScalarEvent():
                depth += isinstance(event, CollectionStartEvent)
                if event.anchor:
                    yield spot, "E005", f"anchor &{event.anchor} is not allowed"
                if event.tag:
                    yield spot, "E005", f"tag {event.tag} is not allowed"
                if depth > MAX_DEPTH:
                    yield spot, "E005", f"nested deeper than {MAX_DEPTH} levels"
                    return
            case _:
                continue


def _syntax_fault(error: YAMLError, name: str) -> Fault:
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        problem = str(error.problem or "cannot be read as YAML")
        code = "E003" if "'\\t'" in problem else "E001"
        why = "a tab is used for indentation; use spaces" if code == "E003" else f"not YAML: {problem}"
        return Fault(name, error.problem_mark.line + 1, error.problem_mark.column + 1, code, clean(why, 300))
    return Fault(name, 1, 1, "E001", f"not YAML: {clean(str(error), 300)}")


def _spot_of(text: str, index: int) -> Spot:
    return Spot(text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))


class _Tree:
    """Turns composed nodes into plain data and notes where each came from."""

    def __init__(self, name: str) -> None:
        self.faults: list[Fault] = []
        self.values: dict[Place, Spot] = {}
        self.keys: dict[Place, Spot] = {}
        self._name = name
        self._scalars = YAML(typ="safe", pure=True)

    def take(self, node: Node, at: Place) -> object:
        """Return the plain data of a node that stands at `at`."""
        self.values[at] = _spot(node)
        match node:
            case MappingNode():
                return self._mapping(node, at)
            case SequenceNode():
                return [self.take(item, (*at, number)) for number, item in enumerate(node.value)]
            case _:
                return self._scalar(node)

    def _mapping(self, node: MappingNode, at: Place) -> dict[str, object]:
        block: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key_node, ScalarNode) or key_node.tag == "tag:yaml.org,2002:merge":
                self._fault(key_node, "E005", "a key must be plain text; merge keys and nested keys are not allowed")
                continue
            place = (*at, key)
            if key in block:
                self._fault(
                    key_node, "E002", f"key {clean(key, 60)} occurs twice; first in line {self.keys[place].line}"
                )
                continue
            self.keys[place] = _spot(key_node)
            block[key] = self.take(value_node, place)
        return block

    def _scalar(self, node: Node) -> object:
        if node.tag == _KEPT_AS_TEXT:
            return str(node.value)
        if node.tag not in _TAGS:
            self._fault(node, "E005", f"value {clean(str(node.value), 60)} is not plain text, a number, true or false")
            return None
        try:
            value: object = self._scalars.constructor.construct_object(node)
        except (ConstructorError, ValueError):
            self._fault(node, "E004", f"value {clean(str(node.value), 60)} looks like a number but is none; quote it")
            return None
        return value

    def _fault(self, node: Node, code: str, text: str) -> None:
        spot = _spot(node)
        self.faults.append(Fault(self._name, spot.line, spot.column, code, text))


def _spot(node: Node) -> Spot:
    return Spot(node.start_mark.line + 1, node.start_mark.column + 1)
