"""`ce-bot doctor` names what is wrong and what to do, changes nothing and shows no secret."""

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.client import IncompleteRead
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from odd_databases import newer, of_another_program, older
from ruamel.yaml import YAML
from slack_sdk import WebClient
from slack_sdk.errors import SlackRequestError
from slack_sdk.web import SlackResponse
from sqlite_utils import Database

from bot.doctor import (
    Finding,
    Level,
    a_client,
    about_content,
    about_database,
    about_slack,
    about_workspaces,
    as_json,
    as_line,
    findings_here,
    is_well,
)
from bot.installations import Granted, Installations, Tokens
from bot.ledger import Ledger, Member
from bot.ledger.backup import back_up
from bot.scopes import SCOPES
from bot.sealing import Keys
from bot.settings import OAuth, Settings, SlackSettings

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DATE = format_datetime(NOW, usegmt=True)
ALL_SCOPES = ",".join(SCOPES)
BY_SOCKET = SlackSettings("xoxb-secret", "xapp-secret", None, "https://slack.example/api/", "127.0.0.1", 3000)
BY_HTTP = SlackSettings("xoxb-secret", None, "hush", "https://slack.example/api/", "127.0.0.1", 3000)
OK, WARN, BAD = Level.OK, Level.WARN, Level.BAD


def clock() -> datetime:
    return NOW


class Web(WebClient):
    """Stands in for Slack's answer to auth.test."""

    def __init__(
        self,
        values: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        status: int = 200,
        trouble: Exception | None = None,
    ) -> None:
        super().__init__(token="xoxb-fake")
        self.values = {"ok": True, "team": "Widgets", "user": "cebot", **(values or {})}
        self.headers_sent = {"Date": DATE, "X-OAuth-Scopes": ALL_SCOPES} if headers is None else headers
        self.status = status
        self.trouble = trouble

    def auth_test(self, **_: Any) -> SlackResponse:
        if self.trouble:
            raise self.trouble
        answer = SlackResponse(
            client=self,
            http_verb="POST",
            api_url="auth.test",
            req_args={},
            data=self.values,
            headers=self.headers_sent,
            status_code=self.status,
        )
        return answer.validate()


def refusing(error: str, **how: Any) -> Web:
    return Web({"ok": False, "error": error}, **how)


APP_TOKEN_OK = Web(headers={"date": DATE, "x-oauth-scopes": "connections:write"})


def asked(bot: Web, app: Web = APP_TOKEN_OK, slack: SlackSettings = BY_SOCKET) -> dict[str, Finding]:
    """What is found where Slack answers like this to the bot's and the app's token."""
    clients = {"xoxb-secret": bot, "xapp-secret": app}
    return by_name(about_slack(slack, clock, lambda token, _: clients[token]))


def by_name(findings: Iterator[Finding]) -> dict[str, Finding]:
    found = list(findings)
    names = {finding.name: finding for finding in found}
    assert len(names) == len(found)
    for finding in found:
        line = as_line(finding)
        assert line.endswith((".", finding.do))
        assert "\n" not in line
        assert "-secret" not in line
        assert "hush" not in line
        assert bool(finding.do) or finding.level is OK or "not checked" in line or finding.says.count(":")
    return names


def levels(findings: dict[str, Finding]) -> dict[str, Level]:
    """The levels of all that is not well."""
    return {name: finding.level for name, finding in findings.items() if finding.level is not OK}


# Many workspaces

URL = "https://ce-bot.example.com"
OAUTH = OAuth("1.2", "hush", (b"k" * 32,))
BY_OAUTH = SlackSettings(None, None, "hush", "https://slack.example/api/", "127.0.0.1", 3000, OAUTH)


def of_workspaces(
    tmp_path: Path, oauth: OAuth = OAUTH, *, ends: timedelta | None = None, **webs: Web
) -> dict[str, Finding]:
    """What is found with these installations, by workspace; their tokens end `ends` from now."""
    database = str(tmp_path / "many.db")
    with closing(Ledger(database)) as ledger:
        installations = Installations(ledger, Keys([b"k" * 32]), clock)
        for workspace in webs:
            granted = Granted(Tokens(f"xoxb-{workspace}-secret"), NOW + ends if ends else None)
            installations.keep(
                granted, workspace=workspace, name="Acme", bot_user="U1", bot="B1", scopes=(), at=NOW
            )
    settings = Settings(database, BY_OAUTH, url=URL)
    clients = {f"xoxb-{workspace}-secret": web for workspace, web in webs.items()}
    return by_name(about_workspaces(settings, BY_OAUTH, oauth, clock, lambda token, _: clients[token]))


def test_each_workspace_that_is_well_is_said_in_a_line(tmp_path: Path) -> None:
    found = of_workspaces(tmp_path, T1=Web(), T2=Web({"team": "Acme"}))
    assert levels(found) == {}
    assert list(found) == ["token key", "workspace T1", "workspace T2", "clock"]
    assert found["workspace T2"].says == "Acme, as cebot: those of manifest.yml are granted."


def test_before_the_first_install_it_is_said_where(tmp_path: Path) -> None:
    found = of_workspaces(tmp_path)
    assert levels(found) == {}
    assert f"{URL}/slack/install" in found["workspaces"].says
    settings = Settings(str(tmp_path / "none.db"), BY_OAUTH, url=URL)
    assert list(about_workspaces(settings, BY_OAUTH, OAUTH, clock, lambda *_: Web()))
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("web", "level", "words"),
    [
        (refusing("token_revoked"), BAD, "Acme: Slack does not accept its token (token_revoked)"),
        (refusing("ratelimited"), WARN, "patience"),
        (Web(headers={"Date": DATE, "X-OAuth-Scopes": "commands"}), BAD, "not granted"),
        (Web(trouble=URLError("down")), BAD, "cannot be reached"),
    ],
)
def test_a_workspace_whose_token_slack_does_not_take_is_named(
    tmp_path: Path, web: Web, level: Level, words: str
) -> None:
    found = of_workspaces(tmp_path, T1=Web(), T2=web)
    assert found["workspace T1"].level is OK
    assert found["workspace T2"].level is level
    assert words in found["workspace T2"].says
    if "token_revoked" in words or words == "not granted":
        assert f"Install it there again: {URL}/slack/install" in found["workspace T2"].do
    assert ("ce-bot forget --workspace T2" in found["workspace T2"].do) is ("token_revoked" in words)


def test_a_token_that_has_ended_is_not_tried(tmp_path: Path) -> None:
    found = of_workspaces(tmp_path, ends=timedelta(seconds=-1), T1=Web(trouble=AssertionError()))
    assert found["workspace T1"].level is WARN
    assert found["workspace T1"].says.startswith("Acme: its token ended")


@pytest.mark.parametrize(
    ("keys", "level"), [((b"k",), OK), ((b"k", b"o"), OK), ((b"o", b"k"), WARN), ((b"o",), BAD)]
)
def test_a_key_that_does_not_open_the_tokens_is_said(
    tmp_path: Path, keys: tuple[bytes, ...], level: Level
) -> None:
    oauth = OAuth("1.2", "hush", tuple(key * 32 for key in keys))
    found = of_workspaces(tmp_path, oauth, T1=Web())
    assert found["token key"].level is level
    assert found["workspace T1"].level is (BAD if level is BAD else OK)
    assert found["workspace T1"].says.startswith("Acme: CE_BOT_TOKEN_KEY") is (level is BAD)


def test_what_waits_for_workspaces_without_the_bot_is_not_late(tmp_path: Path) -> None:
    of_workspaces(tmp_path, T1=Web())
    database = tmp_path / "many.db"
    row = "'T2', 'U1', 'U1', 'ACP-620', '30', '2026-12-01', '2026-01-01T00:00:00+00:00', 'planned'"
    with closing(sqlite3.connect(database)) as db, db:
        db.execute(
            "INSERT INTO outbox (workspace, addressee, member, code, threshold, suspends_on, due_at, state) "
            f"VALUES ({row})"
        )
    assert by_name(about_database(str(database), NOW))["reminders"].level is OK
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("UPDATE outbox SET workspace = 'T1'")
    assert by_name(about_database(str(database), NOW))["reminders"].level is BAD


# Slack


def test_what_is_well_in_slack_is_said_in_a_line_each() -> None:
    found = asked(Web())
    assert levels(found) == {}
    assert [as_line(finding) for finding in found.values()] == [
        "ok    slack: the bot token is accepted: workspace Widgets, as cebot.",
        "ok    scopes: those of manifest.yml are granted.",
        "ok    socket mode: the app token is accepted.",
        "ok    clock: agrees with Slack's.",
    ]


def test_the_scopes_looked_for_are_those_of_the_manifest() -> None:
    manifest = YAML(typ="safe").load(Path(__file__).parents[1] / "manifest.yml")
    assert list(SCOPES) == sorted(manifest["oauth_config"]["scopes"]["bot"])


def test_without_tokens_nothing_of_slack_is_asked_and_all_is_well() -> None:
    found = by_name(about_slack(None, clock, lambda *_: pytest.fail("asked")))
    assert levels(found) == {}
    assert "not configured" in found["slack"].says
    assert "not configured" in found["scopes"].says
    assert "not checked" in found["clock"].says


def test_by_http_no_app_token_is_asked_about() -> None:
    assert "socket mode" not in asked(Web(), refusing("invalid_auth"), BY_HTTP)


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "account_inactive", "not_authed"])
def test_a_token_that_is_refused_is_bad_and_slack_still_tells_the_time(error: str) -> None:
    found = asked(refusing(error), refusing(error))
    assert levels(found) == {"slack": BAD, "socket mode": BAD}
    assert found["slack"].says == f"Slack does not accept SLACK_BOT_TOKEN ({error})."
    assert "OAuth & Permissions" in found["slack"].do
    assert found["socket mode"].says == f"Slack does not accept SLACK_APP_TOKEN ({error})."
    assert "connections:write" in found["socket mode"].do
    assert "scopes" not in found
    assert "agrees" in found["clock"].says


def test_patience_asked_for_is_no_fault() -> None:
    found = asked(refusing("ratelimited", status=429), refusing("ratelimited", status=429))
    assert levels(found) == {"slack": WARN, "socket mode": WARN}


@pytest.mark.parametrize(
    ("granted", "level", "says"),
    [
        (ALL_SCOPES, OK, "are granted"),
        (", ".join(reversed(SCOPES)), OK, "are granted"),
        (ALL_SCOPES.replace("files:write,", ""), BAD, "files:write not granted."),
        ("", BAD, "users:read not granted."),
        (f"{ALL_SCOPES},channels:join", WARN, "channels:join granted and never used."),
        (f"{ALL_SCOPES.replace('im:write,', '')},admin", BAD, "im:write not granted."),
        (None, WARN, "not checked"),
    ],
)
def test_scopes_are_compared_with_those_of_the_manifest(granted: str | None, level: Level, says: str) -> None:
    headers = {"date": DATE, **({} if granted is None else {"x-oauth-scopes": granted})}
    finding = asked(Web(headers=headers))["scopes"]
    assert finding.level is level
    assert says in finding.says
    assert ("manifest.yml" in finding.do) is (granted is not None and level is not OK)


@pytest.mark.parametrize(
    ("scopes", "level"),
    [("connections:write", OK), ("connections:write,authorizations:read", OK), ("", BAD), (None, OK)],
)
def test_the_app_token_needs_its_scope(scopes: str | None, level: Level) -> None:
    headers = {"date": DATE, **({} if scopes is None else {"x-oauth-scopes": scopes})}
    assert asked(Web(), Web(headers=headers))["socket mode"].level is level


@pytest.mark.parametrize(
    ("off", "level", "says"),
    [
        (timedelta(0), OK, "agrees"),
        (timedelta(seconds=60), OK, "agrees"),
        (timedelta(seconds=-60), OK, "agrees"),
        (timedelta(seconds=61), BAD, "61 seconds behind"),
        (timedelta(seconds=-61), BAD, "61 seconds ahead of"),
        (timedelta(minutes=5), BAD, "5 minutes behind"),
        (timedelta(hours=-3), BAD, "3 hours ahead of"),
        (timedelta(days=400), BAD, "400 days behind"),
    ],
)
def test_the_clock_is_compared_with_slacks(off: timedelta, level: Level, says: str) -> None:
    """`off` is how far Slack's clock is ahead of ours."""
    headers = {"Date": format_datetime(NOW + off, usegmt=True), "x-oauth-scopes": ALL_SCOPES}
    finding = asked(Web(headers=headers))["clock"]
    assert finding.level is level
    assert says in finding.says


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 23 Nov 2026 09:30:00", "Mon, 99 Nov 2026"])
def test_an_answer_without_a_time_leaves_the_clock_unchecked(date: str | None) -> None:
    headers = {"x-oauth-scopes": ALL_SCOPES, **({} if date is None else {"date": date})}
    finding = asked(Web(headers=headers))["clock"]
    assert (finding.level, "not checked" in finding.says) == (WARN, True)


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        (URLError("[Errno -2] Name or service not known"), "Name or service not known"),
        (TimeoutError("timed out"), "TimeoutError"),
        (ConnectionResetError(104, "reset"), "ConnectionResetError"),
        (IncompleteRead(b""), "IncompleteRead"),
        (SlackRequestError("no JSON"), "SlackRequestError"),
        (ValueError("unknown url type: 'slack/api'"), "ValueError"),
    ],
)
def test_slack_out_of_reach_is_bad_and_says_why(trouble: Exception, says: str) -> None:
    found = asked(Web(trouble=trouble))
    assert levels(found) == {"slack": BAD, "clock": WARN}
    assert says in found["slack"].says
    assert "https://slack.example/api/" in found["slack"].do
    assert levels(asked(Web(), Web(trouble=trouble))) == {"socket mode": BAD}


def test_slack_is_not_waited_for_for_long() -> None:
    hanging = threading.Event()

    class Hanging(Web):
        def auth_test(self, **_: Any) -> SlackResponse:
            hanging.wait(10)
            return super().auth_test()

    began = time.monotonic()
    found = by_name(about_slack(BY_SOCKET, clock, lambda *_: Hanging(), wait_s=0.05))
    assert time.monotonic() - began < 2
    hanging.set()
    assert found["slack"].says == "no answer from Slack within 0.05 seconds."
    assert not is_well(list(found.values()))


@contextmanager
def slack_at_home(headers: dict[str, str], body: bytes) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that answers everything like this, and the requests it got."""
    got: list[dict[str, str]] = []

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append({"path": self.path, "token": self.headers["authorization"]})
            self.rfile.read(int(self.headers.get("content-length") or 0))
            self.send_response_only(200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/api/", got
        finally:
            server.shutdown()
            thread.join(10)


def test_the_real_client_asks_auth_test_and_nothing_else() -> None:
    body = json.dumps({"ok": True, "team": "Widgets", "user": "cebot"}).encode()
    with slack_at_home({"date": DATE, "X-OAuth-Scopes": ALL_SCOPES}, body) as (url, got):
        slack = SlackSettings("xoxb-secret", None, "hush", url, "127.0.0.1", 3000)
        found = by_name(about_slack(slack, clock, a_client))
    assert levels(found) == {}
    assert got == [{"path": "/api/auth.test", "token": "Bearer xoxb-secret"}]


@pytest.mark.parametrize("body", [b"<html>Please sign in to this wireless network</html>", b"[]", b""])
def test_what_is_not_slack_is_found_out(body: bytes) -> None:
    with slack_at_home({"content-type": "text/html"}, body) as (url, _):
        slack = SlackSettings("xoxb-secret", None, "hush", url, "127.0.0.1", 3000)
        found = by_name(about_slack(slack, clock, a_client))
    assert found["slack"].level is BAD
    assert "token" not in found["slack"].says, "it may be a good one"


@pytest.mark.parametrize(("error", "status"), [("internal_error", 200), ("service_unavailable", 503)])
def test_a_trouble_of_slacks_own_says_nothing_about_a_token(error: str, status: int) -> None:
    found = asked(refusing(error, status=status), refusing(error, status=status))
    assert levels(found) == {"slack": WARN, "socket mode": WARN}
    assert "token" not in as_line(found["slack"])
    assert "token" not in as_line(found["socket mode"])


def test_nobody_at_home_is_found_out() -> None:
    slack = SlackSettings("xoxb-secret", None, "hush", "http://127.0.0.1:9/api/", "127.0.0.1", 3000)
    found = by_name(about_slack(slack, clock, a_client))
    assert found["slack"].level is BAD
    assert "refused" in found["slack"].says


# The database


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "a.db"
    with closing(Ledger(path)) as ledger, ledger.write() as writer:
        writer.enrol(Member("T1", "UALICE"), NOW)
    return path


def looked_at(path: Path, now: datetime = NOW) -> dict[str, Finding]:
    return by_name(about_database(str(path), now))


def test_what_is_well_with_a_database_is_said_in_a_line_each(database: Path) -> None:
    found = looked_at(database)
    assert levels(found) == {}
    assert list(found) == [
        "database", "soundness", "migrations", "journal", "room", "permissions", "proofs", "reminders",
        "departures",
    ]  # fmt: skip
    assert "1 member, 0 activities, 1 row in all, last change 2026-11-23 09:30 UTC" in found["database"].says


def test_a_database_that_is_not_there_yet_is_no_fault_and_is_not_made(tmp_path: Path) -> None:
    found = looked_at(tmp_path / "sub" / "a.db")
    assert list(found) == ["database"]
    assert levels(found) == {}
    assert "none yet" in found["database"].says
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_cannot_be_made_is_bad(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = looked_at(tmp_path / "file" / "sub" / "a.db")
    assert list(found) == ["database"]
    assert found["database"].level is BAD
    assert found["database"].do


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (of_another_program, "belongs to another program"),
        (newer, "newer ce-bot"),
        (lambda path: path.write_text("Dear diary,\n" * 99, "utf-8"), "is damaged or no SQLite database"),
        (Path.mkdir, "is a folder"),
    ],
)
def test_a_database_that_cannot_be_used_is_bad_and_left_as_it_is(tmp_path: Path, make, says: str) -> None:
    path = tmp_path / "a.db"
    make(path)
    before = {found.name: found.is_file() and found.read_bytes() for found in tmp_path.iterdir()}
    found = looked_at(path)
    assert levels(found) == {"database": BAD}
    assert says in found["database"].says
    assert {found.name: found.is_file() and found.read_bytes() for found in tmp_path.iterdir()} == before


def state(folder: Path) -> dict[str, bytes]:
    return {found.name: found.read_bytes() for found in folder.iterdir() if found.suffix != ".db-shm"}


def test_nothing_is_changed_by_looking(tmp_path: Path, database: Path) -> None:
    before = state(tmp_path)
    looked_at(database)
    assert state(tmp_path) == before
    ledger = Ledger(database)
    with ledger.write() as writer:
        writer.enrol(Member("T1", "UBOB"), NOW)
    before = state(tmp_path)  # with changes that wait beside it, while somebody has it open
    assert "2 members" in looked_at(database)["database"].says
    assert state(tmp_path) == before
    ledger.close()
    older(tmp_path / "old.db")
    before = state(tmp_path)
    looked_at(tmp_path / "old.db")
    assert state(tmp_path) == before


def test_an_older_database_is_to_be_brought_up_to_date(tmp_path: Path) -> None:
    older(tmp_path / "a.db")
    (tmp_path / "a.db").chmod(0o600)
    found = looked_at(tmp_path / "a.db")
    assert levels(found) == {"migrations": WARN}
    assert "m003_faq" in found["migrations"].says
    assert "ce-bot migrate" in found["migrations"].do
    assert "next start" in found["journal"].says


def test_a_backup_can_be_looked_at_too(tmp_path: Path, database: Path) -> None:
    back_up(database, tmp_path / "b.db", at=NOW)
    assert levels(looked_at(tmp_path / "b.db")) == {}


def test_damaged_pages_are_found(database: Path) -> None:
    content = bytearray(database.read_bytes())
    page = content.index(b"UALICE") // 4096 * 4096
    content[page + 3 : page + 5] = b"\x7f\xff"
    database.write_bytes(content)
    found = looked_at(database)
    damaged = found.get("soundness", found["database"])
    assert damaged.level is BAD
    assert "damaged" in damaged.says


def test_rows_that_refer_to_nothing_are_found(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO exams (workspace, member, code, passed_on, added_by) "
            "VALUES ('T1', 'UNOBODY', 'ACP-620', '2025-01-01', 99)"
        )
    found = looked_at(database)
    assert levels(found) == {"soundness": BAD}
    assert "rows of exams" in found["soundness"].says
    assert "ce-bot restore" in found["soundness"].do


@pytest.mark.parametrize(("mode", "level"), [(0o600, OK), (0o400, OK), (0o640, WARN), (0o644, WARN)])
def test_a_database_that_others_may_read_is_pointed_out(database: Path, mode: int, level: Level) -> None:
    database.chmod(mode)
    found = looked_at(database)["permissions"]
    if os.geteuid() != 0 and mode == 0o400:
        assert found.level is BAD
    else:
        assert found.level is level
    assert (found.do == f"chmod 600 {database}") is (level is WARN)


# Reminders and departures


def planned(
    path: Path, *due_at: datetime, workspace: str = "T1", state: str = "planned", reason: str | None = None
) -> None:
    with closing(Database(path)) as db:
        for number, at in enumerate(due_at):
            db["outbox"].insert(
                {
                    "workspace": workspace,
                    "addressee": f"U{number}",
                    "member": f"U{number}",
                    "code": reason or "ACP-620",
                    "threshold": "30",
                    "suspends_on": "2026-12-23",
                    "due_at": at.isoformat(),
                    "state": state,
                    "reason": reason,
                    "settled_at": None if state == "planned" else at.isoformat(),
                }
            )


@pytest.mark.parametrize(
    ("late", "level"),
    [
        (timedelta(minutes=-1), OK),
        (timedelta(minutes=75), OK),  # by cron it is done every hour
        (timedelta(minutes=76), WARN),
        (timedelta(days=1), WARN),
        (timedelta(days=1, minutes=1), BAD),
    ],
)
def test_reminders_that_nobody_sends_are_found(database: Path, late: timedelta, level: Level) -> None:
    planned(database, NOW - late, NOW + timedelta(days=3))
    found = looked_at(database)["reminders"]
    assert found.level is level
    assert "2 planned" in found.says
    assert ("start ce-bot run" in found.do) is (level is not OK)


@pytest.mark.parametrize("workspace", ["TCONSOLE", "TGONE"])
def test_what_waits_for_nobody_is_not_late(database: Path, workspace: str) -> None:
    planned(database, NOW - timedelta(days=9), workspace=workspace)
    with closing(Database(database)) as db:
        db["departures"].insert({"workspace": "TGONE", "left_at": (NOW - timedelta(days=10)).isoformat()})
    assert levels(looked_at(database)) == {}


def test_what_was_sent_and_given_up_is_told_in_words(database: Path) -> None:
    planned(database, NOW - timedelta(hours=1), state="sent")
    planned(database, NOW, NOW, NOW, state="parked", reason="user_disabled")
    planned(database, NOW, state="parked", reason="not_in_channel")
    found = looked_at(database)["reminders"]
    assert found == Finding(
        "reminders",
        OK,
        "0 planned, last sent 2026-11-23 08:30 UTC, "
        "4 given up (3: deactivated members, 1: channels the bot was removed from).",
    )


@pytest.mark.parametrize(
    ("reason", "says"), [("token_revoked", "1: a revoked token"), ("http_500", "1: Slack says http_500")]
)
def test_what_was_given_up_for_a_fault_of_ours_is_pointed_out(database: Path, reason: str, says: str) -> None:
    planned(database, NOW, state="parked", reason=reason)
    found = looked_at(database)["reminders"]
    assert found.level is WARN
    assert says in found.says
    assert found.do


@pytest.mark.parametrize(
    ("days", "level", "says"),
    [
        (3, OK, "1 workspace has removed the bot; the first is deleted on 2026-12-04."),
        (15, OK, "deleted on 2026-11-22"),
        (16, WARN, "was to be deleted on 2026-11-21"),
    ],
)
def test_workspaces_that_wait_to_be_deleted_are_told(
    database: Path, days: int, level: Level, says: str
) -> None:
    with closing(Database(database)) as db:
        left_at = NOW - timedelta(days=days, minutes=1 if level is WARN else 0)
        db["departures"].insert({"workspace": "T9", "left_at": left_at.isoformat()})
    found = looked_at(database)["departures"]
    assert found.level is level
    assert says in found.says


# What is shipped, and the settings


def test_the_policy_and_the_answers_are_looked_at(policy) -> None:
    checked = datetime.combine(policy.verified_on, datetime.min.time(), UTC)
    found = by_name(about_content(checked))
    assert levels(found) == {}
    assert str(policy.verified_on) in found["policy"].says
    assert "entries" in found["answers"].says
    assert levels(by_name(about_content(checked + timedelta(days=179)))) == {}
    found = by_name(about_content(checked + timedelta(days=180)))
    assert levels(found) == {"policy": WARN}
    assert "180 days ago" in found["policy"].do


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and an environment without any of our variables."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("SLACK_", "CE_BOT_")):
            monkeypatch.delenv(name)
    return tmp_path


def all_here(database: str | None = None, client: Web | None = None) -> dict[str, Finding]:
    return by_name(findings_here(database, clock, lambda *_: client or pytest.fail("asked")))


def test_a_fresh_folder_is_well(here: Path) -> None:
    found = all_here()
    assert is_well(list(found.values()))
    assert "console" in found["settings"].says
    assert "data/ce-bot.db" in found["database"].says
    assert "time zones" in found
    assert list(here.iterdir()) == []


def test_settings_are_told_without_a_secret(here: Path) -> None:
    text = "SLACK_BOT_TOKEN=xoxb-secret\nSLACK_APP_TOKEN=xapp-secret\nCE_BOT_DB=mine.db\n"
    (here / ".env").write_text(text, "utf-8")
    found = all_here(client=Web(headers={"date": DATE, "x-oauth-scopes": f"{ALL_SCOPES},connections:write"}))
    assert found["settings"].says.startswith("Socket Mode, with a bot token xoxb-… and an app token xapp-…")
    assert "mine.db" in found["database"].says
    (here / ".env").write_text("SLACK_BOT_TOKEN=xoxb-secret\nSLACK_SIGNING_SECRET=hush\n", "utf-8")
    found = all_here(client=Web())
    assert found["settings"].says.startswith("HTTP on 127.0.0.1:3000")


def test_wrong_settings_are_one_finding_and_the_rest_is_looked_at(here: Path) -> None:
    (here / ".env").write_text("SLACK_BOT_TOKEN=xoxb-secret\nCE_BOT_DB=mine.db\n", "utf-8")
    found = all_here()
    assert levels(found) == {"settings": BAD, "slack": WARN}
    assert "SLACK_APP_TOKEN is missing" in found["settings"].says
    assert "mine.db" in found["database"].says


def test_settings_that_cannot_be_read_leave_only_the_database_named(here: Path) -> None:
    (here / ".env").write_bytes("SLACK_BOT_TOKEN=xoxb-1".encode("utf-16"))
    assert levels(all_here()) == {"settings": BAD, "database": WARN, "slack": WARN}
    assert levels(all_here("a.db")) == {"settings": BAD, "slack": WARN}


# Lines


def test_a_finding_is_a_line_for_people_and_one_for_programs() -> None:
    finding = Finding("clock", BAD, "5 minutes behind Slack's.", "Set it…")
    assert as_line(finding) == "bad   clock: 5 minutes behind Slack's. Set it…"
    assert json.loads(as_json(finding)) == {
        "name": "clock",
        "level": "bad",
        "says": "5 minutes behind Slack's.",
        "do": "Set it…",
    }
    assert as_line(Finding("clock", WARN, "x.")) == "warn  clock: x."


@pytest.mark.parametrize(
    ("found", "well"), [([], True), ([OK], True), ([OK, WARN], True), ([OK, WARN, BAD], False)]
)
def test_all_is_well_unless_something_is_bad(found: list[Level], well: bool) -> None:
    assert is_well([Finding("x", level, "x.") for level in found]) is well
