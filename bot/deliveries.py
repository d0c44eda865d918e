"""What Slack delivers twice is answered once: what a delivery is known by, and whether it came before.

Slack repeats what is not acknowledged in time, at once, after a minute and after 5, to whichever process it
likes, and may do so while the first is still at it. An answer that goes back with the acknowledgement may be
given again; what is answered by messages and views of the bot's own is taken on by one delivery alone.
"""

import logging
from collections.abc import Mapping
from typing import Any

from .desk import Desk
from .ledger import LedgerError, Member

log = logging.getLogger(__name__)

# What a delivery is known by tells nothing of a member, and outlasts that they are forgotten.
NOBODY = NOWHERE = ""
# What follows may have to wait for the ledger, too, and Slack waits for 3 seconds in all.
WAIT_S = 0.8
# One message may come in several events; their listeners know it by its channel and moment.
BY_MESSAGE = frozenset({"app_mention", "message"})
# The events by which Slack says that a workspace has removed the bot: twice they do no harm, lost they do.
LAST_WORDS = frozenset({"app_uninstalled", "tokens_revoked"})
# What is answered beside its acknowledgement; commands and forms are answered by it.
BESIDE = frozenset({"block_actions", "message_action", "shortcut"})


def key_of(body: Mapping[str, Any]) -> str | None:
    """What a delivery is known by that is to be taken on once; None for what may be, again and again.

    The answer to a command or to a form is the same each time it is delivered (`Saving.once`).
    """
    kind = body.get("type")
    if kind == "event_callback":
        said = (body.get("event") or {}).get("type")
        return None if said in BY_MESSAGE | LAST_WORDS else _named("event", body.get("event_id"))
    return _named("trigger", body.get("trigger_id")) if kind in BESIDE else None


def is_repeated(desk: Desk, workspace: str | None, body: Mapping[str, Any]) -> bool:
    """Whether this was taken on before, here or in another process; from now on it is."""
    key = key_of(body)
    return key is not None and not is_first(desk, workspace or NOWHERE, key)


def is_first(desk: Desk, workspace: str, key: str) -> bool:
    """Whether what has this key comes for the first time; where that cannot be known, it is taken to."""
    try:
        return desk.is_new(Member(workspace, NOBODY), key, WAIT_S)
    except LedgerError:
        log.exception("A request is answered although it may be a repeated delivery.")
        return True


def _named(kind: str, found: object) -> str | None:
    return f"{kind} {found}" if isinstance(found, str) and found else None
