"""What would have been, on the command line."""

from __future__ import annotations

import json

from tests.cli.conftest import Here
from warroom.cli.shadow import shadow_lines
from warroom.core.blast import Blast
from warroom.core.queries import ShadowAnswer
from warroom.core.record import Coverage
from warroom.core.shadow import Everything, fold_shadow


def test_a_quiet_bot_loses_nothing(in_busy: Here) -> None:
    code, out, err = in_busy("shadow", "support", "--last", "5m", "--room", "busy")
    assert (code, err) == (0, "")
    assert "would have refused 0 of 0 requests" in out
    told = json.loads(in_busy("shadow", "support", "--json", "--room", "busy")[1])
    assert told["result"]["considered"] == 0
    assert told["coverage"]["whole"] is True


def test_a_wrong_question_is_refused(in_busy: Here) -> None:
    assert in_busy("shadow", "nobody", "--room", "busy")[0] == 4
    assert in_busy("shadow", "support", "--rule", "R99", "--room", "busy")[0] == 4
    assert in_busy("shadow", "support", "--last", "5")[0] == 2
    assert in_busy("shadow", "support", "--per-user", "3", "--tools-off")[0] == 2


def test_a_reading_that_ended_early_is_said() -> None:
    result = fold_shadow([], Everything(), 0.0, 60.0)
    blast = Blast(0, 0, 0, [], [], None, 0.0, 60.0)
    rows = shadow_lines(ShadowAnswer("everything refused", blast, result, Coverage(30.0, 60.0, False, "late", 9, 1.0)))
    assert rows[-1].strip() == "not all was read: late"
