"""What leaves for the clipboard or a file: the whole record, harmless, with what was done to it."""

from __future__ import annotations

import base64
import re

import pytest

from tests.tui.example import NOW, example_view
from tests.tui.fake_room import FakeRoom
from tests.tui.running import console
from warroom.core.company import Kind, Target
from warroom.core.queries import NotAnswered, Query, QueryAnswer
from warroom.tui.chosen import Chosen
from warroom.tui.copying import Copier, clipboard_bytes, no_clipboard
from warroom.tui.frame.orders import MOST_CLIPBOARD, is_allowed
from warroom.tui.report import CopyFailed
from warroom.tui.scene import Scene

LINK = "/var/log/support.log#g1@100+100"
LINE = Target(Kind.LINE, LINK, bot="support")


class Desk:
    """A copier with everything around it."""

    def __init__(self, *, most: int = MOST_CLIPBOARD, fails: str = "", **environment: str) -> None:
        self.room = FakeRoom(example_view())
        self.said: list[tuple[str, str, str]] = []
        self.orders: list[str] = []
        self.files: list[tuple[str, str]] = []
        self._fails = fails
        scene = Scene(self.room.welcome, Chosen(), view=example_view(), now=NOW)
        self.copier = Copier(
            scene, self.ask, self.say, self.orders.append, self.write, most=most, environment=environment
        )

    async def ask(self, query: Query) -> QueryAnswer:
        return await self.room.query(query)

    def say(self, text: str, style: str = "text", kept: str = "") -> None:
        self.said.append((text, style, kept or text))

    async def write(self, name: str, text: str) -> str:
        if self._fails:
            raise CopyFailed(self._fails)
        self.files.append((name, text))
        return "/state/copies/line.txt"

    @property
    def clipboard(self) -> str:
        """What the terminal was sent."""
        assert is_allowed(self.orders[-1])
        found = re.fullmatch(r"\x1b\]52;c;(.*)\x07", self.orders[-1])
        assert found is not None
        return base64.b64decode(found[1]).decode()


async def test_the_whole_record_is_copied_and_not_what_the_screen_shows() -> None:
    desk = Desk()
    desk.room.log.contents[100] = b'{"message": "' + b"x" * 5000 + b'"}\n'
    await desk.copier.copy(LINE, to_file=False)
    assert desk.clipboard == '{"message": "' + "x" * 5000 + '"}'
    assert desk.said[-1][:2] == ("to the clipboard: 1 line, 5,015 bytes", "good")


async def test_control_characters_are_visible_and_the_way_to_the_bytes_is_kept() -> None:
    desk = Desk()
    desk.room.log.contents[100] = b"Traceback:\n  \x1b[2J\trm\r\n"
    await desk.copier.copy(LINE, to_file=False)
    assert desk.clipboard == "Traceback:\n  ␛[2J\trm"
    text, style, kept = desk.said[-1]
    assert (text, style) == ("to the clipboard: 2 lines, 22 bytes, 1 control character made visible", "warn")
    found = re.search(r"exact bytes: warroom lines '(\S+)' --raw --room acme", kept)
    assert found is not None
    assert found[1].startswith(f"{LINK}:")


@pytest.mark.parametrize(("size", "to_clipboard"), [(56_244, True), (56_246, False)])
async def test_what_is_too_long_for_a_clipboard_goes_into_a_file(size: int, to_clipboard: bool) -> None:
    desk = Desk()
    desk.room.log.contents[100] = b"y" * size + b"\n"
    await desk.copier.copy(LINE, to_file=False)
    assert bool(desk.orders) is to_clipboard
    assert [len(text) for _, text in desk.files] == ([] if to_clipboard else [size + 1])
    if to_clipboard:
        assert len(desk.orders[0]) <= MOST_CLIPBOARD + len("\x1b]52;c;\x07")
    else:
        assert desk.said[-1][0].startswith("in /state/copies/line.txt (too long for the clipboard): 1 line, 56,246")


async def test_a_file_when_it_is_asked_for_and_where_no_clipboard_can_be_reached() -> None:
    for desk, why in (
        (Desk(), ""),
        (Desk(TERM="linux"), " (the Linux console has no clipboard)"),
        (Desk(TERM="screen.xterm", STY="1.x"), " (screen passes no clipboard on)"),
    ):
        await desk.copier.copy(LINE, to_file=not why)
        assert (desk.orders, desk.files) == ([], [("line", "raw\n")])
        assert desk.said[-1][0] == f"in /state/copies/line.txt{why}: 1 line, 3 bytes"
    assert no_clipboard({"TERM": "screen-256color", "TMUX": "x"}) == ""


async def test_what_tmux_needs_is_said_once() -> None:
    desk = Desk(TMUX="/tmp/tmux,1,0", TERM="tmux-256color")
    await desk.copier.copy(LINE, to_file=False)
    await desk.copier.copy(LINE, to_file=False)
    assert [text.endswith("tmux needs set-clipboard on") for text, _, _ in desk.said] == [True, False]


async def test_bytes_that_are_gone_or_others_are_not_copied() -> None:
    desk = Desk()
    await desk.copier.copy(Target(Kind.LINE, f"{LINK}:{'0' * 64}"), to_file=False)
    assert desk.said[-1][0].startswith("not copied: the log was rewritten")
    desk.room.log.gone = "generation 1 of this log is gone"
    await desk.copier.copy(LINE, to_file=False)
    assert desk.said[-1][:2] == ("not copied: generation 1 of this log is gone", "bad")
    assert (desk.orders, desk.files) == ([], [])


async def test_a_file_that_cannot_be_written_is_said() -> None:
    desk = Desk(fails="No space left on device")
    await desk.copier.copy(LINE, to_file=True)
    assert desk.said[-1][:2] == ("not copied: No space left on device", "bad")


async def test_marked_lines_are_copied_together_and_those_that_are_gone_are_counted() -> None:
    desk = Desk()
    desk.room.log.contents |= {100: b"one\n", 200: b"two\nmore\x07\n"}
    links = [LINK, LINK.replace("@100", "@200")]
    await desk.copier.copy_marked(links)
    assert desk.clipboard == "one\ntwo\nmore␇"
    assert desk.said[-1][0].startswith("to the clipboard: 2 marked lines: 3 lines, 15 bytes, 1 control character")
    desk.room.log.sums[200] = "f" * 64
    await desk.copier.copy_marked([links[0], f"{links[1]}:{'a' * 64}"])
    assert desk.clipboard == "one"
    assert desk.said[-1][0].startswith("to the clipboard: only 1 of 2 marked lines (the log was rewritten")
    await desk.copier.copy_marked([])
    assert desk.said[-1][0].startswith("no line is marked")


async def test_an_engine_that_is_gone_is_said() -> None:
    desk = Desk()

    async def refuse(query: Query) -> QueryAnswer:
        return NotAnswered("the engine is gone")

    desk.copier._ask = refuse
    await desk.copier.copy(LINE, to_file=False)
    assert desk.said[-1][0] == "not copied: the engine is gone"


@pytest.mark.parametrize(
    ("budget", "most"), [(None, MOST_CLIPBOARD), (float("inf"), MOST_CLIPBOARD), (4000.0, 8000), (500.0, 4096)]
)
def test_a_slow_line_is_not_held_up_for_long(budget: float | None, most: int) -> None:
    assert clipboard_bytes(budget) == most


async def test_each_page_copies_what_is_under_its_cursor_also_for_a_watcher() -> None:
    files: list[tuple[str, str]] = []

    async def write(name: str, text: str) -> str:
        files.append((name, text))
        return f"/copies/{len(files)}.txt"

    room = FakeRoom(example_view(), FakeRoom(None).lines or None, read_only=True)
    async with console((80, 24), room=room, write_copy=write) as session:
        await session.see("Bots 6")
        for number, keys in enumerate((("Y",), ("2", "Y"), ("3", "Y"), ("4", "Y")), 1):
            await session.press(*keys)
            await session.see(f"in /copies/{number}.txt")
        await session.press("5", "c")
        await session.see("nothing here to copy: k stops the stream")
        await session.press("1", "y")
        await session.see("no line is marked")
    assert next(name for name, _ in files) == "support"
    assert files[1][1].startswith("INC-001 step ")
    assert files[2][1].startswith("AL-")
    assert files[3][1].startswith("ACT-")
    assert room.submitted == []
