"""Text of others made harmless for documents: links defanged, Markdown marks escaped, fences that cannot be closed.

The attacker wrote part of what a post-mortem quotes; it must not become a carrier for people's browsers, for renderers
or for programs that read it.
"""

from __future__ import annotations

import re

from warroom.core.clean import Clean, clean, clean_lines

_SCHEME = re.compile(r"\b(h)tt(ps?)(?=:)", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"\b([a-z][a-z0-9+.-]{1,20}):(?=//)", re.IGNORECASE)
_ACTIVE = re.compile(r"\b(javascript|vbscript|data|file|mailto|blob)\s*:", re.IGNORECASE)
_HOST = re.compile(r"(?<=//)[^\s/?#]+")
_DOT = re.compile(r"(?<!\[)\.")
_WWW = re.compile(r"\bwww\.", re.IGNORECASE)
_MARKS = re.compile(r"([\\`*_\[\]<>#|!~&@$])")
_LEADING = re.compile(r"^(?:([-+=])|(\d+)([.)])(?=\s|$))")
_BACKTICKS = re.compile(r"`+")


def defang(text: str) -> str:
    """Return `text` with links that nothing will follow: `hxxps://evil[.]example`, `javascript[:]alert(1)`.

    Applying it twice changes nothing.
    """
    text = _SCHEME.sub(r"\1xx\2", text)
    text = _OTHER_SCHEME.sub(lambda m: m[0] if m[1].lower() in ("hxxp", "hxxps") else f"{m[1]}[:]", text)
    text = _ACTIVE.sub(r"\1[:]", text)
    text = _HOST.sub(lambda m: _DOT.sub("[.]", m[0]), text)
    return _WWW.sub(lambda m: m[0][:-1] + "[.]", text)


def neutral(text: str) -> Clean:
    """Return text of others for a document: one printable line with defanged links."""
    return clean(defang(clean(text)))


def markdown_text(text: str) -> str:
    """Return one cleaned line so that no Markdown renderer sees a mark in it; safe in table cells and list items.

    Spaces at its ends are dropped: four of them in front would make a code block.
    """
    escaped = _MARKS.sub(r"\\\1", text.strip())
    return _LEADING.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", escaped)


def fenced(text: str) -> str:
    """Return text as a fenced block whose fence is longer than any run of backticks inside."""
    body = "\n".join(clean_lines(text))
    longest = max((len(run) for run in _BACKTICKS.findall(body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{body}\n{fence}"
