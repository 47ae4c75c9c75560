"""Every byte that a console sends is of a short grammar, whatever stands in the logs and whatever is replied."""

from __future__ import annotations

import re
import unicodedata

import pytest

from tests.tui.frame.shell_rig import quiet_for, shell
from tests.tui.hostile import CORPUS

ORDER = re.compile(
    r"\x1b\[(?:[0-9;]*[mH]|[0-9]*[CK]|2J|6n|[0-9]+;[0-9]+r|r)"  # what frames are made of
    r"|\x1b\[\?(?:7|25|1004|1049|2004)[hl]|\x1b\[>25u|\x1b\[<u"  # the terminal taken and given back
    r"|\x1b\]22;[\w-]*(?:\x07|\x1b\\)|\x07|\x18|[\r\n\x08]"
)
REPLIES = b"".join(
    (
        b"\x1b[?62;22c", b"\x1b[>41;354;0c", b"\x1b]11;rgb:0000/0000/0000\x1b\\", b"\x1b]52;c;Y3VybA==\x07", b"\x1b[0n",
        b"\x1b]lxq\x1b\\", b"\x1bP1$r0xm\x1b\\", b"\x1b[?2026;2$y", b"\x1b[8;24;80t", b"\x9b?62c",
        b"\x1b[1;1R\x1b[1;1R",
    )
)  # fmt: skip


def left_over(raw: bytes) -> str:
    """Return what is neither an order of the grammar nor text that can be printed."""
    text = ORDER.sub("", raw.decode("utf-8", "strict"))
    return "".join(char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def test_a_hostile_room_sends_nothing_but_cells_and_our_orders() -> None:
    with shell((100, 30)) as terminal:
        prompt = terminal.start("hostile", wanted="Stream")
        begun = terminal.raw.index(b"\x1b[?1049h")
        for key in b"2345601?":
            terminal.type(bytes([key]))
            quiet_for(0.25)
        terminal.type(b"\x1b")
        quiet_for(0.2)
        terminal.type(b"1q")
        terminal.see("Leave this console?")
        terminal.type(b"\r")
        terminal.prompt(prompt)
        raw = bytes(terminal.raw)
    sent = raw[begun : raw.rindex(b"\x1b[?1004l")]
    assert len(sent) > 5000
    assert left_over(sent) == ""


def test_the_grammar_sees_what_is_not_of_it() -> None:
    missed = [text for text in CORPUS if not text.isprintable() and not left_over(text.encode("utf-8", "replace"))]
    assert set(missed) <= {"\x07", "\x08", "\n", "\r", "\x18", "\x1b[2J\x1b[H", "\x1b[6n", "over\rwrite", "\x1b[?1049l"}


@pytest.mark.long
def test_replies_that_nobody_asked_for_press_no_key() -> None:
    with shell((100, 30)) as terminal:
        terminal.start("quiet")
        quiet_for(1.5)
        before = terminal.text
        for cut in (len(REPLIES), 7, 1):
            for start in range(0, len(REPLIES), cut):
                terminal.type(REPLIES[start : start + cut])
            quiet_for(0.5)
            assert terminal.text.replace("6m", "5m") == before.replace("6m", "5m")
        terminal.type(b"2")
        terminal.see("Step in hand")


@pytest.mark.long
@pytest.mark.timeout(150)
def test_a_terminal_that_was_not_read_for_a_minute_is_current_within_a_second() -> None:
    with shell((100, 30)) as terminal:
        terminal.start("example")
        terminal.paused.set()
        quiet_for(60)
        terminal.type(b"2")
        quiet_for(0.5)
        terminal.paused.clear()
        terminal.see("Step in hand", timeout_s=1.0)
