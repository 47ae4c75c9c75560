"""The post-mortem as Markdown (CommonMark with tables), to be edited by those who were there."""

from __future__ import annotations

import functools
from typing import Any

import jinja2

from warroom.core.clean import clean
from warroom.reports.dossier import Dossier
from warroom.reports.layout import context, environment
from warroom.reports.neutral import fenced, markdown_text, neutral


class _Marked(str):
    """Text that is Markdown already; nothing of others gets here but through the two filters below."""

    __slots__ = ()


def markdown(dossier: Dossier) -> str:
    """Return the report; every value in it is escaped unless a filter has made it a code block."""
    return _template().render(context(dossier))


@functools.cache
def _template() -> jinja2.Template:
    made = environment(autoescape=False, finalize=_safe)
    made.filters.update(fenced=_fenced, exact=_exact, code=_code)
    return made.get_template("postmortem.md.j2")


def _safe(value: Any) -> Any:
    return value if isinstance(value, _Marked) else markdown_text(neutral(str(value)))


def _fenced(text: str) -> _Marked:
    """A line of others: defanged, so that nobody who copies it out gets a link."""
    return _Marked(fenced(neutral(text)))


def _exact(lines: list[str]) -> _Marked:
    """Our own plan, as it was sent."""
    return _Marked(fenced("\n".join(clean(line) for line in lines)))


def _code(text: str) -> _Marked:
    """Only for text without backticks and bars, such as hashes; anything else is escaped."""
    return _Marked(f"`{text}`" if text.isalnum() else markdown_text(neutral(text)))
