"""Reminders: who is to be told what and when, and what becomes of it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rules import NoticeSettings, Standing, next_notice, status_on

from .days import Clock, Days
from .ledger import (
    DIGEST,
    Claim,
    Held,
    Ledger,
    Member,
    NoticeKey,
    OutboxRow,
    ReminderSettings,
    Stage,
    TeamSettings,
    Writer,
)
from .outcomes import (
    Bundle,
    Delivered,
    Delivery,
    Due,
    ParkedNotice,
    PlannedNotice,
    TryLater,
    Undeliverable,
    Waiting,
    urgency,
)
from .ways import DAY, Way, is_day_of_digest, key_of, next_due, told_of, way_to_channel

NOT_ASKED = ReminderSettings()

# A claim nobody settles is free again after this long; of one with less left nothing is sent any more.
LEASE = timedelta(minutes=5)
LEAST_LEFT = timedelta(minutes=1)
# How long sending waits after each try that failed, and after how many it is given up: about two days.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 6 * 60, 12 * 60, 24 * 60))
MOST_TRIES = len(WAITS) + 1
# Where a workspace takes nothing, that is no fault of a message: it is tried for about two weeks.
MOST_TRIES_OF_ALL = MOST_TRIES + 12
# The same, for what goes wrong here and not with Slack.
FAILED = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a claim turns out to be right before it is sent.

    With `way` None its addressee is told nothing any more; with `wait_until` not now. Else `due` are the
    notices whose day it is, and `digest` the key of the digest, if it is due.
    """

    held: Held
    way: Way | None = None
    wait_until: datetime | None = None
    due: tuple[tuple[NoticeKey, Due], ...] = ()
    digest: NoticeKey | None = None

    @property
    def keys(self) -> tuple[NoticeKey, ...]:
        """What is to be sent now."""
        return (*(key for key, _ in self.due), *([self.digest] if self.digest else []))

    @property
    def is_as_claimed(self) -> bool:
        """Whether that is just what was claimed."""
        return self.way is not None and not self.wait_until and {*self.keys} == {*self.held.keys}


class Reminders:
    """Plans what is to be told, hands it out to whoever sends it, and keeps what became of it.

    For each addressee (a member with reminders on, a channel whose team the member joined) and each
    credential the outbox holds the next notice. `standings` tells where a member stands on a day.
    """

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        days: Days,
        standings: Callable[[Member, date], tuple[Standing, ...]],
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._days = days
        self._standings = standings

    # Settings

    def settings(self, who: Member) -> ReminderSettings:
        """How the member wants to be reminded; off for one who never said."""
        return self._ledger.reminder_settings(who) or NOT_ASKED

    def is_asked(self, who: Member) -> bool:
        """Whether the member ever said how they want to be reminded."""
        return self._ledger.reminder_settings(who) is not None

    def change(self, writer: Writer, who: Member, settings: ReminderSettings, today: date) -> None:
        """Keep how the member wants to be reminded, and plan accordingly at once.

        Off, nothing stays planned for them. On, what was given up is tried again.
        """
        writer.enrol(who, self._clock())
        writer.reminders.keep(who, settings)
        if settings.is_on:
            writer.outbox.unpark(who.workspace, who.id)
        self._plan(writer, who, self._standings(who, today), today, afresh=who.id)

    def waiting(self, who: Member) -> Waiting:
        """What the member is still to be told, and what was given up."""
        with self._ledger.outbox() as outbox:
            rows = [row for row in outbox.about(who) if row.key.addressee == who.id]
        zone = self._days.zone(who)
        planned = sorted((row for row in rows if row.stage is Stage.PLANNED), key=lambda row: row.due_at)
        parked = sorted(
            ((row.settled_at, row) for row in rows if row.stage is Stage.PARKED and row.settled_at),
            reverse=True,
        )
        return Waiting(
            tuple(
                PlannedNotice(*_about(row), row.due_at.astimezone(zone).date(), row.reason) for row in planned
            ),
            tuple(ParkedNotice(*_about(row), at.astimezone(zone).date(), row.reason) for at, row in parked),
        )

    # Planning

    def replan(self, writer: Writer, who: Member, found: Sequence[Standing], today: date) -> None:
        """Plan what the member and their teams are to be told of where they stand today; idempotent.

        To be called after every change of dates, settings or teams. What belonged to other dates, or to a
        channel the member left, is planned no more.
        """
        self._plan(writer, who, found, today)

    def rezone(self, writer: Writer, who: Member, found: Sequence[Standing], today: date) -> None:
        """Plan by the clock of the member's new time zone."""
        self._plan(writer, who, found, today, afresh=who.id)

    def replan_channel(self, writer: Writer, workspace: str, channel: str) -> None:
        """Plan what a channel is to be told of all who joined its team, and its digest.

        To be called after a change of the team's settings. What was given up is tried again; where there is
        no team any more, nothing stays planned.
        """
        with self._ledger.teams() as teams:
            team = teams.settings(workspace, channel)
            joined = [one.member_id for one in teams.members(workspace, channel)]
        writer.outbox.unpark(workspace, channel)
        if team is None:
            writer.outbox.drop_all(workspace, channel)
            return
        way = way_to_channel(workspace, team)
        self._plan_digest(writer, way, team, afresh=True)
        left = writer.outbox.members_told(workspace, channel)
        for member in dict.fromkeys((*joined, *left)):
            who = Member(workspace, member)
            today = self._days.local_today(who)
            self._plan(writer, who, self._standings(who, today), today, afresh=channel)

    def _plan(
        self,
        writer: Writer,
        who: Member,
        found: Sequence[Standing],
        today: date,
        *,
        only: str | None = None,
        afresh: str | None = None,
        under_way: Collection[NoticeKey] = (),
    ) -> None:
        """Plan as `replan`, for one addressee if `only` that is to be.

        What is put off, because sending failed or something else was told that day, stays so, but not for
        the addressee `afresh`; what is `under_way` stays planned as it is.
        """
        now = self._clock()
        rows = writer.outbox.about(who)
        planned = {
            row.key: row.due_at
            for row in rows
            if row.stage is Stage.PLANNED and only in (None, row.key.addressee)
        }
        wanted: dict[NoticeKey, datetime] = {}
        for way in [way for way in self._ways(who) if only in (None, way.addressee)]:
            kept = {key: at for key, at in planned.items() if key.addressee != afresh or key in under_way}
            day = today if way.addressee == who.id else way.today(now)
            for standing in found:
                told = told_of(rows, way.addressee, standing.code)
                wanted.update(next_due(way, who, standing, day, told, kept, now))
        for key in planned.keys() - wanted.keys():
            writer.outbox.drop(key)
        for key, due_at in wanted.items():
            if key not in planned:
                writer.outbox.plan(key, due_at)
            elif planned[key] != due_at:
                writer.outbox.move(key, due_at, now)

    def _plan_digest(self, writer: Writer, way: Way, team: TeamSettings, *, afresh: bool = False) -> None:
        """Plan a team's next weekly digest: one at a time."""
        now = self._clock()
        today = way.today(now)
        rows = writer.outbox.digests(way.workspace, way.addressee)
        planned = [row.key for row in rows if row.stage is Stage.PLANNED]
        kept = [key for key in planned if is_day_of_digest(key.suspends_on, team, today)][:1]
        for key in planned:
            if key not in kept:
                writer.outbox.drop(key)
        for key in kept if afresh else []:
            writer.outbox.move(key, way.at(key.suspends_on), now)
        if team.digest_day is None or kept:
            return
        told = max((row.key.suspends_on for row in rows if row.stage is not Stage.PLANNED), default=date.min)
        first = max(today if way.at(today) > now else today + DAY, told + DAY)
        day = first + DAY * ((team.digest_day - first.isoweekday()) % 7)
        writer.outbox.plan(NoticeKey(way.workspace, way.addressee, "", "", DIGEST, day), way.at(day))

    # Handing out

    def due_workspaces(self) -> tuple[str, ...]:
        """The workspaces in which something is due."""
        with self._ledger.outbox() as outbox:
            return outbox.due_workspaces(self._clock())

    def to_try_again(self) -> Mapping[str, int]:
        """How many addressees of each workspace wait although something was due or failed to be sent."""
        with self._ledger.outbox() as outbox:
            return outbox.to_try_again(self._clock())

    def claim(self, workspace: str, by: str, most: int) -> tuple[Claim, ...]:
        """Take what is due to so many addressees, for a while, for the process called `by` alone."""
        now = self._clock()
        with self._ledger.write() as writer:
            return writer.outbox.claim(workspace, by, now, now + LEASE, most)

    def give_back(self, claims: Iterable[Claim]) -> None:
        """Let others send what was claimed."""
        with self._ledger.write() as writer:
            for claim in claims:
                writer.outbox.give_back(claim)

    def bundle(self, claim: Claim, *, at_any_hour: bool = False) -> Bundle | None:
        """What to send an addressee now; None where there is nothing, or not yet.

        Looks once more at all that may have changed since it was planned or claimed: settings, dates, the
        time zone, what else was sent today, whether the claim still holds. What is late waits for its hour,
        unless it may be told `at_any_hour`.
        """
        now = self._clock()
        with self._ledger.outbox() as outbox:
            found = self._look(claim, outbox.held(claim, now + LEAST_LEFT), now, at_any_hour)
        if not found.is_as_claimed:
            with self._ledger.write() as writer:
                found = self._look(claim, writer.outbox.held(claim, now + LEAST_LEFT), now, at_any_hour)
                self._amend(writer, claim, found, now)
        if found.way is None or found.wait_until or not found.keys:
            return None
        notices = sorted((due for _, due in found.due), key=lambda due: (urgency(due.standing), due.name))
        return Bundle(
            claim.workspace,
            claim.addressee,
            found.way.team is not None,
            found.way.today(now),
            tuple(notices),
            is_digest=found.digest is not None,
            keys=found.keys,
            tries=found.held.tries,
        )

    def _look(self, claim: Claim, held: Held, now: datetime, at_any_hour: bool) -> _Looked:
        way = self._way_to(claim)
        if way is None or not held.keys:
            return _Looked(held)
        today = way.today(now)
        with self._ledger.outbox() as outbox:
            told_at = outbox.told_at(claim.workspace, claim.addressee)
        if told_at and way.today(told_at) == today:
            return _Looked(held, way, way.at(today + DAY))
        if not at_any_hour and not way.is_time(now):
            return _Looked(held, way, way.next_at(now))
        digest = next((key for key in held.keys if key.threshold == DIGEST), None)
        if digest and not (way.team and is_day_of_digest(digest.suspends_on, way.team, today)):
            digest = None
        return _Looked(held, way, None, tuple(self._due(way, held, today)), digest)

    def _due(self, way: Way, held: Held, today: date) -> Iterator[tuple[NoticeKey, Due]]:
        """The notices whose day it is, of the members that what is held is about."""
        names = self._names(way)
        for member in sorted({key.member for key in held.keys if key.member in names}):
            who = Member(way.workspace, member)
            may_mention = way.team is not None and self.settings(who).may_mention
            with self._ledger.outbox() as outbox:
                rows = outbox.about(who)
            # As of the member's own day, which may be another than the channel's: what is done counts there.
            for stands in self._standings(who, self._days.local_today(who)):
                standing = stands._replace(status=status_on(stands.cycle, today))
                told = told_of(rows, way.addressee, standing.code)
                notice = next_notice(standing, way.settings, today, told)
                if notice and notice.on == today:
                    key = key_of(way, who, notice)
                    yield key, Due(who, names[member], notice.threshold, standing, may_mention)

    def _amend(self, writer: Writer, claim: Claim, found: _Looked, now: datetime) -> None:
        """Plan anew what is not as it was when it was claimed."""
        if found.way is None:
            if found.held.keys:
                writer.outbox.drop_all(claim.workspace, claim.addressee)
            return
        if found.wait_until:
            writer.outbox.give_back(claim, found.wait_until)
            return
        for key in {*found.keys} - {*found.held.keys}:
            writer.outbox.take(key, claim.by, now, now + LEASE)
        for key in {*found.held.keys} - {*found.keys}:
            writer.outbox.release(key)
        self._plan_next(writer, found.way, found.held.keys, afresh=claim.addressee, under_way=found.keys)

    # Settling

    def fail(self, claim: Claim, reason: str) -> Stage:
        """Keep that what was claimed cannot even be looked at; what its notices are now.

        Where they are given up, the team's next digest comes nevertheless.
        """
        now = self._clock()
        with self._ledger.write() as writer:
            given_up = writer.outbox.tried(claim.keys, reason, now, now + FAILED, MOST_TRIES)
            if given_up and any(key.threshold == DIGEST for key in claim.keys):
                way = self._way_to(claim)
                if way and way.team:
                    self._plan_digest(writer, way, way.team)
        return Stage.PARKED if given_up else Stage.PLANNED

    def settle(self, bundle: Bundle, delivery: Delivery, *, plan_next: bool = True) -> Stage:
        """Keep what became of a message, and unless told not to plan what comes next; what it is now."""
        now, way = self._clock(), self._way_to(bundle)
        with self._ledger.write() as writer:
            match delivery:
                case Delivered():
                    writer.outbox.sent(bundle.keys, now)
                    stage = Stage.SENT
                case Undeliverable(reason):
                    writer.outbox.park(bundle.keys, reason, now)
                    stage = Stage.PARKED
                case TryLater(seconds, reason, whole_workspace):
                    wait = max(timedelta(seconds=seconds), WAITS[min(bundle.tries, len(WAITS) - 1)])
                    again_at = way.awake_at(now + wait) if way else now + wait
                    most = MOST_TRIES_OF_ALL if whole_workspace else MOST_TRIES
                    given_up = writer.outbox.tried(bundle.keys, reason, now, again_at, most)
                    stage = Stage.PARKED if given_up else Stage.PLANNED
            if way and plan_next and stage is not Stage.PLANNED:
                self._plan_next(writer, way, bundle.keys)
        return stage

    def _plan_next(
        self,
        writer: Writer,
        way: Way,
        keys: Collection[NoticeKey],
        *,
        afresh: str | None = None,
        under_way: Collection[NoticeKey] = (),
    ) -> None:
        """Plan what comes after these notices."""
        for member in sorted({key.member for key in keys if key.member}):
            who = Member(way.workspace, member)
            today = self._days.local_today(who)
            found = self._standings(who, today)
            self._plan(writer, who, found, today, only=way.addressee, afresh=afresh, under_way=under_way)
        if way.team and any(key.threshold == DIGEST for key in keys):
            self._plan_digest(writer, way, way.team)

    # Addressees

    def _ways(self, who: Member) -> tuple[Way, ...]:
        """To whom the member's certifications are told, and how."""
        own = self._to_member(who)
        with self._ledger.teams() as teams:
            joined = teams.of_member(who)
        return (*([own] if own else []), *(way_to_channel(who.workspace, team) for team in joined))

    def _way_to(self, told: Claim | Bundle) -> Way | None:
        """How an addressee is told; None where they are told nothing (any more)."""
        if all(key.member == told.addressee for key in told.keys):
            return self._to_member(Member(told.workspace, told.addressee))
        with self._ledger.teams() as teams:
            team = teams.settings(told.workspace, told.addressee)
        return way_to_channel(told.workspace, team) if team else None

    def _to_member(self, who: Member) -> Way | None:
        settings = self.settings(who)
        if not settings.is_on:
            return None
        notice_settings = NoticeSettings(settings.days, settings.quiet_weekends, settings.snoozed_until)
        return Way(who.workspace, who.id, notice_settings, settings.hour, self._days.zone(who))

    def _names(self, way: Way) -> dict[str, str]:
        """Whose certifications the addressee may be told of, and what they are called there."""
        if way.team is None:
            return {way.addressee: ""}
        with self._ledger.teams() as teams:
            return {one.member_id: one.name for one in teams.members(way.workspace, way.addressee)}


def _about(row: OutboxRow) -> tuple[str, str, date]:
    return row.key.code, row.key.threshold, row.key.suspends_on
