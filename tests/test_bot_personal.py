"""The line computed for the asker: right, for their eyes only, and honest about where its dates come from."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from slack_limits import problems, texts_in
from slack_questions import Listening, direct, in_channel, mention

from bot.console import Clock
from bot.desk import Desk
from bot.ledger import Ledger
from bot.views import personal
from faq.entry import Faq

ACTIVE, SUSPENDED, LATE, EXPIRED = (
    date(2025, 12, 2), date(2026, 1, 1), date(2028, 2, 29), date(2026, 4, 1),
)  # fmt: skip
COURSES = (
    "2024-03-01", "2024-05-01", "2024-07-01", "2024-09-01", "2024-11-01", "2025-01-10", "2025-03-01",
    "2025-05-01", "2025-06-01",
)  # fmt: skip


@pytest.fixture
def listening(desk: Desk) -> Listening:
    return Listening(desk)


@pytest.fixture
def enrolled(listening: Listening) -> Listening:
    """Alice holds ACP-620, earned 2024-01-01, and has logged nine courses for it: W1."""
    listening.command("cert add ACP-620 earned 2024-01-01")
    for day in COURSES:
        listening.command(f'add course "Course of {day}" {day}')
    return listening


def question_about(kind: str, curated: Faq) -> str:
    """A question whose answer has a line of this kind, and that names no level."""
    return next(
        one.question
        for one in curated.entries.values()
        if one.personal == kind and "ACA" not in one.question and "ACP" not in one.question
    )


def for_you(message: dict[str, Any]) -> str:
    """The computed line of a message, or nothing."""
    shown = [text for text in texts_in(message["blocks"]) if text.startswith("*For you:*")]
    assert len(shown) <= 1
    return shown[0].removeprefix("*For you:* ") if shown else ""


def asked(listening: Listening, kind: str, curated: Faq) -> str:
    """What is computed for Alice when she asks a question of this kind in a direct message."""
    number = len(listening.posts)
    listening.event(direct(question_about(kind, curated), ts=f"{number}.1"))
    post = listening.posts[-1]
    assert len(listening.posts) == number + 1
    assert problems(post) == []
    return for_you(post)


NEEDS = "1 more course, or 1 local event, or 1 global event"
DATES = "suspends Thu 2026-01-01, in 30 days, and expires Wed 2026-04-01 (calculated)."
SAFE = "last safe day Tue 2026-03-31 (calculated)."
RISK = f"From Thu 2026-01-01 on it is suspended until you finish; {SAFE}"
WHILE_ACTIVE = {
    "dates": f"ACP-620 {DATES}",
    "several": f"ACP-620 {DATES}",
    "missing": f"ACP-620 needs {NEEDS}, by Wed 2025-12-31 to stay active; {SAFE}",
    "waiting": f"Finish {NEEDS} today and ACP-620 suspends Thu 2027-12-02; finish on Wed 2025-12-31 and it "
    f"suspends 29 days later, never suspended in between. {RISK}",
    "exam_window": "Passing the exam of ACP-620 renews it now, until Tue 2026-03-31 (calculated).",
    "lateness": "ACP-620 is active; it suspends Thu 2026-01-01, and its last safe day would be Tue "
    "2026-03-31 (calculated).",
}
WHILE_SUSPENDED = {
    "dates": "ACP-620 is suspended since Thu 2026-01-01 and expires Wed 2026-04-01 (calculated).",
    "missing": f"ACP-620 needs {NEEDS} by Tue 2026-03-31 (last safe day; calculated).",
    "waiting": f"Finish {NEEDS} today and ACP-620 suspends Sat 2028-01-01. {RISK}",
    "lateness": "ACP-620 is suspended since Thu 2026-01-01; last safe day Tue 2026-03-31, in 89 days "
    "(calculated).",
}


@pytest.mark.parametrize(("kind", "line"), WHILE_ACTIVE.items(), ids=WHILE_ACTIVE)
def test_an_active_certification_has_a_line_of_each_kind(
    enrolled: Listening, curated: Faq, kind: str, line: str
) -> None:
    assert asked(enrolled, kind, curated) == line


@pytest.mark.parametrize(("kind", "line"), WHILE_SUSPENDED.items(), ids=WHILE_SUSPENDED)
def test_from_the_suspension_day_on_it_says_so(
    enrolled: Listening, curated: Faq, clock: Clock, kind: str, line: str
) -> None:
    clock.moved_to = SUSPENDED
    assert asked(enrolled, kind, curated) == line


def test_on_the_last_day_before_the_suspension_waiting_gains_nothing(
    enrolled: Listening, curated: Faq, clock: Clock
) -> None:
    clock.moved_to = date(2025, 12, 31)
    assert "days later" not in asked(enrolled, "waiting", curated)
    clock.moved_to = date(2025, 12, 30)
    assert "suspends 1 day later" in asked(enrolled, "waiting", curated)


def test_before_the_exam_window_opens_it_says_from_when(
    enrolled: Listening, curated: Faq, clock: Clock
) -> None:
    clock.moved_to = date(2025, 9, 30)
    line = "Passing the exam of ACP-620 renews it from Wed 2025-10-01 to Tue 2026-03-31 (calculated)."
    assert asked(enrolled, "exam_window", curated) == line
    clock.moved_to = date(2025, 10, 1)
    assert "renews it now" in asked(enrolled, "exam_window", curated)


@pytest.mark.parametrize("kind", ["missing", "waiting", "lateness"])
def test_past_the_last_safe_day_nobody_is_told_to_rely_on_the_rest(
    listening: Listening, curated: Faq, clock: Clock, kind: str
) -> None:
    """Suspended on 2027-12-01: the 90 days end before the 3 months, and the last safe day is 2028-02-28."""
    listening.command("cert add ACP-620 suspends 2027-12-01 expires 2028-03-01")
    clock.moved_to = date(2028, 2, 28)
    assert "has passed" not in asked(listening, kind, curated)
    clock.moved_to = LATE
    line = asked(listening, kind, curated)
    assert "last safe day, Mon 2028-02-28, has passed" in line
    assert "check the portal now" in line


@pytest.mark.parametrize("kind", ["dates", "missing", "waiting", "several", "exam_window", "lateness"])
def test_what_has_expired_comes_back_only_by_earning_it_again(
    enrolled: Listening, curated: Faq, clock: Clock, kind: str
) -> None:
    clock.moved_to = EXPIRED
    line = "ACP-620 expired on Wed 2026-04-01 (calculated); it comes back only by earning it again."
    assert asked(enrolled, kind, curated) == line


@pytest.mark.parametrize("kind", ["dates", "missing", "waiting", "several", "exam_window", "lateness"])
def test_dates_of_the_portal_are_called_so(listening: Listening, curated: Faq, kind: str) -> None:
    listening.command("cert add ACP-620 suspends 2026-02-01 expires 2026-05-01")
    line = asked(listening, kind, curated)
    assert "by the portal's dates)" in line
    assert "calculated" not in line


def test_of_several_certifications_the_most_urgent_is_shown_and_the_status_named(
    enrolled: Listening, curated: Faq
) -> None:
    enrolled.command("cert add ACA-100 earned 2025-06-01")
    line = asked(enrolled, "dates", curated)
    assert line.startswith("ACP-620 suspends")
    assert line.endswith("1 more certification: `/ce status`")
    assert "ACA-100" not in line


def test_a_question_about_several_shows_them_all_with_their_dates(enrolled: Listening, curated: Faq) -> None:
    enrolled.command("cert add ACA-100 earned 2025-06-01")
    line = asked(enrolled, "several", curated)
    assert "ACP-620 suspends Thu 2026-01-01" in line
    assert "ACA-100 suspends Tue 2027-06-01" in line
    assert "/ce status" not in line


def test_of_very_many_the_first_are_shown(listening: Listening, curated: Faq) -> None:
    for code in ("ACP-100", "ACP-120", "ACP-420", "ACP-520", "ACP-610", "ACP-620", "ACA-920"):
        listening.command(f"cert add {code} earned 2024-01-01 anyway")
    line = asked(listening, "several", curated)
    assert line.count("suspends") == personal.MOST_LINES == 6
    assert line.endswith("\n1 more certification: `/ce status`")


def test_a_question_about_a_level_is_about_that_one(enrolled: Listening) -> None:
    enrolled.command("cert add ACA-100 earned 2025-06-01")
    enrolled.event(direct("How many CE units do I need to renew an ACP?"))
    enrolled.event(direct("what about ACA?", ts="100.2"))
    first, second = (for_you(post) for post in enrolled.posts)
    assert first.startswith("ACP-620 needs")
    assert second.startswith("ACA-100 needs")


def test_where_another_level_is_asked_about_than_is_held_nothing_is_added(enrolled: Listening) -> None:
    enrolled.event(direct("How many CE units do I need to renew an ACP?"))
    enrolled.event(direct("what about ACA?", ts="100.2"))
    assert for_you(enrolled.posts[0])
    assert "For you" not in enrolled.posts[1]["text"]
    assert personal.ENROL not in enrolled.posts[1]["text"]


# Who sees it


def test_by_command_it_is_there_because_only_the_asker_sees_it(enrolled: Listening, curated: Faq) -> None:
    found = json.loads(enrolled.command(f"ask {question_about('dates', curated)}").body)
    assert found["response_type"] == "ephemeral"
    assert for_you(found).startswith("ACP-620 suspends")


@pytest.mark.parametrize("kind", ["dates", "missing", "waiting", "several", "exam_window", "lateness"])
def test_in_a_channel_it_never_is(enrolled: Listening, curated: Faq, kind: str) -> None:
    question = question_about(kind, curated)
    enrolled.command("faq on")
    enrolled.event(mention(f"<@UBOT> {question}"))
    enrolled.event(mention(f"<@UBOT> {question}", ts="101.1", channel_type="mpim"))
    enrolled.event(in_channel(f"Hi, {question}", ts="102.1"))
    assert len(enrolled.posts) >= 2
    _nothing_personal(enrolled)


def _nothing_personal(listening: Listening) -> None:
    assert listening.posts
    for post in [*listening.posts, *(payload for _, payload in listening.sent)]:
        said = "\n".join([post["text"], *texts_in(post["blocks"])])
        assert "For you" not in said
        assert "2026-01-01" not in said
        assert personal.ENROL not in said


def test_a_button_in_a_channel_shows_nothing_of_whoever_clicks(enrolled: Listening, curated: Faq) -> None:
    entry = next(
        one
        for one in curated.entries.values()
        if any(curated.entries[slug].personal for slug in one.see_also[:3])
    )
    related = next(slug for slug in entry.see_also[:3] if curated.entries[slug].personal)
    enrolled.event(mention(f"<@UBOT> {entry.question}"))
    enrolled.press(curated.entries[related].question[:60], enrolled.posts[0], channel="C1")
    assert len(enrolled.posts) == 2
    _nothing_personal(enrolled)
    enrolled.event(direct(entry.question, ts="101.1"))
    enrolled.press(curated.entries[related].question[:60], enrolled.posts[-1], channel="D1")
    assert for_you(enrolled.posts[-1])


@pytest.mark.parametrize(
    ("channel", "ephemeral", "is_shown"), [("C1", False, False), ("C1", True, True), ("D1", False, True)]
)
def test_a_suggestion_chosen_shows_it_only_where_the_choice_was_private(
    enrolled: Listening, curated: Faq, channel: str, ephemeral: bool, is_shown: bool
) -> None:
    question = question_about("dates", curated)
    card = {
        "blocks": [
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "text": {"type": "plain_text", "text": "This"},
                        "action_id": "ce:run:0",
                        "value": f"ask {question}",
                    }
                ],
            }
        ]
    }
    enrolled.press("This", card, channel=channel, ephemeral=ephemeral)
    ((_, said),) = enrolled.sent
    assert bool(for_you(said)) is is_shown


def test_a_click_that_does_not_say_where_it_was_is_taken_as_public(enrolled: Listening, curated: Faq) -> None:
    enrolled.click(
        {
            "type": "button",
            "text": {"type": "plain_text", "text": "This"},
            "action_id": "ce:run:0",
            "value": f"ask {question_about('dates', curated)}",
        }
    )
    assert "For you" not in enrolled.sent[-1][1]["text"]


def test_nobody_sees_what_is_somebody_elses(enrolled: Listening, curated: Faq) -> None:
    enrolled.event(direct(question_about("dates", curated), user="UBOB", channel="D2"))
    (post,) = enrolled.posts
    assert "ACP-620 suspends" not in post["text"]
    assert personal.ENROL in post["text"]


def test_who_holds_nothing_is_told_once_how_to_enrol_and_only_where_it_helps(
    listening: Listening, curated: Faq
) -> None:
    listening.event(direct(question_about("dates", curated)))
    plain = next(one for one in curated.entries.values() if one.personal is None)
    listening.event(direct(plain.question, ts="100.2"))
    asked_about_dates, other = listening.posts
    assert asked_about_dates["text"].count(personal.ENROL) == 1
    assert personal.ENROL not in other["text"]


def test_an_answer_without_a_kind_has_no_line(enrolled: Listening, curated: Faq) -> None:
    plain = next(one for one in curated.entries.values() if one.personal is None)
    enrolled.event(direct(plain.question))
    assert for_you(enrolled.posts[0]) == ""


def test_where_the_facts_cannot_be_read_the_answer_comes_without_them(
    enrolled: Listening, curated: Faq, ledger: Ledger
) -> None:
    question = question_about("dates", curated)
    for file in (ledger.path, f"{ledger.path}-wal", f"{ledger.path}-shm"):
        Path(file).unlink(missing_ok=True)
    ledger.close()
    enrolled.event(direct(question))
    (post,) = enrolled.posts
    assert "Source:" in post["text"]
    assert "For you" not in post["text"]
    assert "Helpful" not in list(texts_in(post["blocks"]))
