"""Whose kept standings have to be computed anew."""

from datetime import date
from typing import Final

from .facts import Member
from .outbox import IN_WORKSPACE
from .statements import Statements

BEGINNING: Final = Member("", "")


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

    def policies(self, after: Member, most: int) -> tuple[tuple[Member, frozenset[str]], ...]:
        """So many members after one, with the fingerprints of the policies their standings come from."""
        rows = self._db.execute(
            "SELECT workspace, member, min(policy), max(policy) FROM standings "
            "WHERE (workspace, member) > (:workspace, :member) "
            "GROUP BY workspace, member ORDER BY workspace, member LIMIT :most",
            {"workspace": after.workspace, "member": after.id, "most": most},
        ).fetchall()
        return tuple((Member(workspace, member), frozenset(both)) for workspace, member, *both in rows)
