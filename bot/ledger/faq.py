"""What the bot was asked, how its answers were liked, and what curators made of it."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from secrets import randbits
from typing import Any, NamedTuple

from .facts import Member, iso
from .statements import Statements, moment

KEEP_QUESTIONS = timedelta(days=90)
KEEP_THREADS = timedelta(hours=1)

# As many as JSON readers keep exactly; too many to guess the number of somebody else's question.
_NUMBER_BITS = 53


class Tier(StrEnum):
    """How a question was answered; NOT_COVERED: by naming who can help."""

    ANSWER = "answer"
    SUGGEST = "suggest"
    NONE = "none"
    NOT_COVERED = "not covered"


class Settled(StrEnum):
    """What curators made of a question; open ones have none of these."""

    PHRASING = "phrasing"
    NOT_OURS = "not ours"
    DISMISSED = "dismissed"


class Vote(StrEnum):
    """What became of a vote."""

    COUNTED = "counted"
    CHANGED = "changed"
    SAME = "same"


class AskedQuestion(NamedTuple):
    """A question as it was asked, without its asker; `entry` is the slug it led to or came closest to."""

    id: int
    question: str
    tier: Tier
    entry: str | None
    asked_on: date


class AcceptedPhrasing(NamedTuple):
    """A phrasing that leads to an entry in one workspace, and the number of the question it came from."""

    question: int
    phrasing: str
    entry: str


class ThreadQuestion(NamedTuple):
    """The last question of a thread and the entry that answered it, if one did."""

    question: str
    entry: str | None


class FaqReader(Statements):
    """What can be looked up about questions, in or outside a transaction."""

    def is_on(self, workspace: str, channel: str) -> bool:
        """Whether the bot answers by itself in a channel."""
        sql = "SELECT 1 FROM faq_channels WHERE workspace = :workspace AND channel = :channel"
        return self._in(workspace, sql, channel=channel).fetchone() is not None

    def thread(self, workspace: str, channel: str, thread: str, now: datetime) -> ThreadQuestion | None:
        """The last question of a thread, if it was asked within the hour before `now`."""
        row = self._in(
            workspace,
            "SELECT question, entry FROM faq_threads WHERE workspace = :workspace AND channel = :channel "
            "AND thread = :thread AND asked_at >= :after",
            channel=channel, thread=thread, after=moment(now - KEEP_THREADS),
        ).fetchone()  # fmt: skip
        return ThreadQuestion(*row) if row else None

    def question(self, workspace: str, number: int) -> AskedQuestion | None:
        """The question with this number, whatever became of it."""
        row = self._in(
            workspace,
            "SELECT id, question, tier, entry, asked_on FROM faq_questions "
            "WHERE workspace = :workspace AND id = :number",
            number=number,
        ).fetchone()
        return _asked(row) if row else None

    def unanswered(self, workspace: str, since: date) -> tuple[AskedQuestion, ...]:
        """The open questions that nothing fitted or somebody found unhelpful, asked since, oldest first."""
        rows = self._in(
            workspace,
            "SELECT id, question, tier, entry, asked_on FROM faq_questions "
            "WHERE workspace = :workspace AND asked_on >= :since AND state = 'open' AND (tier = 'none' OR "
            "EXISTS (SELECT 1 FROM faq_votes WHERE faq_votes.workspace = faq_questions.workspace "
            "AND faq_votes.question = faq_questions.id AND helpful = 0)) ORDER BY asked_on, id",
            since=since.isoformat(),
        ).fetchall()
        return tuple(_asked(row) for row in rows)

    def phrasings(self, workspace: str) -> tuple[AcceptedPhrasing, ...]:
        """The phrasings accepted in a workspace, oldest first."""
        rows = self._in(
            workspace,
            "SELECT question, phrasing, entry FROM faq_phrasings WHERE workspace = :workspace "
            "ORDER BY accepted_at, phrasing",
        ).fetchall()
        return tuple(AcceptedPhrasing(*row) for row in rows)

    def _in(self, workspace: str, sql: str, **values: Any) -> Any:
        return self._db.execute(sql, {"workspace": workspace, **values})


class FaqWriter(FaqReader):
    """What can be written about questions, in a transaction."""

    def switch_channel(self, workspace: str, channel: str, *, on: bool, at: datetime) -> bool:
        """Let the bot answer by itself in a channel, or no more; whether that is a change."""
        if on:
            sql = (
                "INSERT INTO faq_channels (workspace, channel, switched_on_at) "
                "VALUES (:workspace, :channel, :at) ON CONFLICT (workspace, channel) DO NOTHING "
                "RETURNING channel"
            )
        else:
            sql = (
                "DELETE FROM faq_channels WHERE workspace = :workspace AND channel = :channel "
                "AND :at IS NOT NULL RETURNING channel"
            )
        return bool(self._in(workspace, sql, channel=channel, at=moment(at)).fetchall())

    def remember_thread(
        self, workspace: str, channel: str, thread: str, question: str, entry: str | None, at: datetime
    ) -> None:
        """Note the last question of a thread, and forget those older than an hour."""
        self._db.execute(
            "DELETE FROM faq_threads WHERE asked_at < :after", {"after": moment(at - KEEP_THREADS)}
        )
        self._in(
            workspace,
            "INSERT INTO faq_threads (workspace, channel, thread, question, entry, asked_at) "
            "VALUES (:workspace, :channel, :thread, :question, :entry, :at) "
            "ON CONFLICT (workspace, channel, thread) DO UPDATE SET question = excluded.question, "
            "entry = excluded.entry, asked_at = excluded.asked_at",
            channel=channel, thread=thread, question=question, entry=entry, at=moment(at),
        )  # fmt: skip

    def log_question(self, workspace: str, question: str, tier: Tier, entry: str | None, at: datetime) -> int:
        """Keep a question without its asker, and forget those older than 90 days; its number."""
        self._db.execute(
            "DELETE FROM faq_questions WHERE asked_on < :after", {"after": _day(at - KEEP_QUESTIONS)}
        )
        number = randbits(_NUMBER_BITS)
        self._in(
            workspace,
            "INSERT INTO faq_questions (workspace, id, question, tier, entry, asked_on) "
            "VALUES (:workspace, :number, :question, :tier, :entry, :day)",
            number=number, question=question, tier=tier.value, entry=entry, day=_day(at),
        )  # fmt: skip
        return number

    def vote(self, who: Member, number: int, *, helpful: bool) -> Vote | None:
        """Count a member's vote on a question once; None where there is no such question (any more)."""
        if self.question(who.workspace, number) is None:
            return None
        before = self._run(
            "SELECT helpful FROM faq_votes WHERE workspace = :workspace AND member = :member "
            "AND question = :number",
            who, number=number,
        ).fetchone()  # fmt: skip
        self._run(
            "INSERT INTO faq_votes (workspace, question, member, helpful) "
            "VALUES (:workspace, :number, :member, :helpful) "
            "ON CONFLICT (workspace, question, member) DO UPDATE SET helpful = excluded.helpful",
            who, number=number, helpful=int(helpful),
        )  # fmt: skip
        if before is None:
            return Vote.COUNTED
        return Vote.SAME if before == (int(helpful),) else Vote.CHANGED

    def pass_on(self, workspace: str, number: int, at: datetime) -> bool:
        """Note that a question is passed on to the curators; False where it was before."""
        row = self._in(
            workspace,
            "UPDATE faq_questions SET passed_on = :day WHERE workspace = :workspace AND id = :number "
            "AND passed_on IS NULL RETURNING id",
            number=number, day=_day(at),
        ).fetchone()  # fmt: skip
        return row is not None

    def settle(self, workspace: str, numbers: Collection[int], settled: Settled, settled_with: int) -> int:
        """Close those of the questions that are open, under the number of one of them; how many."""
        return sum(
            len(
                self._in(
                    workspace,
                    "UPDATE faq_questions SET state = :state, settled_with = :settled_with "
                    "WHERE workspace = :workspace AND id = :number AND state = 'open' RETURNING id",
                    number=number, state=settled.value, settled_with=settled_with,
                ).fetchall()
            )
            for number in numbers
        )  # fmt: skip

    def reopen(self, workspace: str, settled_with: int) -> int | None:
        """Open again what was closed under a number, and take back its phrasing: how many questions.

        None where nothing was closed under it.
        """
        phrasings = self._in(
            workspace,
            "DELETE FROM faq_phrasings WHERE workspace = :workspace AND question = :number "
            "RETURNING phrasing",
            number=settled_with,
        ).fetchall()
        rows = self._in(
            workspace,
            "UPDATE faq_questions SET state = 'open', settled_with = NULL "
            "WHERE workspace = :workspace AND settled_with = :number RETURNING id",
            number=settled_with,
        ).fetchall()
        return len(rows) if rows or phrasings else None

    def accept_phrasing(self, workspace: str, entry: str, phrasing: str, question: int, at: datetime) -> bool:
        """Let a phrasing lead to an entry in this workspace; False where it leads to one already."""
        row = self._in(
            workspace,
            "INSERT INTO faq_phrasings (workspace, phrasing, entry, question, accepted_at) "
            "VALUES (:workspace, :phrasing, :entry, :question, :at) "
            "ON CONFLICT (workspace, phrasing) DO NOTHING RETURNING phrasing",
            phrasing=phrasing, entry=entry, question=question, at=moment(at),
        ).fetchone()  # fmt: skip
        return row is not None


def _asked(row: tuple[Any, ...]) -> AskedQuestion:
    number, question, tier, entry, asked_on = row
    return AskedQuestion(number, question, Tier(tier), entry, iso(asked_on))


def _day(at: datetime) -> str:
    """The day in UTC: a time to the second would tell, beside other tables, who asked."""
    return at.astimezone(UTC).date().isoformat()
