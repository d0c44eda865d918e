"""The Home tab: opened, turned to another page, and the menus that stand in it."""

from typing import Any

from slack_bolt import Ack

from ..courier import Courier
from ..desk import Desk
from ..homes import Homes
from ..ledger import Member
from ..views import home
from . import assistant, ce


def answer_opened(
    body: dict[str, Any], event: dict[str, Any], desk: Desk, courier: Courier, homes: Homes
) -> None:
    """Show a member their Home as it is now; in the direct message beside it, suggest what to ask."""
    who = Member(body["team_id"], event["user"])
    if event.get("tab") == "home":
        homes.publish(who, 0)
    elif event.get("tab") == "messages":
        assistant.suggest(desk, courier, who, event["channel"])


def turn_page(ack: Ack, body: dict[str, Any], action: dict[str, Any], homes: Homes) -> None:
    """Show another page of Home."""
    ack()
    homes.publish(Member(body["team"]["id"], body["user"]["id"]), int(action["value"]))


def run_chosen(
    ack: Ack, body: dict[str, Any], action: dict[str, Any], desk: Desk, courier: Courier, homes: Homes
) -> None:
    """Run the command chosen from a menu, and answer beside it; Home stays at the page it stands on."""
    view = body.get("view") or {}
    if view.get("type") == "home":
        homes.turn_to(Member(body["team"]["id"], body["user"]["id"]), home.page_of(view))
    ce.run_beside(ack, body, {**action, "value": action["selected_option"]["value"]}, desk, courier)
