"""Settings of the whole test run."""

from __future__ import annotations

import os

from hypothesis import settings

# How long one example takes says more about the machine's other work than about the code.
settings.register_profile("warroom", deadline=None)
settings.load_profile("warroom")

# A person's own terminal or rooms must not reach into a test.
for name in ("COLUMNS", "LINES", "NO_COLOR", "WARROOM_ROOM"):
    os.environ.pop(name, None)
