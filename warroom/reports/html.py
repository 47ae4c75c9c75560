"""The post-mortem as one HTML page: no scripts, nothing from elsewhere, dark and light, made to be printed."""

from __future__ import annotations

import functools
from typing import Any

import jinja2

from warroom.core.clean import clean
from warroom.reports.dossier import Dossier
from warroom.reports.layout import context, environment
from warroom.reports.neutral import neutral


class _Exact(str):
    """Cleaned text that is shown as it was, links and all, since it is a quotation in a code block."""

    __slots__ = ()


def page(dossier: Dossier) -> str:
    """Return the page; every value in it is defanged and escaped."""
    return _template().render(context(dossier))


@functools.cache
def _template() -> jinja2.Template:
    made = environment(autoescape=True, finalize=_safe)
    made.filters["exact"] = _exact
    return made.get_template("postmortem.html.j2")


def _safe(value: Any) -> Any:
    return value if isinstance(value, _Exact) else neutral(str(value))


def _exact(text: str) -> _Exact:
    return _Exact(clean(text))
