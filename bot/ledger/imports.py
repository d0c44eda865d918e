"""Files that wait for a yes, and many activities written at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import randbits
from typing import NamedTuple

from .facts import ADD_ACTIVITY, LoggedActivity, Member, row_of_activity
from .statements import OF_MEMBER, Statements, moment

# A file that waits for a yes longer than this is forgotten.
KEEP_FILES = timedelta(days=1)
# Numbers that are not used again: the buttons of an older preview never save a newer file.
_NUMBER_BITS = 53


class PendingImport(NamedTuple):
    """A file that waits for a yes under a number, since a moment; `name` is "" for text that was pasted.

    `day_first` is whether 01/12 is the first of December in it, where its member had to say so.
    """

    number: int
    name: str
    content: str
    day_first: bool | None
    asked_at: datetime


class ImportsWriter(Statements):
    """The statements about imports."""

    def keep(self, who: Member, name: str, content: str, at: datetime) -> int:
        """Keep a file until its member says yes or no, in the place of any before; the question's number."""
        self.forget_old(at)
        self.forget(who)
        number = randbits(_NUMBER_BITS)
        self._run(
            "INSERT INTO pending_imports (id, workspace, member, name, content, asked_at) "
            "VALUES (:number, :workspace, :member, :name, :content, :at)",
            who, number=number, name=name, content=content, at=moment(at),
        )  # fmt: skip
        return number

    def pending(self, who: Member, number: int, at: datetime) -> PendingImport | None:
        """The member's file with this number, unless it is saved, cancelled, replaced or too old."""
        row = self._run(
            f"SELECT id, name, content, day_first, asked_at FROM pending_imports {OF_MEMBER} "  # noqa: S608
            "AND id = :number AND asked_at >= :after",
            who, number=number, after=too_old(at),
        ).fetchone()  # fmt: skip
        if row is None:
            return None
        number, name, content, day_first, asked_at = row
        read = None if day_first is None else bool(day_first)
        return PendingImport(number, name, content, read, datetime.fromisoformat(asked_at))

    def set_order(self, who: Member, number: int, *, day_first: bool) -> None:
        """Note how the numeric dates of a file are to be read."""
        self._run(
            f"UPDATE pending_imports SET day_first = :day_first {OF_MEMBER} AND id = :number",  # noqa: S608
            who, number=number, day_first=int(day_first),
        )  # fmt: skip

    def forget(self, who: Member) -> None:
        """Delete whatever file of the member's waits."""
        self._run(f"DELETE FROM pending_imports {OF_MEMBER}", who)  # noqa: S608 - a constant

    def forget_old(self, at: datetime) -> None:
        """Delete the files that have waited too long for an answer."""
        self._db.execute("DELETE FROM pending_imports WHERE asked_at < :after", {"after": too_old(at)})

    def add_activities(self, who: Member, activities: Sequence[LoggedActivity], change: int) -> None:
        """Log activities under the member's next numbers, in this order.

        The member must be known, as they are once a change of theirs has begun.
        """
        (last,) = self._run(
            f"UPDATE members SET last_number = last_number + :count {OF_MEMBER} RETURNING last_number",  # noqa: S608
            who, count=len(activities),
        ).fetchone()  # fmt: skip
        shared = {"workspace": who.workspace, "member": who.id, "change": change}
        rows = (
            {**shared, **row_of_activity(one), "number": number}
            for number, one in enumerate(activities, last - len(activities) + 1)
        )
        self._db.conn.executemany(ADD_ACTIVITY, rows)


def too_old(at: datetime) -> str:
    """The moment since which a file can have waited for an answer, as the database keeps it."""
    return moment(at - KEEP_FILES)
