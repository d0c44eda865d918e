"""How statements about one member are run, and how days and moments are written."""

from datetime import UTC, date, datetime
from typing import Any

from sqlite_utils import Database

from .facts import Member

OF_MEMBER = "WHERE workspace = :workspace AND member = :member"


class Statements:
    """Statements of one transaction, begun and ended by the ledger."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def _run(self, sql: str, who: Member, **values: Any) -> Any:
        return self._db.execute(sql, {"workspace": who.workspace, "member": who.id, **values})


def iso_or_none(day: date | None) -> str | None:
    """A day as the database keeps it."""
    return day.isoformat() if day else None


def moment(at: datetime) -> str:
    """A moment as the database keeps it: in UTC, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds")
