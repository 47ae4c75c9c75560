"""The shapes that one log's JSON lines have: for each set of keys a typed decoder that puts every value in its place.

A program writes few sets of keys, each with values of the same types. A decoder made for such a set (msgspec checks
keys and types while it reads) is several times as quick as looking at a dict key by key. A line that it refuses is read
the general way, which teaches the next shape.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec.structs import astuple

from warroom.core.record import Place, Record
from warroom.logs.formats.fields import LARGEST, LEVELS, NUMBER_FIELDS, TEXT_FIELDS, WHOLE_FIELDS, level_of
from warroom.logs.times import any_time

MESSAGE = ("message", "msg", "event", "body", "text", "log")
LEVEL = ("level", "levelname", "log.level", "severity", "severity_text", "severityText", "lvl", "loglevel")
LOGGER = ("logger", "name", "log.logger", "logger_name")
TIME = ("ts", "time", "timestamp", "@timestamp", "asctime", "datetime")
_SHAPES = 4
_STRANGERS = 200
_OFTEN = 64
_ODD = 64
_MANY_KEYS = 64

_Whole = Annotated[int, msgspec.Meta(ge=0, lt=LARGEST)]
_Number = Annotated[float, msgspec.Meta(ge=0, lt=LARGEST)]
_Time = str | int | float
_Zoned = Annotated[dt.datetime, msgspec.Meta(tz=True)]
_Plain = str | int | float | bool | list[Any] | None
"""A value that is kept as it is: anything but an object, whose inner names have to be looked at."""


class _Shape(msgspec.Struct):
    keys: tuple[str, ...]
    decode: Any
    zoned: bool
    """Whether its times are RFC 3339 with a zone, which the decoder reads itself."""
    rest: tuple[str, ...]
    """Keys that no field of the record stands for."""
    hits: int = 0


class Shapes:
    """The shapes of one log, the most frequent first."""

    def __init__(self) -> None:
        self._shapes: list[_Shape] = []
        self._odd: set[tuple[str, ...]] = set()
        """Sets of keys whose values no decoder was made for: making one takes as long as reading many lines."""
        self._strangers = 0

    def read(self, text: str, place: Place) -> Record | None:
        """Return the record of a line of a known shape; None when it has none."""
        for rank, shape in enumerate(self._shapes):
            try:
                line = shape.decode(text)
            except (msgspec.DecodeError, RecursionError):
                continue
            values = astuple(line)
            record = Record(*place, "json", *values[:_SAID])
            if record.time is not None and not _set_time(record, shape):
                return None
            if record.level is not None:
                record.level = LEVELS.get(record.level) or level_of(record.level)
            if shape.rest:
                record.attrs = dict(zip(shape.rest, values[_SAID:]))  # noqa: B905  strict costs as much as the dict
            if rank:
                self._rise(rank)
            return record
        return None

    def _rise(self, rank: int) -> None:
        """A shape that comes often is tried earlier."""
        shape = self._shapes[rank]
        shape.hits += 1
        if shape.hits >= _OFTEN:
            shape.hits = 0
            self._shapes.insert(rank - 1, self._shapes.pop(rank))

    def learn(self, value: Mapping[str, Any]) -> None:
        """Make a decoder for the keys and types of a line, unless there is one or its values are no usual ones."""
        keys = tuple(value)
        if len(keys) > _MANY_KEYS or keys in self._odd or any(shape.keys == keys for shape in self._shapes):
            return
        if len(self._shapes) >= _SHAPES:
            self._strangers += 1
            if self._strangers < _STRANGERS:
                return
            # Other shapes have come up since: the rarest makes room.
            self._strangers = 0
            self._shapes.pop()
        shape = _shape(value)
        if shape is not None:
            self._shapes.append(shape)
        elif len(self._odd) < _ODD:
            self._odd.add(keys)


def _set_time(record: Record, shape: _Shape) -> bool:
    """Turn the time that was read into seconds; False when it is none."""
    if shape.zoned:
        record.time = record.time.timestamp()  # type: ignore[union-attr]  # a datetime, straight from the decoder
        record.time_source = "line"
        return True
    moment = any_time(record.time)
    if moment is None:
        return False
    record.time, zoned = moment
    record.time_source = "line" if zoned else "assumed_zone"
    return True


_FIELDS = Record.__struct_fields__[8:22]
"""What a line may say, in the order of the record: from message to error."""
_SAID = len(_FIELDS)
_HEAD = {"message": MESSAGE, "level": LEVEL, "logger": LOGGER, "time": TIME}
_KINDS: tuple[tuple[Mapping[str, str], Any], ...] = (
    (TEXT_FIELDS, str),
    (WHOLE_FIELDS, _Whole),
    (NUMBER_FIELDS, _Number),
)


def _shape(value: Mapping[str, Any]) -> _Shape | None:
    """Return a decoder for lines like this one; None when its own decoder refuses it."""
    keys: dict[str, str] = {}
    types: dict[str, Any] = {}
    for field, names in _HEAD.items():
        found = next((name for name in names if name in value), None)
        if found is not None:
            keys[field], types[field] = found, _Time if field == "time" else str
    taken = set(keys.values())
    for known, kind in _KINDS:
        for key, field in known.items():
            if key in value and key not in taken and field not in keys:
                keys[field], types[field] = key, kind
                taken.add(key)
    rest = tuple(key for key in value if key not in taken)
    fields: list[Any] = []
    for field in _FIELDS:
        usual = (field, types[field]) if field in keys else (field, None, None)
        fields.append((field, str, "") if field == "message" and field not in keys else usual)
    rest_names = {f"rest_{number}": key for number, key in enumerate(rest)}
    fields += [(name, _Plain) for name in rest_names]
    # What the line does not say is renamed out of the way of keys that happen to be called so.
    renamed = {**{field: f"~{field}" for field in _FIELDS}, **keys, **rest_names}
    for zoned in (True, False) if "time" in keys else (False,):
        typed = [(*one[:1], _Zoned, *one[2:]) if zoned and one[0] == "time" else one for one in fields]
        try:
            made = msgspec.defstruct("Line", typed, rename=renamed, forbid_unknown_fields=True, gc=False, kw_only=True)
            msgspec.convert(value, made)
        except (ValueError, msgspec.ValidationError):
            # A key that no decoder can have, or a value of an odd type: the general way reads it.
            continue
        return _Shape(tuple(value), msgspec.json.Decoder(made).decode, zoned, rest)
    return None
