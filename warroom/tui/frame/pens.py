"""Pens: how a cell is drawn, as a small number, and the shortest order that changes one into another.

SGR parameters as in ECMA-48 8.3.117, with the colours of ITU-T T.416 as terminals take them (38;5;N and 38;2;R;G;B).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

PLAIN = 0
"""The terminal's own colours."""
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "6": "25", "7": "27", "8": "28", "9": "29", "21": "24"}
_OFF |= {"53": "55"}
_INKED = frozenset({"4", "7", "9", "21", "53"})
"""Attributes that show on a blank cell."""


class _Pen(msgspec.Struct, frozen=True):
    attributes: frozenset[str] = frozenset()
    ink: str = ""
    paper: str = ""

    @property
    def parameters(self) -> list[str]:
        return [*sorted(self.attributes), *filter(None, (self.ink, self.paper))]


class Pens:
    """Every pen that was ever used, by number."""

    def __init__(self) -> None:
        self._pens = [_Pen()]
        self._numbers = {self._pens[0]: PLAIN}
        self._read: dict[str, int] = {"": PLAIN}
        self._orders: dict[tuple[int | None, int], str] = {}

    def pen(self, parameters: str) -> int:
        """Return the number of a pen; `parameters` are what follows a reset, such as `1;38;2;1;2;3`."""
        number = self._read.get(parameters)
        if number is None:
            pen = _read(parameters)
            number = self._numbers.setdefault(pen, len(self._pens))
            if number == len(self._pens):
                self._pens.append(pen)
            self._read[parameters] = number
        return number

    def change(self, before: int | None, after: int) -> str:
        """Return the shortest order that leads to `after`; None for a pen that is not known."""
        if before == after:
            return ""
        order = self._orders.get((before, after))
        if order is None:
            order = self._orders[before, after] = self._shortest(before, after)
        return order

    def erases(self, number: int) -> bool:
        """Whether a blank cell of this pen looks like an erased one."""
        return not self._pens[number].attributes & _INKED

    def has_paper(self, number: int) -> bool:
        """Whether it has a background of its own."""
        return bool(self._pens[number].paper)

    def _shortest(self, before: int | None, after: int) -> str:
        new = self._pens[after]
        anew = f"\x1b[{';'.join(['0', *new.parameters])}m" if new.parameters else "\x1b[m"
        if before is None:
            return anew
        old = self._pens[before]
        off = {_OFF[name] for name in old.attributes - new.attributes}
        on = {name for name in new.attributes if name not in old.attributes or _OFF[name] in off}
        steps = [*sorted(off), *sorted(on)]
        steps += [new.ink or "39"] if new.ink != old.ink else []
        steps += [new.paper or "49"] if new.paper != old.paper else []
        step = f"\x1b[{';'.join(steps)}m"
        return step if len(step) < len(anew) else anew


def _read(parameters: str) -> _Pen:
    attributes: set[str] = set()
    ink = paper = ""
    words = iter(parameters.replace(":", ";").split(";"))
    for word in words:
        match word:
            case "38":
                ink = _colour(word, words)
            case "48":
                paper = _colour(word, words)
            case "39":
                ink = ""
            case "49":
                paper = ""
            case "" | "0":
                attributes, ink, paper = set(), "", ""
            case _ if word in _OFF:
                attributes.add(word)
            case _ if word in _OFF.values():
                attributes = {name for name in attributes if _OFF[name] != word}
            case _ if _is_ink(word):
                ink = word
            case _ if _is_ink(str(int(word) - 10)):
                paper = word
            case _:
                pass
    return _Pen(frozenset(attributes), ink, paper)


def _is_ink(word: str) -> bool:
    return 30 <= int(word) <= 37 or 90 <= int(word) <= 97


def _colour(word: str, words: Iterator[str]) -> str:
    kind = next(words, "")
    return ";".join([word, kind, *(next(words, "0") for _ in range(3 if kind == "2" else 1))])
