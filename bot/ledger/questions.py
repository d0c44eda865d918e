"""What members were asked and have to answer: whether to save a change, and what the portal shows."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from .facts import Member, iso
from .statements import OF_MEMBER, Statements, moment

# A change that waits for a yes longer than this is forgotten.
KEEP_PENDING = timedelta(days=1)


class Decision(StrEnum):
    """What became of a question whether to save."""

    SAVED = "saved"
    CANCELLED = "cancelled"
    ASKED_ANEW = "asked anew"


class PortalAnswer(StrEnum):
    """What a member said the portal shows after a calculated renewal."""

    SAME = "same dates"
    OTHER = "other dates"
    NOT_YET = "not there yet"


class Typed(NamedTuple):
    """A command that changes something, as a member typed it on a day of theirs.

    `agreed` seals the dates they were shown before and after, where they were asked first.
    """

    command: str
    words: str
    typed_on: date
    agreed: str = ""


class Questions(Statements):
    """The statements about questions."""

    def ask(self, who: Member, typed: Typed, at: datetime) -> int:
        """Keep a command until its member says yes or no, and forget those too old; the question's number."""
        self._db.execute("DELETE FROM pending_changes WHERE asked_at < :after", {"after": _too_old(at)})
        row = self._run(
            "INSERT INTO pending_changes (workspace, member, command, words, typed_on, shown, asked_at) "
            "VALUES (:workspace, :member, :command, :words, :typed_on, :shown, :at) RETURNING id",
            who,
            command=typed.command,
            words=typed.words,
            typed_on=typed.typed_on.isoformat(),
            shown=typed.agreed,
            at=moment(at),
        ).fetchone()
        return int(row[0])

    def settle(self, who: Member, number: int, decision: Decision, at: datetime) -> Typed | Decision | None:
        """Decision a question: its command the first time, after that the answer given before.

        None where there is no such question of the member's, or it is too old. What was typed is cleared.
        """
        row = self._run(
            f"SELECT command, words, typed_on, shown, answer FROM pending_changes {OF_MEMBER} "  # noqa: S608
            "AND id = :number AND asked_at >= :after",
            who, number=number, after=_too_old(at),
        ).fetchone()  # fmt: skip
        if row is None:
            return None
        command, words, typed_on, shown, before = row
        if before:
            return Decision(before)
        self._run(
            f"UPDATE pending_changes SET answer = :answer, words = '' {OF_MEMBER} AND id = :number",  # noqa: S608
            who, number=number, answer=decision.value,
        )  # fmt: skip
        return Typed(command, words, iso(typed_on), shown)

    def ask_portal(self, who: Member, renewals: Iterable[tuple[str, date]], change: int) -> tuple[str, ...]:
        """Of the renewals (code and day) a change brought, the codes not asked about before; now they are."""
        asked = []
        for code, renewed_on in renewals:
            row = self._run(
                "INSERT INTO portal_questions (workspace, member, code, renewed_on, asked_by) "
                "VALUES (:workspace, :member, :code, :renewed_on, :change) "
                "ON CONFLICT (workspace, member, code, renewed_on) DO NOTHING RETURNING code",
                who, code=code, renewed_on=renewed_on.isoformat(), change=change,
            ).fetchone()  # fmt: skip
            if row:
                asked.append(code)
        return tuple(asked)

    def answer_portal(self, who: Member, change: int, answer: PortalAnswer) -> tuple[tuple[str, date], ...]:
        """Note what the portal shows for the renewals a change brought: their codes and days."""
        rows = self._run(
            f"UPDATE portal_questions SET answer = :answer {OF_MEMBER} AND asked_by = :change "  # noqa: S608
            "RETURNING code, renewed_on",
            who, change=change, answer=answer.value,
        ).fetchall()  # fmt: skip
        return tuple(sorted((code, iso(renewed_on)) for code, renewed_on in rows))


def _too_old(at: datetime) -> str:
    return moment(at - KEEP_PENDING)
