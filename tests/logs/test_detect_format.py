"""A file's format is found from its first lines, and again when lines stop fitting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.logs.formats.reading import PLACE, made
from warroom.logs.detect_format import SAMPLED, FormatChooser
from warroom.logs.formats.catalogue import ENVELOPES, FORMATS
from warroom.logs.formats.custom import custom_format
from warroom.logs.formats.format import Envelope, Format
from warroom.logs.line_parser import LineParser


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


def test_an_envelope_that_comes_no_more_is_forgotten() -> None:
    chooser = FormatChooser()
    chooser.open("2026-11-22T21:07:47Z stderr F x", 5.0)
    assert chooser.envelope is not None
    for _ in range(SAMPLED):
        chooser.open("INFO:b:x", 5.0)
    assert chooser.envelope is None


def test_what_the_config_describes_goes_before_an_envelope() -> None:
    line = "Nov 22 21:07:47 host bot[1]: x"
    described = custom_format("mine", r"(?P<time>\w+ \d+ [\d:]+) (?P<message>.*)")
    parser = LineParser("/x", "bot", 0, formats=[described])
    (record,) = parser.feed(f"{line}\n".encode(), 0, 1795424400.0)
    assert (record.format, record.message) == ("mine", "host bot[1]: x")


@pytest.mark.parametrize("envelope", ENVELOPES, ids=lambda one: one.id)
def test_no_format_claims_what_an_envelope_opens(envelope: Envelope) -> None:
    for sample in envelope.samples:
        assert [one.id for one in FORMATS if made(one, sample)] == []
        assert [one.id for one in ENVELOPES if one.open(sample, 1795424400.0)] == [envelope.id]


@pytest.mark.parametrize("format", FORMATS, ids=lambda one: one.id)
def test_no_envelope_opens_what_a_format_reads(format: Format) -> None:
    assert not any(one.open(sample, 1795424400.0) for one in ENVELOPES for sample in format.samples)


@given(st.characters(categories=["L"]), st.sampled_from(FORMATS), st.integers(0, 9), st.text(max_size=50))
def test_a_format_that_is_not_asked_about_words_has_no_line_that_begins_with_a_letter(
    letter: str, format: Format, sample: int, text: str
) -> None:
    if not format.words:
        written = format.samples[sample % len(format.samples)]
        for line in (letter + text, letter + written, letter + written[1:]):
            assert made(format, line) is None
