"""The words of notices, with the texts that come with warroom and with those of a folder."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import msgspec
import pytest

from tests.reports.hostile import CORPUS
from tests.reports.test_notice_matter import action, example, poisoned
from warroom.core.clean import clean
from warroom.core.model import ActionState, Severity
from warroom.core.notices import TEXT_LIMIT, Audience, Event, notice_fault, notices_of
from warroom.core.view import TimelineView
from warroom.reports.notice_actions import ActionMatter
from warroom.reports.notice_matter import Matter, matter_for
from warroom.reports.notice_sandbox import GuardedTemplate
from warroom.reports.notices import NoticeTemplates, Wording, file_name, load_templates, plain

PAIRS = list(itertools.product(Audience, Event))
BUILT_IN = NoticeTemplates()


def written(audience: Audience, event: Event, matter: Matter) -> Wording:
    wording = BUILT_IN.write(audience, event, matter)
    assert wording.fault == ""
    return wording


def test_executives_read_what_holds_and_when_they_hear_more() -> None:
    wording = written(
        Audience.EXECUTIVES, Event.UPDATE, msgspec.structs.replace(example(), contact="+49 89 1", impact="61 users")
    )
    assert wording.subject == "[SEV1] INC-001 update: prompt injection"
    assert wording.text == (
        "What happened\n"
        "This is news of the incident that was opened at 21:08 UTC.\n"
        "Kind: prompt injection. Severity: SEV1. Bots: support.\n\n"
        "Impact\n61 users\n\n"
        "What we did\n"
        "- evidence of support was copied\n"
        "- support was to be limited: replaced by ACT-003\n"
        "- support is switched off: verified from outside at 21:11 UTC\n\n"
        "What we do next\nWe go on verifying from outside that this holds, and find and remove the cause.\n\n"
        "Next update\nAt 21:43 UTC.\n\n"
        "Contact\n+49 89 1\n"
    )


@pytest.mark.parametrize(("audience", "event"), PAIRS)
def test_every_text_is_a_notice_and_nothing_of_an_attack_is_in_it_but_for_security(
    audience: Audience, event: Event
) -> None:
    wording = written(audience, event, poisoned(example()))
    assert ("PROMPT" in wording.text) == (audience is Audience.SECURITY)
    assert "PROMPT" not in wording.subject
    assert not re.search(r"[ \t]\n|\n\n\n|\{[{%]", wording.text)
    assert [line for line in wording.text.splitlines() if line in ("Impact", "Next update", "Contact")]
    notices = notices_of(
        room="r",
        incident="INC-001",
        number=1,
        audience=audience,
        channels=["chat"],
        event=event,
        severity=Severity.SEV1,
        subject=wording.subject,
        text=wording.text,
        created=1.0,
    )
    fault = notice_fault(notices[0])
    assert ("a person sends it" in fault) if audience is Audience.CUSTOMERS else fault == ""


@pytest.mark.parametrize("evil", CORPUS)
@pytest.mark.parametrize("audience", [Audience.SECURITY, Audience.SUPPORT, Audience.CUSTOMERS])
def test_hostile_text_does_nothing_to_who_reads_it(audience: Audience, evil: str) -> None:
    matter = example()
    incident = msgspec.structs.replace(matter.incident, title=evil, bots=[evil], playbook=evil, next_step=evil)
    wording = written(audience, Event.TRIGGER, msgspec.structs.replace(matter, incident=incident, impact=evil))
    for line in [wording.subject, *wording.text.splitlines()]:
        assert clean(line) == line
    whole = wording.subject + wording.text
    assert not re.search(r"https?://|<|>|javascript:", whole)


def test_chat_programs_act_on_nothing_in_a_value() -> None:
    assert plain("<!channel> @everyone @here hello <https://evil.example|bank>") == (
        "‹!channel› @ everyone @ here hello ‹hxxps://evil[.]example|bank›"
    )


def crowded(bot: str) -> Matter:
    """Return an incident in which everything that others write is as long as it may be, and grows when it is quoted."""
    dots = "//a" + ".a" * 150
    deeds = [action(ActionState.FAILED, note=dots, id=f"ACT-{number:03d}", bot=bot) for number in range(40)]
    notes = [TimelineView(n, 30.0, "somebody", "note", f"the bot said {dots}") for n in range(12)]
    incident = msgspec.structs.replace(example().incident, title=dots, timeline=notes, next_step=dots)
    return Matter(incident, deeds, example().now, None, "+49 89 1", "//a" + ".a" * 950)


@pytest.mark.parametrize(("audience", "event"), PAIRS)
def test_an_incident_with_the_most_that_can_be_said_is_a_notice_with_all_that_people_need(
    audience: Audience, event: Event
) -> None:
    wording = written(audience, event, crowded("support"))
    assert len(wording.text) <= TEXT_LIMIT
    assert "\nNext update\n" in wording.text
    assert audience is Audience.CUSTOMERS or "could not be switched off" in wording.text
    assert "//a." not in wording.text


def test_a_text_that_is_too_long_all_the_same_is_cut_and_says_so() -> None:
    wording = written(Audience.SECURITY, Event.UPDATE, crowded("//a" + ".a" * 30))
    assert TEXT_LIMIT - 1000 < len(wording.text) <= TEXT_LIMIT
    assert wording.text.endswith("\n(cut here: a notice has up to 20000 characters)\n")
    assert "What happened" in wording.text


def test_a_built_in_text_takes_the_time_that_a_busy_host_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warroom.reports.notice_sandbox.TIME_S", -1.0)
    assert "Contact" in written(Audience.SECURITY, Event.UPDATE, example()).text


@pytest.mark.parametrize("audience", Audience)
def test_when_no_text_can_be_written_people_are_told_in_one_line(
    audience: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = GuardedTemplate("Subject: {{ nobody }}", plain, ours=True)
    monkeypatch.setattr("warroom.reports.notices._built_in", lambda *pair: broken)
    monkeypatch.setattr("warroom.reports.notices._built_in_action", lambda *pair: broken)
    one = BUILT_IN.write(audience, Event.TRIGGER, example())
    two = BUILT_IN.write_action(audience, Event.UPDATE, ActionMatter(action(ActionState.HELD), example().now))
    for wording, name in ((one, "INC-001"), (two, "ACT-003")):
        assert "'nobody' is undefined" in wording.fault
        assert wording.text.count("\n") == 1
        assert "could not be written" in wording.text
        assert (name in wording.subject and name in wording.text) == (audience is not Audience.CUSTOMERS)
        assert "nobody" not in wording.text
    if audience is not Audience.CUSTOMERS:
        assert one.subject == "[SEV1] INC-001 opened"


def test_a_contact_of_the_config_keeps_its_link() -> None:
    matter = msgspec.structs.replace(example(), contact="https://wiki.example.org/war-room")
    assert "https://wiki.example.org/war-room" in written(Audience.SUPPORT, Event.TRIGGER, matter).text


def test_without_a_next_update_none_is_promised() -> None:
    matter = msgspec.structs.replace(example(), next_update=None)
    assert "Next update\nNone is planned.\n" in written(Audience.LEGAL, Event.RESOLVE, matter).text


def test_a_text_of_ones_own_stands_in_for_the_built_in_one(tmp_path: Path) -> None:
    (tmp_path / file_name(Audience.EXECUTIVES, Event.UPDATE)).write_text(
        "Subject: {{ incident.id }} news\n\n"
        "{% for deed in deeds %}\n* {{ deed.text }}\n{% else %}\nnothing\n{% endfor %}\n"
    )
    (tmp_path / "readme.md").write_text("not a template")
    templates, faults = load_templates(tmp_path)
    assert faults == []
    wording = templates.write(Audience.EXECUTIVES, Event.UPDATE, example())
    assert wording.subject == "INC-001 news"
    assert wording.text.startswith("* evidence of support was copied\n* support was to be limited")
    other = templates.write(Audience.LEGAL, Event.UPDATE, example())
    assert other == BUILT_IN.write(Audience.LEGAL, Event.UPDATE, example())


@pytest.mark.parametrize(
    ("name", "source", "fault"),
    [
        ("executives-updat.txt", "Subject: a\n\nb", "is no AUDIENCE-EVENT.txt (did you mean executives-update.txt?)"),
        ("executives-update.txt", "no subject\n\nb", ":1: must begin with a line such as Subject: what happened"),
        ("executives-update.txt", "Subject: \n\nb", ":1: must begin with a line such as Subject: what happened"),
        ("executives-update.txt", "Subject: a\n\n", "must write a text of 1 to 20000 characters"),
        ("executives-update.txt", "Subject: a\n\n{{ incident.title }}", "no attribute 'title'"),
        ("executives-update.txt", "Subject: a\n\nb{% for deed in deeds %}{{ deed.reason }}{% endfor %}", "'reason'"),
        ("executives-update.txt", "Subject: a\n\n{% for deed in deeds %}b{% endfor %}", "must write a text"),
        ("executives-update.txt", "Subject: a\n\n{{ impct }}", "'impct' is undefined"),
        ("executives-update.txt", "Subject: a\n\n{% for i in range(9) %}\n", ":3: "),
        ("executives-update.txt", "Subject: a\n\nb\n{{ 'a' * 9 }}", ":4: mul is not allowed in a notice"),
        ("executives-update.txt", "x" * 100_000, "a template has up to 20000 characters"),
    ],
)
def test_a_template_that_is_refused_is_named_and_the_built_in_one_is_used(
    tmp_path: Path, name: str, source: str, fault: str
) -> None:
    (tmp_path / name).write_text(source)
    templates, (found,) = load_templates(tmp_path)
    assert str(found).startswith(str(tmp_path / name))
    assert fault in str(found)
    built_in = BUILT_IN.write(Audience.EXECUTIVES, Event.UPDATE, example())
    assert templates.write(Audience.EXECUTIVES, Event.UPDATE, example()) == built_in


def test_a_template_that_fails_in_the_night_is_named_and_people_are_told_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "legal-update.txt").write_text(
        "Subject: a\n\nb{% for deed in deeds %}"
        "{% if deed.verb == 'snapshot' %}{{ deed.nothing }}{% endif %}{% endfor %}"
    )
    templates, faults = load_templates(tmp_path)
    assert faults == []
    wording = templates.write(Audience.LEGAL, Event.UPDATE, example())
    assert wording.fault.startswith("legal-update.txt cannot be filled in")
    assert wording.text == BUILT_IN.write(Audience.LEGAL, Event.UPDATE, example()).text


def test_a_folder_or_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    templates, (fault,) = load_templates(tmp_path / "nothing")
    assert "cannot be read" in str(fault)
    assert templates.write(Audience.LEGAL, Event.UPDATE, example()).text
    (tmp_path / "legal-update.txt").write_bytes(b"\xff\xfe")
    (tmp_path / "legal-trigger.txt").mkdir()
    _, faults = load_templates(tmp_path)
    assert [fault.text for fault in faults] == ["cannot be read: Is a directory", "is not UTF-8 text"]


def test_every_name_of_the_page_is_known_to_its_templates(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "notify.md").read_text()
    (shown,) = re.findall(r"```text\n(Subject: .*?)```", page, re.S)
    (tmp_path / "executives-update.txt").write_text(shown)
    templates, faults = load_templates(tmp_path)
    assert faults == []
    wording = templates.write(Audience.EXECUTIVES, Event.UPDATE, example())
    assert wording.fault == ""
    assert wording.subject == "SEV1 INC-001: prompt injection"
    assert wording.text.endswith("More at 21:43 UTC.\n")


def test_the_page_names_all_that_templates_know_and_nothing_else() -> None:
    page = (Path(__file__).parents[2] / "docs" / "notify.md").read_text()
    rows = re.findall(r"^\| (`.*?) \|", page.split("| name | what it is |")[1], re.M)
    cells = {name for row in rows for name in re.findall(r"`([a-z_.]+)`", row)}
    everybody = matter_for(Audience.LEGAL, Event.UPDATE, example())
    security = matter_for(Audience.SECURITY, Event.UPDATE, example())
    dotted = {name for name in cells if "." in name}
    assert {name.rpartition(".")[2] for name in dotted} == set(security["incident"].__struct_fields__)
    own = {*security["deeds"][0].__struct_fields__} - {*everybody["deeds"][0].__struct_fields__}
    assert cells - dotted == (everybody.keys() - {"incident"}) | own
    deeds = re.search(r"each has ([^|]*)\|", page)
    assert deeds
    assert set(re.findall(r"`(\w+)`", deeds[1])) == {*everybody["deeds"][0].__struct_fields__}
