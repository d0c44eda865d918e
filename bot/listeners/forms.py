"""Forms: opened by a command, looked at again while they are filled in, and sent as a command then."""

import json
import logging
import re
from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from slack_bolt import Ack

from rules import RefusedError

from .. import grammar
from ..courier import Courier
from ..desk import Desk
from ..ledger import LedgerError, Member
from ..outcomes import DeskError, Place, ProofRefusedError
from ..views import modals, troubles
from ..views.proof import FILES
from . import activity_form, certification_form, commands, proof, settings_forms
from .asked import Asked
from .fields import Fields, FieldsError, Form
from .surfaces import send_beside

log = logging.getLogger(__name__)

_MARKS = re.compile("[`*]")


FORMS: Mapping[str, Form] = MappingProxyType(
    {**activity_form.FORMS, **certification_form.FORMS, **settings_forms.FORMS, **proof.FORMS}
)


def submit(ack: Ack, body: dict[str, Any], view: dict[str, Any], desk: Desk, courier: Courier) -> None:
    """Do what a form says; what came of it takes its place, and what is wrong stands at its field."""
    who, fields = Member(body["team"]["id"], body["user"]["id"]), Fields(view)
    place = Place(str(fields.about.get("channel") or ""), is_private=True)
    form = FORMS[fields.form]
    try:
        text = form.command(_asked(desk, who, place), fields)
        reply = commands.answer(desk, who, text, _key_of(view), place)
    except (FieldsError, grammar.WordsError, RefusedError, DeskError, LedgerError) as error:
        ack(response_action="errors", errors=_errors(error, form, fields))
        return
    ack(response_action="update", view=reply.modal or modals.of_reply(reply))
    send_beside(courier, who, place, reply)


def _key_of(view: Mapping[str, Any]) -> str:
    """What a form sent is known by: whoever saw no answer in time sends it once more, by another trigger."""
    held = json.dumps(view.get("state"), sort_keys=True)
    return f"{view['id']} {view.get('hash')} {sha256(held.encode()).hexdigest()}"


def _errors(error: Exception, form: Form, fields: Fields) -> dict[str, str]:
    """What is wrong at which field; Slack shows nothing for a field that the form does not have."""
    match error:
        case FieldsError():
            return {
                name if fields.has(name) else form.blamed: sentence for name, sentence in error.errors.items()
            }
        case grammar.WordsError():
            return {form.blamed: error.sentence}
        case ProofRefusedError():
            return {FILES: error.sentence}
        case DeskError():
            return {form.blamed: _MARKS.sub("", troubles.missing(error).text)}
        case LedgerError():
            return {form.blamed: _MARKS.sub("", troubles.ledger_trouble(error).text)}
    return {form.blamed: str(error)}


def look_again(ack: Ack, body: dict[str, Any], desk: Desk, courier: Courier) -> None:
    """Show a form anew after one of its fields was filled in; what is wrong is said when it is sent."""
    ack()
    who, view = Member(body["team"]["id"], body["user"]["id"]), body["view"]
    fields = Fields(view)
    again = FORMS[fields.form].again
    if again:
        try:
            shown = again(_asked(desk, who, Place("", is_private=True)), fields)
        except (FieldsError, grammar.WordsError, RefusedError, DeskError, LedgerError) as error:
            log.info("A form is not shown anew: %s.", type(error).__name__)
            return
        courier.update_view(who, view["id"], shown, seen=view.get("hash"))


def _asked(desk: Desk, who: Member, place: Place) -> Asked:
    today = desk.today(who)
    return Asked(desk, who, today, "", today, place)
