"""A file's format is found from its lines; a line that does not fit tries the others."""

from __future__ import annotations

from warroom.logs.detect_format import FormatDetector


def formats(lines: list[str]) -> list[str]:
    detector = FormatDetector()
    return [parsed.format if (parsed := detector.parse(line)) else "none" for line in lines]


def test_each_line_of_a_mixed_file_finds_its_format() -> None:
    docker = '{"log":"INFO:b:x\\n","stream":"stderr","time":"2026-11-22T21:07:47.1Z"}'
    lines = ["INFO:b:x", '{"message":"x"}', "INFO:b:y", docker, "what"]
    assert formats(lines) == ["basic", "json", "basic", "docker+basic", "none"]


def test_the_share_that_fits_is_counted_over_the_newest_lines() -> None:
    detector = FormatDetector()
    assert detector.share_parsed == 1.0
    for line in ["INFO:b:x"] * 3 + ["odd"]:
        detector.parse(line)
    assert detector.share_parsed == 0.75
    for _ in range(200):
        detector.parse("INFO:b:x")
    assert detector.share_parsed == 1.0
