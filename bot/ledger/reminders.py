"""How members want to be reminded."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from rules import DAYS

from .facts import Member, iso
from .statements import OF_MEMBER, Statements, iso_or_none

COLUMNS = "is_on, days, hour, quiet_weekends, may_mention, snoozed_until"
OF_ONE = f"SELECT {COLUMNS} FROM reminders {OF_MEMBER}"  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class ReminderSettings:
    """How a member wants to be reminded: off unless they said on.

    `days` before the suspension date, at `hour` (0-23) of their own day, not at weekends if `quiet_weekends`,
    and not before `snoozed_until`. `may_mention` lets posts of their teams mention them.
    """

    is_on: bool = False
    days: tuple[int, ...] = DAYS
    hour: int = 9
    quiet_weekends: bool = False
    may_mention: bool = False
    snoozed_until: date | None = None


class ReminderWriter(Statements):
    """What can be written about how members want to be reminded."""

    def keep(self, who: Member, settings: ReminderSettings) -> None:
        """Keep how an enrolled member wants to be reminded, in the place of what they wanted before."""
        self._run(
            f"INSERT INTO reminders (workspace, member, {COLUMNS}) VALUES (:workspace, :member, :is_on, "  # noqa: S608
            ":days, :hour, :quiet_weekends, :may_mention, :snoozed_until) "
            "ON CONFLICT (workspace, member) DO UPDATE SET is_on = excluded.is_on, days = excluded.days, "
            "hour = excluded.hour, quiet_weekends = excluded.quiet_weekends, "
            "may_mention = excluded.may_mention, snoozed_until = excluded.snoozed_until",
            who,
            is_on=int(settings.is_on),
            days=" ".join(map(str, settings.days)),
            hour=settings.hour,
            quiet_weekends=int(settings.quiet_weekends),
            may_mention=int(settings.may_mention),
            snoozed_until=iso_or_none(settings.snoozed_until),
        )


def settings_of(row: tuple[Any, ...]) -> ReminderSettings:
    """The settings in a row of COLUMNS."""
    is_on, days, hour, quiet_weekends, may_mention, snoozed_until = row
    return ReminderSettings(
        bool(is_on),
        tuple(map(int, days.split())),
        hour,
        bool(quiet_weekends),
        bool(may_mention),
        iso(snoozed_until) if snoozed_until else None,
    )
