"""A message as words, with what varies from line to line written as what it is: an address, an id, a number, a path.

The masks are general: none knows the log of one program. They serve `warroom.logs.templates`, whose fast path takes
messages that differ only in their digits for one another; so every run of digits is masked, wherever it stands.
All of it is linear in the length of the text, hostile or not: no two repetitions of a pattern can share a character.
"""

from __future__ import annotations

import re

ANYTHING = "<*>"
"""Stands for a word that varies and is none of the kinds below."""
MOST_WORDS = 64
"""Words of a message that count; `CUT` stands for the others."""
LONGEST_TEXT = 2048
"""Characters of a message that are looked at, of its first and of its last line each."""
CUT = "…"

_MOST_REMEMBERED = 8192
_LONGEST_REMEMBERED = 64
_HEX = "[0-9A-Fa-f]"
_BEGIN, _END = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"

_request = re.compile(r'"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE) [^"]*"')
_quoted = re.compile(r"""(?<!\w)"[^"]*"(?![\w:])|(?<![\w'])'[^']*'(?![\w':])""")
_word = re.compile(
    rf"(?P<URL>(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>()\[\]]+)"
    rf"|(?P<PATH>(?:^|(?<=[=\"'(\[,:]))~?/[^\s\"'()\[\],;]+)"
    rf"|(?P<UUID>{_BEGIN}{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}{_END})"
    rf"|(?P<ADDRESS>(?<![0-9A-Za-z.])[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}}(?!\.?[0-9A-Za-z])(?::[0-9]{{1,5}}{_END})?"
    rf"|(?<![\w:.])(?:{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{7}}|(?:{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{0,6}})?::"
    rf"(?:{_HEX}{{1,4}}(?::{_HEX}{{1,4}}){{0,6}})?)(?![\w:]))"
    rf"|(?P<HEX>{_BEGIN}(?:0[xX]{_HEX}+|(?=[a-fA-F]*[0-9])(?=[0-9]*[a-fA-F]){_HEX}{{8,}}){_END})"
    rf"|(?P<ID>{_BEGIN}(?:[A-Za-z]+[0-9]+[A-Za-z]+[0-9]|[0-9]+[A-Za-z]+[0-9]+[A-Za-z])[0-9A-Za-z]*)"
    rf"|(?P<NUMBER>(?:(?<![0-9A-Za-z.+-])[+-])?[0-9]+(?:[.,][0-9]+)*)"
)


def _mark(found: re.Match[str]) -> str:
    return f"<{found.lastgroup}>"


def is_marked(word: str) -> bool:
    """Return whether something in a word was masked."""
    return "<" in word and ">" in word


class Masker:
    """Makes words of messages; remembers words that it has met, as most of a log's words come again."""

    def __init__(self) -> None:
        self._met: dict[str, tuple[str, ...]] = {}

    def words(self, message: str) -> tuple[str, ...]:
        """Return the masked words of a message; the same message always gives the same words.

        Of several lines (a traceback) the first and the last count. `key=value` is two words, so that the key stays
        when the value varies. A run of equal masked words is one: lists differ in their lengths.
        """
        text = _shortened(message)
        if '"' in text or "'" in text:
            text = _quoted.sub("<TEXT>", _request.sub(r"\1 <REQUEST>", text))
        words: list[str] = []
        last = ""
        for part in text.split():
            for word in (part,) if part.isalpha() else self._masked(part):
                if word != last or "<" not in word:
                    words.append(word)
                last = word
        if len(words) > MOST_WORDS:
            words[MOST_WORDS:] = [CUT]
        return tuple(words)

    def _masked(self, part: str) -> tuple[str, ...]:
        met = self._met.get(part)
        if met is not None:
            return met
        masked = _word.sub(_mark, part)
        key, sign, value = masked.partition("=")
        words = (key + sign, value) if sign and key and value else (masked,)
        if len(part) <= _LONGEST_REMEMBERED:
            if len(self._met) >= _MOST_REMEMBERED:
                self._met.clear()
            self._met[part] = words
        return words


def _shortened(message: str) -> str:
    first, line_end, rest = message.partition("\n")
    if not line_end:
        return _cut(first)
    return f"{_cut(first)} {_cut(rest.rstrip().rpartition(chr(10))[2])}"


def _cut(line: str) -> str:
    """Return a line up to the last whole word within the limit."""
    if len(line) <= LONGEST_TEXT:
        return line
    return line[:LONGEST_TEXT].rpartition(" ")[0] or line[:LONGEST_TEXT]
