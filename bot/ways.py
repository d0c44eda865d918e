"""How an addressee is told: at which hour by whose clock, and so when a notice is due."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rules import Notice, NoticeSettings, Standing, next_notice

from .days import moment_of, zone_named
from .ledger import Member, NoticeKey, OutboxRow, Stage, TeamSettings

# What was not sent at its hour may be for so long after it, on the same day: nobody is told at night.
AWAKE = timedelta(hours=12)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Way:
    """How one addressee is told: at `hour` by the clock of `zone`."""

    workspace: str
    addressee: str
    settings: NoticeSettings
    hour: int
    zone: ZoneInfo
    team: TeamSettings | None = None

    def today(self, now: datetime) -> date:
        """The addressee's own day."""
        return now.astimezone(self.zone).date()

    def at(self, day: date) -> datetime:
        """When the addressee is told what belongs to a day."""
        return moment_of(day, self.hour, self.zone)

    def is_time(self, now: datetime) -> bool:
        """Whether the hour has come, and not so long ago that it would be night."""
        at = self.at(self.today(now))
        return at <= now <= at + AWAKE

    def awake_at(self, moment: datetime) -> datetime:
        """That moment, or where that would be night, the hour after it."""
        return moment if self.is_time(moment) else self.next_at(moment)

    def next_at(self, now: datetime) -> datetime:
        """When the hour comes next."""
        today = self.today(now)
        at = self.at(today)
        return at if at > now else self.at(today + DAY)


def way_to_channel(workspace: str, team: TeamSettings) -> Way:
    """How a team's channel is told."""
    settings = NoticeSettings(days=team.days)
    return Way(workspace, team.channel, settings, team.hour, zone_named(team.timezone), team)


def next_due(
    way: Way,
    who: Member,
    standing: Standing,
    today: date,
    told: Collection[tuple[str, date]],
    kept: Mapping[NoticeKey, datetime],
    now: datetime,
) -> dict[NoticeKey, datetime]:
    """The next notice of a standing to an addressee and when it is due; empty where there is none.

    What belongs to today is due when it was `kept` for, if it was, or what it follows upon and is late; else
    at its hour, and where that is over, what is to be told tomorrow.
    """
    notice = next_notice(standing, way.settings, today, told)
    if notice and notice.on == today:
        key = key_of(way, who, notice)
        put_off = kept.get(key)
        if put_off and put_off < way.at(today + DAY + DAY):
            return {key: put_off}
        if late := [at for other, at in kept.items() if at <= now and _is_of_same(other, key)]:
            return {key: min(late)}
        if way.at(today) <= now:
            notice = next_notice(standing, way.settings, today + DAY, told)
    return {key_of(way, who, notice): way.at(notice.on)} if notice else {}


def told_of(rows: Iterable[OutboxRow], addressee: str, code: str) -> list[tuple[str, date]]:
    """What was told an addressee of a credential or given up."""
    return [
        (row.key.threshold, row.key.suspends_on)
        for row in rows
        if row.stage is not Stage.PLANNED and (row.key.addressee, row.key.code) == (addressee, code)
    ]


def key_of(way: Way, who: Member, notice: Notice) -> NoticeKey:
    """The key of a notice about a member's certification to an addressee."""
    return NoticeKey(way.workspace, way.addressee, who.id, notice.code, notice.threshold, notice.suspends_on)


def _is_of_same(one: NoticeKey, other: NoticeKey) -> bool:
    """Whether two notices tell the same addressee of the same dates."""
    return one._replace(threshold=other.threshold) == other


def is_day_of_digest(day: date, team: TeamSettings, today: date) -> bool:
    """Whether a digest planned for a day is the one to send next: not of a week that is over."""
    return day.isoweekday() == team.digest_day and today - day < WEEK
