"""What one transaction can write."""

import sqlite3
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlite_utils import Database

from rules import ExamPass, PortalDates, Standing

from .calendars import CalendarsWriter
from .errors import ChangedSinceError
from .facts import ADD_ACTIVITY, LoggedActivity, Member, row_of_activity
from .faq import FaqWriter
from .forgetting import ForgettingWriter
from .imports import ImportsWriter
from .installations import InstallationsWriter
from .outbox import OutboxWriter
from .proofs import ProofsWriter
from .questions import Questions
from .reminders import ReminderWriter
from .standings import COLUMNS, row_of
from .statements import OF_MEMBER, Statements, iso_or_none, moment
from .teams import TeamsWriter

# Slack repeats a delivery for about 6 minutes, and a signed request can be replayed for 5.
KEEP_ANSWERS = timedelta(days=1)
FACT_TABLES = ("credentials", "portal_dates", "activities", "exams", "proofs")

_STANDING = ("workspace", "member", "code", "policy", "as_of", "holds_before", *COLUMNS[1:])
_KEEP_STANDING = (
    f"INSERT INTO standings ({', '.join(_STANDING)}) "  # noqa: S608 - constants
    f"VALUES ({', '.join(':' + column for column in _STANDING)}) "
    "ON CONFLICT (workspace, member, code) DO UPDATE SET "
    f"{', '.join(f'{column} = excluded.{column}' for column in _STANDING[3:])}"
)
# The one with this number, or any (NULL); what was undone is none any more, and an undo is none itself.
LATEST_CHANGE = (
    "SELECT id, action, subject FROM audit WHERE workspace = :workspace AND member = :member "
    "AND action <> 'undo' AND undone_by IS NULL AND (:change IS NULL OR id = :change) "
    "ORDER BY id DESC LIMIT 1"
)


class Change(NamedTuple):
    """A row of the audit: what was done to what, without personal text."""

    id: int
    action: str
    subject: str


class Writer(Statements):
    """The statements of one transaction, begun and ended by the ledger."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self.questions = Questions(db)
        self.faq = FaqWriter(db)
        self.calendars = CalendarsWriter(db)
        self.forgetting = ForgettingWriter(db)
        self.imports = ImportsWriter(db)
        self.installations = InstallationsWriter(db)
        self.reminders = ReminderWriter(db)
        self.outbox = OutboxWriter(db)
        self.proofs = ProofsWriter(db)
        self.teams = TeamsWriter(db)

    def answer_to(self, who: Member, key: str) -> str | None:
        """The answer already given to the request with this key."""
        row = self._run(
            "SELECT answer FROM requests WHERE workspace = :workspace AND key = :key AND member = :member",
            who,
            key=key,
        ).fetchone()
        return row[0] if row else None

    def keep_answer(self, who: Member, key: str, answer: str, at: datetime) -> None:
        """Remember the answer to a request, and forget those no longer asked for."""
        self._run(
            "INSERT INTO requests (workspace, key, member, answer, at) "
            "VALUES (:workspace, :key, :member, :answer, :at)",
            who, key=key, answer=answer, at=moment(at),
        )  # fmt: skip
        # Rows stand in the order of their age, so this reads no more than what it deletes, and one.
        self._db.execute(
            "DELETE FROM requests "
            "WHERE id < (SELECT id FROM requests WHERE at >= :after ORDER BY id LIMIT 1)",
            {"after": moment(at - KEEP_ANSWERS)},
        )

    def enrol(self, who: Member, at: datetime) -> None:
        """Make sure the member is known."""
        self._run(
            "INSERT INTO members (workspace, member, enrolled_at) VALUES (:workspace, :member, :at) "
            "ON CONFLICT (workspace, member) DO NOTHING",
            who, at=moment(at),
        )  # fmt: skip

    def set_timezone(self, who: Member, timezone: str, at: datetime) -> None:
        """Remember the member's time zone, as Slack named it at this moment."""
        self._run(
            "INSERT INTO members (workspace, member, enrolled_at, timezone, timezone_checked_at) "
            "VALUES (:workspace, :member, :at, :timezone, :at) ON CONFLICT (workspace, member) "
            "DO UPDATE SET timezone = excluded.timezone, timezone_checked_at = excluded.timezone_checked_at",
            who, timezone=timezone, at=moment(at),
        )  # fmt: skip

    def begin_change(self, who: Member, action: str, subject: str, at: datetime) -> int:
        """Open a change: all that is written under its number is undone together."""
        self.enrol(who, at)
        row = self._run(
            "INSERT INTO audit (workspace, member, action, subject, at) "
            "VALUES (:workspace, :member, :action, :subject, :at) RETURNING id",
            who, action=action, subject=subject, at=moment(at),
        ).fetchone()  # fmt: skip
        return int(row[0])

    def next_number(self, who: Member, at: datetime) -> int:
        """The number of the member's next activity; a number is never used again."""
        row = self._run(
            "INSERT INTO members (workspace, member, enrolled_at, last_number) "
            "VALUES (:workspace, :member, :at, 1) ON CONFLICT (workspace, member) "
            "DO UPDATE SET last_number = members.last_number + 1 RETURNING last_number",
            who, at=moment(at),
        ).fetchone()  # fmt: skip
        return int(row[0])

    def add_activity(self, who: Member, activity: LoggedActivity, change: int) -> None:
        """Log an activity, or the newer version of one that was ended under the same change."""
        self._run(ADD_ACTIVITY, who, change=change, **row_of_activity(activity))

    def end_activity(self, who: Member, number: int, change: int) -> None:
        """Mark an activity as ended by this change; it stays in the table."""
        self._run(
            "UPDATE activities SET ended_by = :change WHERE workspace = :workspace AND member = :member "
            "AND number = :number AND ended_by IS NULL",
            who, number=number, change=change,
        )  # fmt: skip

    def add_credential(self, who: Member, code: str, earned_on: date | None, change: int) -> None:
        """Note that a certification is held."""
        self._run(
            "INSERT INTO credentials (workspace, member, code, earned_on, added_by) "
            "VALUES (:workspace, :member, :code, :earned_on, :change)",
            who, code=code, earned_on=iso_or_none(earned_on), change=change,
        )  # fmt: skip

    def end_credential(self, who: Member, code: str, change: int) -> None:
        """Mark the holding of a certification as ended by this change."""
        self._run(
            "UPDATE credentials SET ended_by = :change WHERE workspace = :workspace AND member = :member "
            "AND code = :code AND ended_by IS NULL",
            who, code=code, change=change,
        )  # fmt: skip

    def add_portal_dates(self, who: Member, code: str, shown: PortalDates, change: int) -> None:
        """Note what the portal shows for a certification."""
        self._run(
            "INSERT INTO portal_dates (workspace, member, code, suspends_on, expires_on, cycle_started_on, "
            "confirmed_on, added_by) VALUES (:workspace, :member, :code, :suspends_on, :expires_on, "
            ":cycle_started_on, :confirmed_on, :change)",
            who,
            code=code,
            suspends_on=shown.suspends_on.isoformat(),
            expires_on=iso_or_none(shown.expires_on),
            cycle_started_on=iso_or_none(shown.cycle_started_on),
            confirmed_on=shown.confirmed_on.isoformat(),
            change=change,
        )

    def end_portal_dates(self, who: Member, code: str, change: int) -> None:
        """Mark all portal dates of a certification as ended by this change."""
        self._run(
            "UPDATE portal_dates SET ended_by = :change WHERE workspace = :workspace AND member = :member "
            "AND code = :code AND ended_by IS NULL",
            who, code=code, change=change,
        )  # fmt: skip

    def add_exam(self, who: Member, exam: ExamPass, change: int) -> None:
        """Note an exam passed."""
        self._run(
            "INSERT INTO exams (workspace, member, code, passed_on, added_by) "
            "VALUES (:workspace, :member, :code, :passed_on, :change)",
            who, code=exam.code, passed_on=exam.passed_on.isoformat(), change=change,
        )  # fmt: skip

    def end_exam(self, who: Member, exam: ExamPass, change: int) -> None:
        """Mark an exam as ended by this change."""
        self._run(
            "UPDATE exams SET ended_by = :change WHERE workspace = :workspace AND member = :member "
            "AND code = :code AND passed_on = :passed_on AND ended_by IS NULL",
            who, code=exam.code, passed_on=exam.passed_on.isoformat(), change=change,
        )  # fmt: skip

    def change(self, who: Member, change: int | None = None) -> Change | None:
        """The member's change with this number, or the latest, unless it was undone or is itself an undo."""
        row = self._run(LATEST_CHANGE, who, change=change).fetchone()
        return Change(*row) if row else None

    def change_before_last(self, who: Member) -> int:
        """The number of the change before the member's latest; 0 where there is none."""
        row = self._run(
            f"SELECT id FROM audit {OF_MEMBER} ORDER BY id DESC LIMIT 1 OFFSET 1",  # noqa: S608 - a constant
            who,
        ).fetchone()
        return row[0] if row else 0

    def undo(self, who: Member, change: Change, at: datetime) -> None:
        """Take back what a change wrote and bring back what it ended.

        Raises ChangedSinceError where a later change touched the same facts.
        """
        stated_since = self._run(
            "SELECT 1 FROM credentials JOIN portal_dates USING (workspace, member, code) "
            "WHERE workspace = :workspace AND member = :member AND credentials.added_by = :change "
            "AND portal_dates.added_by > :change AND portal_dates.ended_by IS NULL",
            who, change=change.id,
        ).fetchone()  # fmt: skip
        if stated_since:
            raise ChangedSinceError(f"Portal dates were stated since change {change.id}.")
        proven_since = self._run(
            "SELECT 1 FROM activities AS done JOIN proofs USING (workspace, member, number) "
            "WHERE workspace = :workspace AND member = :member AND done.added_by = :change "
            "AND done.ended_by IS NULL AND proofs.added_by > :change AND proofs.ended_by IS NULL "
            "AND NOT EXISTS (SELECT 1 FROM activities AS was WHERE was.workspace = :workspace "
            "AND was.member = :member AND was.number = done.number AND was.ended_by = :change)",
            who, change=change.id,
        ).fetchone()  # fmt: skip
        if proven_since:
            raise ChangedSinceError(f"Proof was added since change {change.id}.")
        undo = self.begin_change(who, "undo", change.subject, at)
        for table in FACT_TABLES:
            self._undo_in(table, who, change.id, undo)
        self._run("UPDATE audit SET undone_by = :undo WHERE id = :change", who, undo=undo, change=change.id)

    def _undo_in(self, table: str, who: Member, change: int, undo: int) -> None:
        ended_later = self._run(
            f"SELECT 1 FROM {table} {OF_MEMBER} AND added_by = :change AND ended_by IS NOT NULL LIMIT 1",  # noqa: S608
            who, change=change,
        ).fetchone()  # fmt: skip
        if ended_later:
            raise ChangedSinceError(f"Change {change} was changed again in {table}.")
        self._run(
            f"UPDATE {table} SET ended_by = :undo {OF_MEMBER} AND added_by = :change",  # noqa: S608 - a constant
            who, undo=undo, change=change,
        )  # fmt: skip
        try:
            self._run(
                f"UPDATE {table} SET ended_by = NULL {OF_MEMBER} AND ended_by = :change",  # noqa: S608 - a constant
                who, change=change,
            )  # fmt: skip
        except sqlite3.IntegrityError as error:
            raise ChangedSinceError(f"What change {change} ended in {table} was added anew.") from error

    def keep_standings(
        self,
        who: Member,
        standings: Sequence[Standing],
        *,
        policy: str,
        as_of: date,
        holds_before: date | None,
    ) -> None:
        """Replace the member's kept standings."""
        shared = {
            "workspace": who.workspace,
            "member": who.id,
            "policy": policy,
            "as_of": as_of.isoformat(),
            "holds_before": iso_or_none(holds_before),
        }
        self._db.conn.executemany(_KEEP_STANDING, [{**shared, **row_of(standing)} for standing in standings])
        self._run(
            f"DELETE FROM standings {OF_MEMBER} "  # noqa: S608 - a constant
            "AND code NOT IN (SELECT code FROM credentials "
            f"{OF_MEMBER} AND ended_by IS NULL)",
            who,
        )
