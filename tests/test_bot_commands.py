"""Every subcommand of `/ce` as a member meets it: lines in, the answer out, through the real app."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import date
from itertools import count

import pytest
from conftest import ALICE, TODAY, noon
from slack_limits import elements_of, problems, view_problems

from bot.console import Console, DirectiveError
from bot.ledger import Ledger, LoggedActivity
from bot.listeners.commands import ALIASES, CHANGING, LOOKING
from bot.listeners.exports import FORGETTING
from bot.views import lists
from bot.views.blocks import unescaped
from bot.views.manual import COMMANDS
from bot.views.standing import FIRST_STEP, NEXT_STEP, NOT_ALL
from rules import Kind, Reason, State

Tell = Callable[[str], str]

NINE = (
    "2024-03-01", "2024-05-01", "2024-07-01", "2024-09-01", "2024-11-01",
    "2025-01-10", "2025-03-01", "2025-05-01", "2025-06-01",
)  # fmt: skip
FIGURES = re.compile(r"(\d+) of (\d+) CE")
SUSPENDS = re.compile(r"Suspends \*\w{3} (\S+)\* \(.*?\), expires \w{3} ([\d-]+)")
SUSPENDED = re.compile(r"Suspended since \w{3} (\S+)\. .*; expires \w{3} ([\d-]+)")
EXPIRED = re.compile(r"Expired on \w{3} ([\d-]+)")
LINE = re.compile(r"`(/ce[^`]*)`")
RETIRED = (
    "ACP-200 is on the list of retired certifications: it is computed like others, but ask Atlassian Support "
    "whether CE units still renew it."
)
EARLIER = (
    "this completes 100 CE earlier, so it renews on {} already. If the portal shows a later renewal, tell me "
    "its dates with `/ce portal`; if the date is a slip, Undo."
)


def earned(day: str, code: str = "ACP-620") -> str:
    return f"/ce cert add {code} earned {day}"


def course(*days: str) -> tuple[str, ...]:
    return tuple(f'/ce add course "Course of {day}" {day}' for day in days)


def local(*days: str) -> tuple[str, ...]:
    return tuple(f'/ce add local "ACE of {day}" {day}' for day in days)


def world(*days: str) -> tuple[str, ...]:
    return tuple(f'/ce add global "Team of {day}" {day}' for day in days)


B = (earned("2024-01-01"), *course(*NINE))
W1 = (*B, *course("2025-12-01"))


def insist(tell: Tell, line: str) -> str:
    """Say a line, and Save where the bot asks first because something gets worse."""
    answer = tell(line)
    return tell("!click Save") if answer.startswith(":warning: *Not saved yet.*") else answer


def say(tell: Tell, lines: Iterable[str]) -> str:
    """Say lines and mean them; the last answer."""
    return [insist(tell, line) for line in lines][-1]


def stands(tell: Tell, code: str = "ACP-620") -> tuple[str, str, str | None, str]:
    """Status, units, suspension (None once expired) and expiration of a certification in `/ce status`."""
    found = re.search(rf"\*{code}\* · \w+ · (\w+)\n(?:(?!:\w+: \*).*\n?)*", tell("/ce status"))
    assert found, f"{code} is not in the status"
    units = FIGURES.search(found[0])
    assert units
    shown = f"{units[1]}/{units[2]}"
    if dates := SUSPENDS.search(found[0]) or SUSPENDED.search(found[0]):
        return found[1], shown, dates[1], dates[2]
    gone = EXPIRED.search(found[0])
    assert gone
    return found[1], shown, None, gone[1]


# The worked examples, as conversations

TOLD = {
    "W1: entered the next day": (
        [*B, *course("2025-12-01")],
        {"ACP-620": ("active", "0/100", "2027-12-01", "2028-03-01")},
    ),
    "W1: entered in March": (
        [*B, "!time 2026-03-20", *course("2025-12-01")],
        {"ACP-620": ("active", "0/100", "2027-12-01", "2028-03-01")},
    ),
    "W2: the surplus is dropped": (
        [*B, *world("2025-10-08"), *course("2025-10-20")],
        {"ACP-620": ("active", "10/100", "2027-10-08", "2028-01-08")},
    ),
    "W3: caps": (
        [
            "!time 2025-07-01",
            earned("2024-01-01"),
            *world("2024-04-30", "2025-04-09"),
            *local("2024-02-20", "2024-06-18", "2024-10-15", "2025-02-18", "2025-06-17"),
            *course("2024-08-01", "2025-07-01"),
        ],
        {"ACP-620": ("active", "90/100", "2026-01-01", "2026-04-01")},
    ),
    "W3: and one course more": (
        [
            earned("2024-01-01"),
            *world("2024-04-30", "2025-04-09"),
            *local("2024-02-20", "2024-06-18", "2024-10-15", "2025-02-18", "2025-06-17"),
            *course("2024-08-01", "2025-07-01", "2025-08-01"),
        ],
        {"ACP-620": ("active", "0/100", "2027-08-01", "2027-11-01")},
    ),
    "W4: on the suspension day": (
        [*B, "!time 2026-01-05", *course("2026-01-01")],
        {"ACP-620": ("active", "0/100", "2028-01-01", "2028-04-01")},
    ),
    "W5: in the grace period": (
        [*B, "!time 2026-04-10", *course("2026-02-15")],
        {"ACP-620": ("active", "0/100", "2028-02-15", "2028-05-15")},
    ),
    "W5: on its last day": (
        [*B, "!time 2026-04-10", *course("2026-03-31")],
        {"ACP-620": ("active", "0/100", "2028-03-31", "2028-06-30")},
    ),
    "W5: on the expiration day": (
        [*B, "!time 2026-04-10", *course("2026-04-01")],
        {"ACP-620": ("expired", "90/100", None, "2026-04-01")},
    ),
    "W8: a younger one counts what came after it": (
        [*W1, earned("2025-03-01", "ACP-120")],
        {
            "ACP-620": ("active", "0/100", "2027-12-01", "2028-03-01"),
            "ACP-120": ("active", "30/100", "2027-03-01", "2027-06-01"),
        },
    ),
    "W9: two renew on one day": (
        [
            earned("2024-01-01"),
            earned("2025-03-01", "ACP-120"),
            "!time 2026-01-02",
            *course(*(f"2025-{month:02}-10" for month in range(4, 13)), "2026-01-01"),
        ],
        {
            "ACP-620": ("active", "0/100", "2028-01-01", "2028-04-01"),
            "ACP-120": ("active", "0/100", "2028-01-01", "2028-04-01"),
        },
    ),
    "W10: an Associate needs half": (
        [earned("2024-01-01", "ACA-900"), *W1[1:]],
        {"ACA-900": ("active", "0/50", "2027-12-01", "2028-03-01")},
    ),
    "W11: an exam renews its own": (
        [*B, earned("2024-01-01", "ACP-120"), "/ce exam ACP-620 2025-11-15"],
        {
            "ACP-620": ("active", "0/100", "2027-11-15", "2028-02-15"),
            "ACP-120": ("active", "90/100", "2026-01-01", "2026-04-01"),
        },
    ),
    "W12: an exam too early": (
        [*B, "/ce exam ACP-620 2025-09-15"],
        {"ACP-620": ("active", "90/100", "2026-01-01", "2026-04-01")},
    ),
    "W12: on the day before the window": (
        [*B, "/ce exam ACP-620 2025-09-30"],
        {"ACP-620": ("active", "90/100", "2026-01-01", "2026-04-01")},
    ),
    "W12: on the day it opens": (
        [*B, "/ce exam ACP-620 2025-10-01"],
        {"ACP-620": ("active", "0/100", "2027-10-01", "2028-01-01")},
    ),
    "W13: an exam in the grace period": (
        [*B, "!time 2026-02-12", "/ce exam ACP-620 2026-02-10"],
        {"ACP-620": ("active", "0/100", "2028-02-10", "2028-05-10")},
    ),
    "W14: two on one day": (
        [*W1, '/ce add course "Another one" 2025-12-01'],
        {"ACP-620": ("active", "0/100", "2027-12-01", "2028-03-01")},
    ),
    "W15: the last one removed": (
        [*W1, "/ce remove 10", "!time 2026-11-22"],
        {"ACP-620": ("expired", "90/100", None, "2026-04-01")},
    ),
    "W16: a leap day": (
        [
            "!time 2028-03-01",
            earned("2026-06-01"),
            *course(*(f"2027-{month:02}-10" for month in range(1, 10)), "2028-02-29"),
        ],
        {"ACP-620": ("active", "0/100", "2030-02-28", "2030-05-28")},
    ),
    "W17: the end of November": (
        ["/ce portal ACP-620 suspends 2026-11-30"],
        {"ACP-620": ("active", "0/100", "2026-11-30", "2027-02-28")},
    ),
    "W18: caps are counted for each": (
        [
            earned("2024-01-01"),
            earned("2025-01-15", "ACP-120"),
            *local("2024-02-01", "2024-05-01", "2024-08-01", "2024-11-01", "2025-03-20"),
        ],
        {
            "ACP-620": ("active", "40/100", "2026-01-01", "2026-04-01"),
            "ACP-120": ("active", "10/100", "2027-01-15", "2027-04-15"),
        },
    ),
    "W19: the portal's cycle started that day": (
        ["/ce portal ACP-620 suspends 2026-02-28", *course("2024-02-29")],
        {"ACP-620": ("active", "0/100", "2026-02-28", "2026-05-28")},
    ),
    "W19: and takes the day after": (
        ["/ce portal ACP-620 suspends 2026-02-28", *course("2024-03-01")],
        {"ACP-620": ("active", "10/100", "2026-02-28", "2026-05-28")},
    ),
}


@pytest.mark.parametrize(("lines", "expected"), TOLD.values(), ids=TOLD)
def test_a_worked_example_told_as_a_conversation_ends_on_its_dates(
    tell: Tell, lines: list[str], expected: dict[str, tuple[str, str, str | None, str]]
) -> None:
    say(tell, lines)
    assert {code: stands(tell, code) for code in expected} == expected


def test_an_older_course_can_let_a_certification_lapse_and_the_answer_says_so_before_and_after(
    tell: Tell,
) -> None:
    """W6."""
    say(tell, [*W1, "!time 2028-01-10"])
    say(tell, course(*(f"2026-{month:02}-15" for month in range(1, 9)), "2027-12-15", "2027-12-16"))
    good = ("active", "0/100", "2029-12-16", "2030-03-16")
    assert stands(tell) == good
    answer = say(tell, course("2025-07-01"))
    assert f"• *ACP-620*: {EARLIER.format('Tue 2025-07-01')}\n" in answer
    assert ":warning: ACP-620 gets worse by this and it is expired: suspends was" in answer
    assert "suspends was Sun 2029-12-16, now *Thu 2027-07-01*" in answer
    assert "expires was Sat 2030-03-16, now *Fri 2027-10-01*" in answer
    assert ":tada:" not in answer
    assert stands(tell) == ("expired", "90/100", None, "2027-10-01")
    tell("!click Undo")
    assert stands(tell) == good


def test_an_older_course_can_bring_dates_forward_and_the_answer_says_so_before_and_after(tell: Tell) -> None:
    """W7."""
    say(tell, [*W1, "!time 2028-01-10"])
    say(tell, course(*(f"2026-{month:02}-15" for month in range(1, 10)), "2027-12-15"))
    assert stands(tell) == ("active", "0/100", "2029-12-15", "2030-03-15")
    answer = say(tell, course("2025-07-01"))
    assert f"• *ACP-620*: {EARLIER.format('Tue 2025-07-01')}\n" in answer
    assert ":warning: ACP-620 gets worse by this: suspends was" in answer
    assert "suspends was Sat 2029-12-15, now *Fri 2028-09-15*" in answer
    assert ":tada:" not in answer
    assert stands(tell) == ("active", "10/100", "2028-09-15", "2028-12-15")


# Status


def test_status_before_anything_is_known_names_the_first_step(tell: Tell) -> None:
    answer = tell("/ce status")
    assert answer == FIRST_STEP
    assert "/ce cert add ACP-620 earned 2024-01-01" in answer


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        (course("2025-11-01"), "1 activity logged so far: kept"),
        (course("2025-11-01", "2025-11-02"), "2 activities logged so far: kept"),
    ],
)
def test_status_with_nothing_but_activities_says_that_they_are_kept(
    tell: Tell, lines: tuple[str, ...], kept: str
) -> None:
    say(tell, lines)
    assert kept in tell("/ce status")


def test_status_shows_the_most_urgent_first_and_the_expired_last(tell: Tell) -> None:
    say(
        tell,
        [
            earned("2025-06-01", "ACP-100"),
            earned("2023-06-01", "ACP-120"),
            earned("2023-11-01", "ACP-420"),
            earned("2024-01-01"),
        ],
    )
    assert re.findall(r"\*(ACP-\d+)\* · \w+ · (\w+)", tell("/ce")) == [
        ("ACP-420", "suspended"),
        ("ACP-620", "active"),
        ("ACP-100", "active"),
        ("ACP-120", "expired"),
    ]


def test_certifications_with_the_same_dates_stand_in_the_order_of_their_codes(tell: Tell) -> None:
    say(tell, [earned("2024-01-01"), earned("2024-01-01", "ACP-120"), earned("2024-01-01", "ACA-900")])
    assert re.findall(r"\*(AC\S+)\* ·", tell("/ce")) == ["ACA-900", "ACP-120", "ACP-620"]


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        ("2025-12-31", "Suspends *Thu 2026-01-01* (in 1 day), expires Wed 2026-04-01"),
        (
            "2026-01-01",
            "Suspended since Thu 2026-01-01. Last safe day to finish: *Tue 2026-03-31* (in 89 days)",
        ),
        ("2026-03-31", "Last safe day to finish: *Tue 2026-03-31* (today); expires Wed 2026-04-01"),
        ("2026-04-01", "Expired on Wed 2026-04-01, with 0 of 100 CE"),
    ],
)
def test_status_changes_on_the_suspension_and_the_expiration_day(tell: Tell, day: str, shown: str) -> None:
    answer = say(tell, [earned("2024-01-01"), f"!time {day}", "/ce status"])
    assert shown in answer


def test_the_last_safe_day_lies_before_the_last_day_where_the_readings_of_the_grace_period_differ(
    tell: Tell,
) -> None:
    """90 days end on 2028-02-29 where three months end on 2028-03-01."""
    answer = say(tell, [*W1, "!time 2028-01-10", "/ce"])
    assert "Last safe day to finish: *Mon 2028-02-28* (in 49 days); expires Wed 2028-03-01" in answer


@pytest.mark.parametrize(("day", "safe"), [("2028-02-28", True), ("2028-02-29", False)])
def test_after_the_last_safe_day_status_says_by_which_reading_it_still_renews(
    tell: Tell, day: str, safe: bool
) -> None:
    answer = say(tell, [*W1, f"!time {day}", "/ce"])
    assert ("Last safe day to finish: *Mon 2028-02-28* (today); expires Wed 2028-03-01" in answer) is safe
    late = (
        "Suspended since Wed 2027-12-01. The last safe day was *Mon 2028-02-28*: what is finished before "
        "Wed 2028-03-01 still renews if the grace period is counted in months, as I do, and not in days, as "
        "a page says: check the portal now; calculated from its last renewal."
    )
    assert (late in answer.splitlines()) is not safe


def test_what_has_expired_says_how_it_comes_back(tell: Tell) -> None:
    answer = say(tell, [earned("2023-01-01"), "/ce"])
    assert "comes back only by earning it again" in answer
    assert "`/ce cert add ACP-620 earned today`" in answer
    assert "Missing" not in answer


@pytest.mark.parametrize(
    ("lines", "label"),
    [
        ([earned("2024-01-01")], "calculated from the day it was earned"),
        (["/ce portal ACP-620 suspends 2026-01-01"], "as the portal shows them"),
        (W1, "calculated from its last renewal"),
    ],
)
def test_status_says_where_the_dates_come_from(tell: Tell, lines: Iterable[str], label: str) -> None:
    assert label in say(tell, [*lines, "/ce"])


def test_only_calculated_dates_are_followed_by_the_word_that_the_portal_wins(tell: Tell) -> None:
    assert "the portal has the last word" in say(tell, [earned("2024-01-01"), "/ce"])
    assert "the portal has the last word" not in say(tell, ["/ce portal ACP-620 suspends 2026-01-01", "/ce"])


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        ("2025-09-30", "Or pass its exam again: from Wed 2025-10-01 to Tue 2026-03-31."),
        ("2025-10-01", "Or pass its exam again: open now, until Tue 2026-03-31."),
        ("2026-03-31", "Or pass its exam again: open now, until Tue 2026-03-31."),
    ],
)
def test_status_says_when_the_exam_can_be_taken(tell: Tell, day: str, shown: str) -> None:
    assert shown in say(tell, [earned("2024-01-01"), f"!time {day}", "/ce"])


def test_no_exam_is_offered_for_what_has_expired(tell: Tell) -> None:
    assert "exam again" not in say(tell, [earned("2024-01-01"), "!time 2026-04-01", "/ce"])


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        (B, "Missing 10: 1 more course, or 1 local event, or 1 global event."),
        (B[:-1], "Missing 20: 2 more courses, or 1 global event"),
        (
            B[:1],
            "Missing 100: 10 more courses, or 7 courses and 1 global event, or 9 courses and 1 local event.",
        ),
        (
            [*B[:1], *world("2025-04-09"), *local(*NINE[:4])],
            "Missing 30: 3 more courses.",
        ),
    ],
)
def test_status_says_in_plain_words_what_is_missing(tell: Tell, lines: Iterable[str], missing: str) -> None:
    say(tell, lines)
    assert missing in tell("/ce")


def test_status_of_oneself_is_the_same_with_ones_own_name(tell: Tell) -> None:
    tell(earned("2024-01-01"))
    assert tell("/ce status @alice") == tell("/ce status") == tell("/ce")


@pytest.mark.parametrize("name", ["@bob", "@bob please"])
def test_the_status_of_somebody_else_is_not_shown(tell: Tell, name: str) -> None:
    tell("@bob " + earned("2024-01-01"))
    answer = tell(f"/ce status {name}")
    assert answer == (
        "I show somebody else's status only where you share a team, and I know of none you share.\n"
        "Try: `/ce status`"
    )


def test_a_word_after_status_that_is_nobody_shows_ones_own(tell: Tell) -> None:
    tell(earned("2024-01-01"))
    assert tell("/ce status ACP-620") == tell("/ce status")


# Add


@pytest.mark.parametrize(
    "words",
    [
        'course "Jira Automation" yesterday',
        'course yesterday "Jira Automation"',
        "course yesterday Jira Automation",
        "course Jira Automation yesterday",
        "course Jira Automation 2025-12-01",
        "course 1 Dec 2025 Jira Automation",
        "course “Jira Automation” 1 day ago",
        "COURSE «Jira Automation» on Monday",
        'course: "Jira Automation", 2025/12/01',
        "course Jira Automation Mon 2025-12-01",
        "course Mon 2025-12-01, Jira Automation",
    ],
)
def test_the_order_of_words_after_the_kind_is_free(tell: Tell, words: str) -> None:
    assert tell(f"/ce add {words}").startswith('Logged *1* · course "Jira Automation", Mon 2025-12-01.'), (
        words
    )


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("course", "course"),
        ("webinar", "course"),
        ("training", "course"),
        ("live learning", "course"),
        ("global", "global event"),
        ("global event", "global event"),
        ("local", "local event"),
        ("local event", "local event"),
        ("meetup", "local event"),
        ("presentation", "presentation"),
        ("talk", "presentation"),
    ],
)
def test_a_kind_is_known_by_its_usual_names(tell: Tell, typed: str, kind: str) -> None:
    assert tell(f'/ce add {typed} "Some title" yesterday').startswith(f'Logged *1* · {kind} "Some title"')


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("ACE Berlin 2025-11-20", 'local event "ACE Berlin", Thu 2025-11-20'),
        ("Unleash 2025-11-20", 'global event "Unleash", Thu 2025-11-20'),
    ],
)
def test_an_event_by_its_own_name_is_its_kind_and_its_title(tell: Tell, typed: str, shown: str) -> None:
    assert tell(f"/ce add {typed}").startswith(f"Logged *1* · {shown}.")


@pytest.mark.parametrize("line", ["/ce add", "/ce log", "/ce ADD ", "/ce add   "])
def test_add_without_words_opens_the_form(console: Console, line: str) -> None:
    (said,) = console.feed(line)
    assert (said.kind, said.text) == ("modal", "Log an activity")


def test_what_is_added_before_a_certification_is_known_counts_once_it_is(tell: Tell) -> None:
    answer = say(tell, course("2025-11-03"))
    assert "It is kept." in answer
    assert "/ce cert add" in answer
    assert "10 of 100 CE (1 course)" in tell(earned("2024-01-01"))
    assert "counts for ACP-620" in tell("/ce list")


def test_without_a_date_it_was_today(tell: Tell) -> None:
    assert "Tue 2025-12-02" in tell('/ce add course "Jira"')


def test_a_date_is_echoed_with_its_weekday(tell: Tell) -> None:
    assert "Fri 2025-11-28" in tell('/ce add course "Jira" 28 Nov')


def test_what_was_credited_is_said_for_each_certification_and_why_not(tell: Tell) -> None:
    say(tell, [earned("2024-01-01"), earned("2025-11-21", "ACP-120"), earned("2023-01-01", "ACP-100")])
    answer = say(tell, course("2025-11-20"))
    assert "• *ACP-620*: +10 CE, now 10 of 100 CE; missing 90: 9 more courses" in answer
    assert "• *ACP-120*: +0 CE, because this cycle takes what is dated after Fri 2025-11-21." in answer
    assert "• *ACP-100*: +0 CE, because it expired on Tue 2025-04-01." in answer


@pytest.mark.parametrize(
    ("third", "shown"), [(3, "+10 CE"), (5, "+0 CE, because only 4 local events can count in a cycle")]
)
def test_a_use_over_the_cap_counts_nothing_and_says_so(tell: Tell, third: int, shown: str) -> None:
    answer = say(tell, [earned("2024-01-01"), *local(*(f"2025-11-{day:02}" for day in range(1, third + 1)))])
    assert f"*ACP-620*: {shown}" in answer


def test_one_global_event_is_one_in_words(tell: Tell) -> None:
    answer = say(tell, [earned("2024-01-01"), *world("2025-04-09", "2025-10-08")])
    assert "+0 CE, because only 1 global event can count in a cycle" in answer


def test_a_renewal_is_announced_with_its_new_dates_and_how_to_confirm_them(tell: Tell) -> None:
    answer = say(tell, W1)
    assert (
        ":tada: *ACP-620* reached 100 CE and renewed on Mon 2025-12-01: now suspends *Wed 2027-12-01*, "
        "expires *Wed 2028-03-01*." in answer
    )
    assert answer.splitlines()[-1] == (
        "What does the portal show for *ACP-620* now? It has the last word over what I calculate."
    )


def test_the_new_cycle_is_mentioned_where_it_holds_something(tell: Tell) -> None:
    say(tell, [*B[:-1], *course("2025-10-20")])
    answer = say(tell, world("2025-06-10"))
    assert "renewed on Tue 2025-06-10" in answer
    assert "The new cycle holds 10 of 100 CE." in answer


def test_an_activity_of_a_closed_cycle_says_which_renewal_it_served(tell: Tell) -> None:
    answer = say(tell, [*W1, '/ce add course "On the same day" 2025-12-01'])
    assert "+0 CE, because it served the renewal of Mon 2025-12-01" in answer


@pytest.mark.parametrize(("units", "credited"), [("30 units", 30), ("1 CE", 1), ("45 points", 45)])
def test_units_of_a_presentation_count_as_stated(tell: Tell, units: str, credited: int) -> None:
    answer = say(tell, [earned("2024-01-01"), f'/ce add presentation "Talk" 2025-11-20 {units}'])
    assert f'presentation "Talk", Thu 2025-11-20, {credited} CE' in answer
    assert f"+{credited} CE, now {credited} of 100 CE" in answer


def test_a_presentation_without_units_counts_nothing_and_says_how_to_state_them(tell: Tell) -> None:
    answer = say(tell, [earned("2024-01-01"), '/ce add presentation "Talk" 2025-11-20'])
    assert "+0 CE, until you state the units the portal granted: `/ce edit 1 30 units`" in answer
    assert "is not published" in answer
    assert "+30 CE" in tell("/ce edit 1 30 units")


@pytest.mark.parametrize(
    ("kind", "value"), [("course", 10), ("global", 30), ("local", 10), ("webinar", 10), ("meetup", 10)]
)
def test_units_of_another_kind_are_refused_with_the_programmes_value(
    tell: Tell, kind: str, value: int
) -> None:
    """R5."""
    answer = tell(f'/ce add {kind} "A title" 2025-11-20 25 units')
    assert f"counts {value} CE units by the programme's rules" in answer
    assert answer.splitlines()[1:] == ["Try: `/ce help add`"]
    assert tell("/ce list").startswith("Nothing logged yet")


def test_a_link_is_kept_as_proof(tell: Tell) -> None:
    answer = tell('/ce add course "Jira" yesterday https://example.com/c?a=1&b=2')
    assert "<https://example.com/c?a=1&amp;b=2|proof>" in answer
    assert "<https://example.com/c?a=1&amp;b=2|proof>" in tell("/ce list")


def test_the_same_title_twice_is_counted_with_a_word_of_caution(tell: Tell) -> None:
    say(tell, [earned("2024-01-01"), '/ce add course "Jira" 2025-11-20'])
    answer = tell('/ce add course "JIRA" 2025-11-21')
    assert "+10 CE, now 20 of 100 CE" in answer
    assert "have the same title" in answer


@pytest.mark.parametrize(("day", "cautioned"), [("2024-07-31", True), ("2024-08-01", False)])
def test_a_date_before_the_programme_began_is_counted_with_a_word_of_caution(
    tell: Tell, day: str, cautioned: bool
) -> None:
    answer = say(tell, [earned("2024-01-01"), *course(day)])
    assert "+10 CE" in answer
    assert ("when the renewal programme began" in answer) is cautioned


def test_adding_offers_undo_and_the_button_takes_it_back(console: Console, tell: Tell) -> None:
    said = console.feed('/ce add course "Jira" yesterday')
    assert [button["text"]["text"] for button in elements_of(said[0].blocks)] == ["Undo"]
    assert tell("!click Undo").startswith("Undone: logging activity 1.")
    assert tell("/ce list").startswith("Nothing logged yet")


def test_the_same_delivery_twice_is_logged_once_and_answered_alike(slack, ledger: Ledger) -> None:
    first = slack.command('add course "Jira" yesterday', key="again")
    second = slack.command('add course "Jira" yesterday', key="again")
    third = slack.command('add course "Jira" yesterday', key="another")
    assert json.loads(first.body) == json.loads(second.body) != json.loads(third.body)
    with closing(ledger):
        assert rows(ledger, "activities") == 2


# List


def test_an_empty_list_names_a_first_line(tell: Tell) -> None:
    assert '`/ce add course "Jira Automation" yesterday`' in tell("/ce list")


def test_the_list_is_newest_first_with_what_each_counts_for(tell: Tell) -> None:
    say(tell, [earned("2024-01-01"), earned("2025-11-10", "ACP-120")])
    say(tell, [*course("2025-11-01"), *course("2025-11-20"), *course("2023-11-20")])
    shown = tell("/ce list").splitlines()
    assert shown[0] == '*2* · course "Course of 2025-11-20", Thu 2025-11-20 · counts for ACP-120 and ACP-620'
    assert shown[1] == '*1* · course "Course of 2025-11-01", Sat 2025-11-01 · counts for ACP-620'
    assert shown[2] == (
        '*3* · course "Course of 2023-11-20", Mon 2023-11-20 · dated before the cycle of ACP-120 and ACP-620'
    )


def test_the_list_says_what_served_a_renewal(tell: Tell) -> None:
    say(tell, [*W1, earned("2025-11-20", "ACP-120")])
    shown = tell("/ce list").splitlines()
    assert shown[0].endswith("Mon 2025-12-01 · counts for ACP-120, served a renewal of ACP-620")
    assert shown[1].endswith("Sun 2025-06-01 · served a renewal of ACP-620")


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([*course("2025-11-01")], "kept until I know a certification"),
        ([earned("2024-01-01"), '/ce add talk "Talk" 2025-11-20'], "no units stated for ACP-620"),
        ([earned("2024-01-01"), *world("2025-04-09", "2025-10-08")], "over the limit of ACP-620"),
        ([earned("2025-11-20"), *course("2025-11-20")], "dated before the cycle of ACP-620"),
        ([earned("2023-01-01"), *course("2025-04-01")], "too late for ACP-620"),
        ([earned("2024-01-01"), *course("2025-12-02"), "!time 2025-12-01"], "still to come for ACP-620"),
        (
            [earned("2023-01-01"), earned("2025-11-20", "ACP-120"), *course("2025-11-20")],
            "dated before the cycle of ACP-120, too late for ACP-620",
        ),
        (
            [earned("2024-01-01"), earned("2023-01-01", "ACP-120"), *course("2025-11-20")],
            "counts for ACP-620",
        ),
    ],
)
def test_the_list_says_why_an_activity_does_nothing_where_it_does_nothing(
    tell: Tell, lines: Iterable[str], why: str
) -> None:
    say(tell, lines)
    assert tell("/ce list").splitlines()[0].split(" · ")[-1] == why


def test_the_list_says_of_what_the_portal_rejected_that_it_did(ledger: Ledger, slack) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    with ledger.write() as writer:
        change = writer.begin_change(ALICE, "import", "all", noon(TODAY))
        number = writer.next_number(ALICE, noon(TODAY))
        rejected = LoggedActivity(number, Kind.COURSE, date(2025, 11, 1), "Jira", state=State.REJECTED)
        writer.add_activity(ALICE, rejected, change)
    assert text_of(slack.command("list")).splitlines()[0].endswith("Sat 2025-11-01 · rejected for ACP-620")


def test_every_reason_the_rules_give_has_its_words_in_the_list() -> None:
    assert {*lists.DOES, *lists.DOES_NOT} == set(Reason)


def test_numbers_stay_when_one_is_removed_and_are_never_given_again(tell: Tell) -> None:
    say(tell, [*course("2025-11-01", "2025-11-02", "2025-11-03"), "/ce remove 3", "/ce remove 2"])
    assert say(tell, course("2025-11-04")).startswith("Logged *4*")
    assert re.findall(r"^\*(\d+)\*", tell("/ce list"), re.MULTILINE) == ["4", "1"]


def test_a_member_sees_nothing_of_another(tell: Tell) -> None:
    say(tell, [earned("2024-01-01"), *course("2025-11-01")])
    assert tell("@bob /ce list").startswith("Nothing logged yet")
    assert tell("@bob /ce status") == FIRST_STEP
    assert tell("@bob /ce cert list") == FIRST_STEP
    assert "no activity 1" in tell("@bob /ce remove 1")
    assert "no activity 1" in tell("@bob /ce edit 1 yesterday")
    assert "nothing left to undo" in tell("@bob /ce undo")
    assert "Course of 2025-11-01" in tell("/ce list")


# Edit


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ("local", 'local event "Jira", Thu 2025-11-20 · <https://example.com/a|proof>'),
        ('"Jira, part 2"', 'course "Jira, part 2", Thu 2025-11-20 · <https://example.com/a|proof>'),
        ("title Other", 'course "Other", Thu 2025-11-20 · <https://example.com/a|proof>'),
        ("2025-11-21", 'course "Jira", Fri 2025-11-21 · <https://example.com/a|proof>'),
        ("https://example.com/b", 'course "Jira", Thu 2025-11-20 · <https://example.com/b|proof>'),
        (
            "presentation 20 units",
            'presentation "Jira", Thu 2025-11-20, 20 CE · <https://example.com/a|proof>',
        ),
    ],
)
def test_an_edit_changes_what_is_named_and_leaves_the_rest(tell: Tell, change: str, shown: str) -> None:
    tell('/ce add course "Jira" 2025-11-20 https://example.com/a')
    answer = tell(f"/ce edit 1 {change}")
    was = 'It was *1* · course "Jira", Thu 2025-11-20 · <https://example.com/a|proof>.'
    assert answer.splitlines()[:2] == [f"Changed *1* · {shown}.", was]
    assert tell("/ce list").splitlines()[0] == f"*1* · {shown} · kept until I know a certification"


def test_units_go_when_a_presentation_turns_out_to_be_a_course(tell: Tell) -> None:
    say(tell, [earned("2024-01-01"), '/ce add presentation "Talk" 2025-11-20 30 units'])
    assert "+10 CE, now 10 of 100 CE" in tell("/ce edit 1 course")


def test_units_of_a_course_are_refused_in_an_edit_too(tell: Tell) -> None:
    tell('/ce add course "Jira" 2025-11-20')
    assert "counts 10 CE units" in tell("/ce edit 1 30 units")


def test_an_edit_that_moves_dates_shows_them_before_and_after(tell: Tell) -> None:
    say(tell, W1)
    answer = tell("/ce edit 10 2025-12-02")
    assert "suspends *Thu 2027-12-02*" in answer or "now *Thu 2027-12-02*" in answer
    answer = insist(tell, "/ce edit 10 2025-11-03")
    assert "suspends was Thu 2027-12-02, now *Wed 2027-11-03*" in answer


def test_an_edit_of_what_is_not_there_points_to_the_list(tell: Tell) -> None:
    answer = tell("/ce edit 7 yesterday")
    assert "You have no activity 7" in answer
    assert "`/ce list`" in answer


# Remove and undo


def test_removing_shows_what_it_does_to_the_dates_and_undo_brings_it_back(tell: Tell) -> None:
    say(tell, W1)
    answer = insist(tell, "/ce remove 10")
    assert answer.startswith('Removed *10* · course "Course of 2025-12-01", Mon 2025-12-01.')
    assert "suspends was Wed 2027-12-01, now *Thu 2026-01-01*" in answer
    assert ":warning: ACP-620 gets worse" in answer
    tell("/ce undo")
    assert stands(tell) == ("active", "0/100", "2027-12-01", "2028-03-01")


def test_removing_twice_says_that_there_is_none(tell: Tell) -> None:
    say(tell, [*course("2025-11-01"), "/ce remove 1"])
    assert "You have no activity 1" in tell("/ce remove 1")


def test_undo_takes_back_the_latest_change_then_the_one_before(tell: Tell) -> None:
    say(tell, [earned("2024-01-01"), *course("2025-11-01"), "/ce edit 1 2025-11-02", "/ce remove 1"])
    assert tell("/ce undo").startswith("Undone: the removal of activity 1.")
    assert "Sun 2025-11-02" in tell("/ce list")
    assert tell("/ce undo").startswith("Undone: the edit of activity 1.")
    assert "Sat 2025-11-01" in tell("/ce list")
    assert tell("/ce undo").startswith("Undone: logging activity 1.")
    assert tell("/ce list").startswith("Nothing logged yet")
    assert insist(tell, "/ce undo").startswith("Undone: what you said of ACP-620.")
    assert tell("/ce") == FIRST_STEP
    assert tell("/ce undo").startswith("There is nothing left to undo here")


@pytest.mark.parametrize(
    ("change", "undone", "back"),
    [
        ("/ce portal ACP-620 suspends 2026-02-01", "what you said of ACP-620", "2026-01-01"),
        ("/ce cert add ACP-620 earned 2024-03-01", "what you said of ACP-620", "2026-01-01"),
        ("/ce cert remove ACP-620", "the removal of ACP-620", "2026-01-01"),
        ("/ce exam ACP-620 2025-11-15", "the exam ACP-620", "2026-01-01"),
    ],
)
def test_every_change_of_a_certification_can_be_undone(
    tell: Tell, change: str, undone: str, back: str
) -> None:
    say(tell, [earned("2024-01-01"), change])
    assert insist(tell, "/ce undo").startswith(f"Undone: {undone}")
    assert stands(tell)[2] == back


def test_taking_back_an_exam_can_be_undone(tell: Tell) -> None:
    say(tell, [*B, "/ce exam ACP-620 2025-11-15", "/ce exam remove ACP-620 2025-11-15"])
    assert stands(tell)[1:3] == ("90/100", "2026-01-01")
    assert tell("/ce undo").startswith("Undone: the removal of the exam ACP-620")
    assert stands(tell)[1:3] == ("0/100", "2027-11-15")


def test_an_older_undo_button_still_takes_back_its_own_change(slack) -> None:
    undo = undo_button(slack.command('add course "First" 2025-11-01'))
    slack.command('add course "Second" 2025-11-02')
    slack.click(undo)
    assert slack.sent[-1][1]["text"].startswith("Undone: logging activity 1.")
    assert slack.sent[-1][1]["replace_original"] is True
    left = text_of(slack.command("list"))
    assert "Second" in left
    assert "First" not in left


def test_an_undo_button_clicked_twice_says_that_nothing_is_left(slack) -> None:
    undo = undo_button(slack.command('add course "First" 2025-11-01'))
    slack.click(undo)
    slack.click(undo)
    assert "nothing left to undo" in slack.sent[-1][1]["text"]


def test_what_was_changed_since_cannot_be_undone_by_its_old_button(slack) -> None:
    undo = undo_button(slack.command('add course "First" 2025-11-01'))
    slack.command("edit 1 2025-11-02")
    slack.click(undo)
    assert "cannot be undone any more" in slack.sent[-1][1]["text"]
    assert "activity 1 was changed again since" in slack.sent[-1][1]["text"]
    assert "Sun 2025-11-02" in text_of(slack.command("list"))


def test_the_button_of_another_member_undoes_nothing(slack) -> None:
    undo = undo_button(slack.command('add course "First" 2025-11-01'))
    slack.click(undo, user="UBOB")
    assert "nothing left to undo" in slack.sent[-1][1]["text"]
    assert "First" in text_of(slack.command("list"))


@pytest.mark.parametrize("words", ["1", "activity 1", "x", "all"])
def test_undo_with_words_undoes_nothing_because_numbers_are_those_of_activities(
    tell: Tell, words: str
) -> None:
    say(tell, course("2025-11-01", "2025-11-02"))
    assert "Try: `/ce list`" in tell(f"/ce undo {words}")
    assert "Course of 2025-11-01" in tell("/ce list")
    assert "Course of 2025-11-02" in tell("/ce list")


@pytest.mark.parametrize("line", ["edit yesterday", "edit 0 yesterday", "edit", "remove Jira", "remove"])
def test_where_no_activity_is_named_none_is_offered_to_be_changed(tell: Tell, line: str) -> None:
    say(tell, course("2025-11-01", "2025-11-02", "2025-11-03"))
    assert LINE.findall(tell(f"/ce {line}")) == ["/ce list"]


def test_adding_a_certification_cannot_be_undone_once_portal_dates_were_stated(slack) -> None:
    undo = undo_button(slack.command("cert add ACP-620 earned 2024-01-01"))
    slack.command("portal ACP-620 suspends 2026-02-10")
    slack.click(undo)
    assert slack.sent[-1][1]["text"].startswith(
        "That cannot be undone any more, because ACP-620 was changed again since."
    )
    assert "earned Mon 2024-01-01" in text_of(slack.command("cert list"))
    assert "suspends Tue 2026-02-10" in text_of(slack.command("cert list"))


def test_adding_a_certification_can_be_undone_once_the_portal_dates_stated_since_are(slack) -> None:
    undo = undo_button(slack.command("cert add ACP-620 earned 2024-01-01"))
    slack.command("portal ACP-620 suspends 2026-02-10")
    slack.insist(slack.command("undo"))
    slack.insist(slack.click(undo))
    assert slack.sent[-1][1]["text"].startswith("Undone: what you said of ACP-620.")
    assert text_of(slack.command("cert list")) == FIRST_STEP


def test_portal_dates_of_another_certification_or_stated_with_it_do_not_keep_it_from_being_undone(
    slack,
) -> None:
    undo = undo_button(slack.command("cert add ACP-620 earned 2024-01-01 suspends 2026-02-10"))
    slack.command("portal ACP-120 suspends 2026-02-10")
    slack.insist(slack.click(undo))
    assert slack.sent[-1][1]["text"].startswith("Undone: what you said of ACP-620.")
    assert "ACP-620" not in text_of(slack.command("cert list"))


# Certifications


def test_a_certification_is_added_with_the_day_it_was_earned(tell: Tell) -> None:
    answer = tell(earned("2024-01-01"))
    assert answer.startswith("Noted ACP-620.")
    assert stands(tell) == ("active", "0/100", "2026-01-01", "2026-04-01")


@pytest.mark.parametrize("code", ["acp-620", "ACP620", "ACP 620", "acp_620"])
def test_a_code_is_known_however_it_is_written(tell: Tell, code: str) -> None:
    assert tell(f"/ce cert add {code} earned 2024-01-01").startswith("Noted ACP-620.")


def test_a_certification_is_added_with_the_day_it_suspends(tell: Tell) -> None:
    answer = tell("/ce cert add ACP-620 suspends 2026-02-10")
    assert "as the portal shows them" in answer
    assert stands(tell) == ("active", "0/100", "2026-02-10", "2026-05-10")


def test_a_certification_is_added_with_both_and_the_portal_wins(tell: Tell) -> None:
    tell("/ce cert add ACP-620 earned 2024-01-01 suspends 2026-02-10")
    assert stands(tell) == ("active", "0/100", "2026-02-10", "2026-05-10")
    assert "earned Mon 2024-01-01" in tell("/ce cert list")


def test_earned_again_is_a_correction_while_it_has_not_expired(tell: Tell) -> None:
    say(tell, B)
    answer = tell("/ce cert add ACP-620 earned 2024-03-01")
    assert "suspends was Thu 2026-01-01, now *Sun 2026-03-01*" in answer
    assert "anew" not in answer
    assert stands(tell) == ("active", "80/100", "2026-03-01", "2026-06-01")


@pytest.mark.parametrize(
    ("day", "afresh", "dates"),
    [
        ("2025-03-31", False, ("2025-01-01", "2025-04-01")),
        ("2025-04-01", True, ("2027-04-01", "2027-07-01")),
    ],
)
def test_earned_anew_from_the_expiration_day_on_it_starts_afresh_without_the_old_portal_dates(
    tell: Tell, day: str, afresh: bool, dates: tuple[str, str]
) -> None:
    tell("/ce portal ACP-620 suspends 2025-01-01 expires 2025-04-01 started 2023-01-01")
    answer = tell(f"/ce cert add ACP-620 earned {day}")
    assert ("earned anew" in answer) is afresh
    found = tell("/ce")
    assert (dates[0] in found) is afresh
    assert dates[1] in found
    assert "leave the portal dates of the earlier holding out" not in found


def test_a_retired_certification_is_followed_with_one_word_of_caution(tell: Tell) -> None:
    answer = tell(earned("2024-01-01", "ACP-200"))
    assert answer.count("on the list of retired certifications") == 1


@pytest.mark.parametrize(
    "line",
    [
        earned("2024-01-01", "ACP-200"),
        "/ce portal ACP-200 suspends 2026-01-01 expires 2026-04-01",
        "/ce exam ACP-200 2025-11-15",
    ],
)
def test_a_warning_stands_below_the_certification_it_is_about(tell: Tell, line: str) -> None:
    tell(earned("2024-01-01", "ACP-200"))
    *above, last = [one for one in tell(line).splitlines() if not one.startswith("The portal has the last")]
    assert last == f":information_source: {RETIRED}"
    assert any(one.startswith("Or pass its exam again") for one in above)
    assert not any(one.startswith(":information_source:") for one in above)


def test_a_warning_about_several_certifications_is_said_once_with_their_codes(tell: Tell) -> None:
    say(tell, [earned("2024-01-01", "ACP-120"), earned("2024-01-01"), earned("2025-11-20", "ACP-100")])
    say(tell, [*course("2024-07-31"), earned("2024-01-01", "ACP-200")])
    warnings = [line for line in tell("/ce").splitlines() if line.startswith(":information_source:")]
    assert warnings == [
        (
            ':information_source: "Course of 2024-07-31" of 2024-07-31 is dated before 2024-08-01, when the '
            "renewal programme began: whether that counts is not published; check the portal. "
            "(ACP-120, ACP-200 and ACP-620)"
        ),
        f":information_source: {RETIRED} (ACP-200)",
    ]


@pytest.mark.parametrize(
    ("length", "number", "shown", "more"),
    [
        (20, 8, 8, None),
        (20, 9, 8, "1 more is not shown here."),
        (20, 20, 8, "12 more are not shown here."),
        (190, 20, 7, "13 more are not shown here."),
    ],
)
def test_of_many_warnings_the_first_are_shown_and_the_next_step_stays(
    slack, length: int, number: int, shown: int, more: str | None
) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    for day in range(1, number + 1):
        slack.command(f'add talk "{"t" * length} {day}" 2025-11-{day:02}')
    for line, last in (("status", NEXT_STEP), ("cert add ACP-620 earned 2024-01-01", None)):
        answer = json.loads(slack.command(line).body)
        assert problems(answer) == []
        said = answer["text"].splitlines()
        warnings = [one for one in said if one.startswith(":information_source:")]
        assert ["counts 0: what a presentation" in one for one in warnings[:shown]] == [True] * shown
        assert warnings[shown:] == ([f":information_source: {more}"] if more else [])
        assert said[-1] == (last or warnings[-1])
        assert NOT_ALL not in said


def test_removing_a_retired_certification_does_not_warn_of_it(tell: Tell) -> None:
    tell(earned("2024-01-01", "ACP-200"))
    assert "retired" not in tell("/ce cert remove ACP-200")


def test_an_unlisted_code_is_asked_about_and_its_button_takes_it_as_it_is(
    console: Console, tell: Tell
) -> None:
    answer = tell("/ce cert add ACP-630 earned 2024-01-01")
    assert "ACP-630 is not among the certifications I know" in answer
    assert tell("/ce") == FIRST_STEP
    said = console.feed("/ce cert add ACP-630 earned 2024-01-01")
    assert [button["text"]["text"] for button in elements_of(said[0].blocks)] == ["ACP-630 is right"]
    assert tell("!click is right").startswith("Noted ACP-630.")
    assert stands(tell, "ACP-630")[2] == "2026-01-01"


def test_once_held_an_unlisted_code_needs_no_word_of_assurance(tell: Tell) -> None:
    tell("/ce cert add ACP-630 earned 2024-01-01 anyway")
    assert tell("/ce exam ACP-630 2025-11-15").startswith("Exam ACP-630")
    assert insist(tell, "/ce cert remove ACP-630").startswith("I no longer follow *ACP-630*")


def test_holding_one_associate_does_not_make_the_others_unknown(tell: Tell) -> None:
    tell(earned("2024-01-01", "ACA-900"))
    assert tell(earned("2024-01-01", "ACA-910")).startswith("Noted ACA-910.")


def test_what_was_logged_before_is_credited_when_a_certification_is_added_and_a_renewal_is_explained(
    tell: Tell,
) -> None:
    say(tell, W1[1:])
    answer = tell(W1[0])
    assert "renewed on Mon 2025-12-01" in answer
    assert stands(tell) == ("active", "0/100", "2027-12-01", "2028-03-01")


def test_the_list_of_certifications_shows_dates_where_they_come_from_and_exams(tell: Tell) -> None:
    say(
        tell,
        [
            earned("2024-01-01"),
            "/ce portal ACP-120 suspends 2026-02-10",
            "/ce exam ACP-620 2025-11-15",
        ],
    )
    shown = tell("/ce cert list").splitlines()
    assert shown[0] == (
        "*ACP-120* · earned date not stated · active, suspends Tue 2026-02-10, expires Sun 2026-05-10 "
        "(as the portal shows them)"
    )
    assert shown[1] == (
        "*ACP-620* · earned Mon 2024-01-01 · active, suspends Mon 2027-11-15, expires Tue 2028-02-15 "
        "(calculated from its last renewal)"
    )
    assert shown[2] == "Exam ACP-620 passed on Sat 2025-11-15"
    assert tell("/ce cert").splitlines() == shown


def test_removing_a_certification_keeps_the_activities(tell: Tell) -> None:
    say(tell, [*B, earned("2024-01-01", "ACP-120")])
    answer = insist(tell, "/ce cert remove ACP-620")
    assert "Your activities stay" in answer
    assert "ACP-620" not in tell("/ce")
    assert stands(tell, "ACP-120")[1] == "90/100"
    assert tell("/ce list").count("counts for ACP-120") == 9


def test_removing_a_certification_takes_its_portal_dates_along(tell: Tell) -> None:
    say(tell, [earned("2024-01-01"), "/ce portal ACP-620 suspends 2026-02-10", "/ce cert remove ACP-620"])
    tell(earned("2024-01-01"))
    assert stands(tell)[2] == "2026-01-01"


def test_removing_what_is_not_held_points_to_the_list(tell: Tell) -> None:
    answer = tell("/ce cert remove ACP-120")
    assert "You do not hold ACP-120" in answer
    assert "`/ce cert list`" in answer


@pytest.mark.parametrize(
    "words", ["ACP-620 earned 2024-01-01", "ad ACP-620 earned 2024-01-01", "frobnicate", "ACP-620"]
)
def test_words_after_cert_are_saved_or_answered_and_never_passed_over(tell: Tell, words: str) -> None:
    answer = tell(f"/ce cert {words}")
    assert answer != FIRST_STEP
    assert answer.startswith(("Noted ACP-620.", "Certification")) or "Try: `/ce cert add" in answer


# Portal


def test_the_portal_wins_over_what_was_computed(tell: Tell) -> None:
    say(tell, W1)
    answer = insist(tell, "/ce portal ACP-620 suspends 2027-11-15 expires 2028-02-15")
    assert "suspends was Wed 2027-12-01, now *Mon 2027-11-15*" in answer
    status, _, suspends_on, expires_on = stands(tell)
    assert (status, suspends_on, expires_on) == ("active", "2027-11-15", "2028-02-15")


def test_of_what_the_portal_showed_the_later_word_wins(tell: Tell) -> None:
    say(tell, ["/ce portal ACP-620 suspends 2026-02-10", "/ce portal ACP-620 suspends 2026-02-20"])
    assert stands(tell)[2] == "2026-02-20"


def test_the_start_of_the_cycle_can_be_stated(tell: Tell) -> None:
    say(tell, ["/ce portal ACP-620 suspends 2026-02-10 started 2025-06-01", *course(*NINE[:2], "2025-06-01")])
    assert stands(tell)[1] == "0/100"
    say(tell, course("2025-06-02"))
    assert stands(tell)[1] == "10/100"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("ACP-620 suspends 2026-01-01 expires 2025-12-31", "must come after the suspension"),
        ("ACP-620 suspends 2026-01-01 expires 2026-01-01", "must come after the suspension"),
        ("ACP-620 suspends 2025-11-01 started 2025-11-01", "must come before the suspension"),
        ("ACP-620 earned 2024-01-01", "does not go with the portal's dates"),
    ],
)
def test_portal_dates_that_contradict_each_other_are_refused(tell: Tell, words: str, why: str) -> None:
    answer = tell(f"/ce portal {words}")
    assert why in answer
    assert "Try: `/ce portal ACP-620" in answer
    assert tell("/ce") == FIRST_STEP


# Exams


def test_an_exam_in_its_window_says_that_it_renews(tell: Tell) -> None:
    answer = say(tell, [*B, "/ce exam ACP-620 2025-11-15"])
    assert answer.startswith("Exam ACP-620, passed on Sat 2025-11-15: it renews ACP-620.")
    assert "suspends was Thu 2026-01-01, now *Mon 2027-11-15*" in answer


@pytest.mark.parametrize("day", ["2025-09-30", "2024-06-01"])
def test_an_exam_outside_its_window_is_kept_and_says_when_the_window_is(tell: Tell, day: str) -> None:
    answer = say(tell, [*B, f"/ce exam ACP-620 {day}"])
    assert "kept, but it renews nothing" in answer
    assert "it counts from 2025-10-01 to 2026-03-31" in answer


def test_an_exam_of_what_is_not_held_is_kept_and_renews_once_it_is_known(tell: Tell) -> None:
    answer = tell("/ce exam ACP-620 2025-11-15")
    assert "kept" in answer
    assert "/ce cert add ACP-620 earned" in answer
    tell(earned("2024-01-01"))
    assert stands(tell)[2] == "2027-11-15"


def test_an_exam_stated_twice_is_noted_once(tell: Tell, ledger: Ledger) -> None:
    say(tell, [*B, "/ce exam ACP-620 2025-11-15"])
    before = rows(ledger, "audit")
    answer = tell("/ce exam acp620 on 15 Nov 2025")
    assert answer == "I have that exam already; nothing changed.\nTry: `/ce cert list`"
    assert rows(ledger, "audit") == before
    assert tell("/ce exam ACP-620 2025-11-16").startswith("Exam ACP-620")
    assert rows(ledger, "audit") == before + 1


def test_an_exam_taken_back_can_be_stated_again(tell: Tell) -> None:
    say(tell, [*B, "/ce exam ACP-620 2025-11-15", "/ce exam remove ACP-620 2025-11-15"])
    assert tell("/ce exam ACP-620 2025-11-15").startswith("Exam ACP-620, passed on Sat 2025-11-15: it renews")


def test_an_exam_is_taken_back(tell: Tell) -> None:
    say(tell, [*B, "/ce exam ACP-620 2025-11-15"])
    answer = insist(tell, "/ce exam remove ACP-620 2025-11-15")
    assert answer.startswith("Removed the exam ACP-620 passed on Sat 2025-11-15.")
    assert stands(tell) == ("active", "90/100", "2026-01-01", "2026-04-01")


def test_an_exam_not_known_cannot_be_taken_back(tell: Tell) -> None:
    answer = say(tell, [*B, "/ce exam remove ACP-620 2025-11-16"])
    assert "I know of no ACP-620 exam passed on Sun 2025-11-16" in answer
    assert "`/ce cert list`" in answer


# Help, aliases, slips


def test_help_shows_every_command_with_a_line_that_works(tell: Tell) -> None:
    answer = tell("/ce help")
    for command in COMMANDS.values():
        assert f"`{command.examples[0]}`" in answer


@pytest.mark.parametrize("word", COMMANDS)
def test_help_for_a_command_shows_its_usage_and_its_examples(tell: Tell, word: str) -> None:
    answer = tell(f"/ce help {word}")
    assert answer.startswith(f"`{COMMANDS[word].usage}`")
    assert all(f"`{example}`" in answer for example in COMMANDS[word].examples)


@pytest.mark.parametrize(
    ("typed", "meant"), [("certs", "cert"), ("log", "add"), ("LIST", "list"), ("ad", "add")]
)
def test_help_knows_other_names_and_slips(tell: Tell, typed: str, meant: str) -> None:
    assert tell(f"/ce help {typed}") == tell(f"/ce help {meant}")


def test_help_for_what_does_not_exist_shows_everything(tell: Tell) -> None:
    assert tell("/ce help frobnicate") == tell("/ce help")


def test_every_command_there_is_has_help(tell: Tell) -> None:
    assert {name.split()[0] for name in (*LOOKING, *CHANGING, *FORGETTING)} - {"form"} == set(COMMANDS)


@pytest.mark.parametrize(("alias", "name"), [(alias, name) for alias, name in ALIASES.items() if alias])
def test_an_alias_is_its_command(tell: Tell, alias: str, name: str) -> None:
    say(tell, [earned("2024-01-01"), *course("2025-11-01")])
    assert tell(f"/ce {alias}") == tell(f"/ce {name}")


@pytest.mark.parametrize("line", ["/ce rm 1", "/ce delete 1", "/ce REMOVE 1"])
def test_removing_has_other_names(tell: Tell, line: str) -> None:
    say(tell, course("2025-11-01"))
    assert tell(line).startswith("Removed *1*")


@pytest.mark.parametrize("line", ["/ce exam delete ACP-620 2025-11-15", "/ce exam rm ACP-620 2025-11-15"])
def test_a_second_word_has_its_other_names_too(tell: Tell, line: str) -> None:
    say(tell, [*B, "/ce exam ACP-620 2025-11-15"])
    assert insist(tell, line).startswith("Removed the exam ACP-620")


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("stauts", "status"), ("lst", "list"), ("halp", "help"), ("portl", "portal"), ("udno", "undo")],
)
def test_a_slip_of_a_command_gets_the_nearest_and_a_line_that_works(
    tell: Tell, typed: str, nearest: str
) -> None:
    answer = tell(f"/ce {typed}")
    assert f'I do not know the command "{typed}": did you mean {nearest}?' in answer
    assert f"Try: `{COMMANDS[nearest].examples[0]}`" in answer


def test_a_command_like_no_other_gets_a_line_that_works_and_all_commands(tell: Tell) -> None:
    answer = tell("/ce frobnicate")
    assert 'I do not know the command "frobnicate".' in answer
    assert "Try: `/ce status`" in answer
    assert "`/ce help`" in answer


@pytest.mark.parametrize(("asked", "meant"), [("?", "help"), ("help?", "help"), ("status?", "status")])
def test_a_question_mark_after_a_command_is_no_question(tell: Tell, asked: str, meant: str) -> None:
    assert tell(f"/ce {asked}") == tell(f"/ce {meant}")


@pytest.mark.parametrize("question", ["does coursework need to match the cert?", "frobnicate? "])
def test_a_question_without_ask_is_answered_as_with_it(tell: Tell, question: str) -> None:
    assert tell(f"/ce {question}") == tell(f"/ce ask {question}")
    assert "I do not know the command" not in tell(f"/ce {question}")


def test_words_that_end_without_a_question_mark_are_no_question(tell: Tell) -> None:
    answer = tell("/ce does coursework need to match the cert")
    assert answer.startswith('I do not know the command "does"')


def test_a_command_with_a_question_mark_at_its_end_is_still_that_command(tell: Tell) -> None:
    assert tell('/ce add course "Jira" What is new?').startswith("“What is new?” stands beside the title")


# Every line that an answer offers works as it stands

STEPS = (
    "/ce",
    "/ce list",
    "/ce cert list",
    "/ce cert add",
    "/ce cert remove",
    "/ce portal",
    "/ce exam",
    "/ce exam remove",
    "/ce edit",
    "/ce edit 1",
    "/ce edit yesterday",
    "/ce remove",
    "/ce edit 2 1 Nov 2 Nov",
    "/ce remove 2 and 3",
    "/ce remove 99",
    "/ce undo 5",
    "/ce undo x",
    "/ce undo",
    "/ce cert remove ACP-420",
    "/ce why",
    "/ce why ACP-620",
    "/ce why ACP-620 all",
    "/ce why ACP-120 x",
    "/ce why ACP-520",
    "/ce plan",
    "/ce timeline",
    "/ce timeline ACP-520",
    "/ce timeline ACP-120 next",
    "/ce team forecast",
    "/ce team",
    "/ce team jion",
    "/ce team xyzzy",
    "/ce team start",
    "/ce team start now",
    "/ce team join now",
    "/ce team leave @bob",
    "/ce team invite",
    "/ce team invite bob",
    "/ce team lead",
    "/ce team lead @bob",
    "/ce team remove",
    "/ce team remove @carol",
    "/ce team all",
    "/ce team all x",
    "/ce team settings",
    "/ce team settings colour",
    "/ce team settings days",
    "/ce team settings days 0",
    "/ce team settings hour 25",
    "/ce team settings digest",
    "/ce team settings target ACP-621 3",
    "/ce team settings target ACP-620",
    "/ce team stop",
    "/ce plan ACP-620",
    "/ce plan ACP-520",
    "/ce plan on 2020-01-01",
    "/ce plan ACP-620 x",
    "/ce plan on 05/06/2027",
    "/ce help",
    "/ce frobnicate",
    "/ce stauts",
    "/ce when does it expire?",
    "/ce ask",
    "/ce add foo",
    "/ce add curse Jira",
    "/ce add course",
    "/ce add course X 31/02/2025",
    "/ce add course X tomorrow",
    "/ce add course X 03/04/2025",
    '/ce add course "X',
    "/ce add course X 0 units",
    '/ce add presentation "X" 2025-11-20',
    '/ce add presentation "X" -3 units',
    "/ce add 20 Nov ACE Berlin local",
    "/ce add yesterday Team Europe",
    "/ce add 2025-11-20 Jira",
    "/ce add course X 2025-11-20 30 units",
    '/ce add course "A" "B"',
    "/ce add course A 2025-11-20 2025-11-21",
    "/ce status @bob",
    "/ce cert add ACP-621 earned 2024-01-01",
    "/ce cert add ACP-620",
    "/ce cert add ACP-620 2024-01-01",
    "/ce cert add ACP-620 erned 2024-01-01",
    "/ce cert add ACQ-620 earned 2024-01-01",
    "/ce cert add 620 earned 2024-01-01",
    "/ce cert add ACP-620 earned",
    "/ce cert remove ACP-100",
    "/ce cert remove APC-120",
    "/ce portal ACP-620",
    "/ce portal ACP-620 expires 2026-04-01",
    "/ce portal ACP-620 2026-04-01",
    "/ce portal ACP-620 suspends 2026-04-01 expires 2026-01-01",
    "/ce exam ACP-620",
    "/ce exam ACP-620 2024-05-01",
    "/ce exam ACP-610 2025-11-15",
    "/ce exam ACP-120 2025-11-15",
    "/ce exam remove ACP-620 2025-10-10",
    "/ce remind",
    "/ce remind on",
    "/ce remind off",
    "/ce remind days",
    "/ce remind days 0 400",
    "/ce remind 30 7",
    "/ce remind hour 25",
    "/ce remind weekends",
    "/ce remind mentions",
    "/ce remind snooze",
    "/ce remind snooze 6 months",
    "/ce remind snooze until 01/02/2026",
    "/ce remind wekends off",
    "/ce remind frobnicate",
    "/ce remind renewed",
    "/ce remind renewed ACP-620",
    "/ce remind renewed ACP-520",
    "/ce import",
    "/ce import Jira Automation, yesterday",
    "/ce import kind,date,title\ncourse,2025-11-20,Imported\nexam,2025-11-16,ACP-620",
    "/ce import kind,date,title\ncorse,31/02/2025,<!channel>",
    "/ce import kind,date,title\ncourse,03/04/2025,Imported",
    "/ce import kind,code\ncertification,ACP-999",
    "/ce import save 5",
    "/ce import cancel 5",
    "/ce import day-first 5",
    "/ce export",
    "/ce export x",
    "/ce export proof",
    "/ce export proof ACP-420",
    "/ce export proof ACP-520",
    "/ce export proof ACP-620 x",
    "/ce done",
    "/ce done x",
    "/ce done 99",
    "/ce done 3-1",
    "/ce done 1 and 3",
    "/ce done 1 not",
    "/ce done all",
    "/ce calendar",
    "/ce calendar x",
    "/ce calendar address",
    "/ce calendar revoke",
    "/ce forget-me",
    "/ce forget 3",
    *(f"/ce help {word}" for word in COMMANDS),
)
EVERYTHING = (
    earned("2024-01-01"),
    earned("2023-01-01", "ACP-420"),
    earned("2024-01-01", "ACP-120"),
    *course("2025-11-01", "2025-11-02", "2025-11-03"),
    '/ce add presentation "Talk" 2025-11-04',
    "/ce exam ACP-120 2025-11-15",
)


def lines_in(answer: str) -> Iterator[str]:
    """The lines an answer offers, as one would type them; usage (in capitals or brackets) is no line."""
    for line in LINE.findall(answer):
        if not re.search(r"\b(KIND|NUMBER|CODE|QUESTION|\[COMMAND\]|add\|list)|\[", line):
            yield unescaped(line)


@pytest.mark.parametrize("day", ["2025-12-02", pytest.param("2026-12-01", marks=pytest.mark.soak)])
def test_every_line_that_an_answer_offers_works_as_it_stands(ledger: Ledger, tell: Tell, day: str) -> None:
    tell(f"!time {day}")
    names = (f"@member{number}" for number in count())

    def as_somebody_new(*lines: str) -> str:
        name = next(names)
        return [tell(said_by(name, line)) for line in (*EVERYTHING, *lines)][-1]

    offered = {line: "/ce help" for command in COMMANDS.values() for line in command.examples}
    for step in STEPS:
        offered |= {line: step for line in lines_in(as_somebody_new(step)) if line not in offered}
    assert len(offered) > 40
    failures = []
    for line, step in offered.items():
        name = next(names)
        for one in (*EVERYTHING, step):
            tell(said_by(name, one))
        if line.startswith("/ce exam remove "):
            tell(f"{name} {line.replace('exam remove', 'exam')}")
        if line.startswith("/ce team"):
            tell(said_by(name, "/ce team leave" if line == "/ce team start" else "/ce team start"))
        before = rows(ledger, "audit")
        answer = insist(tell, said_by(name, line))
        if not works(line, answer, changed=rows(ledger, "audit") > before):
            failures.append(f"{step} offers {line}, which gives: {answer}")
    assert failures == []


def said_by(name: str, line: str) -> str:
    """A line as somebody says it; what is about a team in a channel of their own."""
    return f"{name} #{name[1:]} {line}" if line.startswith("/ce team") else f"{name} {line}"


def works(line: str, answer: str, *, changed: bool) -> bool:
    """Whether a line did what it is for: a change for what changes something, else an answer, no hint."""
    first, _, rest = line.removeprefix("/ce").strip().partition(" ")
    pair = f"{first} {rest.partition(' ')[0]}"
    if pair in CHANGING or (pair not in LOOKING and first in CHANGING):
        return changed
    looking = {**LOOKING, **FORGETTING, "": None}
    return "Try: `" not in answer and (pair in looking or first in looking)


def test_every_answer_is_taken_by_slack(slack) -> None:
    for number, step in enumerate(STEPS):
        for line in (*EVERYTHING, step):
            response = slack.command(line.removeprefix("/ce").strip(), user=f"U{number}")
            assert response.status == 200
        if response.body:
            assert problems(json.loads(response.body)) == [], step
        else:  # a form opens instead
            assert view_problems(slack.view) == [], step


def test_every_answer_to_a_command_is_for_the_eyes_of_its_sender(slack) -> None:
    for step in ("status", "list", 'add course "Jira"', "frobnicate", "ask what earns CE", "help"):
        assert json.loads(slack.command(step).body)["response_type"] == "ephemeral"


def test_what_is_no_command_of_this_bot_is_no_answer_of_it(tell: Tell) -> None:
    with pytest.raises(DirectiveError):
        tell("/ceremony")


def rows(ledger: Ledger, table: str) -> int:
    """How many rows a table has."""
    with closing(sqlite3.connect(ledger.path)) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def text_of(response) -> str:
    return json.loads(response.body)["text"]


def undo_button(response) -> dict:
    """The Undo button of an answer."""
    return next(
        button
        for button in elements_of(json.loads(response.body)["blocks"])
        if button["text"]["text"] == "Undo"
    )
