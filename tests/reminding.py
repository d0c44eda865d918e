"""What tests of reminders share: a world of members, teams and a clock, and what was told in it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import rules
from bot.desk import Desk
from bot.ledger import Ledger, Member, NoticeKey, OutboxRow, ReminderSettings, Stage, TeamSettings
from bot.outcomes import Bundle, Delivered, Delivery
from rules import PortalDates

NOW = datetime(2025, 12, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ON = ReminderSettings(is_on=True)


class Moment:
    """A clock that stands at a moment until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class World:
    """A desk over a ledger, whose members are where `zones` says, else in UTC."""

    def __init__(self, ledger: Ledger, policy: rules.Policy, clock: Moment | None = None) -> None:
        self.ledger = ledger
        self.clock = clock or Moment()
        self.zones: dict[str, str] = {}
        self.desk = Desk(ledger, policy, self.clock, lambda who: self.zones.get(who.id, "UTC"))
        self.reminders = self.desk.reminders

    def holds(self, who: Member, suspends_on: date, code: str = "ACP-620") -> None:
        """The member states what the portal shows."""
        today = self.desk.today(who)
        with self.ledger.write() as writer:
            self.desk.state_credential(writer, who, code, today, shown=PortalDates(suspends_on, None, today))

    def wants(self, who: Member, settings: ReminderSettings = ON) -> None:
        """The member says how to be reminded."""
        today = self.desk.today(who)
        with self.ledger.write() as writer:
            self.reminders.change(writer, who, settings, today)

    def team(self, *members: Member, channel: str = "C1", **settings: Any) -> None:
        """A channel's team, in which these are, the first as its lead."""
        lead, *others = members
        with self.ledger.write() as writer:
            team = TeamSettings(channel, **{"digest_day": None, **settings})
            writer.teams.start(lead, team, lead.id.title(), self.clock())
            for who in others:
                writer.teams.join(who, channel, who.id.title(), self.clock())
            self.reminders.replan_channel(writer, lead.workspace, channel)

    def rows(self, who: Member, stage: Stage | None = None) -> tuple[OutboxRow, ...]:
        """What there is about a member."""
        with self.ledger.outbox() as outbox:
            return tuple(row for row in outbox.about(who) if stage in (None, row.stage))

    def planned(self, who: Member) -> dict[tuple[str, str, str], datetime]:
        """When the member's notices are due, by addressee, code and threshold."""
        return {
            (row.key.addressee, row.key.code, row.key.threshold): row.due_at
            for row in self.rows(who, Stage.PLANNED)
        }

    def digest(self, channel: str = "C1") -> tuple[date, datetime]:
        """The day of a channel's next digest, and when it is due."""
        with self.ledger.outbox() as outbox:
            (row,) = [row for row in outbox.digests("T1", channel) if row.stage is Stage.PLANNED]
        return row.key.suspends_on, row.due_at

    def bundles(self, by: str = "one", workspace: str = "T1") -> list[Bundle]:
        """What a process has to send now, claimed and looked at again."""
        claims = self.reminders.claim(workspace, by, 50)
        return [bundle for claim in claims if (bundle := self.reminders.bundle(claim))]

    def tell(self, delivery: Delivery | None = None) -> dict[str, list[str]]:
        """Send all that is due, and what each addressee was told: codes with thresholds, and the digest."""
        found: dict[str, list[str]] = {}
        while bundles := self.bundles():
            for bundle in bundles:
                assert bundle.addressee not in found, "one message"
                found[bundle.addressee] = said(bundle)
                self.reminders.settle(bundle, delivery or Delivered())
        return found

    def days(self, first: date, last: date, hour: int = 12) -> Mapping[date, dict[str, list[str]]]:
        """What is told on each of these days, if anything is; the clock stands at `hour` of each (UTC)."""
        told = {}
        for number in range((last - first).days + 1):
            day = first + DAY * number
            self.clock.now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
            if found := self.tell():
                told[day] = found
        return told


def said(bundle: Bundle) -> list[str]:
    """What a bundle says, in short."""
    return [
        *(f"{due.standing.code} {due.threshold}" for due in bundle.notices),
        *(["digest"] if bundle.is_digest else []),
    ]


def key(
    who: Member, threshold: str, suspends_on: date, *, addressee: str = "", code: str = "ACP-620"
) -> NoticeKey:
    """The key of a notice to the member, or to an addressee of another name."""
    return NoticeKey(who.workspace, addressee or who.id, who.id, code, threshold, suspends_on)
