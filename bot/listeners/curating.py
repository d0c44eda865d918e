"""The button that passes a question on to the curators."""

from typing import Any

from slack_bolt import Ack

from ..courier import Courier
from ..desk import Desk
from ..ledger import LedgerError, Member
from ..outcomes import DeskError
from ..views import inbox, troubles


def pass_on(ack: Ack, body: dict[str, Any], action: dict[str, Any], desk: Desk, courier: Courier) -> None:
    """Post a question in the curators' channel, once, as its asker agreed to."""
    ack()
    who = Member(body["team"]["id"], body["user"]["id"])
    number, asker, way = action["value"].split()
    url = body["response_url"]
    try:
        asked, channel, is_first = desk.curating.pass_on(who, int(number), asker)
    except LedgerError as error:
        courier.respond(url, troubles.ledger_trouble(error), replace=True)
    except DeskError as error:
        courier.respond(url, troubles.missing(error), replace=True)
    else:
        if not is_first:
            courier.respond(url, inbox.passed_before(), replace=True)
            return
        courier.post_and_respond(
            who.workspace,
            channel,
            inbox.post(asked, asker if way == inbox.NAMED else None),
            url,
            sent=inbox.passed(channel),
            refused=inbox.not_passed(channel),
        )
