"""The one table of actions: it feeds the keys, the footer, the palette, the help page and docs/keys.md."""

from __future__ import annotations

import msgspec

EVERYWHERE = "everywhere"
LIST = "list"
"""Any pane with a cursor."""
STREAM = "log"
"""A pane that follows a log."""


_DECIDED = ("actions", "incident")
"""Where an action is decided about."""


class Action(msgspec.Struct, frozen=True):
    """One thing that a person can do with a key."""

    id: str
    keys: str
    """Keys as Textual names them, separated by commas; the first is the one that is shown."""
    title: str
    """Two or three words for footer and palette."""
    help: str
    """One sentence for the help page; `{id}` stands for the key of another action, which a person may have changed."""
    where: tuple[str, ...]
    """Pages, or `everywhere`, `list`, `log`."""
    dangerous: bool = False
    """Acts on a bot: never without its dialog."""
    changes: bool = True
    """Sends a command: refused on a read-only console."""
    footer: int = 50
    """Place in the footer, low first; 100 and more is never shown there."""


def _look(id: str, keys: str, title: str, help: str, *where: str, footer: int = 50) -> Action:
    return Action(id, keys, title, help, where or (EVERYWHERE,), changes=False, footer=footer)


ACTIONS: tuple[Action, ...] = (
    # Acts, most wanted first.
    Action(
        "contain",
        "x",
        "contain",
        "Choose how to contain the bot in question, see the dry run, confirm.",
        ("overview", "incident", "alarms", "stream", "actions"),
        dangerous=True,
        footer=10,
    ),
    Action(
        "tick",
        "space",
        "tick",
        "Tick the step under the cursor; a ticked one asks why it is taken back.",
        ("incident",),
        footer=5,
    ),
    Action("skip", "S", "skip", "Skip the step under the cursor; asks for the reason.", ("incident",), footer=30),
    Action(
        "note",
        "t",
        "note",
        "Write a note into the incident's timeline.",
        ("overview", "incident", "alarms", "stream", "actions", "postmortem"),
        footer=20,
    ),
    Action("decide", "d", "decision", "Record a decision and its reason.", ("incident",), footer=40),
    Action(
        "tell",
        "T",
        "tell people",
        "Tell an audience of the incident: shows the exact notice, then sends it.",
        ("overview", "incident", "alarms", "actions", "outbox"),
        footer=45,
    ),
    Action(
        "again",
        "r",
        "send again",
        "Send a notice again that was given up: the same text under the same key, after a question.",
        ("outbox",),
        footer=46,
    ),
    Action("role", "R", "role", "Take a role in the incident, or give it to somebody.", ("incident",), footer=60),
    Action("raise", "+", "severity up", "Raise the severity by one.", ("incident",), footer=110),
    Action("lower", "-", "severity down", "Lower the severity by one; asks for the reason.", ("incident",), footer=110),
    Action(
        "phase",
        "p",
        "phase",
        "Enter the next phase; says which required steps are still open.",
        ("incident",),
        footer=25,
    ),
    Action(
        "hand_over", "H", "hand over", "Pass the command of the incident to somebody else.", ("incident",), footer=110
    ),
    Action("moment", "M", "moment", "Mark a named moment, such as when the attack started.", ("incident",), footer=110),
    Action("close", "C", "close", "Close the incident; asks for the reason.", ("incident",), footer=110),
    Action(
        "ack", "a", "ack", "Acknowledge the alarm in question: somebody has seen it.", ("overview", "alarms"), footer=12
    ),
    Action(
        "open",
        "o,i",
        "incident",
        "Open an incident from the alarm or bot in question.",
        ("overview", "alarms", "stream"),
        footer=14,
    ),
    Action(
        "approve",
        "A",
        "approve",
        "Agree, as the second person, to exactly the plan that is shown.",
        _DECIDED,
        dangerous=True,
        footer=31,
    ),
    Action("deny", "D", "say no", "Say no, as the second person; asks for the reason.", _DECIDED, footer=33),
    Action("begin", "b", "begin", "Begin a draft after its exact plan.", _DECIDED, dangerous=True, footer=32),
    Action("cancel", "K", "call off", "Call off what has not begun.", _DECIDED, footer=34),
    Action(
        "break_glass",
        "B",
        "break glass",
        "Begin alone what waits for a second person; asks for the reason and tells everybody.",
        _DECIDED,
        dangerous=True,
        footer=35,
    ),
    Action(
        "release",
        "r",
        "release",
        "Undo the containment in question: lets the bot back.",
        _DECIDED,
        dangerous=True,
        footer=16,
    ),
    Action(
        "verify",
        "v",
        "verify",
        "Probe the containment in question now, and say what its adapter reads.",
        _DECIDED,
        footer=18,
    ),
    Action(
        "export",
        "P",
        "post-mortem",
        "Write the incident's post-mortem to a file and say where.",
        ("incident", "overview", "actions", "postmortem"),
        footer=45,
    ),
    Action(
        "point",
        "@",
        "point",
        "Point at what is under the cursor: everybody is told, and {follow} leads them there. Once more ends it.",
        (EVERYWHERE,),
        footer=92,
    ),
    # Ways around.
    _look("follow", "f", "go there", "Go where somebody points; once more, or Esc, goes back.", footer=120),
    _look("enter", "enter", "open", "Open the thing under the cursor.", LIST, footer=1),
    _look("page_overview", "1", "bots", "The board of bots, what needs attention, and the stream.", footer=120),
    _look("page_incident", "2", "incident", "The incident room: checklist, timeline, actions.", footer=120),
    _look("page_alarms", "3", "alarms", "Alarms with their reasons.", footer=120),
    _look("page_actions", "4", "actions", "Containments with their proof.", footer=120),
    _look("page_stream", "5", "stream", "The log of the chosen bot, full screen.", footer=120),
    _look("page_outbox", "6", "told", "Who was told what, and who was not: each notice whole.", footer=120),
    _look("page_query", "9", "query", "Ask the record with SQL, read-only.", footer=120),
    _look(
        "page_postmortem",
        "7",
        "post-mortem page",
        "The post-mortem as it would be written now, and what is left.",
        footer=120,
    ),
    _look("page_exercise", "8", "drill", "How the team stands in a drill, or how to begin one.", footer=120),
    _look(
        "page_messages", "0", "messages", "All that happened in the room, and the answers to this console.", footer=90
    ),
    _look(
        "copy",
        "c",
        "copy",
        "Copy the whole record under the cursor to your terminal's clipboard; a long one goes into a file.",
        footer=120,
    ),
    _look(
        "copy_file", "Y", "copy to file", "Write what {copy} copies into a new private file and say where.", footer=120
    ),
    _look("copy_marked", "y", "copy marked", "Copy all marked lines, oldest first.", "stream", "overview", footer=130),
    _look("next_pane", "tab", "pane", "Go to the next pane ({previous_pane}: back).", footer=80),
    _look("previous_pane", "shift+tab", "pane back", "Go to the pane before.", footer=120),
    _look(
        "previous",
        "[",
        "previous",
        "The incident or bot before.",
        "incident",
        "stream",
        "postmortem",
        footer=120,
    ),
    _look("next", "]", "next", "The incident or bot after.", "incident", "stream", "postmortem", footer=120),
    _look("back", "escape", "back", "Go back to the page before; never leaves.", footer=95),
    _look(
        "leave",
        "q,ctrl+c",
        "leave",
        "Go back; on the board it asks whether to leave. The engine goes on watching.",
        footer=98,
    ),
    _look(
        "palette",
        ":,ctrl+p",
        "commands",
        "Find any command by its name; of one that belongs to another page it shows that page and the key.",
        footer=85,
    ),
    _look("times", "z", "UTC or local", "Tell all times in UTC, or in local time with its offset.", footer=120),
    _look("redraw", "ctrl+l", "redraw", "Draw the whole screen again, after something else wrote on it.", footer=120),
    _look(
        "fresh",
        "ctrl+r",
        "start fresh",
        "The board, without filters, search and marks, at the newest lines; once more within a minute goes back.",
        footer=120,
    ),
    _look("help", "?,f1", "help", "The keys of this page.", footer=99),
    # A query.
    _look(
        "sql", "s", "SQL", "Type a query, or change the one in hand; up and down bring former ones.", "query", footer=2
    ),
    _look("sql_again", "r", "ask again", "Run the query in hand again.", "query", footer=3),
    # Movement, handled by the pane that has the focus.
    _look("down", "j,down", "down", "Down one row.", LIST, STREAM, footer=130),
    _look("up", "k,up", "up", "Up one row; in a stream this pauses it.", LIST, STREAM, footer=130),
    _look("page_down", "pagedown", "page down", "Down one screen.", LIST, STREAM, footer=130),
    _look("page_up", "pageup", "page up", "Up one screen; in a stream this pauses it.", LIST, STREAM, footer=130),
    _look("first", "g,home", "first", "To the first row.", LIST, STREAM, footer=130),
    _look("last", "G,end", "last", "To the last row; a paused stream follows again.", LIST, STREAM, footer=130),
    _look(
        "search",
        "/",
        "search",
        "Look for a text in the log or the post-mortem, `*` is anything: lit, counted.",
        STREAM,
        "stream",
        "postmortem",
        footer=13,
    ),
    _look(
        "next_hit", "n", "next hit", "To the next hit of the search, further down.", STREAM, "postmortem", footer=130
    ),
    _look(
        "previous_hit",
        "N",
        "hit before",
        "To the hit before; goes on in the file, Esc stops it.",
        STREAM,
        "postmortem",
        footer=130,
    ),
    _look(
        "filter",
        "&",
        "filter",
        "Show only lines with a text, with a leading `!` those without it; Enter alone removes all filters.",
        STREAM,
        "stream",
        footer=15,
    ),
    _look("filters_off", "\\", "filters off", "Switch all filters off, and on again.", STREAM, footer=130),
    _look("level_up", "l", "level", "Hide one level more; lines that a rule marks stay.", STREAM, "stream", footer=26),
    _look("level_down", "L", "level back", "Hide one level less.", STREAM, footer=130),
    _look(
        "previous_odd", "E", "error before", "To the error or anomaly before; goes on in the file.", STREAM, footer=130
    ),
    _look("next_odd", "e", "next error", "To the next error or anomaly.", STREAM, "stream", footer=24),
    _look("mark", "m", "mark", "Mark the line under the cursor: a note offers it.", STREAM, "stream", footer=22),
    _look("next_mark", "u", "next mark", "To the next marked line.", STREAM, footer=130),
    _look("previous_mark", "U", "mark before", "To the marked line before.", STREAM, footer=130),
    _look("wrap", "w", "wrap", "Break long lines, or cut them at the edge.", STREAM, "stream", footer=28),
    _look("all_bots", "*", "all bots", "All bots by the time of their lines, or one.", STREAM, "stream", footer=17),
    _look("left", "left", "left", "Scroll left; in a result one column.", STREAM, "query", footer=130),
    _look("right", "right", "right", "Scroll right, to see the end of long lines.", STREAM, "query", footer=130),
)

BY_ID = {action.id: action for action in ACTIONS}


def actions_on(page: str) -> list[Action]:
    """Return what a page offers: its own actions first, then those of everywhere; movement is not among them."""
    own = [a for a in ACTIONS if page in a.where]
    return own + [a for a in ACTIONS if EVERYWHERE in a.where]


LOG_PAGES = ("stream", "overview")
"""Pages that show a log."""


def place_of(action: Action, page: str) -> str:
    """Return the page to go to for an action; empty where it can be done on `page`."""
    here = {page, EVERYWHERE, LIST, *((STREAM,) if page in LOG_PAGES else ())}
    if here & set(action.where):
        return ""
    return next((place for place in action.where if place != STREAM), LOG_PAGES[0])


def footer_actions(page: str, *, enter: bool, read_only: bool) -> list[Action]:
    """Return the actions that the footer of a page may show, most wanted first; `? help` is always the last."""
    offered = [a for a in actions_on(page) if a.footer < 99 and not (read_only and a.changes)]
    if enter:
        offered.append(BY_ID["enter"])
    return [*sorted(offered, key=lambda a: a.footer), BY_ID["help"]]
