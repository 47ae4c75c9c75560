"""The console as its user meets it: pages, keys, answers, and what it does when things go wrong."""

from __future__ import annotations

from tests.tui.running import console


async def test_the_first_screen_shows_board_attention_and_stream() -> None:
    async with console((80, 24)) as session:
        await session.see("!! ALARM", "SEV1 INC-001", "Stream support · FOLLOW", "R12-injection-phrase", "? help")


async def test_every_page_opens_by_its_key_and_escape_goes_back() -> None:
    async with console() as session:
        for key, seen in (
            ("2", "CONTAIN 1/4"),
            ("3", "WHY"),
            ("4", "PROOF FROM OUTSIDE"),
            ("5", "Stream support"),
            ("m", "legal informed"),
            ("question_mark", "EVERYWHERE"),
        ):
            await session.press(key)
            await session.see(seen)
        await session.press("escape", "escape", "escape", "escape", "escape", "escape", "escape")
        await session.see("Bots 6")
        assert session.app.is_running
