"""What findings about a terminal say, and which options they lead to."""

from __future__ import annotations

import pytest

from warroom.core.ports import Checked
from warroom.core.terminal_report import LATER_SAMPLES, SAMPLES, Seen, checks

USUAL = {name: width for name, (_, width) in {**SAMPLES, **LATER_SAMPLES}.items()}


def told(seen: Seen) -> dict[str, tuple[Checked, str]]:
    return {one.name: (one.state, one.text) for one in checks(seen)}


def seen(
    environment: dict[str, str] | None = None,
    columns: int = 120,
    rows: int = 36,
    widths: dict[str, int] | None = None,
) -> Seen:
    return Seen(
        {"TERM": "xterm-256color", "LANG": "C.UTF-8", **(environment or {})},
        columns,
        rows,
        True,
        trips_s=[0.01, 0.02, 0.9],
        widths=USUAL if widths is None else widths,
    )


def test_a_good_terminal_has_nothing_to_mend() -> None:
    found = told(seen({"COLORTERM": "truecolor", "TERM": "xterm-kitty"}))
    assert {state for state, _ in found.values()} == {Checked.OK}
    assert found["answers"][1] == "says where its cursor stands in 20.0 ms (median of 3)"


@pytest.mark.parametrize(
    ("columns", "rows", "state"),
    [
        (59, 24, Checked.FAILED),
        (60, 17, Checked.FAILED),
        (60, 18, Checked.UNKNOWN),
        (79, 24, Checked.UNKNOWN),
        (80, 24, Checked.OK),
        (0, 0, Checked.UNKNOWN),
    ],
)
def test_sizes_are_judged_by_what_the_console_needs(columns: int, rows: int, state: Checked) -> None:
    found = told(seen({}, columns, rows))
    assert found["size"][0] is state
    assert ("--plain" in found["options"][1]) is (state is Checked.FAILED)


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"NO_COLOR": "1", "COLORTERM": "truecolor"}, "none"),
        ({"COLORTERM": "24bit"}, "16 million"),
        ({}, "256"),
        ({"TERM": "xterm-direct"}, "16 million"),
        ({"TERM": "linux"}, "16 as"),
    ],
)
def test_colours_are_told_and_never_a_fault(environment: dict[str, str], words: str) -> None:
    state, text = told(seen(environment))["colours"]
    assert state is Checked.OK
    assert text.startswith(words)


def test_a_locale_without_utf8_asks_for_ascii_unless_the_terminal_draws_it() -> None:
    assert "--ascii" in told(seen({"LANG": "C"}, widths={}))["options"][1]
    assert "--ascii" not in told(seen({"LANG": "C"}))["options"][1]


@pytest.mark.parametrize(
    ("environment", "tmux", "words"),
    [
        ({"TMUX": "x", "TERM": "screen"}, {"set-clipboard": "on"}, "tmux takes"),
        ({"TMUX": "x", "TERM": "screen"}, {"set-clipboard": "off"}, "tmux set -s set-clipboard on"),
        ({"TMUX": "x", "TERM": "screen"}, {}, "does not say"),
        ({"TERM": "xterm-kitty"}, {}, "usually takes"),
        ({"TERM_PROGRAM": "Apple_Terminal"}, {}, "does not take"),
        ({"STY": "x"}, {}, "does not take"),
        ({}, {}, "does not say"),
    ],
)
def test_who_takes_what_is_copied(environment: dict[str, str], tmux: dict[str, str], words: str) -> None:
    base = seen(environment)
    found = Seen(base.environment, 120, 36, True, trips_s=[0.01], widths=USUAL, tmux=tmux)
    assert words in told(found)["clipboard"][1]


def test_tmux_with_a_foreign_term_or_a_lazy_escape_is_advised() -> None:
    texts = [one.text for one in checks(Seen({"TMUX": "x", "TERM": "xterm"}, 80, 24, tmux={"escape-time": "500"}))]
    assert any("begins with tmux or screen" in text for text in texts)
    assert any("escape-time 20" in text for text in texts)


@pytest.mark.parametrize(("reply", "state"), [(b"0", Checked.UNKNOWN), (b"1", Checked.OK), (b"4", Checked.UNKNOWN)])
def test_marked_pastes(reply: bytes, state: Checked) -> None:
    base = Seen({"TERM": "xterm"}, 80, 24, reports=b"\x1b[?2004;" + reply + b"$y")
    assert told(base)["paste"][0] is state


@pytest.mark.parametrize(
    ("reply", "words"), [(b"rgb:10/10/10", "dark"), (b"rgb:ffff/ffff/ffff", "light"), (b"rgb:f/f/f", "light")]
)
def test_a_background_is_light_or_dark(reply: bytes, words: str) -> None:
    base = Seen({"TERM": "xterm"}, 80, 24, reports=b"\x1b]11;" + reply + b"\x1b\\")
    assert told(base)["background"][1].startswith(words)


def test_what_the_environment_says_is_cleaned() -> None:
    texts = [one.text for one in checks(Seen({"TERM": "x\x1b]0;t\x07", "LANG": "\x1b[2J"}, 80, 24, False))]
    assert all(text.isprintable() for text in texts)
