"""What is kept about a member or a workspace, and how it is deleted for good."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlite_utils import Database

from .facts import Member
from .statements import OF_MEMBER, Statements, moment
from .teams import Left, TeamsWriter

# Every table with rows of one member, those that refer to others first.
OF_MEMBERS = (
    "outbox",
    "team_members",
    "faq_votes",
    "reminders",
    "calendars",
    "pending_imports",
    "pending_changes",
    "portal_questions",
    "requests",
    "standings",
    "proofs",
    "activities",
    "exams",
    "portal_dates",
    "credentials",
    "audit",
    "members",
)
# The other tables with rows of a workspace.
OF_WORKSPACES = (
    "team_targets",
    "teams",
    "faq_phrasings",
    "faq_questions",
    "faq_threads",
    "faq_channels",
    "installations",
    "departures",
)
_OF_WORKSPACE = "WHERE workspace = :workspace"


class Stored(NamedTuple):
    """What is kept about a member, in rows of each kind; `since` is when the first of it came.

    `last_change` is the number of their latest change, 0 for none. Facts are counted once, however often
    they were changed; `others` are answers and questions that are kept for a day.
    """

    since: datetime | None = None
    last_change: int = 0
    certifications: int = 0
    activities: int = 0
    exams: int = 0
    changes: int = 0
    reminders: int = 0
    notices: int = 0
    teams: int = 0
    votes: int = 0
    calendars: int = 0
    proofs: int = 0
    others: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all is kept."""
        return self == Stored()


class Noted(NamedTuple):
    """A row of the audit: what was done to what and when, and the change that took it back, if one did."""

    id: int
    action: str
    subject: str
    at: datetime
    undone_by: int | None


# What is counted in which table, in the order of Stored; the last three are its `others`.
_COUNTED = (
    ("coalesce(max(id), 0)", "audit"),
    ("count(DISTINCT code)", "credentials"),
    ("count(DISTINCT number)", "activities"),
    ("count(DISTINCT code || passed_on)", "exams"),
    ("count(*)", "audit"),
    ("count(*)", "reminders"),
    ("count(*)", "outbox"),
    ("count(*)", "team_members"),
    ("count(*)", "faq_votes"),
    ("count(*)", "calendars"),
    ("count(DISTINCT number || ' ' || file)", "proofs"),
    ("count(*)", "requests"),
    ("count(*)", "pending_changes"),
    ("count(*)", "pending_imports"),
)
_STORED = "SELECT " + ", ".join(f"(SELECT {what} FROM {table} {OF_MEMBER})" for what, table in _COUNTED)  # noqa: S608


class ForgettingReader(Statements):
    """What can be looked up before something is deleted, in or outside a transaction."""

    def stored(self, who: Member) -> Stored:
        """What is kept about a member."""
        since = self._run(f"SELECT enrolled_at FROM members {OF_MEMBER}", who).fetchone()  # noqa: S608
        *counts, one, two, three = self._run(_STORED, who).fetchone()
        return Stored._make([datetime.fromisoformat(since[0]) if since else None, *counts, one + two + three])

    def changes(self, who: Member) -> tuple[Noted, ...]:
        """All a member has changed, the first change first."""
        rows = self._run(
            f"SELECT id, action, subject, at, undone_by FROM audit {OF_MEMBER} ORDER BY id",  # noqa: S608
            who,
        ).fetchall()
        return tuple(Noted(*row)._replace(at=datetime.fromisoformat(row[3])) for row in rows)

    def count_members(self, workspace: str) -> int:
        """Of how many members of a workspace something is kept."""
        (count,) = self._in(workspace, f"SELECT count(*) FROM members {_OF_WORKSPACE}").fetchone()  # noqa: S608
        return int(count)

    def left_at(self, workspace: str) -> datetime | None:
        """When a workspace removed the bot; None while it has it."""
        row = self._in(workspace, f"SELECT left_at FROM departures {_OF_WORKSPACE}").fetchone()  # noqa: S608
        return datetime.fromisoformat(row[0]) if row else None

    def departed(self, until: datetime) -> tuple[str, ...]:
        """The workspaces that removed the bot at that moment or before, the first to do so first."""
        rows = self._db.execute(
            "SELECT workspace FROM departures WHERE left_at <= :until ORDER BY left_at, workspace",
            {"until": moment(until)},
        ).fetchall()
        return tuple(workspace for (workspace,) in rows)

    def _in(self, workspace: str, sql: str, **values: Any) -> Any:
        return self._db.execute(sql, {"workspace": workspace, **values})


class ForgettingWriter(ForgettingReader):
    """What deletes for good; in a transaction of `Ledger.erasing`, which asks for no references.

    A deletion of a change would otherwise look through the facts of all members for those it brought.
    """

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._teams = TeamsWriter(db)

    def forget(self, who: Member) -> tuple[Left, ...]:
        """Delete everything about a member; what became of their teams.

        Whose direct message a thread is is not kept, so the last questions of all of them go, too: each
        would be of use for an hour at most.
        """
        left = self._teams.leave_all(who)
        for table in ("team_members", "team_targets"):  # of a team that has ended
            self._in(
                who.workspace,
                f"DELETE FROM {table} {_OF_WORKSPACE} AND channel NOT IN "  # noqa: S608 - constants
                f"(SELECT channel FROM teams {_OF_WORKSPACE})",
            )
        self._run(f"DELETE FROM outbox {_OF_WORKSPACE} AND addressee = :member", who)  # noqa: S608
        for table in OF_MEMBERS:
            self._run(f"DELETE FROM {table} {OF_MEMBER}", who)  # noqa: S608 - constants
        self._in(who.workspace, f"DELETE FROM faq_threads {_OF_WORKSPACE} AND channel LIKE 'D%'")  # noqa: S608
        return left

    def members(self, workspace: str, most: int | None = None) -> tuple[Member, ...]:
        """So many of a workspace's members, or all that are left."""
        limit = "" if most is None else "LIMIT :most"
        sql = f"SELECT member FROM members {_OF_WORKSPACE} ORDER BY member {limit}"  # noqa: S608
        rows = self._in(workspace, sql, **({} if most is None else {"most": most})).fetchall()
        return tuple(Member(workspace, member) for (member,) in rows)

    def forget_workspace(self, workspace: str) -> None:
        """Delete everything of a workspace."""
        for table in (*OF_MEMBERS, *OF_WORKSPACES):
            self._in(workspace, f"DELETE FROM {table} {_OF_WORKSPACE}")  # noqa: S608 - constants

    def note_departure(self, workspace: str, at: datetime) -> None:
        """Note that a workspace removed the bot, unless that is noted already."""
        self._in(
            workspace,
            "INSERT INTO departures (workspace, left_at) VALUES (:workspace, :at) "
            "ON CONFLICT (workspace) DO NOTHING",
            at=moment(at),
        )

    def take_back_departure(self, workspace: str) -> None:
        """Note that a workspace has the bot again."""
        self._in(workspace, f"DELETE FROM departures {_OF_WORKSPACE}")  # noqa: S608 - a constant
