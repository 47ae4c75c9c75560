"""A settings file: TOML in, one frozen value or every fault with its line out."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from warroom.core.clean import clean
from warroom.core.playbook_rules import nearest

MAX_BYTES = 1024 * 1024

Key = tuple[str, ...]
Shape = TypeVar("Shape", bound=msgspec.Struct)


class ConfigFault(msgspec.Struct, frozen=True):
    """One fault of a config file."""

    path: str
    line: int
    """Counts from 1; where the key stands, or the nearest table around it."""
    key: str
    """Dotted, such as `bots.support.probe.url`; empty when the file itself is wrong."""
    text: str

    def __str__(self) -> str:
        return f"{clean(self.path)}:{self.line}: {self.key + ': ' if self.key else ''}{self.text}"


class ConfigError(Exception):
    """The config cannot be used; `faults` says where and why, all of them at once, one a line as text."""

    def __init__(self, faults: list[ConfigFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


def load_toml(
    path: Path,
    shape: type[Shape],
    *,
    widen: Callable[[dict[str, Any]], None] = lambda data: None,
    finish: Callable[[dict[str, Any]], None] = lambda data: None,
    rules: Callable[[Shape], Iterable[tuple[Key, str]]],
) -> Shape:
    """Read a file as `shape`; raises ConfigError, also for a file that cannot be opened.

    `widen` changes what was read before its types are looked at, `finish` after; `rules` yields the place and the text
    of what has the right type and cannot be.
    """
    text = _text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        why, line = _syntax(str(error), text)
        raise ConfigError([ConfigFault(str(path), line, "", f"not TOML: {why}")]) from error
    widen(data)
    faults = list(_type_faults(data, inspect.type_info(shape), ()))
    if not faults:
        finish(data)
        settings = msgspec.convert(data, shape)
        faults = list(rules(settings))
        if not faults:
            return settings
    lines = _key_lines(text)
    raise ConfigError(
        [ConfigFault(str(path), _line_of(key, lines), _dotted(key), clean(why, 400)) for key, why in faults]
    )


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise ConfigError([ConfigFault(str(path), 1, "", f"the file is over {MAX_BYTES // 1024} KB")])
        return raw.decode("utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError([ConfigFault(str(path), 1, "", f"cannot be read: {reason}")]) from error
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError([ConfigFault(str(path), line, "", "is not UTF-8 text")]) from error


def _syntax(message: str, text: str) -> tuple[str, int]:
    what, found, place = message.partition(" (at line ")
    number = place.partition(",")[0]
    if found and number.isdigit():
        return clean(what, 300), int(number)
    return clean(message, 300), max(1, len(text.splitlines()))


def _type_faults(value: object, kind: inspect.Type, at: Key) -> Iterator[tuple[Key, str]]:
    """Walk a value beside its type; msgspec itself checks the leaves."""
    if isinstance(kind, inspect.UnionType):
        chosen = _chosen(value, kind, at)
        if not isinstance(chosen, inspect.Type):
            yield chosen
            return
        kind = chosen
        if isinstance(kind, inspect.StructType) and kind.tag_field is not None and isinstance(value, dict):
            value = {name: inner for name, inner in value.items() if name != kind.tag_field}
    if isinstance(kind, inspect.StructType) and isinstance(value, dict):
        fields = {field.name: field for field in kind.fields}
        for name, field in fields.items():
            if field.required and name not in value:
                yield at, f"key {name} is missing"
        for name, inner in value.items():
            if name in fields:
                yield from _type_faults(inner, fields[name].type, (*at, name))
            else:
                yield (*at, name), f"is not known{nearest(name, fields)}"
    elif isinstance(kind, inspect.DictType) and isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaf_faults(name, kind.key_type, (*at, name))
            yield from _type_faults(inner, kind.value_type, (*at, name))
    else:
        yield from _leaf_faults(value, kind, at)


def _chosen(value: object, union: inspect.UnionType, at: Key) -> inspect.Type | tuple[Key, str]:
    """Return the one type of a union that a value is meant to have, or the fault."""
    real = [one for one in union.types if not isinstance(one, inspect.NoneType)]
    tagged = {str(one.tag): one for one in real if isinstance(one, inspect.StructType) and one.tag_field is not None}
    if not tagged or not isinstance(value, dict):
        return real[0]
    field = next(iter(tagged.values())).tag_field or ""
    if field not in value:
        return at, f"key {field} is missing; one of {', '.join(tagged)}"
    kind = str(value[field])
    if kind not in tagged:
        return (*at, field), f"{clean(kind, 60)} is not known{nearest(kind, tagged) or '; one of ' + ', '.join(tagged)}"
    return tagged[kind]


def _leaf_faults(value: object, kind: inspect.Type, at: Key) -> Iterator[tuple[Key, str]]:
    words = _EXPECTED.get(type(kind), "")
    if isinstance(kind, inspect.EnumType):
        names = [one.value for one in kind.cls]
        if value not in names:
            yield (
                at,
                f"{clean(str(value), 60)} is not known{nearest(str(value), names) or '; one of ' + ', '.join(names)}",
            )
    elif isinstance(kind, inspect.ListType):
        if not isinstance(value, list):
            yield at, f"must be a list, not {_kind_of(value)}"
        else:
            for item in value:
                yield from _leaf_faults(item, kind.item_type, at)
    elif isinstance(kind, (inspect.StructType, inspect.DictType)):
        yield at, f"must be a table of keys, not {_kind_of(value)}"
    elif not isinstance(value, _ACCEPTED[type(kind)]) or (
        isinstance(value, bool) and type(kind) is not inspect.BoolType
    ):
        yield at, f"must be {words}, not {_kind_of(value)}"


_EXPECTED: dict[type[inspect.Type], str] = {
    inspect.StrType: "text",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.BoolType: "true or false",
}
_ACCEPTED: dict[type[inspect.Type], tuple[type, ...]] = {
    inspect.StrType: (str,),
    inspect.IntType: (int,),
    inspect.FloatType: (int, float),
    inspect.BoolType: (bool,),
}


def _kind_of(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'the text "{clean(value, 40)}"'
        case int() | float():
            return f"the number {clean(str(value), 40)}"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or time"


def _key_lines(text: str) -> dict[Key, int]:
    """Map each key of a valid TOML text to the line where its statement begins."""
    lines: dict[Key, int] = {}
    table: Key = ()
    statement, begin = "", 0
    for number, row in enumerate(text.splitlines(), 1):
        begin = begin or number
        statement += row + "\n"
        try:
            data = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue  # a value that goes on in the next line
        paths = list(_paths(data, ()))
        if statement.lstrip().startswith("["):
            table = max(paths, key=len)
            paths, lines = [], {**{table[:n]: begin for n in range(1, len(table) + 1)}, **lines, table: begin}
        for path in paths:
            lines.setdefault((*table, *path), begin)
        statement, begin = "", 0
    return lines


def _paths(value: object, at: Key) -> Iterator[Key]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        value = value[0]
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*at, key)
            yield from _paths(inner, (*at, key))


def _line_of(key: Key, lines: Mapping[Key, int]) -> int:
    return next((lines[key[:n]] for n in range(len(key), 0, -1) if key[:n] in lines), 1)


def _dotted(key: Key) -> str:
    bare = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
    return ".".join(part if part and set(part) <= bare else f'"{clean(part, 60)}"' for part in key)
