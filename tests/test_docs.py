"""Everything the documents show is so: the conversation, the commands, the diagram, the tables, the paths."""

import json
import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from prometheus_client import generate_latest

import rules
from bot.cli import EPILOG, _parser, main
from bot.ledger import Ledger, Member
from bot.listeners import commands
from bot.settings import read_settings
from bot.watching import Watching

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
            change = writer.begin_change(who, "attach proof", "activity 1", datetime(2025, 12, 2, tzinfo=UTC))
            writer.proofs.attach(
                who,
                1,
                file="F1",
                name="a.png",
                media_type="image/png",
                size=9,
                change=change,
                at=datetime(2025, 12, 2, tzinfo=UTC),
            )
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
    for name in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (document.parent / name).exists(), name
    for name in re.findall(r"`((?:bot|rules|faq|tests|docs)/[\w./]+)`", text):
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


def test_the_settings_of_many_workspaces_shown_are_settings_the_bot_reads():
    (shown,) = [block for block in blocks("sh") if "SLACK_CLIENT_ID=" in block]
    lines = [line.partition("#")[0].strip() for line in shown.splitlines() if line]
    values = dict(line.split("=", 1) for line in lines) | {"CE_BOT_URL": "https://ce-bot.example.com"}
    values["CE_BOT_TOKEN_KEY"] = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    slack = read_settings(values).slack
    assert slack
    assert slack.oauth
    assert slack.oauth.client_id == "1234567890.1234567890"


def test_what_is_stored_is_listed_by_its_nature():
    stored = README[README.index("## What is stored about people") :]
    for what in ("time zone", "certifications", "activities", "exams", "answers given", "voted", "Questions"):
        assert what in stored


def called(document: Path) -> list[str]:
    """Every call of ce-bot that a document shows, in blocks and between words."""
    text = document.read_text(encoding="utf-8")
    lines = [line for block in blocks("sh", text) for line in block.splitlines()]
    calls = [re.search(r"^ce-bot [a-z].*", line) for line in lines]
    calls += [re.search(r"bin/ce-bot [a-z].*", line) for line in text.splitlines()]
    between = re.findall(r"`(ce-bot [a-z][^`]*)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return [found[0] for found in calls if found] + between


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "docs/ce-bot.service"], ids=lambda path: path.name)
def test_every_call_of_ce_bot_a_document_shows_can_be_made(document):
    for shown in called(document):
        words = shlex.split(re.sub(r"\$\(.*?\)", "FILE", shown), comments=True)
        if len(words) == 2 and words[1] in ("backup", "restore", "import", "export", "forget"):
            continue  # the command by its name alone
        try:
            assert _parser().parse_args(words[1:]).command
        except SystemExit as end:
            pytest.fail(f"{shown}: ends with {end.code}")


def test_what_calls_are_found_by_is_not_blind():
    found = called(ROOT / "docs/operations.md")
    assert len(found) > 20
    assert any("backup --force" in call for call in found), "the line of cron, too"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_setting_a_document_names_is_one(document):
    name = r"\b(?:SLACK|CE_BOT)_[A-Z_]+"
    of_make_slack = (ROOT / "tests/e2e/try_slack.py").read_text(encoding="utf-8")
    known = {*re.findall(name, EPILOG), *re.findall(name, of_make_slack)}
    assert set(re.findall(name, document.read_text(encoding="utf-8"))) <= known


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_a_document_names_is_answered(document):
    named = re.findall(r"`/ce ([a-z][a-z-]*)", document.read_text(encoding="utf-8"))
    assert [name for name in named if not commands._is_known(name)] == []


def test_every_figure_the_documents_name_is_kept(ledger, desk):
    watching = Watching()
    watching.watch_ledger(ledger, lambda: datetime(2025, 12, 2, tzinfo=UTC))
    watching.watch_desk(desk, "socket")
    watching.watch_connection(lambda: True)
    kept = set(re.findall(r"(?m)^# TYPE (ce_bot_\w+)", generate_latest(watching.metrics.registry).decode()))
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        named = {re.sub(r"_bucket$", "", name) for name in re.findall(r"\bce_bot_[a-z_]+", text)}
        assert named <= kept, document


@pytest.mark.parametrize("document", ["README.md", "docs/operations.md"])
def test_where_the_key_is_lost_the_command_shown_lets_workspaces_install_the_bot_again(document, tmp_path):
    (tmp_path / "data").mkdir()
    path = tmp_path / "data/ce-bot.db"
    Ledger(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("INSERT INTO installations VALUES ('T1', 'A', 'U', 'B', '', 'shut', NULL, '', NULL, NULL)")
        shown = re.findall(r'(?m)(?:^|`)(sqlite-utils [^"`\n]+"[^"]+")', (ROOT / document).read_text())
        program, *arguments = shlex.split(shown[0])
        subprocess.run(
            [Path(sys.executable).parent / program, *arguments], cwd=tmp_path, check=True, capture_output=True
        )
        assert db.execute("SELECT count(*) FROM installations").fetchone() == (0,)
