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
OneOrMany = Callable[[Key], bool]
"""Whether one text may stand at a key for a list of them."""
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
    one_or_many: OneOrMany,
    finish: Callable[[dict[str, Any]], None] = lambda data: None,
    rules: Callable[[Shape], Iterable[tuple[Key, str]]],
) -> Shape:
    """Read a file as `shape`; raises ConfigError, also for a file that cannot be opened.

    `finish` changes what has the right types; `rules` yields the place and the text of what has them and cannot be.
    """
    text = _text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        why, line = _syntax(str(error), text)
        raise ConfigError([ConfigFault(str(path), line, "", f"not TOML: {why}")]) from error
    data = _widened(data, one_or_many, ())
    kind = inspect.type_info(shape)
    faults = list(_type_faults(data, kind, (), one_or_many))
    if not faults:
        finish(data)
        settings = msgspec.convert(data, shape)
        faults = list(rules(settings))
        if not faults:
            return settings
    else:
        told = {key for key, _ in faults}
        more = _beside(data, kind, lambda mended: _judged(mended, shape, finish, rules))
        faults += [(key, why) for key, why in more if key not in told]
    lines = _key_lines(text)
    found = [ConfigFault(str(path), _line_of(key, lines), _dotted(key), clean(why, 400)) for key, why in faults]
    raise ConfigError(sorted(found, key=lambda fault: fault.line))


def _judged(
    data: dict[str, Any],
    shape: type[Shape],
    finish: Callable[[dict[str, Any]], None],
    rules: Callable[[Shape], Iterable[tuple[Key, str]]],
) -> list[tuple[Key, str]]:
    finish(data)
    return list(rules(msgspec.convert(data, shape)))


def _beside(
    data: dict[str, Any], kind: inspect.Type, judge: Callable[[dict[str, Any]], list[tuple[Key, str]]]
) -> list[tuple[Key, str]]:
    """Return what else is wrong with data that has values of a wrong type, so that all is told at once.

    Each such value is replaced, once by nothing and once by something; what is wrong both times has nothing to do with
    the values that were replaced.
    """
    bare, filled = _Mender(filled=False), _Mender(filled=True)
    found = judge(bare.mended(data, kind, ()))
    both = judge(filled.mended(data, kind, ()))
    return [fault for fault in found if fault in both and fault[0] not in bare.replaced]


def _widened(value: Any, one_or_many: OneOrMany, at: Key) -> Any:
    """Turn each one text that may stand for a list into that list."""
    if isinstance(value, dict):
        return {name: _widened(inner, one_or_many, (*at, name)) for name, inner in value.items()}
    return [value] if isinstance(value, str) and one_or_many(at) else value


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


def _type_faults(
    value: object, kind: inspect.Type, at: Key, one_or_many: OneOrMany = lambda key: False
) -> Iterator[tuple[Key, str]]:
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
                yield from _type_faults(inner, fields[name].type, (*at, name), one_or_many)
            else:
                yield (*at, name), f"is not known{nearest(name, fields)}"
    elif isinstance(kind, inspect.DictType) and isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaf_faults(name, kind.key_type, (*at, name))
            yield from _type_faults(inner, kind.value_type, (*at, name), one_or_many)
    elif isinstance(kind, inspect.ListType) and not isinstance(value, list) and one_or_many(at):
        yield at, f"must be text or a list of texts, not {_kind_of(value)}"
    else:
        yield from _leaf_faults(value, kind, at)


class _Mender:
    """Makes a value of the right type out of anything: what is wrong or missing becomes nothing, or something."""

    def __init__(self, *, filled: bool) -> None:
        self._filled = filled
        self.replaced: set[Key] = set()

    def mended(self, value: Any, kind: inspect.Type, at: Key) -> Any:
        """Return the value with the parts that are wrong replaced; notes where that was."""
        tag: dict[str, Any] = {}
        if isinstance(kind, inspect.UnionType):
            chosen = _chosen(value, kind, at)
            if not isinstance(chosen, inspect.Type):
                return self._stand_in(kind, at)
            kind = chosen
        if isinstance(kind, inspect.StructType) and isinstance(value, dict):
            if kind.tag_field is not None:
                tag = {kind.tag_field: kind.tag}
            return tag | dict(self._fields(value, kind, at))
        if isinstance(kind, inspect.DictType) and isinstance(value, dict):
            return {
                name: self.mended(inner, kind.value_type, (*at, name))
                for name, inner in value.items()
                if _right(name, kind.key_type)
            }
        return value if _right(value, kind) else self._stand_in(kind, at)

    def _fields(self, value: dict[str, Any], kind: inspect.StructType, at: Key) -> Iterator[tuple[str, Any]]:
        for field in kind.fields:
            name = field.name
            if name in value and (self._filled or field.required or _right(value[name], field.type)):
                yield name, self.mended(value[name], field.type, (*at, name))
            elif field.required:
                yield name, self._stand_in(field.type, (*at, name))

    def _stand_in(self, kind: inspect.Type, at: Key) -> Any:
        self.replaced.add(at)
        match kind:
            case inspect.UnionType(types=types):
                return self._stand_in(next(one for one in types if not isinstance(one, inspect.NoneType)), at)
            case inspect.StructType():
                return self.mended({}, kind, at)
            case inspect.DictType():
                return {}
            case inspect.ListType(item_type=item):
                return [self._stand_in(item, at)] if self._filled else []
            case inspect.EnumType(cls=cls):
                return list(cls)[-1 if self._filled else 0].value
            case inspect.BoolType():
                return self._filled
            case inspect.StrType():
                return "x" if self._filled else ""
            case _:
                return 1_000_000 if self._filled else 0


def _right(value: Any, kind: inspect.Type) -> bool:
    """Whether a value is of a type; of a table only that it is one."""
    if isinstance(kind, inspect.UnionType):
        kind = next(one for one in kind.types if not isinstance(one, inspect.NoneType))
    if isinstance(kind, (inspect.StructType, inspect.DictType)):
        return isinstance(value, dict)
    return not list(_leaf_faults(value, kind, ()))


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
