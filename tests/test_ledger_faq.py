"""What the ledger keeps about questions: where the bot answers, what was asked, votes and phrasings."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from conftest import ALICE

from bot.ledger import KEEP_QUESTIONS, Ledger, LedgerUnavailableError, Member, Settled, Tier, Vote, Writer
from bot.ledger.faq import FaqReader, FaqWriter

NOW = datetime(2025, 12, 2, 12, tzinfo=UTC)
BOB, ELSEWHERE = Member("T1", "UBOB"), Member("T2", "UALICE")
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def writer(ledger: Ledger) -> Iterator[Writer]:
    with ledger.write() as found:
        yield found


@pytest.fixture
def faq(writer: Writer) -> FaqWriter:
    return writer.faq


def asked(
    faq: FaqWriter, question: str = "is tea allowed", tier: Tier = Tier.NONE, at: datetime = NOW
) -> int:
    return faq.log_question("T1", question, tier, None, at)


def waiting(faq: FaqReader, workspace: str = "T1", since: datetime = NOW - KEEP_QUESTIONS) -> list[str]:
    return [one.question for one in faq.unanswered(workspace, since.date())]


# Channels


def test_a_channel_is_off_until_it_is_switched_on_and_after_it_is_switched_off(faq: FaqWriter) -> None:
    assert not faq.is_on("T1", "C1")
    assert faq.switch_channel("T1", "C1", on=True, at=NOW)
    assert faq.is_on("T1", "C1")
    assert not faq.switch_channel("T1", "C1", on=True, at=NOW)
    assert faq.switch_channel("T1", "C1", on=False, at=NOW)
    assert not faq.is_on("T1", "C1")
    assert not faq.switch_channel("T1", "C1", on=False, at=NOW)


def test_a_channel_is_one_of_its_workspace(faq: FaqWriter) -> None:
    faq.switch_channel("T1", "C1", on=True, at=NOW)
    assert not faq.is_on("T1", "C2")
    assert not faq.is_on("T2", "C1")
    faq.switch_channel("T2", "C1", on=False, at=NOW)
    assert faq.is_on("T1", "C1")


# Threads


def test_a_thread_is_remembered_for_an_hour(faq: FaqWriter) -> None:
    faq.remember_thread("T1", "C1", "1.0", "what about ACP?", "how-many-units", NOW)
    hour = NOW + timedelta(hours=1)
    assert faq.thread("T1", "C1", "1.0", hour) == ("what about ACP?", "how-many-units")
    assert faq.thread("T1", "C1", "1.0", hour + SECOND) is None
    for other in (("T2", "C1", "1.0"), ("T1", "C2", "1.0"), ("T1", "C1", "2.0")):
        assert faq.thread(*other, NOW) is None


def test_a_thread_has_its_last_question_and_old_ones_are_deleted(ledger: Ledger, faq: FaqWriter) -> None:
    faq.remember_thread("T1", "C1", "1.0", "first", "grace-period", NOW)
    faq.remember_thread("T1", "C1", "1.0", "second", None, NOW + SECOND)
    assert faq.thread("T1", "C1", "1.0", NOW + SECOND) == ("second", None)
    faq.remember_thread("T2", "C1", "1.0", "third", None, NOW + SECOND + timedelta(hours=1))
    assert [row[0] for row in rows(ledger, "SELECT question FROM faq_threads")] == ["second", "third"]
    faq.remember_thread("T2", "C1", "1.0", "fourth", None, NOW + 2 * SECOND + timedelta(hours=1))
    assert [row[0] for row in rows(ledger, "SELECT question FROM faq_threads")] == ["fourth"]


def rows(ledger: Ledger, sql: str) -> list[tuple[object, ...]]:
    return ledger._db().execute(sql).fetchall()


# Questions


def test_questions_are_deleted_with_their_votes_when_a_new_one_comes_after_90_days(
    ledger: Ledger, faq: FaqWriter
) -> None:
    first = asked(faq, "first")
    faq.vote(ALICE, first, helpful=False)
    asked(faq, "second", at=NOW + KEEP_QUESTIONS)
    assert faq.question("T1", first) is not None
    faq.log_question("T2", "elsewhere", Tier.NONE, None, NOW + KEEP_QUESTIONS + DAY)
    assert faq.question("T1", first) is None
    assert rows(ledger, "SELECT * FROM faq_votes") == []
    assert [row[0] for row in rows(ledger, "SELECT question FROM faq_questions ORDER BY asked_on")] == [
        "second",
        "elsewhere",
    ]


def test_deleting_what_is_old_reads_by_age(ledger: Ledger) -> None:
    for table, age in (("faq_questions", "asked_on"), ("faq_threads", "asked_at")):
        plan = rows(ledger, f"EXPLAIN QUERY PLAN DELETE FROM {table} WHERE {age} < '2025'")
        assert "by_age" in str(plan[0])


def test_numbers_of_questions_cannot_be_guessed_from_one_another(faq: FaqWriter) -> None:
    numbers = [asked(faq) for _ in range(20)]
    assert len(set(numbers)) == 20
    assert sorted(numbers) != numbers
    assert all(abs(one - other) > 1 for one in numbers for other in numbers if one != other)


@pytest.mark.parametrize(
    ("tier", "helpful", "waits"),
    [
        (Tier.NONE, None, True),
        (Tier.NONE, False, True),
        (Tier.SUGGEST, None, False),
        (Tier.SUGGEST, False, True),
        (Tier.ANSWER, None, False),
        (Tier.ANSWER, True, False),
        (Tier.ANSWER, False, True),
        (Tier.NOT_COVERED, None, False),
        (Tier.NOT_COVERED, False, True),
    ],
)
def test_unanswered_and_unhelpful_questions_wait(
    faq: FaqWriter, tier: Tier, helpful: bool | None, waits: bool
) -> None:
    number = asked(faq, tier=tier)
    if helpful is not None:
        faq.vote(ALICE, number, helpful=helpful)
    assert waiting(faq) == (["is tea allowed"] if waits else [])


def test_questions_wait_by_workspace_for_90_days_oldest_first(faq: FaqWriter) -> None:
    asked(faq, "newer", at=NOW + DAY)
    asked(faq, "older")
    assert waiting(faq, since=NOW) == ["older", "newer"]
    assert waiting(faq, since=NOW + DAY) == ["newer"]
    assert waiting(faq, "T2") == []


# Votes


def test_a_member_counts_once_and_may_change_their_mind(ledger: Ledger, faq: FaqWriter) -> None:
    number = asked(faq, tier=Tier.ANSWER)
    votes = [faq.vote(ALICE, number, helpful=helpful) for helpful in (False, False, True, True, False)]
    assert votes == [Vote.COUNTED, Vote.SAME, Vote.CHANGED, Vote.SAME, Vote.CHANGED]
    assert rows(ledger, "SELECT member, helpful FROM faq_votes") == [("UALICE", 0)]
    assert faq.vote(BOB, number, helpful=True) is Vote.COUNTED
    assert waiting(faq) == ["is tea allowed"]


def test_there_is_no_vote_on_a_question_of_another_workspace_or_none(faq: FaqWriter) -> None:
    number = asked(faq)
    assert faq.vote(ELSEWHERE, number, helpful=True) is None
    assert faq.vote(ALICE, number + 1, helpful=True) is None


# Passing on


def test_a_question_is_passed_on_once(faq: FaqWriter) -> None:
    number = asked(faq)
    assert not faq.pass_on("T2", number, NOW)
    assert faq.pass_on("T1", number, NOW)
    assert not faq.pass_on("T1", number, NOW + SECOND)


# What curators make of them


def test_what_is_settled_waits_no_more_until_it_is_reopened(faq: FaqWriter) -> None:
    one, two = asked(faq, "one"), asked(faq, "two", at=NOW + DAY)
    assert faq.settle("T2", [one], Settled.DISMISSED, one) == 0
    assert faq.settle("T1", [one, two], Settled.DISMISSED, one) == 2
    assert waiting(faq) == []
    assert faq.settle("T1", [one], Settled.NOT_OURS, two) == 0
    assert faq.reopen("T2", one) is None
    assert faq.reopen("T1", two) is None
    assert faq.reopen("T1", one) == 2
    assert waiting(faq) == ["one", "two"]
    assert faq.reopen("T1", one) is None


def test_a_phrasing_holds_in_its_workspace_until_it_is_taken_back(faq: FaqWriter) -> None:
    number = asked(faq)
    assert faq.accept_phrasing("T1", "grace-period", "is tea allowed", number, NOW)
    assert not faq.accept_phrasing("T1", "cost", "is tea allowed", number, NOW)
    assert faq.accept_phrasing("T1", "grace-period", "and coffee", number + 1, NOW + SECOND)
    assert faq.phrasings("T1") == (
        (number, "is tea allowed", "grace-period"),
        (number + 1, "and coffee", "grace-period"),
    )
    assert faq.phrasings("T2") == ()
    assert faq.reopen("T1", number) == 0
    assert [one.phrasing for one in faq.phrasings("T1")] == ["and coffee"]


def test_looking_up_names_the_troubles_of_the_database(ledger: Ledger) -> None:
    with ledger.faq() as faq:
        assert faq.phrasings("T1") == ()
    ledger.close()
    ledger.path = "/nowhere/ce-bot.db"
    with pytest.raises(LedgerUnavailableError), ledger.faq() as faq:
        faq.phrasings("T1")
