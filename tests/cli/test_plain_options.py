"""The options of `--plain`."""

from __future__ import annotations

import argparse

import pytest

from warroom.cli.plain_options import add_plain_options, plain_of


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--rate", "0"], "sentences a second"), (["--rate", "x"], "sentences"), (["--wait", "-1"], "seconds")],
)
def test_numbers_that_make_no_sense_are_refused(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    add_plain_options(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--plain", *words])
    assert told in capsys.readouterr().err


def test_without_the_option_there_is_no_transcript() -> None:
    parser = argparse.ArgumentParser()
    add_plain_options(parser)
    assert plain_of(parser.parse_args(["--lines", "support"])) is None
    plain = plain_of(parser.parse_args(["--plain", "--lines", "a", "--lines", "all"]))
    assert plain is not None
    assert plain.lines == ("a", "all")
