"""`/ce timeline`: a member's certifications over time, in words, and as a picture that comes after them."""

import json
from collections.abc import Callable
from concurrent.futures import Future
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import ALICE, TODAY, Slack, noon
from slack_limits import problems

from bot import grammar
from bot.console import Console
from bot.desk import Desk
from bot.ledger import Ledger, LoggedActivity
from bot.outcomes import NotHeldError
from bot.views import timeline as views
from rules import ExamPass, Kind, Policy

Tell = Callable[[str], str]
NINE = ("2024-03-01", "2024-05-01", "2024-07-01", "2024-09-01", "2024-11-01",
        "2025-01-10", "2025-03-01", "2025-05-01", "2025-06-01")  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n"


class Later:
    """Stands in for the courier's threads that make files: keeps the work until it is asked for."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], Any]] = []

    def __call__(self, work: Callable[[], Any]) -> "Future[Any]":
        self.waiting.append(work)
        return Future()

    def do(self) -> None:
        for work in self.waiting:
            work()
        self.waiting.clear()


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def alice(desk: Desk, later: Later) -> Callable[[str], str]:
    """Say one command as Alice and get the text of its answer; files wait in `later`."""
    slack = Slack(desk, submit_file=later)

    def say(text: str) -> str:
        answer: dict[str, Any] = json.loads(slack.command(text).body)
        assert problems(answer) == []
        return str(answer["text"])

    return say


@pytest.fixture
def told(alice: Tell) -> Tell:
    """B of the worked examples, in December 2025."""
    alice("cert add ACP-620 earned 2024-01-01")
    for day in NINE:
        alice(f'add course "Secret of {day}" {day}')
    return alice


def test_the_words_say_what_the_picture_shows(told: Tell) -> None:
    told('add presentation "Talk" 2025-10-09')
    assert told("timeline").splitlines() == [
        ":large_green_circle: *ACP-620* · active",
        "From Mon 2024-01-01 on.",
        (
            "Suspends *Thu 2026-01-01* (in 30 days), last safe day Tue 2026-03-31, expires Wed 2026-04-01; "
            "calculated from the day it was earned."
        ),
        (
            "Counted: 9 courses, Fri 2024-03-01 to Sun 2025-06-01. "
            "Did not count: 1 presentation, Thu 2025-10-09."
        ),
        "The picture comes as a direct message in a moment. Why something counts or not: `/ce why ACP-620`",
    ]


def test_renewals_are_named_and_of_many_their_number_and_the_last(told: Tell) -> None:
    told("add course Tenth 2025-12-01")
    assert "From Mon 2024-01-01 on, renewed on Mon 2025-12-01." in told("timeline")
    told("cert add ACA-100 earned 2024-01-01")
    assert "on, renewed on Fri 2024-11-01 and Mon 2025-12-01." in told("timeline ACA-100")


def test_of_many_renewals_the_last_is_named(alice: Tell) -> None:
    for number in range(20):
        alice(f"add course Course {number} 2025-{1 + number // 2:02}-{10 + number % 2}")
    alice("cert add ACA-100 earned 2024-06-01")
    assert "on, renewed 4 times, the last on Sat 2025-10-11." in alice("timeline")


def test_a_renewal_by_exam_says_so_and_an_exam_for_nothing_too(told: Tell) -> None:
    told("exam ACP-620 2025-09-15")
    assert "Its exam on Mon 2025-09-15 renewed nothing." in told("timeline")
    told("exam ACP-620 2025-11-15")
    assert "renewed on Sat 2025-11-15 by its exam." in told("timeline")


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2025-12-31", "Suspends *Thu 2026-01-01* (in 1 day), last safe day Tue 2026-03-31, expires"),
        (
            "2026-01-01",
            "Suspended since Thu 2026-01-01, last safe day *Tue 2026-03-31* (in 89 days), expires",
        ),
        ("2026-03-31", "last safe day *Tue 2026-03-31* (today), expires Wed 2026-04-01"),
        (
            "2026-04-01",
            "Suspended on Thu 2026-01-01, last safe day Tue 2026-03-31, expired on *Wed 2026-04-01*",
        ),
    ],
)
def test_the_words_change_with_the_status(told: Tell, clock, day: str, said: str) -> None:
    clock.moved_to = date.fromisoformat(day)
    assert said in told("timeline")


def test_without_activities_it_says_so(alice: Tell) -> None:
    alice("cert add ACP-620 earned 2024-01-01")
    assert "No activity so far." in alice("timeline")


def test_certifications_can_be_named_and_the_most_urgent_comes_first(told: Tell) -> None:
    told("cert add ACP-120 earned 2025-03-01")
    told("cert add ACA-100 earned 2025-06-01")
    every = told("timeline")
    assert every.index("*ACP-620*") < every.index("*ACP-120*") < every.index("*ACA-100*")
    two = told("timeline ACA-100, acp 620")
    assert "*ACP-120*" not in two
    assert two.index("*ACP-620*") < two.index("*ACA-100*")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("timeline ACP-120", "You do not hold ACP-120 here"),
        ("timeline ACP-621", "where ACP-620 is nearest"),
        ("timeline last year", "Say which certification"),
        ("timeline ACP-620 please", "“please” is not the code of a certification"),
    ],
)
def test_what_cannot_be_shown_gets_one_sentence_and_no_picture(
    told: Tell, later: Later, words: str, said: str
) -> None:
    answer = told(words)
    assert said in answer
    assert "Try: `/ce " in answer
    assert later.waiting == []


def test_without_a_certification_the_first_step_is_named_and_no_picture_comes(
    alice: Tell, later: Later
) -> None:
    alice("add course Jira yesterday")
    assert alice("timeline").startswith("I know of no certification of yours yet.")
    assert later.waiting == []


def test_the_picture_is_made_after_the_answer_and_comes_as_a_direct_message(
    tell: Tell, console: Console, ledger: Ledger
) -> None:
    tell("/ce cert add ACP-620 earned 2024-01-01")
    tell("/ce add course Jira 2025-06-01")
    answer, sent = console.feed("#general /ce timeline")
    assert (answer.to, answer.kind) == ("alice", "reply")
    assert (sent.to, sent.kind) == ("alice", "message")
    about, _, path = sent.text.rpartition("\nThe file is ")
    assert about.splitlines() == [
        "Your certifications on Tue 2025-12-02:",
        (
            "ACP-620: suspends Thu 2026-01-01, last safe day Tue 2026-03-31, expires Wed 2026-04-01; "
            "1 activity counted."
        ),
    ]
    assert Path(path) == Path(ledger.path).with_name("files") / "timeline-2025-12-02.png"
    assert Path(path).read_bytes().startswith(PNG)


def test_a_command_is_answered_before_anything_is_drawn(told: Tell, later: Later) -> None:
    told("timeline")
    assert len(later.waiting) == 1


def test_titles_are_neither_in_the_words_nor_in_what_is_said_of_the_picture(told: Tell, desk: Desk) -> None:
    assert "Secret" not in told("timeline")
    assert "Secret" not in views.about(desk.timeline(ALICE, (), TODAY))


def test_a_timeline_looks_and_changes_nothing(told: Tell) -> None:
    before = told("status"), told("list")
    told("timeline")
    assert (told("status"), told("list")) == before


def test_what_is_not_held_is_an_error(told: Tell, desk: Desk) -> None:
    with pytest.raises(NotHeldError):
        desk.timeline(ALICE, ("ACP-120",), TODAY)


def hold(ledger: Ledger, certifications: int, activities: int) -> None:
    with ledger.write() as writer:
        change = writer.begin_change(ALICE, "import", "test", noon(TODAY))
        for number in range(certifications):
            writer.add_credential(
                ALICE, f"ACA-{100 + number}", date(2024, 1 + number % 12, 1 + number), change
            )
            writer.add_exam(ALICE, ExamPass(f"ACA-{100 + number}", date(2024, 6, 6)), change)
        for number in range(1, activities + 1):
            kind = [*Kind][number % 4]
            day = date(2024, 1 + number % 12, 1 + number % 28)
            writer.add_activity(ALICE, LoggedActivity(number, kind, day, "t" * 200), change)


def test_slack_takes_a_timeline_of_twenty_certifications_and_200_activities(
    desk: Desk, ledger: Ledger, policy: Policy
) -> None:
    hold(ledger, 20, 200)
    said = views.timeline(desk.timeline(ALICE, (), TODAY), policy)
    assert problems({"text": said.text, "blocks": said.blocks}) == []
    assert "The picture has no room for ACA-1" in said.text
    assert "A picture of them: `/ce timeline ACA-1" in said.text


def test_what_is_said_of_a_full_picture_fits_into_its_description(desk: Desk, ledger: Ledger) -> None:
    hold(ledger, 8, 200)
    about = views.about(desk.timeline(ALICE, (), TODAY))
    assert len(about.splitlines()) == 9
    assert len(about) <= 1000


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("", ()),
        ("  ", ()),
        ("acp620", ("ACP-620",)),
        ("ACP-620, ACP 120 and aca-100; ACP-620", ("ACP-620", "ACP-120", "ACA-100")),
    ],
)
def test_certifications_are_read_in_any_form_each_once(words: str, codes: tuple[str, ...]) -> None:
    known = ("ACP-620", "ACP-120")
    assert grammar.read_codes(words, known, ("ACP", "ACA"), verb="timeline") == codes


def test_what_follows_the_certifications_is_named_with_a_line_that_works() -> None:
    with pytest.raises(grammar.WordsError) as error:
        grammar.read_codes("ACP-620 ACP-120 soon", ("ACP-620", "ACP-120"), ("ACP",), verb="team forecast")
    assert "“soon”" in error.value.sentence
    assert error.value.example == "/ce team forecast ACP-620 ACP-120"
