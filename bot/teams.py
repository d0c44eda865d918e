"""Teams: a channel that follows the certifications of those who joined it.

Whoever is in the channel may look: they read its posts anyway, and nobody else can ask there.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from rules import Policy, Standing, Status, fingerprint

from .days import Clock
from .ledger import Kept, Ledger, Left, Member, Role, TeamMember, TeamSettings, Writer
from .ledger.teams import TeamsReader
from .outcomes import (
    Invitation,
    Invited,
    NotALeadError,
    NoTeamError,
    NotInTeamError,
    NotInvitedError,
    NotJoinedError,
    NotSharedError,
    Person,
    SharedStatus,
    TeamCount,
    TeamHistories,
    TeamRow,
    TeamRules,
    TeamThereError,
    TeamView,
)
from .reminders import Reminders

PeopleOf = Callable[[Collection[Member]], Mapping[Member, Person]]


def nobody_known(_people: Collection[Member]) -> Mapping[Member, Person]:
    """What is known of people where there is no Slack to ask."""
    return {}


class Teams:
    """The use cases of teams.

    `standings_of` tells where a member stands on a day; `people_of` what Slack knows of people, without those
    it does not name in time. Changing calls take the transaction they are part of, and plan anew.
    """

    def __init__(
        self,
        ledger: Ledger,
        policy: Policy,
        clock: Clock,
        standings_of: Callable[[Member, date], Sequence[Standing]],
        reminders: Reminders,
        people_of: PeopleOf = nobody_known,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._standings_of = standings_of
        self._reminders = reminders
        self._people_of = people_of
        self._fingerprint = fingerprint(policy)

    # Looking

    def people(self, workspace: str, member_ids: Collection[str]) -> Mapping[str, Person]:
        """What Slack knows of people, by member id; asked before a transaction begins, as it takes time."""
        found = self._people_of([Member(workspace, member_id) for member_id in member_ids])
        return {who.id: person for who, person in found.items()}

    def view(self, workspace: str, channel: str, today: date) -> TeamView:
        """Where those who joined a channel's team stand.

        Raises NoTeamError.
        """
        with self._ledger.teams() as teams:
            settings = _settings(teams, workspace, channel)
            members = teams.members(workspace, channel)
            kept = teams.standings(workspace, channel, today)
            targets = teams.targets(workspace, channel)
        rows: list[TeamRow] = []
        without = []
        for member in members:
            who = Member(workspace, member.member_id)
            found = self._stands(who, kept.get(member.member_id), today)
            rows += [_row(member.name, standing) for standing in found]
            if not found:
                without.append(member.name)
        return TeamView(
            today,
            settings,
            tuple(sorted(rows, key=_urgency)),
            _counts(rows, targets),
            len(members),
            tuple(sorted(without, key=str.casefold)),
        )

    def codes(self, workspace: str, channel: str) -> tuple[str, ...]:
        """The certifications that those who joined a channel's team hold, or that it aims at."""
        with self._ledger.teams() as teams:
            return teams.codes(workspace, channel)

    def rules(self, workspace: str, channel: str) -> TeamRules:
        """How a channel's team is told, and what it aims at.

        Raises NoTeamError.
        """
        with self._ledger.teams() as teams:
            return _rules(teams, workspace, channel)

    def histories(self, workspace: str, channel: str, today: date) -> TeamHistories:
        """What the forecast of a channel's team is computed from, as of `today`.

        Raises NoTeamError.
        """
        with self._ledger.teams() as teams:
            _settings(teams, workspace, channel)
            members = teams.members(workspace, channel)
            targets = teams.targets(workspace, channel)
        facts = [self._ledger.facts(Member(workspace, member.member_id)) for member in members]
        return TeamHistories(
            tuple(member.name for member in members), tuple(one.history(today) for one in facts), targets
        )

    def shared_status(self, who: Member, other: Member, today: date) -> SharedStatus:
        """What a member sees of one who has joined a team with them, the most urgent first.

        Raises NotSharedError.
        """
        with self._ledger.teams() as teams:
            if not teams.share_team(who, other):
                raise NotSharedError
            name = teams.name(other)
        found = self._stands(other, self._ledger.kept_standings(other, today), today)
        rows = [_row(name, standing) for standing in found]
        return SharedStatus(today, name, tuple(sorted(rows, key=_urgency)))

    def name(self, who: Member) -> str:
        """What Slack called a member when they last joined a team; "" where it did not say."""
        with self._ledger.teams() as teams:
            return teams.name(who)

    def joined(self, who: Member) -> tuple[str, ...]:
        """The channels of the teams that a member has joined."""
        with self._ledger.teams() as teams:
            return tuple(settings.channel for settings in teams.of_member(who))

    def is_lead(self, who: Member, channel: str) -> bool:
        """Whether a member leads a channel's team."""
        with self._ledger.teams() as teams:
            member = teams.member(who, channel)
        return member is not None and member.role is Role.LEAD

    def check_may_stop(self, who: Member, channel: str) -> None:
        """Raises NoTeamError and NotALeadError where a member may not stop a channel's team."""
        with self._ledger.teams() as teams:
            _refuse_all_but_leads(teams, who, channel)

    # Who is in it

    def start(self, writer: Writer, who: Member, channel: str, name: str) -> TeamSettings:
        """Make a channel a team that `who` leads; its posts come by their clock.

        Raises TeamThereError.
        """
        now = self._clock()
        timezone, _ = self._ledger.timezone(who)
        settings = TeamSettings(channel, timezone=timezone or "UTC")
        if not writer.teams.start(who, settings, name, now):
            raise TeamThereError(_leads(writer.teams, who.workspace, channel))
        writer.enrol(who, now)
        self._reminders.replan_channel(writer, who.workspace, channel)
        return settings

    def join(self, writer: Writer, who: Member, channel: str, name: str, today: date) -> bool:
        """Let a member into a channel's team; False for one who was in it, of whom the name is kept anew.

        Raises NoTeamError.
        """
        _settings(writer.teams, who.workspace, channel)
        was_in = _has_joined(writer.teams.member(who, channel))
        now = self._clock()
        writer.enrol(who, now)
        writer.teams.join(who, channel, name, now)
        self._replan(writer, who, today)
        return not was_in

    def accept(self, writer: Writer, who: Member, channel: str, name: str, today: date) -> None:
        """Let a member into the team they were invited to; who has joined stays in it.

        Raises NotInvitedError.
        """
        if writer.teams.member(who, channel) is None:
            raise NotInvitedError
        self.join(writer, who, channel, name, today)

    def decline(self, writer: Writer, who: Member, channel: str) -> None:
        """Forget a member's invitation.

        Raises NotInvitedError.
        """
        member = writer.teams.member(who, channel)
        if member is None or member.role is not Role.INVITED:
            raise NotInvitedError
        writer.teams.leave(who, channel)

    def leave(self, writer: Writer, who: Member, channel: str, today: date) -> Left:
        """Take a member out of a channel's team and of every post still to come, or their invitation back.

        Raises NoTeamError and NotInTeamError.
        """
        _settings(writer.teams, who.workspace, channel)
        left = writer.teams.leave(who, channel)
        if left is None:
            raise NotInTeamError
        self._replan(writer, who, today)
        return left

    def invite(
        self,
        writer: Writer,
        who: Member,
        channel: str,
        typed: Mapping[str, str],
        people: Mapping[str, Person],
    ) -> tuple[Invited, ...]:
        """Invite people to a team: by member id, as they were typed and as Slack knows them.

        Raises NoTeamError, and NotInTeamError unless `who` has joined it.
        """
        _settings(writer.teams, who.workspace, channel)
        if not _has_joined(writer.teams.member(who, channel)):
            raise NotInTeamError
        found = []
        for member_id, name in typed.items():
            person = people.get(member_id)
            invitation = self._invite(writer, who, Member(who.workspace, member_id), channel, person)
            found.append(Invited(member_id, person.name if person else name, invitation))
        return tuple(found)

    def make_lead(self, writer: Writer, who: Member, channel: str, other: Member, typed: str) -> TeamMember:
        """Let one who has joined lead the team, too; what they were before. `typed` is what they were called.

        Raises NoTeamError, NotALeadError and NotJoinedError.
        """
        _refuse_all_but_leads(writer.teams, who, channel)
        before = writer.teams.member(other, channel)
        if before is None or before.role is Role.INVITED:
            raise NotJoinedError(typed)
        writer.teams.make_lead(other, channel)
        return before

    def remove(
        self, writer: Writer, who: Member, channel: str, other: Member, today: date
    ) -> TeamMember | None:
        """Take somebody else out of a team, or their invitation back: what they were in it, if anything.

        Raises NoTeamError and NotALeadError.
        """
        _refuse_all_but_leads(writer.teams, who, channel)
        before = writer.teams.member(other, channel)
        if before:
            self.leave(writer, other, channel, today)
        return before

    def stop(self, writer: Writer, who: Member, channel: str) -> None:
        """Delete all there is about a channel's team; what its members told of themselves stays theirs.

        Raises NoTeamError and NotALeadError.
        """
        _refuse_all_but_leads(writer.teams, who, channel)
        writer.teams.stop(who.workspace, channel)

    # What it is told

    def change(
        self,
        writer: Writer,
        who: Member,
        channel: str,
        told: Mapping[str, Any],
        targets: Mapping[str, int | None],
    ) -> TeamRules:
        """Tell a channel otherwise from now on: what is `told` of TeamSettings; None ends a code's target.

        An hour without a time zone is one by the clock of `who`.
        Raises NoTeamError and NotALeadError.
        """
        settings = _refuse_all_but_leads(writer.teams, who, channel)
        if told:
            own_zone, _ = self._ledger.timezone(who)
            by_clock = {"timezone": own_zone} if own_zone and "hour" in told else {}
            writer.teams.set_settings(who.workspace, settings._replace(**{**by_clock, **told}))
            self._reminders.replan_channel(writer, who.workspace, channel)
        for code, target in targets.items():
            writer.teams.set_target(who.workspace, channel, code, target)
        return _rules(writer.teams, who.workspace, channel)

    # Inside

    def _stands(self, who: Member, kept: Kept | None, today: date) -> Sequence[Standing]:
        """Where a member stands: as kept, also by one for whom a day has begun that is not yet `today`."""
        if kept and kept.holds_somewhere(today, self._fingerprint):
            return kept.standings
        return self._standings_of(who, today)

    def _replan(self, writer: Writer, who: Member, today: date) -> None:
        self._reminders.replan(writer, who, self._standings_of(who, today), today)

    def _invite(
        self, writer: Writer, who: Member, other: Member, channel: str, person: Person | None
    ) -> Invitation:
        """Invite one, if nothing speaks against it."""
        against = (
            (other == who, Invitation.YOURSELF),
            (_has_joined(writer.teams.member(other, channel)), Invitation.JOINED),
            (person is None, Invitation.UNKNOWN),
            (person and person.is_bot, Invitation.BOT),
            (person and person.is_elsewhere, Invitation.ELSEWHERE),
            (person and person.is_gone, Invitation.GONE),
        )
        refused = next((invitation for is_so, invitation in against if is_so), None)
        if refused:
            return refused
        assert person
        is_new = writer.teams.invite(other, channel, person.name, self._clock())
        return Invitation.SENT if is_new else Invitation.SENT_BEFORE


def _settings(teams: TeamsReader, workspace: str, channel: str) -> TeamSettings:
    found = teams.settings(workspace, channel)
    if found is None:
        raise NoTeamError
    return found


def _rules(teams: TeamsReader, workspace: str, channel: str) -> TeamRules:
    return TeamRules(
        _settings(teams, workspace, channel),
        teams.targets(workspace, channel),
        _leads(teams, workspace, channel),
        teams.invited(workspace, channel),
    )


def _leads(teams: TeamsReader, workspace: str, channel: str) -> tuple[str, ...]:
    return tuple(one.name for one in teams.members(workspace, channel) if one.role is Role.LEAD)


def _has_joined(member: TeamMember | None) -> bool:
    return member is not None and member.role is not Role.INVITED


def _refuse_all_but_leads(teams: TeamsReader, who: Member, channel: str) -> TeamSettings:
    settings = _settings(teams, who.workspace, channel)
    member = teams.member(who, channel)
    if member is None or member.role is not Role.LEAD:
        raise NotALeadError(_leads(teams, who.workspace, channel))
    return settings


def _row(name: str, standing: Standing) -> TeamRow:
    cycle = standing.cycle
    return TeamRow(
        name,
        standing.code,
        standing.status,
        cycle.suspends_on,
        cycle.expires_on,
        standing.last_safe_day,
        standing.missing,
    )


def _urgency(row: TeamRow) -> tuple[bool, date, str, str]:
    """What sorts the most urgent first: the next date, and last what has expired."""
    return row.status is Status.EXPIRED, row.suspends_on, row.name.casefold(), row.code


def _counts(rows: Sequence[TeamRow], targets: Mapping[str, int]) -> tuple[TeamCount, ...]:
    active = dict.fromkeys(sorted({*targets, *(row.code for row in rows)}), 0)
    for row in rows:
        active[row.code] += row.status is Status.ACTIVE
    return tuple(TeamCount(code, number, targets.get(code)) for code, number in active.items())
