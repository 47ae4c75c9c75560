"""A journal on the disk to be asked with SQL, and queries that nobody should be able to harm the room with."""

from __future__ import annotations

from pathlib import Path

from tests.reports.example_journal import example_entries
from warroom.adapters.journal import SqliteJournal
from warroom.core.ports import Pending

FOREVER = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
BIG = "replace(hex(zeroblob({})), '0', 'a')"
FORBIDDEN = {
    "insert": "INSERT INTO acts (seq) VALUES (99)",
    "update": "UPDATE acts SET text = 'x'",
    "delete": "DELETE FROM acts",
    "drop": "DROP TABLE acts",
    "create": "CREATE TABLE x (y)",
    "view": "CREATE VIEW x AS SELECT 1",
    "temporary": "CREATE TEMP TABLE x (y)",
    "trigger": "CREATE TEMP TRIGGER x AFTER INSERT ON acts BEGIN SELECT 1; END",
    "attach": "ATTACH '/etc/passwd' AS x",
    "detach": "DETACH main",
    "pragma": "PRAGMA query_only = OFF",
    "pragma table": "SELECT * FROM pragma_database_list",
    "vacuum": "VACUUM INTO '/tmp/warroom-copy.db'",
    "reindex": "REINDEX",
    "analyze": "ANALYZE",
    "begin": "BEGIN IMMEDIATE",
    "savepoint": "SAVEPOINT x",
    "extension": "SELECT load_extension('/tmp/x.so')",
    "read file": "SELECT readfile('/etc/passwd')",
    "write file": "SELECT writefile('/tmp/x', 'y')",
    "tokenizer": "SELECT fts3_tokenizer('simple')",
    "log": "SELECT sqlite_log(1, 'x')",
    "virtual": "CREATE VIRTUAL TABLE temp.x USING fts5(y)",
    "statements": "SELECT * FROM sqlite_stmt",
    "pages": "SELECT * FROM dbstat",
    "two": "SELECT 1; DROP TABLE acts",
    "many columns": f"SELECT {','.join('1' * 300)}",
    "deep": f"SELECT {'(' * 500}1{')' * 500}",
    "long sum": f"SELECT {'+'.join('1' * 500)}",
    "compound": " UNION ALL ".join(["SELECT 1"] * 60),
    "long": f"SELECT '{'x' * 5000}'",
    "big blob": "SELECT randomblob(1000000000)",
    "big zero": "SELECT zeroblob(1000000000)",
    "big text": "SELECT group_concat(hex(zeroblob(300000))) FROM acts, steps",
    "long pattern": f"SELECT 'x' LIKE '{'%_' * 200}'",
    "exponential": "WITH a AS (SELECT 1 x),"
    + ",".join(f"{chr(98 + n)} AS (SELECT * FROM {chr(97 + n)} m, {chr(97 + n)} n)" for n in range(20))
    + " SELECT count(*) FROM u",
}
"""Each is refused before it runs, or where it goes beyond a limit."""
ENDLESS = {
    "recursion": f"{FOREVER} SELECT count(*) FROM n",
    "join": "SELECT count(*) FROM acts a, acts b, acts c, acts d, acts e, acts f",
    "sort": f"{FOREVER} SELECT randomblob(900000) FROM n ORDER BY 1",
    "distinct": f"{FOREVER} SELECT count(*) FROM (SELECT DISTINCT randomblob(900000) FROM n)",
}
"""Each is interrupted after a second."""
STUBBORN = {
    "printf": "SELECT length(printf('%.*c', 1000000000, 'x'))",
    "instr": f"SELECT instr({BIG.format(450000)}, {BIG.format(240000)} || 'b')",
}
"""Each takes long in one step, which SQLite cannot interrupt."""


async def write_example(path: Path) -> None:
    """Write the example incident as a journal."""
    async with SqliteJournal(path) as journal:
        await journal.append([Pending(one.at, one.actor, one.command, one.fact) for one in example_entries()])
