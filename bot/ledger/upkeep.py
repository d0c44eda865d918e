"""Whose kept standings have to be computed anew."""

from datetime import date, datetime
from typing import Final

from .facts import Member
from .imports import too_old
from .outbox import IN_WORKSPACE
from .statements import Statements

BEGINNING: Final = Member("", "")
# Whether somebody is to be told of a standing while nothing is planned of it.
_UNPLANNED = (
    "NOT EXISTS (SELECT 1 FROM outbox AS planned WHERE planned.workspace = stands.workspace "
    "AND planned.addressee = {addressee} AND planned.member = stands.member "
    "AND planned.code = stands.code AND planned.state = 'planned')"
)
_OWN = _UNPLANNED.format(addressee="wanted.member")
_POST = _UNPLANNED.format(addressee="joined.channel")
# Joined with itself, because SQLite would not take the index on members for the table as it stands.
_IS_MISSING = (
    "(EXISTS (SELECT 1 FROM reminders AS wanted WHERE wanted.workspace = stands.workspace "  # noqa: S608
    f"AND wanted.member = stands.member AND wanted.is_on = 1 AND {_OWN}) "
    "OR EXISTS (SELECT 1 FROM team_members AS own JOIN team_members AS joined "
    "USING (workspace, channel, member) WHERE own.workspace = stands.workspace "
    f"AND own.member = stands.member AND joined.role <> 'invited' AND {_POST}))"
)


class UpkeepReader(Statements):
    """What can be looked up about kept standings that hold no more."""

    def outdated_in(self, day: date) -> tuple[str, ...]:
        """The workspaces with standings that held only before `day` or a day before it."""
        rows = self._db.execute(
            "SELECT DISTINCT workspace || '' FROM standings WHERE holds_before <= :day ORDER BY 1",
            {"day": day.isoformat()},
        ).fetchall()
        return tuple(workspace for (workspace,) in rows)

    def outdated(self, workspace: str, day: date, most: int) -> tuple[Member, ...]:
        """So many members of a workspace whose standings held only before `day`, the oldest first."""
        rows = self._db.execute(
            f"SELECT member FROM standings WHERE {IN_WORKSPACE} AND holds_before <= :day "  # noqa: S608
            "ORDER BY holds_before LIMIT :most",
            {"workspace": workspace, "day": day.isoformat(), "most": most},
        ).fetchall()
        return tuple(Member(workspace, member) for member in dict.fromkeys(member for (member,) in rows))

    def checked(self, after: Member, most: int, policy: str, day: date) -> tuple[tuple[Member, bool], ...]:
        """So many members after one, and whether something of theirs is to be computed anew.

        That is where standings come from another policy than the one with this fingerprint, and where
        nothing is planned about one that still has safe days on `day`.
        """
        rows = self._db.execute(
            "SELECT workspace, member, max(CASE WHEN policy <> :policy OR (last_safe_day >= :day "  # noqa: S608
            f"AND {_IS_MISSING}) THEN 1 ELSE 0 END) FROM standings AS stands "
            "WHERE (workspace, member) > (:workspace, :member) "
            "GROUP BY workspace, member ORDER BY workspace, member LIMIT :most",
            {
                "workspace": after.workspace,
                "member": after.id,
                "most": most,
                "policy": policy,
                "day": day.isoformat(),
            },
        ).fetchall()
        return tuple((Member(workspace, member), bool(is_found)) for workspace, member, is_found in rows)

    def has_old_files(self, at: datetime) -> bool:
        """Whether a file that was to be imported has waited too long for an answer."""
        sql = "SELECT 1 FROM pending_imports WHERE asked_at < :after LIMIT 1"
        return self._db.execute(sql, {"after": too_old(at)}).fetchone() is not None
