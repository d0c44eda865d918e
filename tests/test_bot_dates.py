"""What people type for a day, and which day that is."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dates import (
    MONTHS,
    WEEKDAYS,
    AmbiguousDateError,
    DateError,
    find_dates,
    in_quotes,
    looks_like_date,
    read_date,
    with_weekday,
)

WEDNESDAY = date(2025, 12, 3)


def error_of(text: str, today: date = WEDNESDAY, *, future: bool = False) -> DateError:
    with pytest.raises(DateError) as caught:
        read_date(text, today, future=future)
    return caught.value


@pytest.mark.parametrize(
    "typed",
    [
        "2025-12-01",
        "2025/12/01",
        "2025/12/1",
        "2025-12-1",
        "2025.12.01",
        "1 Dec 2025",
        "01 dec 2025",
        "1st December 2025",
        "1st of December 2025",
        "the 1st of December, 2025",
        "Dec 1",
        "dec. 1",
        "Dec 1, 2025",
        "Dec 1,2025",
        "December 1st 2025",
        "DECEMBER 1 2025",
        "1 Dec '25",
        "1 Dec 25",
        "1-Dec-2025",
        "2025-Dec-01",
        "2 days ago",
        "two days ago",
        "the day before yesterday",
        "Monday",
        "mon",
        "last Monday",
        "on Monday",
        "on 1 Dec",
        "Monday, 1 December 2025",
        "Mon 1 Dec",
        "2025-12-01 (Monday)",
        "Mon 2025-12-01",
        "mon 2025-12-01,",
        "on Mon 2025-12-01",
        "2025-12-01,",
        "(2025-12-01)",
        "  2025-12-01 \n",
        "2025‑12‑01",
        "２０２５-１２-０１",
        "\u200e2025-12-01\u200f",
    ],
)
def test_every_form_of_the_first_of_december_is_that_day(typed):
    assert read_date(typed, WEDNESDAY) == date(2025, 12, 1)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("today", date(2025, 12, 3)),
        ("Today.", date(2025, 12, 3)),
        ("0 days ago", date(2025, 12, 3)),
        ("yesterday", date(2025, 12, 2)),
        ("YESTERDAY", date(2025, 12, 2)),
        ("1 day ago", date(2025, 12, 2)),
        ("3 days ago", date(2025, 11, 30)),
        ("a week ago", date(2025, 11, 26)),
        ("2 weeks ago", date(2025, 11, 19)),
        ("Wednesday", date(2025, 12, 3)),
        ("last Wednesday", date(2025, 11, 26)),
        ("Thursday", date(2025, 11, 27)),
        ("Friday", date(2025, 11, 28)),
        ("last Friday", date(2025, 11, 28)),
        ("last Tuesday", date(2025, 12, 2)),
    ],
)
def test_a_day_can_be_said_from_today(typed, day):
    assert read_date(typed, WEDNESDAY) == day


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("3 Dec", date(2025, 12, 3)),
        ("4 Dec", date(2024, 12, 4)),
        ("7 May", date(2025, 5, 7)),
        ("31 Dec", date(2024, 12, 31)),
        ("1 Jan", date(2025, 1, 1)),
    ],
)
def test_without_a_year_it_is_the_latest_such_day_not_after_today(typed, day):
    assert read_date(typed, WEDNESDAY) == day


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2024, 2, 29), date(2024, 2, 29)),
        (date(2024, 3, 1), date(2024, 2, 29)),
        (date(2025, 2, 28), date(2024, 2, 29)),
    ],
)
def test_the_leap_day_without_its_year_is_found_in_the_last_twelve_months(today, day):
    assert read_date("29 Feb", today) == day


@pytest.mark.parametrize(
    ("today", "shown"),
    [
        (date(2025, 3, 1), "2024-02-29"),
        (date(2024, 2, 28), "2020-02-29"),
        (date(2025, 12, 3), "2024-02-29"),
    ],
)
def test_a_leap_day_longer_ago_needs_its_year(today, shown):
    sentence = error_of("Feb 29", today).sentence
    assert "write its year" in sentence
    assert shown in sentence


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("25/12/2024", date(2024, 12, 25)),
        ("12/25/2024", date(2024, 12, 25)),
        ("05/05/2025", date(2025, 5, 5)),
        ("5.5.25", date(2025, 5, 5)),
        ("25-12-24", date(2024, 12, 25)),
        ("12/04/2025", date(2025, 4, 12)),  # 4 December is still to come
        ("04/12/2025", date(2025, 4, 12)),
    ],
)
def test_a_numeric_date_with_one_possible_reading_is_plain(typed, day):
    assert read_date(typed, WEDNESDAY) == day


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("01/12/2025", (date(2025, 1, 12), date(2025, 12, 1))),
        ("12/01/2025", (date(2025, 1, 12), date(2025, 12, 1))),
        ("3.12.2025", (date(2025, 3, 12), date(2025, 12, 3))),  # 3 December is today, and has come
        ("01-02-24", (date(2024, 1, 2), date(2024, 2, 1))),
    ],
)
def test_a_numeric_date_with_two_readings_is_asked_back_earlier_first(typed, readings):
    error = error_of(typed)
    assert isinstance(error, AmbiguousDateError)
    assert (error.typed, error.readings) == (typed, readings)
    assert all(with_weekday(day) in error.sentence for day in readings)


@pytest.mark.parametrize("around", ["{}", "on {}", "On {},", " ({}) "])
def test_an_ambiguous_date_is_named_exactly_as_it_stands(around):
    error = error_of(around.format("01/12/2025"))
    assert isinstance(error, AmbiguousDateError)
    assert error.typed == "01/12/2025"


def test_a_numeric_date_that_lies_ahead_either_way_is_refused():
    error = error_of("06/07/2026")
    assert not isinstance(error, AmbiguousDateError)
    assert "still to come" in error.sentence


def test_the_future_decides_no_reading_where_the_future_is_welcome():
    error = error_of("12/04/2025", future=True)
    assert isinstance(error, AmbiguousDateError)
    assert error.readings == (date(2025, 4, 12), date(2025, 12, 4))


@pytest.mark.parametrize("future", [False, True])
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("31/02/2025", "There is no 31 February 2025; February 2025 has 28 days."),
        ("02/31/2025", "There is no 31 February 2025; February 2025 has 28 days."),
        ("2025-02-30", "There is no 30 February 2025; February 2025 has 28 days."),
        ("2024-02-30", "There is no 30 February 2024; February 2024 has 29 days."),
        ("29 Feb 2025", "There is no 29 February 2025; February 2025 has 28 days."),
        ("31 Nov 2025", "There is no 31 November 2025; November 2025 has 30 days."),
        ("31 Nov", "There is no 31 November; November has at most 30 days."),
        ("30 Feb", "There is no 30 February; February has at most 29 days."),
        ("0 May", "There is no 0 May; May has at most 31 days."),
        ("00/12/2025", "There is no 0 December 2025; December 2025 has 31 days."),
        ("2025-13-01", "There is no month 13."),
        ("2025-00-01", "There is no month 0."),
        ("13/13/2025", "There is no month 13."),
    ],
)
def test_what_the_calendar_does_not_have_is_named(typed, sentence, future):
    assert error_of(typed, future=future).sentence == sentence


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("tomorrow", "Thu 2025-12-04"),
        ("2025-12-04", "Thu 2025-12-04"),
        ("2025-12-05", "Fri 2025-12-05"),
        ("31 Dec 2025", "Wed 2025-12-31"),
        ("day after tomorrow", "Fri 2025-12-05"),
        ("next Friday", "“next Friday”"),
    ],
)
def test_what_is_still_to_come_is_logged_once_it_is_done(typed, day):
    assert error_of(typed).sentence == f"{day} is still to come: log it once it is done."


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-01-01", date(2026, 1, 1)),
        ("1 Jan 2026", date(2026, 1, 1)),
        ("tomorrow", date(2025, 12, 4)),
        ("last Friday", date(2025, 11, 28)),
        ("2035-12-31", date(2035, 12, 31)),
        ("2000-01-01", date(2000, 1, 1)),
    ],
)
def test_days_to_come_are_welcome_where_they_are_asked_for(typed, day):
    assert read_date(typed, WEDNESDAY, future=True) == day


@pytest.mark.parametrize("typed", ["1 Jan", "Dec 1", "7th of May", "Feb 29"])
def test_a_date_to_come_needs_its_year(typed):
    assert "needs its year" in error_of(typed, future=True).sentence


@pytest.mark.parametrize("typed", ["Friday", "next Friday", "next month", "last week"])
def test_a_date_to_come_is_never_guessed_from_a_weekday(typed):
    assert "with its year" in error_of(typed, future=True).sentence


@pytest.mark.parametrize("typed", ["1999-12-31", "31/12/1999", "1 Jan 1970", "0000-00-00", "99999 weeks ago"])
def test_a_date_before_2000_is_taken_for_a_slip(typed):
    for future in (False, True):
        assert "before the year 2000" in error_of(typed, future=future).sentence
    assert read_date("2000-01-01", WEDNESDAY) == date(2000, 1, 1)


@pytest.mark.parametrize("typed", ["2036-01-01", "1 Jan 9999", "01/02/2036", "1/1/99"])
def test_a_date_more_than_ten_years_ahead_is_taken_for_a_slip(typed):
    assert "ten years ahead" in error_of(typed, future=True).sentence


@pytest.mark.parametrize(
    "typed", ["last week", "this month", "last year", "2 months ago", "a few days ago", "5 minutes ago"]
)
def test_what_is_not_one_day_is_refused_with_forms_that_work(typed):
    sentence = error_of(typed).sentence
    assert typed.removeprefix("a ") in sentence
    assert "2025-12-01" in sentence


@pytest.mark.parametrize(
    ("typed", "last"),
    [
        ("5-7 May 2025", "Wed 2025-05-07"),
        ("5 to 7 May", "Wed 2025-05-07"),
        ("May 5 – 7, 2025", "Wed 2025-05-07"),
        ("2025-11-01 - 2025-11-03", "Mon 2025-11-03"),
        ("2025-11-01/2025-11-03", "Mon 2025-11-03"),
    ],
)
def test_of_several_days_the_last_is_asked_for(typed, last):
    assert error_of(typed).sentence.endswith(f"give only the last one, {last}.")


def test_a_weekday_that_contradicts_its_date_is_pointed_out():
    assert error_of("Friday, 1 December 2025").sentence == (
        "2025-12-01 is a Monday, not a Friday: check which of the two is right."
    )


@pytest.mark.parametrize(
    "typed",
    ["", " ", "foo", "May", "7", "24/7", "9.12", "01/12", "2025", "2025.1.2", "1/2/345", "x" * 10_000],
)
def test_what_is_no_date_is_answered_with_the_forms_that_work(typed):
    assert not looks_like_date(typed)
    sentence = error_of(typed).sentence
    assert "write it like 2025-12-01, 1 Dec 2025, yesterday or 3 days ago." in sentence
    assert len(sentence) < 200


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Jira Automation yesterday", ["yesterday"]),
        ("2025-11-20 ACE Berlin", ["2025-11-20"]),
        ("Talk on 7 May in Berlin", ["on 7 May"]),
        ("Dec 1, 2025, Jira", ["Dec 1, 2025,"]),
        ("Jira 3 days ago", ["3 days ago"]),
        ("Jira the day before yesterday", ["the day before yesterday"]),
        ("Jira last Friday", ["last Friday"]),
        ("Jira on Friday", ["on Friday"]),
        ("Jira on Friday, 28 November 2025", ["on Friday, 28 November 2025"]),
        ("Jira (2025-12-01)", ["(2025-12-01)"]),
        ("Jira 2025-12-01 (Monday)", ["2025-12-01 (Monday)"]),
        ("Jira Mon 2025-12-01", ["Mon 2025-12-01"]),
        ("mon 2025-12-01, Jira", ["mon 2025-12-01,"]),
        ("Jira on Mon 2025-12-01 in Berlin", ["on Mon 2025-12-01"]),
        ("Friday", ["Friday"]),
        ("1 Dec 2 Dec", ["1 Dec", "2 Dec"]),
        # attempts that fail are attempts
        ("Jira 31/02/2025 basics", ["31/02/2025"]),
        ("Jira 2025-13-01", ["2025-13-01"]),
        ("Jira tomorrow", ["tomorrow"]),
        ("Jira Feb 29", ["Feb 29"]),
        ("Jira Tue 2025-12-01", ["Tue 2025-12-01"]),
        ("Jira last week", ["last week"]),
        ("Team 5 - 7 May 2025", ["5 - 7 May 2025"]),
        # what belongs to titles
        ("What may go wrong in May and march on Friday's talk", []),
        ("Friday talks of the Team", []),
        ("Jira Friday 2025-12-01", ["2025-12-01"]),
        ("Jira Fri 1 Dec", ["1 Dec"]),
        ("Team '26 Anaheim", []),
        ("Jira 9.12 or 10.3.1", []),
        ("Jira 9.12.14 upgrade", []),
        ("Jira 9.12.25 upgrade", ["9.12.25"]),
        ("IntelliJ 2025.1.2 24/7 ITIL 4", []),
        ("The 7 habits in 3 days", []),
        ("7 May 10 tips", ["7 May"]),
        ("1 Dec 24 Jira", ["1 Dec 24"]),
        ("", []),
    ],
)
def test_dates_are_found_among_the_words_of_a_title(words, found):
    split = words.split()
    spans = find_dates(split, WEDNESDAY)
    assert [" ".join(split[start:end]) for start, end in spans] == found


def test_what_was_typed_is_quoted_short_and_on_one_line():
    assert in_quotes("a\n b\u202e") == "“a b”"
    assert in_quotes("x" * 40) == f"“{'x' * 40}”"
    assert in_quotes("x" * 41) == f"“{'x' * 39}…”"


DAYS = st.dates(date(2000, 1, 1), date(2035, 12, 31))


@given(DAYS)
def test_every_date_comes_back_from_its_written_forms(day):
    month = MONTHS[day.month - 1]
    for typed in (
        f"{day}",
        f"{day.day} {month[:3]} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day} ({WEEKDAYS[day.weekday()]})",
        with_weekday(day),
    ):
        assert read_date(typed, day) == day
        assert read_date(typed, WEDNESDAY, future=True) == day
    assert find_dates(["Jira", *with_weekday(day).split(), "Automation"], WEDNESDAY) == [(1, 3)]


@given(DAYS, st.dates(date(2001, 1, 1), date(2035, 12, 31)))
def test_a_day_without_its_year_is_within_the_year_up_to_today(day, today):
    try:
        found = read_date(f"{day.day} {MONTHS[day.month - 1]}", today)
    except DateError:
        assert (day.month, day.day) == (2, 29)
    else:
        assert (found.month, found.day) == (day.month, day.day)
        assert today - timedelta(days=366) < found <= today


@given(DAYS, DAYS)
def test_a_numeric_date_is_one_of_its_readings_or_asked_back(day, today):
    typed = f"{day.day:02}/{day.month:02}/{day.year}"
    readings = {day}
    if day.day <= 12:
        readings.add(date(day.year, day.day, day.month))
    past = {reading for reading in readings if reading <= today}
    if len(past) == 1:
        assert read_date(typed, today) == past.pop()
    else:
        error = error_of(typed, today)
        assert isinstance(error, AmbiguousDateError) == (len(past) == 2)


LITTLE_WORDS = [
    "on",
    "last",
    "next",
    "this",
    "the",
    "a",
    "of",
    "week",
    "days",
    "ago",
    "to",
    "-",
    ",",
    "(",
    ")",
]
NUMBERS = ["0", "1", "3", "12", "31", "2025", "'25", "99", "٣", "²", "5-7", "9.12.14"]
DATES = ["May", "Dec.", "Friday", "mon,", "today", "İ", "2025-12-01", "31/02/2025", "01/12/2025"]
WORDS = st.sampled_from([*LITTLE_WORDS, *NUMBERS, *DATES])


@settings(max_examples=500)
@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=8).map(" ".join)), st.booleans())
def test_any_text_gives_a_date_or_a_sentence(typed, future):
    try:
        day = read_date(typed, WEDNESDAY, future=future)
    except DateError:
        sentence = error_of(typed, future=future).sentence
        assert sentence.endswith(".")
        assert sentence.isprintable()
    else:
        assert future or day <= WEDNESDAY
        assert day >= date(2000, 1, 1)
        assert looks_like_date(typed)


@given(st.lists(st.one_of(WORDS, st.text(min_size=1, max_size=8)), max_size=12))
def test_spans_are_in_order_and_never_overlap(words):
    spans = find_dates(words, WEDNESDAY)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(words) for start, end in spans)


@pytest.mark.parametrize("piece", ["1", "1 ", " ", "1/", "last ", "-", "((", "1 May ", "9 days ", "ﷺ", "İ"])
def test_ten_thousand_characters_are_quick(piece):
    typed = (piece * 10_000)[:10_000]
    started = time.perf_counter()
    error_of(typed)
    find_dates(typed[:2_000].split(), WEDNESDAY)
    assert time.perf_counter() - started < 1
