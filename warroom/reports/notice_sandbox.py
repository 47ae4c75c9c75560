"""Templates of notices under guard: a small part of Jinja2 that can neither loop without end nor fill the memory.

The sandbox of Jinja2 keeps a template from Python's insides, but not from time and memory: `"a" * 10 ** 9`, nested
loops and doubling assignments pass it. So only nodes that copy and choose are taken: text, values, `if`, `for`, a few
filters. Steps of loops, the length of the text and the time are limited besides.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from warroom.core.clean import clean

SOURCE_LIMIT = 20_000
"""Characters of a template."""
TEXT_LIMIT = 20_000
"""Characters that one may write."""
STEPS = 10_000
"""Turns of all loops of one writing together."""
TIME_S = 1.0
"""Of the processor, for one writing: a machine that is busy with other work makes no template wrong."""
_DEPTH = 24
_STATEMENTS = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For)
_VALUES = (nodes.Name, nodes.Const, nodes.Getattr, nodes.List, nodes.Tuple, nodes.Filter, nodes.CondExpr)
_QUESTIONS = (nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Test)
_TAKEN = (*_STATEMENTS, *_VALUES, *_QUESTIONS)
_STEP = "warroom_counted"


class TemplateFault(Exception):
    """A template that is refused; the message says why, `line` counts from 1 and is 0 where it is not known."""

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


class GuardedTemplate:
    """A template that was looked through and may be used. The same object may write any number of texts."""

    def __init__(self, source: str, safe: Callable[[str], str], *, ours: bool = False) -> None:
        """Read a template; `safe` makes each value fit for a reader. Raises TemplateFault.

        One of `ours` has no loop but over what a notice may speak of: no time is too long for it, and it stops writing
        where the text is longer than it may be.
        """
        self.ours = ours
        if len(source) > SOURCE_LIMIT:
            raise TemplateFault(f"a template has up to {SOURCE_LIMIT} characters")
        self._budget = _Budget()
        environment = _environment(safe, self._budget)
        try:
            tree = environment.parse(source)
            _look_through(tree, environment)
            _count_loops(tree, environment)
            self._template = environment.from_string(tree)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateFault(clean(f"is no template: {error.message}", 300), error.lineno) from None
        except (RecursionError, SyntaxError, MemoryError) as error:
            raise TemplateFault("is nested too deeply") from error

    def write(self, values: Mapping[str, Any]) -> str:
        """Return the text; TemplateFault for an unknown name, for too many steps, too much text or too much time.

        What one of ours writes is longer than `TEXT_LIMIT` when its end is missing.
        """
        self._budget.begin(math.inf if self.ours else TIME_S)
        written: list[str] = []
        length = 0
        try:
            for piece in self._template.generate(values):
                written.append(piece)
                length += len(piece)
                self._budget.look()
                if length > TEXT_LIMIT and self.ours:
                    break
                if length > TEXT_LIMIT:
                    raise TemplateFault(f"writes more than {TEXT_LIMIT} characters")
        except jinja2.TemplateError as error:
            raise TemplateFault(clean(f"cannot be filled in: {error.message}", 300)) from None
        except TypeError as error:
            raise TemplateFault(clean(f"cannot be filled in: {error}", 300)) from None
        return "".join(written)


class _Budget:
    """What one writing may use."""

    def __init__(self) -> None:
        self._steps = 0
        self._until = 0.0

    def begin(self, time_s: float) -> None:
        self._steps = 0
        self._until = time.thread_time() + time_s

    def look(self) -> None:
        if time.thread_time() > self._until:
            raise TemplateFault(f"takes longer than {TIME_S:g} s")

    def counted(self, values: Iterable[Any]) -> Iterator[Any]:
        """Yield values until the steps are used up."""
        for value in values:
            self._steps += 1
            if self._steps > STEPS:
                raise TemplateFault(f"its loops take more than {STEPS} turns")
            self.look()
            yield value


def _environment(safe: Callable[[str], str], budget: _Budget) -> ImmutableSandboxedEnvironment:
    def printed(value: Any) -> str:
        match value:
            case bool() | None:
                raise TemplateFault("prints a value that is no text; ask for it with `if`")
            case str():
                return safe(value)
            case int() | float() | jinja2.Undefined():
                # What is not defined says so when it becomes text.
                return safe(str(value))
            case _:
                raise TemplateFault("prints a value that is no text; loop over a list, or name one of its fields")

    made = ImmutableSandboxedEnvironment(
        finalize=printed,
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters = {"join": _joined, "upper": _upper, "count": len, _STEP: budget.counted}
    made.tests = {}
    made.globals = {}
    return made


def _joined(values: Iterable[str], between: str = ", ") -> str:
    """Return texts in one, as long as that is no longer than a notice."""
    texts: list[str] = []
    length = 0
    for value in values:
        length += len(str(value)) + len(between)
        if length > TEXT_LIMIT:
            raise TemplateFault(f"joins more than {TEXT_LIMIT} characters")
        texts.append(str(value))
    return between.join(texts)


def _upper(text: str) -> str:
    return str(text).upper()


def _look_through(tree: nodes.Template, environment: ImmutableSandboxedEnvironment) -> None:
    """Refuse what a notice's template needs not: calls, assignments, arithmetic, macros, inclusion."""
    waiting: deque[tuple[nodes.Node, int]] = deque([(tree, 0)])
    while waiting:
        node, depth = waiting.popleft()
        if not isinstance(node, _TAKEN):
            raise TemplateFault(f"{type(node).__name__.lower()} is not allowed in a notice", node.lineno)
        if depth > _DEPTH:
            raise TemplateFault("is nested too deeply", node.lineno)
        if isinstance(node, nodes.For) and node.recursive:
            raise TemplateFault("a recursive loop is not allowed in a notice", node.lineno)
        if isinstance(node, nodes.Filter) and (node.name == _STEP or node.name not in environment.filters):
            known = ", ".join(sorted(environment.filters.keys() - {_STEP}))
            raise TemplateFault(f"{clean(node.name, 40)} is no filter; there are: {known}", node.lineno)
        waiting.extend((child, depth + 1) for child in node.iter_child_nodes())


def _count_loops(tree: nodes.Template, environment: ImmutableSandboxedEnvironment) -> None:
    for loop in list(tree.find_all(nodes.For)):
        loop.iter = nodes.Filter(loop.iter, _STEP, [], [], None, None, lineno=loop.lineno)
    tree.set_environment(environment)
