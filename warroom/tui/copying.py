"""What `c` does: the whole record behind the row under the cursor, not the row, goes to the clipboard or to a file.

Nobody can know whether a terminal took what it was sent, so what is said is where it was sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from warroom.core.clip import Clip, clip_of, clip_words, joined
from warroom.core.company import Kind, Target
from warroom.core.permalink import Permalink, permalink_of, permalink_text
from warroom.core.queries import NotAnswered, Query, QueryAnswer, RawLine, RawLineAnswer
from warroom.core.room import ConnectionLost
from warroom.tui.frame.orders import MOST_CLIPBOARD, clipboard_order
from warroom.tui.report import CopyFailed
from warroom.tui.scene import Scene
from warroom.tui.thing_text import thing_text

MOST_TEXT = 8_000_000
"""Bytes that marked lines may have together."""
_NOTHING = "nothing here to copy: k stops the stream and takes a line, j and k choose a row"

WriteCopy = Callable[[str, str], Awaitable[str]]
"""A name and a text to the path of the new file; raises CopyFailed."""


class Mouth(Protocol):
    """How the copier speaks."""

    def __call__(self, text: str, style: str = "text", kept: str = "") -> None:
        """Say a sentence; a longer one is kept in the messages."""
        ...


def clipboard_bytes(budget_bps: float | None) -> int:
    """Return how many bytes of base64 a clipboard may take of this line: on a slow one those of two seconds."""
    if budget_bps is None or budget_bps * 2 >= MOST_CLIPBOARD:
        return MOST_CLIPBOARD
    return max(4096, int(budget_bps * 2))


def no_clipboard(environment: Mapping[str, str]) -> str:
    """Return why a terminal has no clipboard that could be reached from here; empty when it may have one."""
    if environment.get("STY") and environment.get("TERM", "").startswith("screen"):
        return "screen passes no clipboard on"
    if environment.get("TERM", "") == "linux":
        return "the Linux console has no clipboard"
    return ""


class Copier:
    """Fetches, makes harmless, sends and says."""

    def __init__(
        self,
        scene: Scene,
        ask: Callable[[Query], Awaitable[QueryAnswer]],
        say: Mouth,
        send: Callable[[str], None],
        write: WriteCopy | None,
        *,
        most: int,
        environment: Mapping[str, str],
    ) -> None:
        """`send` takes an order for the terminal; `most`: bytes of base64 that it may have."""
        self._scene, self._ask, self._say, self._send, self._write = scene, ask, say, send, write
        self._most = most
        self._lacking = no_clipboard(environment)
        self._in_tmux = bool(environment.get("TMUX"))

    async def copy(self, target: Target | None, *, to_file: bool) -> None:
        """Copy what is under the cursor."""
        view = self._scene.view
        if target is None or view is None:
            self._say(_NOTHING, "warn")
            return
        if target.kind is not Kind.LINE:
            text = thing_text(view, target)
            name = target.name or target.kind.value
            await self._hand_over(clip_of(text), name, f"{target.kind.value} {target.name}", "", to_file=to_file)
            return
        found = await self._fetch(target.name)
        if isinstance(found, NotAnswered):
            self._say(f"not copied: {found.reason}", "bad")
            return
        await self._hand_over(clip_of(found.content), "line", "", _link_of(found), to_file=to_file)

    async def copy_marked(self, links: list[str], *, to_file: bool = False) -> None:
        """Copy all marked lines, in the order of their time."""
        if not links:
            self._say("no line is marked: m marks the one under the cursor", "warn")
            return
        clips, size, fault = list[Clip](), 0, ""
        for link in links:
            found = await self._fetch(link)
            if isinstance(found, NotAnswered):
                fault = found.reason
            elif size + len(found.content) > MOST_TEXT:
                fault = f"together they have more than {MOST_TEXT:,} bytes"
            else:
                size += len(found.content)
                clips.append(clip_of(found.content))
        left = len(links) - len(clips)
        if not clips:
            self._say(f"not copied: {fault}", "bad")
            return
        what = f"{len(clips)} marked line{'s' if len(clips) > 1 else ''}"
        if left:
            what = f"only {len(clips)} of {len(links)} marked lines ({fault})"
        await self._hand_over(joined(clips), "marked", what, "", to_file=to_file, style="warn" if left else "good")

    async def _fetch(self, link: str) -> RawLineAnswer | NotAnswered:
        """Return the bytes of a line, if they are still those that were looked at."""
        named = permalink_of(link)
        answer = await self._ask(RawLine(named.source, named.generation, named.offset, named.length, whole=True))
        if not isinstance(answer, RawLineAnswer):
            return answer if isinstance(answer, NotAnswered) else NotAnswered("the engine gave no bytes")
        if not answer.sha256.startswith(named.sha256):
            return NotAnswered("the log was rewritten; these bytes are not those of the line any more")
        return answer

    async def _hand_over(
        self, clip: Clip, name: str, what: str, link: str, *, to_file: bool, style: str = "good"
    ) -> None:
        size = len(clip.text.encode("utf-8", "replace"))
        words = ": ".join(filter(None, (what, clip_words(clip, size))))
        exact = ""
        if clip.replaced:
            style = "warn"
            room = self._scene.welcome.room
            exact = f" · exact bytes: warroom lines '{link or 'LINK'}' --raw --room {room}"
        order = "" if to_file or self._lacking else clipboard_order(clip.text, self._most)
        if order:
            self._send(order)
            hint = " · tmux needs set-clipboard on" if self._in_tmux else ""
            self._in_tmux = False
            self._say(f"to the clipboard: {words}{hint}", style, f"to the clipboard: {words}{hint}{exact}")
            return
        why = "" if to_file else self._lacking or "too long for the clipboard"
        await self._to_file(clip, name, words, f" ({why})" if why else "", exact, style)

    async def _to_file(self, clip: Clip, name: str, words: str, why: str, exact: str, style: str) -> None:
        if self._write is None:
            self._say(f"not copied: this console cannot write files{why}", "bad")
            return
        try:
            path = await self._write(name, clip.text + "\n")
        except (CopyFailed, ConnectionLost) as error:
            self._say(f"not copied: {error}", "bad")
            return
        self._say(f"in {path}{why}: {words}", style, f"copied into {path}{why}: {words}{exact}")


def _link_of(found: RawLineAnswer) -> str:
    return permalink_text(Permalink(found.source, found.generation, found.offset, found.length, found.sha256))
