"""Which messages are of one kind: a miner gives each message its template, and a template's id never changes.

The way of Drain (He, Zhu, Zheng, Lyu: "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017): a
tree by number of words and first words; in each leaf the template that shares most words, if it shares enough. It
differs in three ways. A message whose characters other than digits were met before costs one look-up. A second word
with many values is taken for a variable, whatever stood there before. The share is of those words of the template
that do not vary, so that a template that has learnt what varies is found as easily as a new one.

`SIMILARITY` and `MOST_SECOND_WORDS` were chosen on two sets of LogHub, OpenSSH and HDFS. Their grouping is the same
for shares from 0.65 to 0.8 and for 8 to 100 second words; of these the least, so that one word of three may vary.
Apache, OpenStack and Zookeeper were held out. `./run bench templates` measures all five.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from operator import eq

import msgspec

from warroom.logs.masks import ANYTHING, Masker
from warroom.logs.template_tree import Path, Template, TemplateTree

SIMILARITY = 0.65
"""Share of a template's fixed words that a message of it has."""
FIXED = 0.5
"""Share of a template's words that never turn into variables."""
MOST_TEMPLATES = 2000

_ID_DIGITS = 12
_LONGEST_KEY = 256
"""Characters of a message that takes the fast path."""
_MOST_KEYS = 4096
"""Keys of each of the two generations of the fast path."""


class KnownTemplate(msgspec.Struct, frozen=True):
    """A template as it is kept from one run to the next."""

    id: str
    words: tuple[str, ...]
    path: Path
    lines: int


class TemplateMiner:
    """Learns templates from messages, one after the other.

    What it promises:

    Ids. An id is the beginning of the sha256 of the words that the template began with; it stays while the template
    grows more general. The same messages in the same order give the same ids in every process and on every machine,
    as long as the masks are the same. A template that was evicted and begins again with the same words has its old id.

    Messages. Those that differ only in digits have one template. The template of a message changes only when a closer
    one has begun or its own was evicted.

    Bounds. There are at most `most_templates` templates and some 30 MB in all, against the worst input; who was not
    used for longest goes first, and `evicted` counts. Time is linear in the length of a message; with how many
    templates it is compared is bounded. No text raises.
    """

    def __init__(self, known: Iterable[KnownTemplate] = (), most_templates: int = MOST_TEMPLATES) -> None:
        """Begin with what `known()` of a former miner returned, or with nothing."""
        self.lines = 0
        """Messages learnt from."""
        self._tree = TemplateTree(most_templates)
        self._masker = Masker()
        self._young: dict[bytes, Template] = {}
        self._old: dict[bytes, Template] = {}
        for one in known:
            if one.id not in self._tree.templates:
                template = Template(one.id, one.words, one.path)
                template.lines = one.lines
                self._tree.add(template)

    @property
    def evicted(self) -> int:
        """Templates that had to go for others."""
        return self._tree.evicted

    def __len__(self) -> int:
        """Return the number of templates that are known."""
        return len(self._tree.templates)

    def learn(self, message: str) -> Template:
        """Count a message and return its template: the nearest, or one that it begins."""
        if len(message) <= _LONGEST_KEY:
            try:
                key = message.encode().translate(None, b"0123456789")
            except UnicodeEncodeError:
                key = message.encode("utf-8", "surrogatepass").translate(None, b"0123456789")
            template = self._young.get(key)
            if template is None or not template.alive:
                template = self._remember(key, message)
        else:
            template = self._find(self._masker.words(message))
        self.lines = number = self.lines + 1
        template.lines += 1
        template.last_line = number
        return template

    def templates(self) -> list[Template]:
        """Return what is known, the one not used for longest first."""
        return self._tree.by_use()

    def known(self) -> list[KnownTemplate]:
        """Return what the next run needs to give the same ids from its first message on."""
        return [KnownTemplate(one.id, one.words, one.path, one.lines) for one in self.templates()]

    def _remember(self, key: bytes, message: str) -> Template:
        """Find a template and keep it under the key; a key not met for two generations is forgotten."""
        template = self._old.get(key)
        if template is None or not template.alive:
            template = self._find(self._masker.words(message))
        if len(self._young) >= _MOST_KEYS:
            self._old, self._young = self._young, {}
        self._young[key] = template
        return template

    def _find(self, words: tuple[str, ...]) -> Template:
        path, leaf = self._tree.leaf(words)
        best, most = None, (-1, 0)
        for template in leaf:
            equal = sum(map(eq, template.words, words))
            varying = template.words.count(ANYTHING)
            near = equal >= SIMILARITY * (len(words) - varying) and equal >= FIXED * len(words)
            if near and (equal, varying) > most:
                best, most = template, (equal, varying)
        if best is None:
            return self._begin(words, path)
        if best.words != words:
            best.words = tuple([old if old == new else ANYTHING for old, new in zip(best.words, words, strict=True)])
        return best

    def _begin(self, words: tuple[str, ...], path: Path) -> Template:
        content = " ".join(words).encode("utf-8", "surrogatepass")
        template_id = hashlib.sha256(content).hexdigest()[:_ID_DIGITS]
        # The same words may have begun one in another branch, when there was no room for one of their own.
        same = self._tree.templates.get(template_id)
        if same is not None:
            return same
        template = Template(template_id, words, path)
        self._tree.add(template)
        return template
