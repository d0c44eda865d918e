"""Everything the documents show is so: the conversation, the commands, the diagram, the tables, the paths."""

import json
import re
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import rules
from bot.cli import main
from bot.ledger import Ledger, Member
from bot.settings import read_settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


def blocks(language: str, text: str = README) -> list[str]:
    return [
        re.sub(r"(?m)^   ", "", found) if found.startswith("   ") else found
        for found in re.findall(rf"(?ms)^ *```{language}\n(.*?)^ *```$", text)
    ]


def module(name: str, *arguments: str, stdin: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", name, *arguments]
    return subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )


def test_the_conversation_is_what_the_console_says(tmp_path):
    (shown,) = blocks("console")
    said = []
    for line in shown.splitlines():
        if line.startswith("> "):
            said.append(line[2:])
    done = module("bot", "console", "--db", "readme.db", stdin="\n".join(said), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    answers = "\n".join(line for line in shown.splitlines() if not line.startswith("> "))
    assert _lines(answers) == _lines(done.stdout)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def test_the_line_of_json_is_answered(tmp_path):
    (shown,) = [block for block in blocks("sh") if "python -m rules" in block]
    sent = re.search(r"echo '(.*)' \|", shown)
    assert sent
    done = module("rules", stdin=sent[1], folder=tmp_path)
    assert json.loads(done.stdout)["standings"][0]["cycle"]["suspends_on"] == "2026-01-01"


def test_the_questions_asked_by_command_are_answered(tmp_path):
    for question in re.findall(r'`python -m faq ask "([^"]+)"`', README):
        done = module("faq", "ask", question, stdin="", folder=tmp_path)
        assert json.loads(done.stdout)["tier"] == "answer"


def test_the_diagram_shows_the_dates_the_rules_compute():
    (diagram,) = blocks("text")
    earned_on = date(2024, 1, 1)
    history = rules.History(earned_on, (rules.Credential("ACP-620", earned_on),))
    policy = rules.load_policy()
    (standing,) = rules.standings(history, policy)
    days = [earned_on, *standing.cycle[1:3], standing.exam_window.opens_on, standing.last_safe_day]
    assert sorted(re.findall(r"\d{4}-\d\d-\d\d", diagram)) == sorted(day.isoformat() for day in days)
    assert f"active: {policy.active_months.newest} months" in diagram
    assert f"suspended: {policy.grace_months.newest} months" in diagram


def test_the_settings_shown_are_settings_the_bot_reads():
    (shown,) = [block for block in blocks("sh") if "SLACK_BOT_TOKEN" in block]
    found = read_settings(dict(line.split("=", 1) for line in shown.split()))
    assert found.slack
    assert found.slack.app_token


def test_deleting_a_member_as_shown_leaves_nothing_of_them_and_all_of_others(console, ledger, capsys):
    told = (
        "cert add ACP-620 earned 2024-01-01",
        "portal ACP-620 suspends 2026-01-01 expires 2026-04-01",
        "exam ACP-620 2025-11-15",
        'add course "Jira" yesterday',
        "remind on",
        "cert remove ACP-620",  # which asks first
        "import kind,date,title\ncourse,2025-11-20,Imported",  # and so does this
    )
    for name in ("@alice", "@bob"):
        for line in told:
            console.feed(f"{name} /ce {line}")
        console.feed(f"{name} #general /ce team {'start' if name == '@alice' else 'join'}")
        console.feed(f"{name} does coursework need to match the cert?")
        console.feed("!click Helpful")  # as the one who spoke last
        with ledger.write() as writer:
            who = Member("TCONSOLE", f"U{name[1:].upper()}")
            writer.calendars.keep(who, name, datetime(2025, 12, 2, tzinfo=UTC))
    (shown,) = [block for block in blocks("sh") if "ce-bot forget" in block]
    connection = sqlite3.connect(ledger.path, isolation_level=None)
    before, bob = _rows_of(connection, "UALICE"), _rows_of(connection, "UBOB")
    assert all(count > 0 for count in before.values()), before
    asked = shown.replace("T0123ABCD", "TCONSOLE").replace("U0123ABCD", "UALICE").split()[1:]
    assert main([*asked, "--yes", "--db", ledger.path]) == 0
    assert "Deleted for good" in capsys.readouterr().out
    assert set(_rows_of(connection, "UALICE").values()) == {0}
    assert _rows_of(connection, "UBOB") == bob
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def _rows_of(connection: sqlite3.Connection, member: str) -> dict[str, int]:
    """How many rows each table has that names somebody as its member or addressee."""
    found = {}
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        columns = {column for _, column, *_ in connection.execute(f"PRAGMA table_info({table})")}
        for column in columns & {"member", "addressee"}:
            sql = f"SELECT count(*) FROM {table} WHERE {column} = ?"
            found[f"{table} {column}"] = connection.execute(sql, [member]).fetchone()[0]
    return found


def test_a_question_is_stored_without_its_asker(console, ledger):
    console.feed("@bob Which wine goes with grilled mackerel on a boat?")
    connection = sqlite3.connect(ledger.path)
    for table in ("faq_questions", "faq_threads", "faq_phrasings", "faq_channels"):
        assert "BOB" not in str(connection.execute(f"SELECT * FROM {table}").fetchall())
    assert connection.execute("SELECT count(*) FROM faq_questions").fetchone() == (1,)


def test_every_table_and_column_is_described_and_nothing_else(tmp_path):
    ledger = Ledger(tmp_path / "a.db")
    ledger.close()
    connection = sqlite3.connect(tmp_path / "a.db")
    there = {
        (table, column)
        for (table,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        for _, column, *_ in connection.execute(f"PRAGMA table_info({table})")
    }
    described, table = set(), ""
    for row in re.findall(
        r"(?m)^\| *([a-z_]*) *\| ([a-z_, ]+) \| .+ \|$", (ROOT / "docs/database.md").read_text()
    ):
        if row == ("table", "column"):
            continue
        table = row[0] or table
        described |= {(table, column.strip()) for column in row[1].split(",")}
    assert described == there


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_and_make_target_a_document_names_exists(document):
    text = document.read_text(encoding="utf-8")
    names = re.findall(r"\]\(([^)#:]+)\)", text)
    names += re.findall(r"`((?:bot|rules|faq|tests|docs)/[\w./]+)`", text)
    for name in names:
        assert (ROOT / name).exists(), name
    targets = re.findall(r"(?m)^([a-z0-9]+):", (ROOT / "Makefile").read_text())
    for target in re.findall(r"`?make ([a-z0-9]+)`?", text):
        assert target in targets or target in {"and", "room"}, target


def test_the_settings_of_curators_shown_are_settings_the_bot_reads():
    (shown,) = [block for block in blocks("sh") if "CE_BOT_CURATORS=" in block]
    found = read_settings(dict(line.split("=", 1) for line in shown.split()))
    assert found.curators == {"U0123ABCD", "U0456EFGH"}
    assert found.curators_channel == "C0123ABCD"


def test_the_address_shown_is_one_that_can_be_set():
    (shown,) = [block for block in blocks("sh") if "CE_BOT_URL=" in block]
    found = read_settings(dict(line.split("=", 1) for line in shown.split()))
    assert found.url == "https://ce-bot.example.com"


def test_what_is_stored_is_listed_by_its_nature():
    stored = README[README.index("## What is stored about people") :]
    for what in ("time zone", "certifications", "activities", "exams", "answers given", "voted", "Questions"):
        assert what in stored
