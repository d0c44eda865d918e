"""What comes beside the answer to a command: reminders, invitations, pictures, files and what they need."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from e2e.local_slack import ANNA, BEN, TEAM, Bot, LocalSlack, Message, until

ANNAS_ZONE = ZoneInfo("Europe/Berlin")

pytestmark = pytest.mark.usefixtures("bot")


def direct_channel(slack: LocalSlack, member: str) -> str:
    """The direct message between a member and the bot."""
    return slack.say(member, "hello", channel=member).channel


def with_text(slack: LocalSlack, channel: str, text: str) -> Message:
    """The bot's message there that says so, as soon as it is there."""
    return until(
        f"{text!r} in {channel}",
        lambda: next((each for each in slack.answers(channel) if text in each.text), None),
    )


def with_file(slack: LocalSlack, channel: str, ending: str) -> dict:
    """The file of that ending the bot sent there."""
    return until(
        f"a {ending} in {channel}",
        lambda: next(
            (
                file
                for each in slack.answers(channel)
                for file in each.sent.get("files", [])
                if file["name"].endswith(ending)
            ),
            None,
        ),
    )


def test_a_reminder_comes_once_as_a_direct_message_and_its_buttons_work(
    slack: LocalSlack, bot: Bot, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    suspends_on = now.date() + timedelta(days=20)
    channel = direct_channel(slack, ANNA)
    slack.command(ANNA, f"cert add ACP-620 suspends {suspends_on}")
    slack.command(ANNA, "remind on")
    # What is planned for tomorrow at her hour is made due now.
    with closing(sqlite3.connect(tmp_path / "ce.db", isolation_level=None)) as db:
        db.execute("UPDATE reminders SET hour = ?", [now.astimezone(ANNAS_ZONE).hour])
        db.execute(
            "UPDATE outbox SET due_at = ?", [(now - timedelta(minutes=1)).isoformat(timespec="seconds")]
        )
    for _ in range(2):
        bot.remind()
    reminder = with_text(slack, channel, "ACP-620")
    assert str(suspends_on) in reminder.text
    assert "/ce remind off" in reminder.text
    assert len([each for each in slack.answers(channel) if "/ce remind off" in each.text]) == 1
    slack.click(ANNA, reminder, "Plan")


def test_an_invitation_is_accepted_in_the_direct_message(slack: LocalSlack) -> None:
    channel = direct_channel(slack, BEN)
    slack.command(ANNA, "team start")
    slack.command(ANNA, f"team invite <@{BEN}|ben>")
    slack.command(BEN, "cert add ACP-120 earned 2026-01-15")
    assert "ACP-120" not in slack.command(ANNA, "team").text
    slack.click(BEN, with_text(slack, channel, "invite"), "Accept")
    until("Ben is in the team", lambda: "ACP-120" in slack.command(ANNA, "team").text)


def test_pictures_and_files_arrive(slack: LocalSlack) -> None:
    channel = direct_channel(slack, ANNA)
    slack.command(ANNA, "cert add ACP-620 earned 2026-01-15")
    slack.command(ANNA, "timeline")
    assert with_file(slack, channel, ".png")["size"] > 10_000
    slack.command(ANNA, "export")
    assert with_file(slack, channel, ".csv")["size"] > 10
    assert with_file(slack, channel, ".json")["size"] > 10
    slack.command(ANNA, "calendar")
    assert with_file(slack, channel, ".ics")["size"] > 100
    slack.command(ANNA, "team start")
    slack.command(ANNA, "team forecast")
    assert with_file(slack, TEAM, ".png")["size"] > 10_000


def test_a_table_dropped_into_the_direct_message_is_read_shown_and_saved(slack: LocalSlack) -> None:
    channel = direct_channel(slack, ANNA)
    table = b"kind;title;date\r\ncourse;Boards;2026-02-01\r\nlocal event;ACE Berlin;2026-03-01\r\n"
    slack.drop(ANNA, "mine.csv", table, channel=ANNA)
    preview = with_text(slack, channel, "1 course and 1 local event")
    assert "Boards" not in slack.command(ANNA, "list").text
    slack.click(ANNA, preview, "Save all 2")
    until("both are logged", lambda: "ACE Berlin" in slack.command(ANNA, "list").text)


def test_a_member_is_forgotten_after_a_yes(slack: LocalSlack, tmp_path: Path) -> None:
    slack.command(ANNA, "cert add ACP-620 earned 2026-01-15")
    slack.command(ANNA, 'add course "Zanzibar" 2026-02-01')
    slack.command(BEN, "cert add ACP-120 earned 2026-01-15")
    asked = slack.command(ANNA, "forget-me")
    slack.click(ANNA, asked, "Delete everything")

    def rest() -> int:
        with closing(sqlite3.connect(tmp_path / "ce.db")) as db:
            return db.execute("SELECT count(*) FROM activities WHERE member = ?", [ANNA]).fetchone()[0]

    until("nothing is left of Anna", lambda: rest() == 0)
    assert "ACP-120" in slack.command(BEN, "status").text
