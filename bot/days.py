"""Which day it is for a member, by the time zone Slack names for them."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from .ledger import Ledger, LedgerError, Member

Clock = Callable[[], datetime]
# People move and their time zone with them; it is asked for again after this long.
TIMEZONE_HOLDS = timedelta(days=30)
ASK_AGAIN_AFTER = timedelta(hours=1)


class Days:
    """Members' own days; `timezone_of` names a time zone (IANA), or None where it cannot be known now."""

    def __init__(self, ledger: Ledger, clock: Clock, timezone_of: Callable[[Member], str | None]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._timezone_of = timezone_of
        self._asked_in_vain: dict[Member, datetime] = {}

    def today(self, who: Member) -> date:
        """The member's own day."""
        now = self._clock()
        timezone, checked_at = self._ledger.timezone(who)
        if checked_at is None or now - checked_at > TIMEZONE_HOLDS:
            timezone = self._named_timezone(who, now) or timezone
        return now.astimezone(_zone(timezone or "UTC")).date()

    def _named_timezone(self, who: Member, now: datetime) -> str | None:
        """The time zone as Slack names it now; where it does not, it is left in peace for a while."""
        if now - self._asked_in_vain.get(who, datetime.min.replace(tzinfo=UTC)) < ASK_AGAIN_AFTER:
            return None
        named = self._timezone_of(who)
        if named is None:
            self._asked_in_vain[who] = now
            return None
        with suppress(LedgerError), self._ledger.write() as writer:  # it can be saved another time
            writer.set_timezone(who, named, now)
        return named


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
