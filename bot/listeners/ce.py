"""`/ce` and the buttons that run one of its commands."""

from typing import Any

from slack_bolt import Ack

from ..courier import Courier
from ..deliveries import is_first
from ..desk import Desk
from ..ledger import Member
from ..views.blocks import unescaped
from . import commands
from .opening import must_look_up_first, open_looked_up
from .places import place_of_click, place_of_command
from .surfaces import send_beside, show_after_click


def answer(ack: Ack, command: dict[str, Any], desk: Desk, courier: Courier) -> None:
    """Answer a slash command: for the eyes of whoever sent it, unless the reply is for the whole channel."""
    who = Member(command["team_id"], command["user_id"])
    text, place = unescaped(command.get("text") or ""), place_of_command(command)
    if must_look_up_first(desk, who, text):
        ack()
        if is_first(desk, who.workspace, f"{command['trigger_id']} form"):
            trigger_id, url = command["trigger_id"], command["response_url"]
            open_looked_up(courier, desk, who, text, trigger_id, place, url=url)
        return
    reply = commands.run(desk, who, text, command["trigger_id"], place)
    if reply.modal:
        ack()
        if is_first(desk, who.workspace, f"{command['trigger_id']} form"):
            courier.open_view(who, command["trigger_id"], reply.modal, url=command["response_url"])
    else:
        seen_by = "in_channel" if reply.everyone else "ephemeral"
        ack(text=reply.text, blocks=reply.blocks, response_type=seen_by)
    send_beside(courier, who, place, reply)


def run_clicked(ack: Ack, body: dict[str, Any], action: dict[str, Any], desk: Desk, courier: Courier) -> None:
    """Run the command a button stands for, as whoever clicked it, and answer in the button's place."""
    ack()
    _run_clicked(body, action, desk, courier, replace=True)


def run_beside(ack: Ack, body: dict[str, Any], action: dict[str, Any], desk: Desk, courier: Courier) -> None:
    """The same, answered beside the message clicked on, which may belong to a whole channel."""
    ack()
    _run_clicked(body, action, desk, courier, replace=False)


def _run_clicked(
    body: dict[str, Any], action: dict[str, Any], desk: Desk, courier: Courier, *, replace: bool
) -> None:
    who, place = Member(body["team"]["id"], body["user"]["id"]), place_of_click(body)
    text, trigger_id = unescaped(action["value"]), body["trigger_id"]
    if must_look_up_first(desk, who, text):
        in_modal = (body.get("view") or {}).get("type") == "modal"
        url = body.get("response_url")
        open_looked_up(courier, desk, who, text, trigger_id, place, push=in_modal, url=url)
        return
    reply = commands.run(desk, who, text, trigger_id, place)
    show_after_click(courier, who, body, reply, replace=replace)
    send_beside(courier, who, place, reply)
