"""Where the database cannot be used or nobody foresaw what happens, the member is told in one sentence."""

import json
import logging
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import date
from pathlib import Path

import pytest
from conftest import ALICE, TODAY, Slack, noon

import rules
from bot.console import Clock
from bot.desk import Desk
from bot.ledger import Facts, Ledger, LedgerFullError, Member
from bot.outcomes import Overview

ADD = 'add course "Jira Automation" 2025-12-01'
NEVER_SHOWN = re.compile(r"traceback|sqlite|error|exception|\.db|/tmp|secret", re.IGNORECASE)

Trouble = Callable[[Ledger], AbstractContextManager[None]]


@contextmanager
def locked(ledger: Ledger) -> Iterator[None]:
    """Another process is in the middle of writing."""
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full(ledger: Ledger) -> Iterator[None]:
    """There is no room for another page, and no answer fits into those there are."""
    db = ledger._db()
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages + 3}")
    for size in (2000, 200, 20, 1):
        with suppress(LedgerFullError):
            fill(ledger, size)
    yield
    db.execute("PRAGMA max_page_count = 1000000")


def fill(ledger: Ledger, size: int) -> None:
    """Keep answers of others until there is no room for one of this size."""
    for number in range(10_000):
        with ledger.write() as writer:
            writer.keep_answer(Member("T0", "UFILLER"), f"{size}.{number}", "x" * size, noon(TODAY))


@contextmanager
def read_only(ledger: Ledger) -> Iterator[None]:
    """The connection may not write."""
    ledger._db().execute("PRAGMA query_only = ON")
    yield
    ledger._db().execute("PRAGMA query_only = OFF")


@contextmanager
def damaged(ledger: Ledger) -> Iterator[None]:
    """A connection opened now finds rubbish; later the file is restored."""
    ledger.close()
    path = Path(ledger.path)
    backup = path.with_name("backup")
    shutil.copy(path, backup)
    path.write_bytes(b"\xff" * path.stat().st_size)
    yield
    shutil.copy(backup, path)


@contextmanager
def taken_away(ledger: Ledger) -> Iterator[None]:
    """The folder of the file is gone for a while, such as a disk that is not mounted."""
    ledger.close()
    path = Path(ledger.path)
    away = path.rename(path.with_name("away"))
    yield
    assert not path.exists()
    away.rename(path)


TROUBLES = [
    pytest.param(locked, "I am busy for a moment and saved nothing: please send that again.", id="locked"),
    pytest.param(
        full, "My disk is full, so nothing was saved: please tell whoever runs me to make room.", id="full"
    ),
    pytest.param(
        read_only,
        "I cannot write to my database, so nothing was saved: please tell whoever runs me.",
        id="read-only",
    ),
    pytest.param(
        damaged,
        "My database is damaged, so nothing was saved: please tell whoever runs me to restore a backup.",
        id="damaged",
    ),
    pytest.param(
        taken_away,
        "I cannot reach my database, so nothing was saved: please tell whoever runs me.",
        id="taken away",
    ),
]


def text_of(body: str) -> str:
    """What the member reads: the text, and exactly the same in the blocks."""
    answer = json.loads(body)
    assert answer["response_type"] == "ephemeral"
    assert [block["text"]["text"] for block in answer["blocks"]] == [answer["text"]]
    return answer["text"]


def known(slack: Slack) -> None:
    """Let the bot learn the member's time zone now: the next command writes nothing before itself."""
    slack.command("status")


@pytest.mark.parametrize(("trouble", "sentence"), TROUBLES)
def test_a_command_in_trouble_gets_one_sentence_and_works_afterwards(
    slack: Slack, ledger: Ledger, trouble: Trouble, sentence: str
) -> None:
    known(slack)
    with trouble(ledger):
        answer = slack.command(ADD, key="k1")
        assert (answer.status, text_of(answer.body)) == (200, sentence)
        assert not NEVER_SHOWN.search(sentence)
    assert not ledger._db().conn.in_transaction
    assert ledger.facts(ALICE) == Facts()
    assert 'Logged *1* · course "Jira Automation"' in json.loads(slack.command(ADD, key="k1").body)["text"]
    assert [activity.number for activity in ledger.facts(ALICE).activities] == [1]


@pytest.mark.parametrize(("trouble", "sentence"), TROUBLES[1:])
def test_a_click_in_trouble_gets_one_sentence_and_works_afterwards(
    slack: Slack, ledger: Ledger, trouble: Trouble, sentence: str
) -> None:
    (row,) = [block for block in json.loads(slack.command(ADD).body)["blocks"] if block["type"] == "actions"]
    (button,) = row["elements"]
    with trouble(ledger):
        assert slack.click(button, key="k1").status == 200
    ((_, said),) = slack.sent
    assert said["text"] == sentence
    assert len(ledger.facts(ALICE).activities) == 1
    slack.click(button, key="k1")
    assert ledger.facts(ALICE) == Facts()
    assert slack.sent[1][1]["text"].startswith("Undone")


@pytest.mark.parametrize("trouble", [locked, full, read_only])
def test_looking_goes_on_where_only_writing_is_in_trouble(
    slack: Slack, ledger: Ledger, trouble: Trouble
) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    slack.command(ADD)
    calm = [slack.command(text).body for text in ("status", "list", "cert list", "help")]
    with trouble(ledger):
        assert [slack.command(text).body for text in ("status", "list", "cert list", "help")] == calm
        slack.command("calendar")
    (sent,) = slack.said
    assert sent.text.startswith("The dates of ACP-620, for your calendar.")


@pytest.mark.parametrize("trouble", [locked, full, read_only])
def test_a_question_by_command_is_answered_where_only_writing_is_in_trouble(
    slack: Slack, ledger: Ledger, trouble: Trouble
) -> None:
    known(slack)
    with trouble(ledger):
        assert "Source:" in slack.command("ask does coursework need to match the cert?").body


@pytest.mark.parametrize("trouble", [locked, full, read_only, damaged, taken_away])
@pytest.mark.parametrize("kind", ["app_mention", "message"])
def test_a_question_is_answered_even_when_the_database_is_in_trouble(
    slack: Slack, ledger: Ledger, trouble: Trouble, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    known(slack)
    where = {"channel": "D1", "channel_type": "im"} if kind == "message" else {"channel": "C1"}
    question = "does coursework need to match the cert?"
    with trouble(ledger), caplog.at_level(logging.ERROR):
        slack.event({"type": kind, "user": "UALICE", "text": question, "ts": "1.0", **where})
    (said,) = slack.said
    assert "Source:" in said.text
    assert [record.name for record in caplog.records] == ["bot.listeners.ask"]


def test_status_by_direct_message_says_that_the_database_is_in_trouble(slack: Slack, ledger: Ledger) -> None:
    known(slack)
    with damaged(ledger):
        slack.event(
            {"type": "message", "user": "UALICE", "text": "status", "ts": "1.0", "channel": "D1"}
            | {"channel_type": "im"}
        )
    (said,) = slack.said
    assert said.text.startswith("My database is damaged")


class Forgetful(Desk):
    """A desk in which something nobody foresaw goes wrong, as long as `forgets` is set."""

    forgets = True

    def overview(self, who: Member, today: date) -> Overview:
        if self.forgets:
            raise RuntimeError("secret")
        return super().overview(who, today)


@pytest.fixture
def forgetful(ledger: Ledger, policy: rules.Policy, clock: Clock) -> Forgetful:
    return Forgetful(ledger, policy, clock, lambda who: "UTC")


def test_what_nobody_foresaw_gets_one_honest_sentence_whose_reference_stands_in_the_log(
    forgetful: Forgetful, caplog: pytest.LogCaptureFixture
) -> None:
    slack = Slack(forgetful)
    with caplog.at_level(logging.ERROR):
        answer = slack.command("status")
    assert answer.status == 200
    said = text_of(answer.body)
    found = re.fullmatch(
        r"Something went wrong on my side\. Nothing was saved; please try again\. If it happens again, tell "
        r"whoever runs me this reference: ([0-9a-f]{8})\.",
        said,
    )
    assert found
    (record,) = [record for record in caplog.records if record.name == "bot.app"]
    assert found[1] in record.getMessage()
    assert record.exc_info
    assert str(record.exc_info[1]) == "secret"
    assert "secret" not in answer.body
    assert "RuntimeError" not in answer.body


def test_a_click_that_nobody_foresaw_to_fail_is_answered_at_its_address(
    forgetful: Forgetful, caplog: pytest.LogCaptureFixture
) -> None:
    slack = Slack(forgetful)
    button = {"type": "button", "action_id": "ce:run:0", "value": "status"}
    with caplog.at_level(logging.ERROR):
        assert slack.click(button).status == 200
    ((url, said),) = slack.sent
    (record,) = [record for record in caplog.records if record.name == "bot.app"]
    reference = re.search(r"reference ([0-9a-f]{8})", record.getMessage())
    assert reference
    assert url == "https://hooks.example/2"
    assert said["replace_original"] is False
    assert said["text"].startswith("Something went wrong on my side. Nothing was saved; please try again.")
    assert said["text"].endswith(f"tell whoever runs me this reference: {reference[1]}.")
    assert "secret" not in json.dumps(said)
    forgetful.forgets = False
    slack.click(button)
    assert slack.sent[1][1]["text"].startswith("I know of no certification of yours yet")


def test_each_failure_has_a_reference_of_its_own(forgetful: Forgetful) -> None:
    slack = Slack(forgetful)
    assert slack.command("status").body != slack.command("status").body


def test_after_what_nobody_foresaw_the_same_command_works(forgetful: Forgetful, ledger: Ledger) -> None:
    slack = Slack(forgetful)
    slack.command("status")
    forgetful.forgets = False
    assert "I know of no certification of yours yet" in slack.command("status").body


def test_a_failure_in_the_middle_of_a_change_saves_nothing(
    ledger: Ledger, policy: rules.Policy, clock: Clock
) -> None:
    class Failing(Desk):
        def add_activity(self, *given, **named):
            super().add_activity(*given, **named)
            raise RuntimeError("secret")

    slack = Slack(Failing(ledger, policy, clock, lambda who: "UTC"))
    answer = slack.command(ADD, key="k1")
    assert "Nothing was saved" in answer.body
    assert "secret" not in answer.body
    assert ledger.facts(ALICE) == Facts()
    good = Slack(Desk(ledger, policy, clock, lambda who: "UTC"))
    assert "Logged *1*" in good.command(ADD, key="k1").body


@pytest.mark.parametrize("replaced", [False, True])
def test_a_database_deleted_or_replaced_while_running_takes_no_more_writes(
    slack: Slack, ledger: Ledger, tmp_path: Path, replaced: bool
) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    Path(ledger.path).rename(tmp_path / "moved.db")
    if replaced:
        Ledger(ledger.path).close()
    answer = slack.command('add course "Jira" yesterday')
    assert answer.status == 200
    assert "I cannot reach my database, so nothing was saved" in answer.body
    with closing(sqlite3.connect(tmp_path / "moved.db")) as moved:
        assert moved.execute("SELECT count(*) FROM activities").fetchone() == (0,)
