"""Tests mirror the tree: each module has its test file at the same place, or a reason why not."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tests.guards.tree import ROOT, name_of, python_files

_SMALL = 5
_DECLARED = "declares shapes and does nothing; whoever decides with them is tested"
_DRAWN = "only draws; whole screens are compared with it"
_TYPED = "is tested by keys in and screens out, as a person meets it"
_GROUPS = {
    (
        _DECLARED,
        "tests/core/test_decide.py",
    ): """
        core/commands core/context core/desk core/facts core/facts_contain core/facts_notice core/model core/queries
        core/settings core/settings_contain core/settings_probe
        """,
    (_DECLARED, "tests/cli/test_preview.py"): "core/draft",
    (_DECLARED, "tests/core/test_timeline.py"): "core/record core/ports",
    (_DECLARED, "tests/engine/test_server.py"): "core/room core/view",
    (_DECLARED, "tests/logs/test_detect_format.py"): "logs/formats/catalogue logs/formats/format",
    (_DECLARED, "tests/engine/test_courier.py"): "core/notice_ports",
    ("is put together here and works only as a whole", "tests/engine/test_engine.py"): """
        engine/answers engine/hands engine/parts
        """,
    ("is walked through a running room", "tests/engine/test_log_reader.py"): "engine/log_merge engine/log_walk",
    (
        "finds real accounts, cgroups and namespaces",
        "tests/adapters/contain/test_nft.py",
    ): "adapters/contain/nft_targets",
    ("asks the machine for its time; nothing to decide", "tests/adapters/contain/test_contract.py"): "adapters/clock",
    (_DRAWN, "tests/tui/test_goldens.py"): """
        tui/pages/actions tui/pages/alarms tui/pages/incident tui/pages/overview tui/pages/page tui/pages/reading
        tui/pages/stream tui/action_lines tui/alarm_lines tui/bar tui/board tui/brush tui/frame_lines tui/lines
        tui/room_lines tui/scene tui/stream_lines tui/theme tui/words
        """,
    ("is read and drawn as one document", "tests/tui/test_sheet.py"): "tui/sheet_table tui/sheet_text",
    (_TYPED, "tests/tui/test_postmortem.py"): "tui/pages/postmortem tui/paper tui/draft_lines",
    (_TYPED, "tests/tui/test_exercise_page.py"): "tui/pages/exercise tui/exercise_lines",
    ("is drawn from its lines and walked through", "tests/tui/test_tell.py"): "tui/pages/outbox",
    (_TYPED, "tests/tui/test_app.py"): """
        tui/book tui/dialogs tui/forms tui/hands tui/link tui/palette tui/pane tui/report tui/screen tui/session
        """,
    (_TYPED, "tests/tui/test_stream.py"): "tui/log_errand tui/log_pane tui/log_words tui/prompt",
    (_DECLARED, "tests/tui/test_app.py"): "tui/outside",
    ("is what the consoles of a room show of each other", "tests/tui/test_together.py"): "tui/others",
    (_TYPED, "tests/tui/test_absence.py"): "tui/homecoming",
    (_TYPED, "tests/tui/test_query.py"): "tui/pages/query tui/sql_prompt",
    ("reads the config of a room and of a person", "tests/adapters/test_config.py"): "adapters/plain_toml",
    ("is derived from the table of actions and checked there", "tests/tui/test_actions.py"): "tui/keys tui/keys_page",
}
ELSEWHERE = {
    f"warroom/{name}.py": (place, reason) for (reason, place), names in _GROUPS.items() for name in names.split()
}
"""Module -> the test file that covers it, and why it has none of its own."""


def modules() -> list[str]:
    """Return the modules that need a test file."""
    return [
        name_of(file)
        for file in python_files("warroom")
        if file.name not in {"__init__.py", "__main__.py"} and len(file.read_text().splitlines()) > _SMALL
    ]


def mirror_of(module: str) -> str:
    """Return where a module's tests belong."""
    path = PurePosixPath(module)
    return str(PurePosixPath("tests", *path.parent.parts[1:], f"test_{path.name}"))


@pytest.mark.parametrize("module", modules())
def test_a_module_has_its_tests(module: str) -> None:
    covered = module in ELSEWHERE or (ROOT / mirror_of(module)).is_file()
    assert covered, f"{module} wants {mirror_of(module)}"


@pytest.mark.parametrize("module", ELSEWHERE)
def test_an_exception_names_a_module_and_a_test_file(module: str) -> None:
    place, reason = ELSEWHERE[module]
    assert module in modules()
    assert len(reason.split()) >= 4
    assert (ROOT / place).is_file(), f"{place} should cover {module}"


def test_exceptions_stay_few() -> None:
    assert len(ELSEWHERE) <= len(modules()) // 4
