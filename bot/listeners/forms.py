"""Forms: opened by a command, looked at again while they are filled in, and sent as a command then."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from slack_bolt import Ack

from rules import RefusedError

from .. import grammar
from ..courier import Courier
from ..desk import Desk
from ..ledger import LedgerError, Member
from ..outcomes import DeskError, Place
from ..views import modals, troubles
from . import commands
from .asked import Asked
from .fields import Fields, FieldsError, Form
from .surfaces import send_beside

_MARKS = re.compile("[`*]")


FORMS: Mapping[str, Form] = MappingProxyType({})


def submit(ack: Ack, body: dict[str, Any], view: dict[str, Any], desk: Desk, courier: Courier) -> None:
    """Do what a form says; what came of it takes its place, and what is wrong stands at its field."""
    who, fields = Member(body["team"]["id"], body["user"]["id"]), Fields(view)
    place = Place(str(fields.about.get("channel") or ""), is_private=True)
    form = FORMS[fields.form]
    try:
        text = form.command(_asked(desk, who, place), fields)
        reply = commands.answer(desk, who, text, body["trigger_id"], place)
    except FieldsError as error:
        ack(response_action="errors", errors=error.errors)
        return
    except grammar.WordsError as error:
        ack(response_action="errors", errors={form.blamed: error.sentence})
        return
    except RefusedError as error:
        ack(response_action="errors", errors={form.blamed: str(error)})
        return
    except (DeskError, LedgerError) as error:
        found = troubles.missing(error) if isinstance(error, DeskError) else troubles.ledger_trouble(error)
        ack(response_action="errors", errors={form.blamed: _MARKS.sub("", found.text)})
        return
    ack(response_action="update", view=reply.modal or modals.of_reply(reply))
    send_beside(courier, who, place, reply)


def look_again(ack: Ack, body: dict[str, Any], desk: Desk, courier: Courier) -> None:
    """Show a form anew after one of its fields was filled in."""
    ack()
    who, view = Member(body["team"]["id"], body["user"]["id"]), body["view"]
    fields = Fields(view)
    again = FORMS[fields.form].again
    if again:
        shown = again(_asked(desk, who, Place("", is_private=True)), fields)
        courier.update_view(who, view["id"], shown, seen=view.get("hash"))


def _asked(desk: Desk, who: Member, place: Place) -> Asked:
    today = desk.today(who)
    return Asked(desk, who, today, "", today, place)
