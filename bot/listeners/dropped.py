"""Pictures and PDFs dropped into the direct message, which may prove an activity."""

from collections.abc import Mapping
from typing import Any

from .. import grammar
from ..courier import Courier
from ..desk import Desk
from ..ledger import LedgerError, Member
from ..outcomes import OfferedFile, Place, Refusal
from ..sharing import offered, refused
from ..signatures import kind_named
from ..views import proof as views
from ..views import troubles
from ..views.blocks import Reply
from . import commands


def is_dropped(event: Mapping[str, Any]) -> bool:
    """Whether a message brings pictures or PDFs, and no other files."""
    files = [offered(file) for file in event.get("files") or ()]
    return bool(files) and all(kind_named(file.name, file.media_type) for file in files)


def says_which(event: Mapping[str, Any]) -> bool:
    """Whether the words beside the files say nothing, or only which activity they prove."""
    said = (event.get("text") or "").strip()
    return not said or grammar.read_beside_file(said) is not None


def ask_about(
    desk: Desk, courier: Courier, who: Member, place: Place, event: Mapping[str, Any], key: str
) -> None:
    """Ask which activity the files of a message prove, or add them to the one that its words name.

    Each message is answered once, by its `key`.
    """
    try:
        if not desk.is_new(who, f"{key} proof"):
            return
        reply = _answer(desk, who, place, event, key)
    except LedgerError as error:
        reply = troubles.ledger_trouble(error)
    courier.post(who.workspace, place.channel, reply, place.thread or None)


def _answer(desk: Desk, who: Member, place: Place, event: Mapping[str, Any], key: str) -> Reply:
    files: list[OfferedFile] = []
    not_taken: list[tuple[OfferedFile, Refusal]] = []
    for file in event["files"]:
        one = offered(file)
        # Whoever shares a file in a direct message is known, also where the file does not say it.
        refusal = refused({"user": who.id, **file}, who.id) or desk.keeping.refusal(one)
        if refusal:
            not_taken.append((one, refusal))
        else:
            files.append(one)
    if not files:
        return views.refused(not_taken)
    asked, left = files[: views.FILES_MOST], len(files[views.FILES_MOST :])
    number = grammar.read_beside_file(event.get("text") or "")
    if number is not None:
        added = commands.run(desk, who, views.take_command(number, asked), f"{key} proof added", place)
        return views.with_refused(added, not_taken, left)
    choice = desk.keeping.choice(who, views.CHOICES)
    return views.with_refused(views.question(asked, choice), not_taken, left)
