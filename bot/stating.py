"""Noting what is said of a certification, whichever way it comes in."""

from collections.abc import Sequence
from datetime import date

from rules import Credential, PortalDates, Standing

from .ledger import Member, Writer


def state_credential(
    writer: Writer,
    who: Member,
    code: str,
    held: Credential | None,
    before: Sequence[Standing],
    change: int,
    *,
    earned_on: date | None,
    shown: PortalDates | None,
) -> bool:
    """Note under a change when a certification was earned, what the portal shows, or both; whether anew.

    `held` is how it is held so far, `before` where all stand. Earned anew after it had expired, it starts
    afresh, without the portal dates of before (R11).
    """
    expired_on = next((one.cycle.expires_on for one in before if one.code == code), None)
    anew = bool(earned_on and expired_on and earned_on >= expired_on)
    if anew:
        writer.end_portal_dates(who, code, change)
    if held and earned_on:
        writer.end_credential(who, code, change)
    if earned_on or not held:
        writer.add_credential(who, code, earned_on, change)
    if shown:
        writer.add_portal_dates(who, code, shown, change)
    return anew
