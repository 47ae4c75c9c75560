"""Settings of the whole test run, and its list of skips: WARROOM_SKIPS_FILE says where, a line `test: reason` each."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.quick import left_to_the_long_run

# How long one example takes says more about the machine's other work than about the code.
settings.register_profile("warroom", deadline=None)
settings.load_profile("warroom")

# A person's own terminal or rooms must not reach into a test.
for name in ("COLUMNS", "LINES", "NO_COLOR", "WARROOM_ROOM"):
    os.environ.pop(name, None)

SKIPS = pytest.StashKey[set[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Let the process that hears of every test keep the list; workers of xdist only report to it."""
    if "WARROOM_SKIPS_FILE" in os.environ and not hasattr(config, "workerinput"):
        config.stash[SKIPS] = set()
        config.pluginmanager.register(_Skips(config.stash[SKIPS]))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as long what the table leaves to the long run."""
    table, seen = left_to_the_long_run(), set[str]()
    for item in items:
        name = item.nodeid.partition("[")[0]
        if name in table and (name in seen or not table[name]):
            item.add_marker(pytest.mark.long)
        seen.add(name)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the list, sorted; an empty file when nothing was skipped."""
    skips = session.config.stash.get(SKIPS, None)
    if skips is not None:
        Path(os.environ["WARROOM_SKIPS_FILE"]).write_text("".join(f"{line}\n" for line in sorted(skips)))


class _Skips:
    def __init__(self, skips: set[str]) -> None:
        self._skips = skips

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._keep(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._keep(report)

    def _keep(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        # An expected failure is reported as skipped too, but it ran.
        if report.skipped and not hasattr(report, "wasxfail") and isinstance(report.longrepr, tuple):
            name = report.nodeid.partition("[")[0]
            self._skips.add(f"{name}: {report.longrepr[2].removeprefix('Skipped: ')}")
