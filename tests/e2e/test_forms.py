"""Forms as members fill them in, through whichever way Slack reaches the bot."""

from datetime import date

import pytest
from e2e.local_slack import ANNA, BEN, LocalSlack, ago

pytestmark = pytest.mark.usefixtures("bot")


def course(title: str, day: date) -> dict:
    return {
        "kind": {"type": "radio_buttons", "selected_option": {"value": "course"}},
        "title": {"type": "plain_text_input", "value": title},
        "day": {"type": "datepicker", "selected_date": day.isoformat()},
    }


def test_an_activity_is_logged_by_form_and_undone(slack: LocalSlack) -> None:
    slack.command(ANNA, f"cert add ACP-620 earned {ago(200)}")
    assert slack.command(ANNA, "add webinar").text == ""
    form = slack.modal("Log an activity")
    assert "Course (10 CE)" in form.text
    assert "ACP-620: counts 10 CE, then 10 of 100 CE" in form.text

    shown = slack.submit(ANNA, course("A <b> & “c” 🎉", ago(3)))
    assert f'Logged 1 · course "A &lt;b&gt; &amp; “c” 🎉", {ago(3):%a %Y-%m-%d}.' in shown.text
    assert "10 of 100 CE" in slack.command(ANNA, "status").text
    assert slack.command(BEN, "list").text.startswith("Nothing logged yet")

    assert "Undone: logging activity 1" in slack.command(ANNA, "undo").text


def test_what_is_wrong_stands_at_its_field_and_nothing_is_saved(slack: LocalSlack) -> None:
    slack.command(ANNA, "add course")
    slack.modal("Log an activity")
    errors = slack.submit(ANNA, course("Jira", ago(-2))).sent["errors"]
    assert errors.keys() == {"day"}
    assert "still to come" in errors["day"]
    assert slack.command(ANNA, "list").text.startswith("Nothing logged yet")
    assert "Logged 1" in slack.submit(ANNA, course("Jira", ago(2))).text


def test_an_activity_is_edited_by_form(slack: LocalSlack) -> None:
    slack.command(ANNA, f'add course "Jira" {ago(5)}')
    slack.command(ANNA, "edit 1")
    assert "Jira" in str(slack.modal("Edit activity 1").sent)
    shown = slack.submit(ANNA, course("Jira Automation", ago(4)))
    assert 'Changed 1 · course "Jira Automation"' in shown.text
