"""Which day it is for a member, by the time zone Slack names for them."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .ledger import Ledger, LedgerError, Member, Writer

Clock = Callable[[], datetime]
# People move and their time zone with them; it is asked for again after this long.
TIMEZONE_HOLDS = timedelta(days=30)
ASK_AGAIN_AFTER = timedelta(hours=1)


class Days:
    """Members' own days; `timezone_of` names a time zone (IANA), or None where it cannot be known now.

    `moved` is told, in the transaction that keeps it, when a member is in another time zone than before.
    """

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        timezone_of: Callable[[Member], str | None],
        moved: Callable[[Writer, Member], None],
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._timezone_of = timezone_of
        self._moved = moved
        self._asked_in_vain: dict[Member, datetime] = {}

    def today(self, who: Member) -> date:
        """The member's own day."""
        now = self._clock()
        timezone, checked_at = self._ledger.timezone(who)
        if _is_long_ago(checked_at, now):
            timezone = self._named_timezone(who, now, timezone) or timezone
        return now.astimezone(zone_named(timezone)).date()

    def is_known(self, who: Member) -> bool:
        """Whether the member's day can be told without asking Slack, which may take a second."""
        now = self._clock()
        return not _is_long_ago(self._ledger.timezone(who)[1], now) or self._was_asked_in_vain(who, now)

    def look_up(self, who: Member) -> bool:
        """Have Slack name anew where somebody is who wants reminders; False where it did so not long ago."""
        now = self._clock()
        timezone, checked_at = self._ledger.timezone(who)
        if not self._wants_reminders(who) or not _is_long_ago(checked_at, now):
            return False
        # Whoever had everything deleted while Slack was asked must not be known again by its answer.
        self._named_timezone(who, now, timezone, is_wanted=self._wants_reminders)
        return True

    def _wants_reminders(self, who: Member) -> bool:
        return self._ledger.reminder_settings(who) is not None

    def zone(self, who: Member) -> ZoneInfo:
        """The member's time zone as last named, without asking Slack."""
        timezone, _ = self._ledger.timezone(who)
        return zone_named(timezone)

    def local_today(self, who: Member) -> date:
        """The member's own day by that time zone."""
        return self._clock().astimezone(self.zone(who)).date()

    def _named_timezone(
        self,
        who: Member,
        now: datetime,
        before: str | None,
        is_wanted: Callable[[Member], bool] = lambda _: True,
    ) -> str | None:
        """The time zone as Slack names it now; where it does not, it is left in peace for a while."""
        if self._was_asked_in_vain(who, now):
            return None
        named = self._timezone_of(who)
        if named is None:
            self._asked_in_vain[who] = now
            return None
        with suppress(LedgerError), self._ledger.write() as writer:  # it can be saved another time
            if is_wanted(who):
                writer.set_timezone(who, named, now)
                if named != before:
                    self._moved(writer, who)
        return named

    def _was_asked_in_vain(self, who: Member, now: datetime) -> bool:
        return now - self._asked_in_vain.get(who, datetime.min.replace(tzinfo=UTC)) < ASK_AGAIN_AFTER


def _is_long_ago(checked_at: datetime | None, now: datetime) -> bool:
    return checked_at is None or now - checked_at > TIMEZONE_HOLDS


def zone_named(name: str | None) -> ZoneInfo:
    """The time zone with this name; UTC for one nobody knows, and for none."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def moment_of(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """When a day has come to an hour in a time zone, in UTC.

    An hour that is left out, where clocks are put forward, is the moment they are; of one that comes twice
    it is the first.
    """
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
