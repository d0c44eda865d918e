"""The Home tab: opened, and shown anew after what is said elsewhere."""

import pytest
from e2e.local_slack import ANNA, BEN, LocalSlack, ago, until

pytestmark = pytest.mark.usefixtures("bot")


def home_with(slack: LocalSlack, member: str, text: str) -> str:
    """All that the member's Home says, as soon as it says this."""
    return until(f"{text!r} in Home", lambda: text in (said := slack.home(member).text) and said)


def test_home_is_shown_when_it_is_opened_and_after_each_change(slack: LocalSlack) -> None:
    slack.open_home(ANNA)
    assert "Add certification" in home_with(slack, ANNA, "Tell me which Atlassian certifications you hold")
    slack.command(ANNA, f"cert add ACP-620 earned {ago(200)}")
    home_with(slack, ANNA, "0 of 100 CE")
    added = slack.command(ANNA, f'add course "Boards" {ago(100)}')
    said = home_with(slack, ANNA, "10 of 100 CE")
    assert "Boards" in said
    assert "1 activity is not yet in the portal" in said
    assert "Undo takes back logging activity 1." in said
    assert "Boards" not in slack.home(BEN).text
    status = slack.command(ANNA, "status").text
    assert status.split("\n\n")[0].split("\n")[0] in said
    slack.click(ANNA, added, "Undo")
    assert "Boards" not in home_with(slack, ANNA, "Missing 100")


def test_after_everything_is_deleted_home_is_that_of_a_stranger(slack: LocalSlack) -> None:
    slack.command(ANNA, f"cert add ACP-620 earned {ago(200)}")
    home_with(slack, ANNA, "ACP-620")
    slack.click(ANNA, slack.command(ANNA, "forget-me"), "Delete")
    assert "ACP-620" not in home_with(slack, ANNA, "Tell me which Atlassian certifications you hold")
