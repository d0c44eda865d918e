"""The forms for a certification, reminders and a team in Slack: opened by words, refused at a field, kept."""

from typing import Any

import pytest
from e2e.local_slack import ANNA, BEN, LocalSlack, ago

pytestmark = pytest.mark.usefixtures("bot")

Values = dict[str, dict[str, Any]]


def chosen(value: str) -> dict[str, Any]:
    """A choice as Slack sends it."""
    return {"selected_option": {"value": value, "text": {"type": "plain_text", "text": value}}}


def test_a_certification_is_added_by_its_form_once_its_day_can_be(slack: LocalSlack) -> None:
    slack.command(ANNA, "cert add ACP-620")
    slack.modal("Certification")
    fields: Values = {"code": chosen("ACP-620"), "side": chosen("earned")}
    errors = slack.submit(ANNA, fields | {"earned_on": {"selected_date": str(ago(-2))}}).sent["errors"]
    assert "is still to come" in errors["earned_on"]
    shown = slack.submit(ANNA, fields | {"earned_on": {"selected_date": str(ago(200))}})
    assert "Noted ACP-620" in shown.text
    assert "0 of 100 CE" in slack.command(ANNA, "").text


def test_an_exam_says_in_its_form_what_it_renews(slack: LocalSlack) -> None:
    slack.command(ANNA, f"cert add ACP-620 earned {ago(700)}")
    slack.command(ANNA, f"form exam ACP-620 {ago(3)}")
    assert "it renews ACP-620" in slack.modal("Exam passed").text
    shown = slack.submit(ANNA, {"code": chosen("ACP-620"), "passed_on": {"selected_date": str(ago(3))}})
    assert "it renews ACP-620" in shown.text


def test_reminders_are_set_by_their_form(slack: LocalSlack) -> None:
    slack.command(ANNA, f"cert add ACP-620 earned {ago(200)}")
    slack.command(ANNA, "remind settings")
    slack.modal("Reminders")
    values: Values = {"is_on": chosen("on"), "more": {"value": "45, 21"}, "hour": chosen("17")}
    assert "45 and 21 days before a suspension" in slack.submit(ANNA, values).text
    assert "At 17:00 of your day" in slack.command(ANNA, "remind").text


def test_a_lead_sets_a_team_by_its_form_and_others_see_it(slack: LocalSlack) -> None:
    slack.command(ANNA, "team start")
    slack.command(ANNA, "team settings")
    slack.modal("Team settings")
    values: Values = {
        "days_before": {"value": "60 7"},
        "digest": chosen("friday"),
        "hour": chosen("17"),
        "timezone": {"value": "tokyo"},
        "targets": {"value": "ACP-620"},
    }
    assert "Say how many" in slack.submit(ANNA, values).sent["errors"]["targets"]
    assert "Changed." in slack.submit(ANNA, values | {"targets": {"value": "ACP-620 3"}}).text
    told = slack.command(BEN, "team settings").text
    for line in ("60 and 7 days before", "every Friday", "at 17:00 (Asia/Tokyo)", "ACP-620 3"):
        assert line in told
