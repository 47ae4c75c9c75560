"""Where templates are kept: a tree by number of words, first word and second word, with room for so many and no more.

A second word with many values is taken for a variable: its leaves become one. Where there is no room, whoever was not
used for longest goes, some at a time, so that a flood of odd lines costs each line the same.
"""

from __future__ import annotations

from collections import Counter

from warroom.logs.masks import ANYTHING, is_marked

MOST_FIRST_WORDS = 100
"""First words told apart among messages of one length; others share a branch (Drain's max children)."""
MOST_SECOND_WORDS = 8
"""Second words told apart after one first word; with more, what stands there is a variable."""
MOST_IN_LEAF = 64
"""Templates that one message is compared with at most."""

Path = tuple[str, str]
"""Branches that lead to a template: first word and second word, or the mark for any."""


class Template:
    """Messages of one kind: the words that all of them have, marks where they differ. A miner alone changes it."""

    __slots__ = ("alive", "id", "last_line", "lines", "path", "words")

    def __init__(self, template_id: str, words: tuple[str, ...], path: Path) -> None:
        self.id = template_id
        """Never changes, while `words` do."""
        self.words = words
        """As general as the messages until now; untrusted text."""
        self.path = path
        self.lines = 0
        """Messages until now; 1 means that the last message began it."""
        self.last_line = 0
        """When it was last used, as the number of the message."""
        self.alive = True
        """False once it has been evicted."""

    @property
    def text(self) -> str:
        """The words as one text, untrusted: pass `clean` before showing it."""
        return " ".join(self.words)


class _Branch:
    """The leaves below one first word, by second word."""

    __slots__ = ("leaves", "varied")

    def __init__(self) -> None:
        self.leaves: dict[str, list[Template]] = {}
        self.varied = False
        """Whether so many second words were met that there is one leaf for all."""


class TemplateTree:
    """At most `most_templates` templates, at most `MOST_IN_LEAF` of them in a leaf."""

    def __init__(self, most_templates: int) -> None:
        self.templates: dict[str, Template] = {}
        """All that are alive, by id."""
        self.evicted = 0
        """Templates that had to go for others."""
        self._most_templates = max(1, most_templates)
        self._branches: dict[tuple[int, str], _Branch] = {}
        self._first_words: Counter[int] = Counter()
        """Branches by number of words."""

    def leaf(self, words: tuple[str, ...]) -> tuple[Path, list[Template]]:
        """Return where a message belongs and the templates there."""
        first, second = (ANYTHING if is_marked(word) else word for word in (*words[:2], "", "")[:2])
        branch = self._branches.get((len(words), first))
        if branch is None and self._first_words[len(words)] >= MOST_FIRST_WORDS:
            first = ANYTHING
            branch = self._branches.get((len(words), first))
        if branch is None:
            return (first, second), []
        if not branch.varied and second not in branch.leaves and len(branch.leaves) >= MOST_SECOND_WORDS:
            self._join(branch)
        if branch.varied:
            second = ANYTHING
        return (first, second), branch.leaves.get(second, [])

    def add(self, template: Template) -> None:
        """Put a template where its path leads; others may have to go. Its id is not in the tree yet."""
        if len(self.templates) >= self._most_templates:
            self._evict(self.by_use()[: max(1, self._most_templates // 8)])
        self._make_room(template)
        place = (len(template.words), template.path[0])
        branch = self._branches.get(place)
        if branch is None:
            branch = self._branches[place] = _Branch()
            self._first_words[place[0]] += 1
        branch.leaves.setdefault(template.path[1], []).append(template)
        # A second word that is written out in a leaf for all of them can only have come there by joining.
        if list(branch.leaves) == [ANYTHING] and not all(map(is_marked, template.words[1:2])):
            branch.varied = True
        self.templates[template.id] = template

    def by_use(self) -> list[Template]:
        """Return all templates, the one not used for longest first."""
        return sorted(self.templates.values(), key=_last_line)

    def _join(self, branch: _Branch) -> None:
        """Make one leaf of all: what stood in the second place varies."""
        together = sorted((one for leaf in branch.leaves.values() for one in leaf), key=_last_line)
        surplus = max(0, len(together) - MOST_IN_LEAF)
        self._evict(together[:surplus])
        kept = together[surplus:]
        for template in kept:
            template.path = (template.path[0], ANYTHING)
        branch.leaves = {ANYTHING: kept}
        branch.varied = True

    def _make_room(self, template: Template) -> None:
        """Let half of a full leaf go before a template comes into it."""
        branch = self._branches.get((len(template.words), template.path[0]))
        leaf = [] if branch is None else branch.leaves.get(template.path[1], [])
        if len(leaf) >= MOST_IN_LEAF:
            self._evict(sorted(leaf, key=_last_line)[: MOST_IN_LEAF // 2])

    def _evict(self, templates: list[Template]) -> None:
        self.evicted += len(templates)
        for template in templates:
            template.alive = False
            del self.templates[template.id]
            place = (len(template.words), template.path[0])
            branch = self._branches[place]
            leaf = branch.leaves[template.path[1]]
            leaf.remove(template)
            if not leaf:
                del branch.leaves[template.path[1]]
            if not branch.leaves:
                del self._branches[place]
                self._first_words[place[0]] -= 1


def _last_line(template: Template) -> int:
    return template.last_line
