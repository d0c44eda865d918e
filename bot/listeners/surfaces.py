"""Where an answer is shown: in the place of a message, in a modal, over the Home tab."""

from collections.abc import Mapping
from typing import Any

from ..courier import Courier
from ..ledger import Member
from ..outcomes import Place
from ..views import modals
from ..views.blocks import Reply


def send_beside(courier: Courier, who: Member, place: Place, reply: Reply) -> None:
    """What goes out with an answer: messages to others, and files."""
    courier.send_posts(who.workspace, reply.posts)
    courier.send_files(reply.files, who, place.channel)


def show_after_click(
    courier: Courier, who: Member, body: dict[str, Any], reply: Reply, *, replace: bool
) -> None:
    """Show the answer to a click where it was made; in a modal, that is its place.

    From the Home tab, which stays as it is, a modal opens; a form opens over whatever was clicked in, and in
    the place of what is the last that Slack puts over others.
    """
    view, trigger_id, url = body.get("view") or {}, body["trigger_id"], body.get("response_url")
    in_modal = view.get("type") == "modal"
    if reply.modal and not (in_modal and _is_third(view)):
        courier.open_view(who, trigger_id, reply.modal, push=in_modal, url=url)
    elif in_modal:
        courier.update_view(who, view["id"], reply.modal or modals.of_reply(reply))
    elif view:
        courier.open_view(who, trigger_id, modals.of_reply(reply))
    elif url:
        courier.respond(url, reply, replace=replace)


def _is_third(view: Mapping[str, Any]) -> bool:
    """Whether a modal stands over two others, which is as many as Slack has."""
    return view.get("previous_view_id") not in (None, view.get("root_view_id"))
