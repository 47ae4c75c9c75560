"""Content rules: patterns of verb and target in what people write to a bot and what it answers.

Bare words never match ("how can I ignore the duplicate reminder" is a question). Text is cut before it is searched and
no pattern nests quantifiers, so a hostile line cannot make the search slow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from warroom.core.model import AlarmLevel, Taxonomy
from warroom.core.record import Record

SEARCHED = 4096
"""Characters of each text that are searched."""


class Rule(msgspec.Struct, frozen=True):
    """One pattern. A critical hit alarms alone; others alarm when they come in twos within a minute."""

    id: str
    title: str
    level: AlarmLevel
    weight: float
    """Share of the threshold that one hit is worth; 1 alarms."""
    where: str
    """prompt, reply or any"""
    pattern: str
    taxonomy: Taxonomy
    needs: tuple[str, ...] = ()
    """Every match of the pattern in an ASCII text holds one of these, in small letters; empty when none is known."""


def _ids(llm: str, asi: str, *atlas: str) -> Taxonomy:
    return Taxonomy([llm], [asi], list(atlas))


_OLD = r"(?:previous|prior|earlier|above|former|initial|preceding)"
_ORDERS = r"(?:instructions?|rules|directives|prompts?|guidelines|system prompt)"
_OVERRIDE = (
    rf"\b(?:ignore|disregard|forget|override|bypass)\s+(?:(?:all|any|every|of|your|the|these|those|my)\s+){{0,3}}"
    rf"{_OLD}\s+(?:\w+\s+)?{_ORDERS}\b"
    rf"|\b(?:ignore|disregard|forget|override|bypass)\s+(?:(?:all|any|every|of)\s+){{0,2}}your\s+(?:\w+\s+)?{_ORDERS}\b"
    r"|\b(?:ignore|disregard|forget)\s+(?:everything|all|anything)\s+(?:that\s+)?you\s+(?:were|have been|are)\s+told\b"
)

RULES: tuple[Rule, ...] = (
    Rule(
        "R01",
        "instructions overridden",
        AlarmLevel.ALARM,
        0.6,
        "prompt",
        _OVERRIDE,
        _ids("LLM01", "ASI01", "AML.T0051.000"),
        ("ignore", "disregard", "forget", "override", "bypass"),
    ),
    Rule(
        "R02",
        "system prompt asked for",
        AlarmLevel.WARNING,
        0.5,
        "prompt",
        r"\b(?:show|print|reveal|repeat|output|display|tell me|what is)\s+(?:me\s+)?(?:your|the)\s+(?:\w+\s+){0,2}?"
        r"(?:system prompt|initial prompt|hidden prompt|sentence that you were given)"
        r"|\brepeat\s+(?:the\s+)?(?:text|words|everything)\s+above\b",
        _ids("LLM07", "ASI01", "AML.T0056"),
        ("prompt", "given", "above"),
    ),
    Rule(
        "R03",
        "mode switch or jailbreak",
        AlarmLevel.ALARM,
        0.6,
        "prompt",
        r"\b(?:you are now|enter|switch to|act as|activate)\s+(?:\w+\s+){0,3}"
        r"(?:(?:developer|debug|maintenance|god|admin)\s+mode\b|dan\b|unrestricted\b|jailbroken\b)",
        _ids("LLM01", "ASI01", "AML.T0054"),
        ("mode", "dan", "unrestricted", "jailbroken"),
    ),
    Rule(
        "R04",
        "encoded text in a prompt",
        AlarmLevel.WARNING,
        0.4,
        "prompt",
        r"\b(?![0-9a-fA-F]{48,}\b)[A-Za-z0-9+/]{48,}={0,2}|(?:\\x[0-9a-fA-F]{2}){8}|[\u200b-\u200f\u2060-\u2064]{3}",
        _ids("LLM01", "ASI01", "AML.T0068"),
    ),
    Rule(
        "R05",
        "secret asked for",
        AlarmLevel.ALARM,
        0.6,
        "prompt",
        r"\b(?:show|print|reveal|output|dump|send|give)\s+(?:me\s+)?(?:\w+\s+){0,3}?"
        r"(?:your\s+(?:\w+\s+){0,3}?(?:api[ _-]?keys?|secrets?|credentials|configuration|environment variables)\b"
        r"|the\s+(?:\w+\s+)?(?:api[ _-]?key|secrets?|credentials)\b)",
        _ids("LLM02", "ASI03", "AML.T0057"),
        ("key", "secret", "credential", "configuration", "environment variables"),
    ),
    Rule(
        "R06",
        "secret in a reply",
        AlarmLevel.CRITICAL,
        1.0,
        "reply",
        r"CANARY-[0-9a-zA-Z]{6,}|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----|\bsk-[A-Za-z0-9_-]{20,}|\bAKIA[0-9A-Z]{16}\b"
        r"|\bghp_[A-Za-z0-9]{36}\b|\bxox[abpr]-[A-Za-z0-9-]{20,}",
        _ids("LLM02", "ASI02", "AML.T0057"),
        ("canary-", "private key", "sk-", "akia", "ghp_", "xox"),
    ),
    Rule(
        "R07",
        "data carried out by a link",
        AlarmLevel.ALARM,
        0.7,
        "reply",
        r"!\[[^\]]{0,200}\]\(https?://[^)\s]{0,300}\?[^)\s]{30,}\)",
        _ids("LLM05", "ASI02", "AML.T0077"),
        ("](http",),
    ),
    Rule(
        "R08",
        "content sent to an address in the prompt",
        AlarmLevel.WARNING,
        0.5,
        "prompt",
        r"\b(?:send|forward|post|upload|mail)\s+(?:\w+\s+){0,3}?"
        r"(?:them|configuration|config|keys?|secrets?|credentials|data|customers|records|conversation|history)\s+"
        r"(?:\w+\s+){0,3}?to\s+(?:https?://|[\w.+-]{1,64}@)[\w.-]{3,}",
        _ids("LLM06", "ASI02", "AML.T0086"),
        ("send", "forward", "post", "upload", "mail"),
    ),
    Rule(
        "R09",
        "destructive tool call asked for",
        AlarmLevel.ALARM,
        0.7,
        "any",
        r"(?<!how do i )(?<!how can i )(?<!how to )"
        r"\b(?:delete|drop|wipe|purge|erase)\s+(?:all|every|the entire|the whole)\s+(?:\w+\s+){0,2}?"
        r"(?:tables?|databases?|records|files|customers|accounts|backups)\b",
        _ids("LLM06", "ASI02", "AML.T0101"),
        ("delete", "drop", "wipe", "purge", "erase"),
    ),
)

_PATTERNS = {rule.id: re.compile(rule.pattern, re.IGNORECASE) for rule in RULES}
_NEEDS = [(need, rule) for rule in RULES for need in rule.needs]
_UNNAMED = [rule for rule in RULES if not rule.needs]
_LONGEST_WORD = 47
"""No rule without `needs` matches a text whose words are all this short and that holds no `\\x`."""
BY_ID = {rule.id: rule for rule in RULES}
_PROMPTS = ("prompt", "gen_ai.input.messages", "query", "input")
_REPLIES = ("reply", "gen_ai.output.messages", "output", "response", "completion")


def texts_of(record: Record) -> Iterator[tuple[str, str]]:
    """Yield (where, text) of what a record says; text that is neither a prompt nor a reply counts as both."""
    named = False
    if record.attrs:
        for where, names in (("prompt", _PROMPTS), ("reply", _REPLIES)):
            for name in names:
                value = record.attrs.get(name)
                if isinstance(value, str):
                    named = True
                    yield where, value[:SEARCHED]
    # A plain line holds its prompt and reply in its message already.
    if record.message and not (named and record.format.endswith("basic")):
        yield "any", record.message[:SEARCHED]


def worth_searching(text: str) -> Sequence[Rule]:
    """Return the rules that may match a text, found by what their matches hold: a search costs far more.

    Beyond ASCII the patterns' case folding knows more letters than `lower` does (K, ſ), so nothing is passed over.
    """
    if not text.isascii():
        return RULES
    small = text.lower()
    found = [rule for need, rule in _NEEDS if need in small]
    if "\\x" in small or (len(small) > _LONGEST_WORD and max(map(len, small.split()), default=0) > _LONGEST_WORD):
        found += _UNNAMED
    return found


def hits_of(record: Record) -> list[str]:
    """Return the ids of the rules that a record matches, in the order of the table."""
    found: set[str] = set()
    for where, text in texts_of(record):
        for rule in worth_searching(text):
            fits = rule.where == "any" or where in (rule.where, "any")
            if fits and rule.id not in found and _PATTERNS[rule.id].search(text):
                found.add(rule.id)
    return sorted(found)
