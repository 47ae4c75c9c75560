"""SQL as people type it: made one line, and what SQLite says against it told with place and advice."""

from __future__ import annotations

import difflib
import re

from warroom.core.clean import clean
from warroom.core.queries import SqlRefused
from warroom.core.record_tables import TABLES

LONGEST_SQL = 4000
"""Characters of one query."""
_PIECES = re.compile(r"""'(?:[^']|'')*'?|"(?:[^"]|"")*"?|--[^\n\u240a]*|[\n\r\t\u240a\u240d]|.""", re.DOTALL)
_ABOUT = re.compile(r'near "(?P<near>.+?)": |no such (?:column|table|function): (?P<missing>\S+)')
_WORD = re.compile(r"[A-Za-z_]\w*")
_TABLE_NAMES = [table.name for table in TABLES]
_NAMES = [*_TABLE_NAMES, *dict.fromkeys(column.name for table in TABLES for column in table.columns)]
_ONLY_READS = "only SELECT over the tables of the record runs here; `warroom sql` lists them"
NO_SELECT = SqlRefused("this is no SELECT", None, "such as: SELECT * FROM incidents")
_NARROWER = "ask for less: a WHERE, a LIMIT, fewer tables in one join"

EXAMPLES: tuple[tuple[str, str], ...] = (
    ("what happened last", "SELECT seq, at, operator, text FROM acts ORDER BY seq DESC LIMIT 50"),
    (
        "what was done to bots, and what is proven",
        "SELECT id, bot, verb, state, operator, held, proof FROM actions ORDER BY requested DESC",
    ),
    (
        "required steps that are still open",
        "SELECT incident, phase, id, title, owner, due FROM steps "
        "WHERE required AND state IN ('todo', 'doing', 'blocked') ORDER BY incident, due",
    ),
)
"""What a query is good for in words, and the query."""


def one_line(text: str) -> str:
    """Return SQL as one cleaned line: line ends become spaces, comments to the end of a line go."""
    kept = []
    for piece in _PIECES.findall(text):
        if piece.startswith("--") or piece in ("\n", "\r", "\t", "\u240a", "\u240d"):
            kept.append(" ")
        else:
            kept.append(piece)
    return clean("".join(kept), LONGEST_SQL).strip()


def refused(text: str, message: str) -> SqlRefused:
    """Return what SQLite says against a query, with where that is and what to do, as far as it can be told."""
    message = clean(message, 300)
    if "authoriz" in message or "prohibited" in message or "attempt to write" in message:
        return SqlRefused(f"not allowed: {message}", None, _ONLY_READS)
    if "one statement" in message:
        return SqlRefused("one SELECT at a time", _second(text), "leave out what follows the first `;`")
    if "incomplete input" in message:
        return SqlRefused(message, len(text), "something is missing at the end")
    if message.startswith("ambiguous column name: "):
        name = message.rpartition(" ")[2]
        return SqlRefused(message, _place(text, name), "put the table and a dot before it")
    found = _ABOUT.search(message)
    if found is None:
        return SqlRefused(message, None, "`warroom sql` lists tables and columns")
    if found["missing"]:
        name = found["missing"].rpartition(".")[2]
        return SqlRefused(message, _place(text, name), _advice(name, tables="no such table" in message))
    return SqlRefused(message, _place(text, found["near"]), _after(found["near"]))


def ended(message: str) -> SqlRefused:
    """Return the answer to a query that was ended because of its cost."""
    return SqlRefused(message, None, _NARROWER, ended=True)


def _second(text: str) -> int | None:
    at = 0
    for piece in _PIECES.findall(text):
        if piece == ";":
            return at
        at += len(piece)
    return None


def _place(text: str, word: str) -> int | None:
    """Return where a word stands, when it stands at one place only."""
    whole = rf"(?<!\w){re.escape(word)}(?!\w)" if _WORD.fullmatch(word) else re.escape(word)
    places = [found.start() for found in re.finditer(whole, text, re.IGNORECASE)]
    return places[0] if len(places) == 1 else None


def _advice(name: str, *, tables: bool) -> str:
    near = difflib.get_close_matches(name.lower(), _TABLE_NAMES if tables else _NAMES, 1)
    if near:
        return f"did you mean {near[0]}?"
    return f"the tables are {', '.join(_TABLE_NAMES)}" if tables else "`warroom sql` lists tables and columns"


def _after(near: str) -> str:
    words = ["select", "from", "where", "group", "order", "limit", "having", "join", "union", "distinct"]
    meant = difflib.get_close_matches(near.lower(), words, 1, 0.7)
    return f"did you mean {meant[0].upper()}?" if meant and meant[0] != near.lower() else "look just before it"
