"""Templates under guard: what fills time or memory, or reaches for more than values, is refused and named."""

from __future__ import annotations

import contextlib
import itertools
import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warroom.reports.notice_sandbox import SOURCE_LIMIT, STEPS, TEXT_LIMIT, TIME_S, GuardedTemplate, TemplateFault


class Thing(msgspec.Struct, frozen=True):
    name: str
    parts: list[str]


VALUES: dict[str, Any] = {
    "thing": Thing("a <thing>", ["one", "two"]),
    "many": ["x" * 100] * 200,
    "long": "y" * 4000,
    "yes": True,
    "number": 7,
}


def write(source: str) -> str:
    return GuardedTemplate(source, lambda text: text.replace("<", "(")).write(VALUES)


def refused(source: str) -> TemplateFault:
    """Return why a template is refused, and see that this took next to no time."""
    began = time.thread_time()
    with pytest.raises(TemplateFault) as caught:
        write(source)
    assert time.thread_time() - began < TIME_S + 1.0
    assert "\n" not in str(caught.value)
    return caught.value


def test_it_copies_and_chooses() -> None:
    source = (
        "{{ thing.name }} {% if yes and number > 6 and 'one' in thing.parts %}{{ thing.parts|join(' + ')|upper }}"
        "{% else %}none{% endif +%}\n{% for part in thing.parts %}\n{{ loop.index }} {{ part }}\n{% endfor %}"
        "{{ thing.parts|count }} {{ 'a' if number == 7 else 'b' }}"
    )
    assert write(source) == "a (thing> ONE + TWO\n1 one\n2 two\n2 a"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ 'a' * 10 ** 9 }}", "mul is not allowed"),
        ("{{ 9 ** 9 ** 9 ** 9 }}", "pow is not allowed"),
        ("{{ '%1000000000d' % 1 }}", "mod is not allowed"),
        ("{{ long ~ long }}", "concat is not allowed"),
        ("{{ long + long }}", "add is not allowed"),
        ("{{ 'x'.ljust(1000000000) }}", "call is not allowed"),
        ("{{ '{:1000000000}'.format(1) }}", "call is not allowed"),
        ("{% for i in range(1000000000) %}{% endfor %}", "call is not allowed"),
        ("{% set x = long %}{{ x }}", "assign is not allowed"),
        ("{% set x %}a{% endset %}", "assignblock is not allowed"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "macro is not allowed"),
        ("{% for x in many recursive %}{{ loop(many) }}{% endfor %}", "is not allowed"),
        ("{% include 'other' %}", "include is not allowed"),
        ("{% import 'other' as o %}", "import is not allowed"),
        ("{% extends 'other' %}", "extends is not allowed"),
        ("{% block a %}{% endblock %}", "block is not allowed"),
        ("{% filter upper %}a{% endfilter %}", "filterblock is not allowed"),
        ("{{ many[0:5] }}", "getitem is not allowed"),
        ("{{ {'a': 1} }}", "dict is not allowed"),
        ("{{ 'a'|center(1000000000) }}", "center is no filter; there are: count, join, upper"),
        ("{{ many|warroom_counted|join }}", "warroom_counted is no filter"),
        ("{% if yes is divisibleby 3 %}{% endif %}", "divisibleby"),
        ("{{ thing.parts", "is no template"),
        ("{% for %}", "is no template"),
        ("{{ " + "(" * 500 + "1" + ")" * 500 + " }}", "nested too deeply"),
        ("{% if yes %}" * 60 + "{% endif %}" * 60, "nested too deeply"),
        ("{{ " + "not " * 200 + "yes }}", "nested too deeply"),
        ("x" * (SOURCE_LIMIT + 1), f"up to {SOURCE_LIMIT} characters"),
        ("{{ nothing }}", "'nothing' is undefined"),
        ("{{ thing.nothing }}", "no attribute 'nothing'"),
        ("{% for x in nothing %}{% endfor %}", "'nothing' is undefined"),
        ("{{ thing.__class__ }}", "__class__"),
        ("{{ thing.__class__.__mro__ }}", "__class__"),
        ("{{ thing.parts.append }}", "unsafe"),
        ("{{ thing.parts.index }}", "no text"),
        ("{{ thing.parts }}", "loop over a list"),
        ("{{ yes }}", "no text"),
        ("{% for x in number %}{% endfor %}", "cannot be filled in"),
        ("{{ number|join }}", "cannot be filled in"),
        ("{% if number < long %}{% endif %}", "cannot be filled in"),
        ("{% for a in many %}{% for b in many %}{% for c in many %}{% endfor %}{% endfor %}{% endfor %}", f"{STEPS}"),
        ("{% for a in long %}{% for b in long %}{% endfor %}{% endfor %}", f"more than {STEPS} turns"),
        ("{% for a in many %}{{ long }}{% endfor %}", f"more than {TEXT_LIMIT} characters"),
        ("{{ many|join(long) }}", f"joins more than {TEXT_LIMIT} characters"),
        ("{{ long|join(long)|join(long) }}", f"joins more than {TEXT_LIMIT} characters"),
    ],
)
def test_what_a_notice_needs_not_is_refused_with_words(source: str, words: str) -> None:
    assert words in str(refused(source))


def test_a_fault_says_in_which_line_it_lies() -> None:
    assert refused("one\ntwo\n{{ 'a' * 3 }}\n").line == 3
    assert refused("one\n{% for %}\n").line == 2


def test_time_is_limited_besides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warroom.reports.notice_sandbox.TIME_S", -1.0)
    assert "takes longer" in str(refused("{% for a in many %}{% endfor %}"))


def test_a_machine_that_is_busy_elsewhere_makes_no_template_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = itertools.count(step=10)
    monkeypatch.setattr("time.monotonic", lambda: next(passed))
    assert len(write("{% for a in many %}{{ thing.name }}{% endfor %}")) == 200 * 9


def test_a_template_may_be_used_again_after_it_failed() -> None:
    template = GuardedTemplate("{% for a in many %}{{ thing.name }}{% endfor %}", str)
    for _ in range(100):
        assert len(template.write(VALUES)) == 200 * 9
    with pytest.raises(TemplateFault):
        template.write({})
    assert template.write(VALUES)


@given(st.text(max_size=200))
def test_any_text_is_a_template_or_is_refused(source: str) -> None:
    with contextlib.suppress(TemplateFault):
        GuardedTemplate(source, str).write(VALUES)


PIECES = ["{{", "}}", "{%", "%}", "for", "in", "if", "endif", "endfor", "x", "many", "|join", ".", "(", ")", " ", "~"]


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_any_heap_of_pieces_is_a_template_or_is_refused(pieces: list[str]) -> None:
    with contextlib.suppress(TemplateFault):
        GuardedTemplate("".join(pieces), str).write(VALUES)
