"""A file's format is found from its first lines, and again when lines stop fitting."""

from __future__ import annotations

from tests.logs.formats.reading import PLACE
from warroom.logs.detect_format import SAMPLED, FormatChooser


def formats(chooser: FormatChooser, lines: list[str]) -> list[str]:
    return [record.format if (record := chooser.read(line, PLACE)) else "none" for line in lines]


def test_each_line_of_a_mixed_file_finds_its_format() -> None:
    lines = ["INFO:b:x", '{"message":"x"}', "INFO:b:y", "what"]
    assert formats(FormatChooser(), lines) == ["basic", "json", "basic", "none"]


def test_what_most_of_the_first_lines_fit_leads() -> None:
    chooser = FormatChooser()
    before = chooser.leading
    formats(chooser, ['{"message":"x"}', *["INFO:b:x"] * SAMPLED])
    leading = chooser.leading
    assert before is None
    assert leading is not None
    assert leading("INFO:b:x", PLACE) is not None


def test_when_lines_stop_fitting_another_format_comes_to_lead() -> None:
    chooser = FormatChooser()
    formats(chooser, ["INFO:b:x"] * SAMPLED)
    formats(chooser, ['{"message":"x"}'] * 400)
    assert chooser.leading is not None
    assert chooser.leading('{"message":"x"}', PLACE) is not None


def test_an_envelope_is_remembered() -> None:
    chooser = FormatChooser()
    opened = chooser.open('{"log":"INFO:b:x\\n","stream":"stderr","time":"2026-11-22T21:07:47.1Z"}', 5.0)
    assert opened is not None
    assert (opened.text, chooser.envelope is not None) == ("INFO:b:x", True)
    assert chooser.open("INFO:b:x", 5.0) is None
