"""Forms for members whose day Slack must be asked for: it waits 3 seconds, so something is shown first."""

from ..courier import Courier
from ..desk import Desk
from ..ledger import LedgerError, Member
from ..outcomes import Place
from ..views import modals
from ..views.blocks import View
from . import commands


def must_look_up_first(desk: Desk, who: Member, text: str) -> bool:
    """Whether words after `/ce` open a form that needs the member's day, and Slack must be asked for it."""
    try:
        return commands.opens_form_late(desk, who, text)
    except LedgerError:  # which the command itself then says
        return False


def open_looked_up(
    courier: Courier,
    desk: Desk,
    who: Member,
    text: str,
    trigger_id: str,
    place: Place,
    *,
    push: bool = False,
    url: str | None = None,
) -> None:
    """Show that something is looked up, and the form in its place then."""

    def made() -> View:
        reply = commands.run(desk, who, text, trigger_id, place)
        return reply.modal or modals.of_reply(reply)

    courier.open_then_update(who, trigger_id, modals.loading(), made, push=push, url=url)
