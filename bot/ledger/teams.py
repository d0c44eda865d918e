"""Teams: the channels that follow the certifications of those who joined them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any, NamedTuple

from .facts import Member
from .standings import COLUMNS, Kept, kept_of
from .statements import Statements, moment

# Whoever has not answered an invitation can be asked again after this long.
INVITE_AGAIN_AFTER = timedelta(days=1)

_SETTINGS = "channel, days, digest_day, hour, timezone"
# The channels somebody is in or invited to. Without this SQLite does not take the index on members, and reads
# all teams of the workspace.
_OWN = "channel IN (SELECT channel FROM team_members WHERE workspace = :workspace AND member = :member)"
# The kept standings of those who joined a team, member by member.
STANDINGS = (
    "SELECT team_members.member, policy, as_of, holds_before, "  # noqa: S608 - constants
    f"{', '.join(COLUMNS)} FROM team_members JOIN standings "
    "ON standings.workspace = team_members.workspace AND standings.member = team_members.member "
    "WHERE team_members.workspace = :workspace AND team_members.channel = :channel "
    "AND team_members.role <> 'invited' ORDER BY team_members.member"
)


class Role(StrEnum):
    """What somebody is in a team; who is only invited has not joined it."""

    INVITED = "invited"
    MEMBER = "member"
    LEAD = "lead"


class TeamSettings(NamedTuple):
    """How a team is told: so many `days` before a suspension date, and once a week (1 Monday to 7 Sunday).

    `digest_day` is None for no weekly digest; all posts come at `hour` by the clock of `timezone` (IANA).
    """

    channel: str
    days: tuple[int, ...] = (30, 14, 7, 1)
    digest_day: int | None = 1
    hour: int = 9
    timezone: str = "UTC"


class TeamMember(NamedTuple):
    """Somebody in a team, as Slack called them when they joined or were invited; "" where it did not say."""

    member_id: str
    role: Role
    name: str
    since_at: datetime


class Left(NamedTuple):
    """What became of a team that somebody left: who leads it from now on instead of them, or its end."""

    channel: str
    new_lead: TeamMember | None = None
    is_over: bool = False


class TeamsReader(Statements):
    """What can be looked up about teams, in or outside a transaction."""

    def settings(self, workspace: str, channel: str) -> TeamSettings | None:
        """How a channel's team is told; None where the channel has no team."""
        sql = f"SELECT {_SETTINGS} FROM teams WHERE workspace = :workspace AND channel = :channel"  # noqa: S608
        row = self._in(workspace, sql, channel=channel).fetchone()
        return _settings_of(row) if row else None

    def of_member(self, who: Member) -> tuple[TeamSettings, ...]:
        """The teams that somebody has joined; those they are only invited to are none."""
        rows = self._run(
            f"SELECT {_SETTINGS} FROM teams JOIN team_members USING (workspace, channel) "  # noqa: S608
            f"WHERE workspace = :workspace AND member = :member AND role <> 'invited' AND {_OWN} "
            "ORDER BY channel",
            who,
        ).fetchall()
        return tuple(_settings_of(row) for row in rows)

    def members(self, workspace: str, channel: str) -> tuple[TeamMember, ...]:
        """Those who have joined a team, the longest-standing first; the invited are left out."""
        rows = self._in(
            workspace,
            "SELECT member, role, name, since_at FROM team_members WHERE workspace = :workspace "
            "AND channel = :channel AND role <> 'invited' ORDER BY since_at, member",
            channel=channel,
        ).fetchall()
        return tuple(_member_of(row) for row in rows)

    def member(self, who: Member, channel: str) -> TeamMember | None:
        """What somebody is in a channel's team; None where neither in it nor invited."""
        row = self._run(
            "SELECT member, role, name, since_at FROM team_members "
            "WHERE workspace = :workspace AND channel = :channel AND member = :member",
            who, channel=channel,
        ).fetchone()  # fmt: skip
        return _member_of(row) if row else None

    def invited(self, workspace: str, channel: str) -> int:
        """How many have not answered their invitation yet."""
        row = self._in(
            workspace,
            "SELECT count(*) FROM team_members WHERE workspace = :workspace AND channel = :channel "
            "AND role = 'invited'",
            channel=channel,
        ).fetchone()
        return int(row[0])

    def targets(self, workspace: str, channel: str) -> Mapping[str, int]:
        """By how many each certification is to be held, in the order of the codes."""
        rows = self._in(
            workspace,
            "SELECT code, target FROM team_targets WHERE workspace = :workspace AND channel = :channel "
            "ORDER BY code",
            channel=channel,
        ).fetchall()
        return dict(rows)

    def share_team(self, one: Member, other: Member) -> bool:
        """Whether two members of one workspace have both joined one team."""
        row = self._run(
            "SELECT 1 FROM team_members AS own JOIN team_members AS theirs "  # noqa: S608 - constants
            "ON theirs.workspace = own.workspace AND theirs.channel = own.channel "
            "WHERE own.workspace = :workspace AND own.member = :member AND own.role <> 'invited' "
            f"AND own.{_OWN} AND theirs.workspace = :their_workspace AND theirs.member = :other "
            "AND theirs.role <> 'invited' LIMIT 1",
            one, their_workspace=other.workspace, other=other.id,
        ).fetchone()  # fmt: skip
        return row is not None

    def name(self, who: Member) -> str:
        """What Slack called somebody when they last joined a team; "" where it did not say."""
        row = self._run(
            "SELECT name FROM team_members WHERE workspace = :workspace AND member = :member "  # noqa: S608
            f"AND role <> 'invited' AND name <> '' AND {_OWN} ORDER BY since_at DESC LIMIT 1",
            who,
        ).fetchone()
        return row[0] if row else ""

    def codes(self, workspace: str, channel: str) -> tuple[str, ...]:
        """The certifications that those who joined hold, or that there is a target for, in order."""
        rows = self._in(
            workspace,
            "SELECT code FROM credentials WHERE workspace = :workspace AND ended_by IS NULL "
            "AND member IN (SELECT member FROM team_members WHERE workspace = :workspace "
            "AND channel = :channel AND role <> 'invited') UNION SELECT code FROM team_targets "
            "WHERE workspace = :workspace AND channel = :channel ORDER BY code",
            channel=channel,
        ).fetchall()
        return tuple(code for (code,) in rows)

    def standings(self, workspace: str, channel: str, day: date) -> Mapping[str, Kept]:
        """The kept standings of those who joined, by member id, with status on `day`.

        Left out are members without any, and those whose rows are of different days: a replay must tell.
        """
        rows = self._in(workspace, STANDINGS, channel=channel).fetchall()
        found = {
            member: kept_of([row[1:] for row in own], day)
            for member, own in groupby(rows, key=lambda row: row[0])
        }
        return {member: kept for member, kept in found.items() if kept}

    def _in(self, workspace: str, sql: str, **values: Any) -> Any:
        return self._db.execute(sql, {"workspace": workspace, **values})


class TeamsWriter(TeamsReader):
    """What can be written about teams, in a transaction: one always has a lead, and ends without members."""

    def start(self, who: Member, settings: TeamSettings, name: str, at: datetime) -> bool:
        """Make a channel a team, led by `who`; False where it is one already."""
        row = self._in(
            who.workspace,
            "INSERT INTO teams (workspace, channel, days, digest_day, hour, timezone, started_at) "
            "VALUES (:workspace, :channel, :days, :digest_day, :hour, :timezone, :at) "
            "ON CONFLICT (workspace, channel) DO NOTHING RETURNING channel",
            **_row_of(settings), at=moment(at),
        ).fetchone()  # fmt: skip
        if row:
            self._run(
                "INSERT INTO team_members (workspace, channel, member, role, name, since_at) "
                "VALUES (:workspace, :channel, :member, 'lead', :name, :at)",
                who, channel=settings.channel, name=name, at=moment(at),
            )  # fmt: skip
        return row is not None

    def stop(self, workspace: str, channel: str) -> None:
        """Delete all there is about a channel's team, also what it was told and would be."""
        self._in(
            workspace,
            "DELETE FROM outbox WHERE workspace = :workspace AND addressee = :channel",
            channel=channel,
        )
        self._in(
            workspace,
            "DELETE FROM teams WHERE workspace = :workspace AND channel = :channel",
            channel=channel,
        )

    def join(self, who: Member, channel: str, name: str, at: datetime) -> None:
        """Let somebody into a team; of one who is in it already, only the name is kept, if there is one."""
        self._run(
            "INSERT INTO team_members (workspace, channel, member, role, name, since_at) "
            "VALUES (:workspace, :channel, :member, 'member', :name, :at) "
            "ON CONFLICT (workspace, channel, member) DO UPDATE SET "
            "name = CASE WHEN excluded.name = '' THEN team_members.name ELSE excluded.name END, "
            "role = CASE WHEN team_members.role = 'invited' THEN 'member' ELSE team_members.role END, "
            "since_at = CASE WHEN team_members.role = 'invited' THEN excluded.since_at "
            "ELSE team_members.since_at END",
            who, channel=channel, name=name, at=moment(at),
        )  # fmt: skip

    def invite(self, who: Member, channel: str, name: str, at: datetime) -> bool:
        """Note an invitation; False for one who is in the team, or was invited within the last day."""
        row = self._run(
            "INSERT INTO team_members (workspace, channel, member, role, name, since_at) "
            "VALUES (:workspace, :channel, :member, 'invited', :name, :at) "
            "ON CONFLICT (workspace, channel, member) DO UPDATE SET since_at = excluded.since_at "
            "WHERE team_members.role = 'invited' AND team_members.since_at <= :before RETURNING member",
            who, channel=channel, name=name, at=moment(at), before=moment(at - INVITE_AGAIN_AFTER),
        ).fetchone()  # fmt: skip
        return row is not None

    def make_lead(self, who: Member, channel: str) -> None:
        """Let one who has joined lead the team, too."""
        self._run(
            "UPDATE team_members SET role = 'lead' WHERE workspace = :workspace AND channel = :channel "
            "AND member = :member AND role <> 'invited'",
            who, channel=channel,
        )  # fmt: skip

    def leave(self, who: Member, channel: str) -> Left | None:
        """Take somebody out of a team, or their invitation back; None where there was neither.

        Where nobody leads it any more, the longest-standing member does; where nobody is left, it ends.
        """
        row = self._run(
            "DELETE FROM team_members WHERE workspace = :workspace AND channel = :channel "
            "AND member = :member RETURNING role",
            who, channel=channel,
        ).fetchone()  # fmt: skip
        if row is None:
            return None
        members = self.members(who.workspace, channel)
        if not members:
            self.stop(who.workspace, channel)
            return Left(channel, is_over=True)
        if any(member.role is Role.LEAD for member in members):
            return Left(channel)
        self.make_lead(Member(who.workspace, members[0].member_id), channel)
        return Left(channel, members[0]._replace(role=Role.LEAD))

    def leave_all(self, who: Member) -> tuple[Left, ...]:
        """Take somebody out of every team and every invitation of theirs, which names them nowhere then."""
        rows = self._run(
            "SELECT channel FROM team_members WHERE workspace = :workspace AND member = :member "
            "ORDER BY channel",
            who,
        ).fetchall()
        return tuple(left for (channel,) in rows if (left := self.leave(who, channel)))

    def set_settings(self, workspace: str, settings: TeamSettings) -> None:
        """Keep how a team is told from now on."""
        self._in(
            workspace,
            "UPDATE teams SET days = :days, digest_day = :digest_day, hour = :hour, timezone = :timezone "
            "WHERE workspace = :workspace AND channel = :channel",
            **_row_of(settings),
        )

    def set_target(self, workspace: str, channel: str, code: str, target: int | None) -> None:
        """Keep by how many a certification is to be held; None for no target any more."""
        if target is None:
            self._in(
                workspace,
                "DELETE FROM team_targets WHERE workspace = :workspace AND channel = :channel "
                "AND code = :code",
                channel=channel, code=code,
            )  # fmt: skip
        else:
            self._in(
                workspace,
                "INSERT INTO team_targets (workspace, channel, code, target) "
                "VALUES (:workspace, :channel, :code, :target) "
                "ON CONFLICT (workspace, channel, code) DO UPDATE SET target = excluded.target",
                channel=channel, code=code, target=target,
            )  # fmt: skip


def _settings_of(row: tuple[Any, ...]) -> TeamSettings:
    channel, days, *rest = row
    return TeamSettings(channel, tuple(map(int, days.split())), *rest)


def _row_of(settings: TeamSettings) -> dict[str, Any]:
    return {**settings._asdict(), "days": " ".join(map(str, settings.days))}


def _member_of(row: tuple[Any, ...]) -> TeamMember:
    member_id, role, name, since_at = row
    return TeamMember(member_id, Role(role), name, datetime.fromisoformat(since_at))
