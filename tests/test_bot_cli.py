"""`ce-bot` as whoever runs the bot types it: exit codes, and one sentence where something is wrong."""

import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from odd_databases import newer
from sqlite_utils import Database

from bot.cli import main
from bot.console import HINTS
from bot.ledger import Ledger, LedgerNewerError
from bot.settings import SettingsError

COMMANDS = ["run", "console", "remind", "migrate"]
UPKEEP = ["import", "export", "backup", "restore", "doctor", "forget"]
# `remind` asks for its tokens first.
WITHOUT_SLACK = [command for command in COMMANDS if command != "remind"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, an environment without any of our variables, and no input."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("SLACK_", "CE_BOT_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """One command: its exit code, what it printed, and what it complained of."""

    def do(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(arguments)
        except SystemExit as ended:  # argparse ends wrong calls and --help by itself
            code = int(str(ended.code))
        return code, *capsys.readouterr()

    return do


def started(*arguments: str, given: str = "", code: tuple[str, ...] = ("-m", "bot")):
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, *code, *arguments],
        input=given,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )


def one_sentence(complaint: str) -> bool:
    return (
        complaint.startswith("ce-bot: ")
        and complaint.endswith(".\n")
        and complaint.count("\n") == 1
        and "Traceback" not in complaint
    )


# Calls


@pytest.mark.parametrize("command", [(), *[(command,) for command in COMMANDS + UPKEEP]])
def test_help_is_there_for_every_command(run, command: tuple[str, ...]) -> None:
    code, printed, complaint = run(*command, "--help")
    assert (code, complaint) == (0, "")
    assert " ".join(["usage: ce-bot", *command]) in printed
    if command:
        assert "--db FILE" in printed
        assert "--debug" in printed
        assert printed.split("\n\n")[1].endswith("."), "what it does"
    else:
        assert all(f"\n    {name} " in printed for name in COMMANDS + UPKEEP)
        assert all(name in printed for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "CE_BOT_DB"))


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("sing",),
        ("run", "fast"),
        ("console", "--loud"),
        ("console", "--today"),
        ("migrate", "--db"),
        ("--db", "a.db"),
    ],
)
def test_a_wrong_call_ends_with_2_and_tells_how_to_call(run, arguments: tuple[str, ...], here: Path) -> None:
    code, printed, complaint = run(*arguments)
    assert (code, printed) == (2, "")
    assert complaint.startswith("usage: ce-bot")
    assert list(here.iterdir()) == []


def test_help_imports_nothing_heavy() -> None:
    heavy = {
        "slack_bolt",
        "slack_sdk",
        "pydantic",
        "rules",
        "faq",
        "sqlite_utils",
        "rich",
        "granian",
        "dotenv",
    }
    program = (
        "import sys\nfrom bot.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print(sorted({heavy!r} & set(sys.modules)), file=sys.stderr)"
    )
    assert started(code=("-c", program)).stderr == "[]\n"


# Settings


@pytest.mark.parametrize("command", COMMANDS)
def test_half_a_configuration_ends_with_2_and_one_sentence(
    run, command: str, here: Path, monkeypatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    code, printed, complaint = run(command, "--db", "a.db")
    assert (code, printed) == (2, "")
    assert one_sentence(complaint)
    assert "SLACK_APP_TOKEN" in complaint
    assert "secret" not in complaint
    assert list(here.iterdir()) == []


def test_a_file_of_settings_that_is_no_text_ends_with_2_and_one_sentence(run) -> None:
    Path(".env").write_bytes("SLACK_BOT_TOKEN=xoxb-1".encode("utf-16"))
    code, _, complaint = run("migrate")
    assert code == 2
    assert one_sentence(complaint)
    assert ".env" in complaint


def test_a_file_of_settings_may_begin_with_a_mark(run) -> None:
    Path(".env").write_text("CE_BOT_DB=marked.db\n", "utf-8-sig")
    assert run("migrate")[0] == 0
    assert Path("marked.db").exists()


# The database


def test_migrate_makes_the_database_and_says_so_each_time(run) -> None:
    for _ in range(2):
        assert run("migrate", "--db", "sub/a.db") == (0, "The database sub/a.db is up to date.\n", "")
    ledger = Ledger("sub/a.db")
    ledger.close()


def test_the_database_is_the_one_named_or_that_of_the_environment_or_the_usual(run, monkeypatch) -> None:
    run("migrate")
    assert Path("data/ce-bot.db").exists()
    monkeypatch.setenv("CE_BOT_DB", "b.db")
    run("migrate")
    assert Path("b.db").exists()
    run("migrate", "--db", "c.db")
    assert Path("c.db").exists()


def others(path: Path) -> None:
    with closing(Database(path)) as db:
        db["notes"].insert({"text": "dear diary"})


def damaged(path: Path) -> None:
    path.write_text("Dear diary,\n" * 100, "utf-8")


@pytest.mark.parametrize("command", WITHOUT_SLACK)
@pytest.mark.parametrize(
    ("make", "says"),
    [
        (newer, "was written by a newer ce-bot"),
        (others, "belongs to another program"),
        (damaged, "is damaged or no SQLite database"),
        (Path.mkdir, "cannot be opened"),
    ],
    ids=["newer", "of another program", "damaged", "a folder"],
)
def test_a_database_that_cannot_be_used_ends_with_1_and_one_sentence(run, command: str, make, says) -> None:
    make(Path("bad.db"))
    code, printed, complaint = run(command, "--db", "bad.db")
    assert (code, printed) == (1, "")
    assert one_sentence(complaint)
    assert f"The database bad.db {says}" in complaint


# Backups, exports, and how things are


@pytest.fixture
def told() -> Path:
    """A database in which somebody told the bot something."""
    started("console", "--db", "a.db", given='/ce add course "Größe 🎉" 2025-12-01\n')
    return Path("a.db")


def test_a_backup_is_made_and_restored_in_a_line_each(run, told: Path) -> None:
    code, printed, complaint = run("backup", "--db", "a.db", "b.db")
    assert (code, complaint) == (0, "")
    assert printed.startswith("Backed up a.db to b.db and compared it: 1 member, 1 activity, ")
    assert printed.endswith("kB.\n")
    code, printed, complaint = run("restore", "b.db", "--db", "c.db")
    assert (code, complaint) == (0, "")
    assert printed.startswith("Restored c.db from b.db: 1 member, 1 activity, ")
    assert printed.count("\n") == 1
    assert run("backup", "--db", "a.db", "b.db")[0] == 1
    assert run("backup", "--db", "a.db", "b.db", "--force")[0] == 0
    code, printed, complaint = run("restore", "b.db", "--db", "c.db")
    assert (code, printed) == (1, "")
    assert one_sentence(complaint)
    assert "1 member" in complaint
    code, printed, _ = run("restore", "b.db", "--db", "c.db", "--force")
    assert code == 0
    kept = Path(printed.rpartition(" is kept as ")[2].removesuffix(".\n"))
    assert kept.exists()
    assert kept.name.startswith("c.db.before-restore-2")


def test_everything_is_exported_and_imported_in_a_line_each(run, told: Path) -> None:
    code, printed, complaint = run("export", "--db", "a.db", "all.jsonl")
    assert (code, complaint) == (0, "")
    assert printed.startswith("Exported a.db to all.jsonl: 1 member, 1 activity, ")
    assert Path("all.jsonl").stat().st_mode & 0o777 == 0o600
    code, printed, complaint = run("import", "--db", "b.db", "all.jsonl")
    assert (code, complaint) == (0, "")
    assert printed.startswith("Imported all.jsonl into b.db: 1 member, 1 activity, ")
    code, printed, complaint = run("import", "--db", "b.db", "all.jsonl")
    assert (code, printed) == (1, "")
    assert one_sentence(complaint)
    for file in ("all.jsonl", "nowhere/all.jsonl"):
        code, printed, complaint = run("export", "--db", "a.db", file)
        assert (code, printed) == (1, "")
        assert one_sentence(complaint)
    assert run("export", "--db", "a.db", "all.jsonl", "--force")[0] == 0


@pytest.mark.parametrize("name", ["a.db", "a.db-wal", "./sub/../a.db", "link.db"])
def test_the_database_is_no_place_for_its_export(run, told: Path, name: str) -> None:
    Path("sub").mkdir()
    Path("link.db").symlink_to("a.db")
    before = told.read_bytes()
    code, printed, complaint = run("export", "--db", "a.db", name, "--force")
    assert (code, printed) == (1, "")
    assert one_sentence(complaint)
    assert "is the database itself" in complaint
    assert told.read_bytes() == before


@pytest.mark.parametrize("command", ["backup", "export"])
def test_the_folder_one_is_in_is_no_file(run, told: Path, command: str) -> None:
    code, printed, complaint = run(command, "--db", "a.db", ".")
    assert (code, printed, complaint) == (1, "", "ce-bot: . is a folder: name a file in it.\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is full")
def test_an_export_that_finds_no_room_says_so(told: Path) -> None:
    shell = (
        "import os, sys\nos.dup2(os.open('/dev/full', os.O_WRONLY), 1)\n"
        "from bot.cli import main\nsys.exit(main(['export', '--db', 'a.db', '-']))"
    )
    done = started(code=("-c", shell))
    assert done.stderr.startswith("ce-bot: standard output cannot be written: there is no room left")
    assert done.returncode != 0


def test_an_export_is_known_by_its_content_whatever_its_name(run, told: Path) -> None:
    run("export", "--db", "a.db", "all.txt")
    assert run("import", "--db", "b.db", "all.txt")[0] == 0
    Path("all.jsonl").write_text("kind,title\n", "utf-8")
    code, _, complaint = run("import", "--db", "c.db", "all.jsonl")
    assert code == 1
    assert complaint == "ce-bot: all.jsonl, line 1: this is no line of an export of ce-bot.\n"
    assert not Path("c.db").exists()


def test_an_export_goes_through_a_pipe(told: Path) -> None:
    out = started("export", "--db", "a.db", "-")
    assert out.returncode == 0
    assert out.stderr.startswith("Exported a.db to standard output: ")
    assert out.stdout.startswith('{"format":"ce-bot export"')
    back = started("import", "--db", "b.db", "-", given=out.stdout)
    assert (back.returncode, back.stderr) == (0, "")
    assert back.stdout.startswith("Imported standard input into b.db: ")
    again = started("export", "--db", "b.db", "-")
    assert again.stdout.splitlines()[1:] == out.stdout.splitlines()[1:]


def test_an_export_nobody_reads_ends_quietly(told: Path) -> None:
    shell = (
        "import os, sys\nread, write = os.pipe()\nos.close(read)\nos.dup2(write, 1)\n"
        "from bot.cli import main\nsys.exit(main(['export', '--db', 'a.db', '-']))"
    )
    done = started(code=("-c", shell))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["backup", "export"])
def test_a_backup_is_made_although_a_token_is_missing(run, told: Path, command: str, monkeypatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    monkeypatch.setenv("CE_BOT_DB", "a.db")
    assert run(command, "out")[0] == 0


@pytest.mark.parametrize("command", ["backup", "export", "restore", "import"])
def test_no_database_is_made_where_none_is_named_right(run, here: Path, command: str) -> None:
    code, printed, complaint = run(command, "--db", "none.db", "file.jsonl")
    assert (code, printed) == (1, "")
    assert one_sentence(complaint)
    assert list(here.iterdir()) == []


def test_a_table_for_nobody_makes_no_database(run, here: Path) -> None:
    Path("a.csv").write_text("kind,date,title\ncourse,2025-11-20,Jira\n", "utf-8")
    code, printed, complaint = run("import", "a.csv", "--member", "U1", "--db", "typo.db")
    assert (code, printed) == (2, "")
    assert "--workspace" in complaint
    assert not Path("typo.db").exists()


def test_work_that_is_interrupted_is_not_done(run, told: Path, monkeypatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sqlite3.connect", interrupted)
    assert run("backup", "--db", "a.db", "b.db") == (1, "", "")
    assert not Path("b.db").exists()


def test_doctor_ends_with_0_where_nothing_is_bad(run, here: Path) -> None:
    code, printed, complaint = run("doctor")
    assert (code, complaint) == (0, "")
    lines = printed.splitlines()
    assert all(line.startswith(("ok    ", "warn  ")) for line in lines)
    assert any("none yet at data/ce-bot.db" in line for line in lines)
    assert list(here.iterdir()) == []


def test_doctor_ends_with_1_where_something_is_bad(run, monkeypatch) -> None:
    damaged(Path("bad.db"))
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    code, printed, complaint = run("doctor", "--db", "bad.db", "--json")
    assert (code, complaint) == (1, "")
    found = {line["name"]: line for line in map(json.loads, printed.splitlines())}
    assert found["database"]["level"] == "bad"
    assert found["settings"]["level"] == "bad"
    assert set(found["database"]) == {"name", "level", "says", "do"}
    assert "secret" not in printed


# Traces


def test_debug_shows_the_full_trace_of_what_is_one_sentence_without_it(monkeypatch) -> None:
    newer(Path("bad.db"))
    with pytest.raises(LedgerNewerError):
        main(["migrate", "--db", "bad.db", "--debug"])
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-secret")
    with pytest.raises(SettingsError):
        main(["migrate", "--debug"])


def test_a_trace_reaches_the_shell_with_debug_only() -> None:
    damaged(Path("bad.db"))
    without = started("migrate", "--db", "bad.db")
    assert (without.returncode, without.stdout) == (1, "")
    assert one_sentence(without.stderr)
    with_it = started("migrate", "--db", "bad.db", "--debug")
    assert with_it.returncode == 1
    assert with_it.stderr.startswith("Traceback")
    assert "LedgerDamagedError" in with_it.stderr


def test_what_nobody_foresaw_is_one_sentence_too(run, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("/ce help\n"))  # no file behind it, as embedders have it
    code, _, complaint = run("console", "--db", "a.db")
    assert code == 1
    assert one_sentence(complaint)
    assert "--debug" in complaint


# Run


def test_run_without_tokens_hints_how_to_connect_then_reads_the_console_from_a_pipe() -> None:
    done = started("run", "--db", "a.db", given="/ce add course Automation 2025-12-01\n/ce list\n")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert tuple(lines[:2]) == HINTS
    assert "SLACK_BOT_TOKEN" in lines[1]
    assert lines[2].startswith('Logged 1 · course "Automation"')
    assert any(line.startswith('1 · course "Automation"') for line in lines[3:])
    ledger = Ledger("a.db")
    assert Database(ledger._db().conn)["activities"].count == 1
    ledger.close()


def test_the_console_gives_no_hints_in_a_pipe(run) -> None:
    assert run("console", "--db", "a.db") == (0, "", "")


def test_output_nobody_reads_ends_quietly() -> None:
    shell = (
        "import os, sys\nread, write = os.pipe()\nos.close(read)\nos.dup2(write, 1)\n"
        "from bot.cli import main\nsys.exit(main(['console', '--db', 'a.db']))"
    )
    done = started(code=("-c", shell), given="/ce help\n")
    assert (done.returncode, done.stderr) == (1, "")


def test_output_is_utf_8_whatever_the_terminal_speaks() -> None:
    program = (
        "import sys\nsys.stdout.reconfigure(encoding='ascii')\n"
        "from bot.cli import main\nsys.exit(main(['console', '--db', 'a.db']))"
    )
    done = started(code=("-c", program), given='/ce add course "Größe 🎉" 2025-12-01\n')
    assert (done.returncode, done.stderr) == (0, "")
    assert "Größe 🎉" in done.stdout


def test_a_port_that_is_taken_is_one_sentence_that_names_the_settings(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "bot", "run", "--db", str(tmp_path / "a.db")],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={
                "PATH": "/usr/bin:/bin",
                "PYTHONPATH": str(Path(__file__).parent.parent),
                "SLACK_BOT_TOKEN": "xoxb-test",
                "SLACK_SIGNING_SECRET": "secret",
                "CE_BOT_PORT": str(port),
            },
        )
    assert done.returncode == 2
    assert f"CE_BOT_PORT {port} cannot be listened on" in done.stderr
    assert "Traceback" not in done.stderr
