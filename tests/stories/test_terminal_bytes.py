"""Every byte that a console sends is of a short grammar, whatever stands in the logs and whatever is replied."""

from __future__ import annotations

import re
import time
import unicodedata
from functools import partial

import pytest

from tests.tui.frame.shell_rig import ShellTerminal, quiet_for, shell
from tests.tui.hostile import CORPUS
from tests.waiting import wait_until

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


LINE_HOLDS, FRAME_BYTES = 1 << 16, 1 << 15


def _more(terminal: ShellTerminal, drawn: int) -> bool:
    return len(terminal.raw) > drawn


def left_over(raw: bytes) -> str:
    """Return what is neither an order of the grammar nor text that can be printed."""
    text = ORDER.sub("", raw.decode("utf-8", "strict"))
    return "".join(char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def test_a_hostile_room_sends_nothing_but_cells_and_our_orders() -> None:
    with shell((100, 30)) as terminal:
        prompt = terminal.start("hostile", wanted="Stream")
        begun = terminal.raw.index(b"\x1b[?1049h")
        for key in b"2345601?":
            drawn = len(terminal.raw)
            terminal.type(bytes([key]))
            wait_until(partial(_more, terminal, drawn), what=f"what key {key:c} shows")
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
    for cut in (len(REPLIES), 7, 1):
        wait_until(partial(_replied, cut), what=f"a machine that sends {len(REPLIES)} bytes without a pause")


def _replied(cut: int) -> bool:
    """Send the replies in pieces and check that they did nothing; False when there was a pause between two.

    An escape after which nothing comes for a while is the key of that name, so what follows then is typed.
    """
    with shell((100, 30)) as terminal:
        terminal.start("quiet")
        quiet_for(1.5)
        before = terminal.text
        longest, last = 0.0, time.monotonic()
        for start in range(0, len(REPLIES), cut):
            terminal.type(REPLIES[start : start + cut])
            longest, last = max(longest, time.monotonic() - last), time.monotonic()
        if longest > 0.05:
            return False
        quiet_for(0.5)
        assert terminal.text.replace("6m", "5m") == before.replace("6m", "5m")
        terminal.type(b"2")
        terminal.see("Step in hand")
    return True


@pytest.mark.long
@pytest.mark.timeout(150)
def test_a_terminal_that_was_not_read_for_a_minute_is_sent_what_is_current() -> None:
    with shell((100, 30)) as terminal:
        terminal.start("example")
        terminal.paused.set()
        quiet_for(60)
        terminal.type(b"2")
        quiet_for(0.5)
        taken = len(terminal.raw)
        terminal.paused.clear()
        terminal.see("Step in hand", timeout_s=60.0)
        # What a terminal's line holds, and then what is so now: nothing of the minute was kept to be sent.
        assert len(terminal.raw) - taken < LINE_HOLDS + FRAME_BYTES
