"""The words after `/ce`: what they mean, and what is said to words that mean nothing."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.grammar import (
    ActivityWords,
    AmbiguousWordsError,
    CertWords,
    UnknownCodeError,
    WordsError,
    nearest,
    read_activity,
    read_cert_add,
    read_code,
    read_edit,
    read_exam,
    read_number,
    read_portal,
)
from rules.history import Kind

TODAY = date(2025, 12, 3)  # a Wednesday
YESTERDAY = date(2025, 12, 2)
CODES = [f"ACP-{number}" for number in (100, 120, 420, 520, 610, 620, 200, 300, 400, 500, 600)]
LEVELS = ["ACP", "ACA"]

READERS = {
    "add": lambda words: read_activity(words, TODAY),
    "edit": lambda words: read_edit(words, TODAY),
    "remove": lambda words: read_number(words, "remove"),
    "cert remove": lambda words: read_code(words, CODES, LEVELS, verb="cert remove"),
    "cert add": lambda words: read_cert_add(words, TODAY, CODES, LEVELS),
    "portal": lambda words: read_portal(words, TODAY, CODES, LEVELS),
    "exam": lambda words: read_exam(words, TODAY, CODES, LEVELS),
}

# What is offered to words of which nothing can be kept, where a line of the same command could do harm.
LOOK = {"edit": "/ce list", "remove": "/ce list", "cert remove": "/ce cert list"}


def add(words):
    return READERS["add"](words)


def title_of(words):
    return add(f"course {words}").title


def said(*, kind=None, title=None, done_on=None, units=None, link=None):
    return ActivityWords(kind, title, done_on, units, link)


def held(code, *, earned_on=None, suspends_on=None, expires_on=None, cycle_started_on=None, anyway=False):
    return CertWords(code, earned_on, suspends_on, expires_on, cycle_started_on, anyway)


def error_of(verb, words, error=WordsError):
    """The error that the words raise, after making sure that its example works as it stands."""
    with pytest.raises(error) as caught:
        READERS[verb](words)
    sentence, example = caught.value.sentence, caught.value.example
    assert sentence.endswith((".", "?"))
    assert sentence[0].isupper() or sentence[0] in "“0123456789"
    assert len(f"{sentence} {example}".splitlines()) == 1
    if example != LOOK.get(verb):
        READERS[verb](example.removeprefix(f"/ce {verb} "))
        assert example.startswith(f"/ce {verb} ")
    return caught.value


# Activities


@pytest.mark.parametrize(
    ("words", "activity"),
    [
        (
            'course "Jira Automation" yesterday',
            said(kind=Kind.COURSE, title="Jira Automation", done_on=YESTERDAY),
        ),
        (
            "local 2025-11-20 ACE Berlin",
            said(kind=Kind.LOCAL_EVENT, title="ACE Berlin", done_on=date(2025, 11, 20)),
        ),
        (
            'presentation "Team \'26 talk" 7 May 30 units',
            said(kind=Kind.PRESENTATION, title="Team '26 talk", done_on=date(2025, 5, 7), units=30),
        ),
        (
            "Team '26 Anaheim 2025-05-07",
            said(kind=Kind.GLOBAL_EVENT, title="Team '26 Anaheim", done_on=date(2025, 5, 7)),
        ),
        ("course Jira", said(kind=Kind.COURSE, title="Jira")),
        (
            "webinar 30 ce https://a.example/x Jira basics, Dec 1, 2025",
            said(
                kind=Kind.COURSE,
                title="Jira basics",
                done_on=date(2025, 12, 1),
                units=30,
                link="https://a.example/x",
            ),
        ),
        ("course Jira - 2025-12-01", said(kind=Kind.COURSE, title="Jira", done_on=date(2025, 12, 1))),
        ('course "Jira" Friday', said(kind=Kind.COURSE, title="Jira", done_on=date(2025, 11, 28))),
        ('course "Jira" on Friday', said(kind=Kind.COURSE, title="Jira", done_on=date(2025, 11, 28))),
        ("course Jira 2025-12-01 (1 Dec)", said(kind=Kind.COURSE, title="Jira", done_on=date(2025, 12, 1))),
        (
            "course Title: Jira date: 2025-12-01",
            said(kind=Kind.COURSE, title="Jira", done_on=date(2025, 12, 1)),
        ),
    ],
)
def test_an_activity_is_said_in_any_order_after_its_kind(words, activity):
    assert add(words) == activity


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("course", Kind.COURSE),
        ("Courses", Kind.COURSE),
        ("coursework", Kind.COURSE),
        ("WEBINAR", Kind.COURSE),
        ("live learning", Kind.COURSE),
        ("Live-Learning", Kind.COURSE),
        ("training", Kind.COURSE),
        ("class", Kind.COURSE),
        ("e-learning", Kind.COURSE),
        ("course:", Kind.COURSE),
        ("global", Kind.GLOBAL_EVENT),
        ("Global Event", Kind.GLOBAL_EVENT),
        ("global_event", Kind.GLOBAL_EVENT),
        ("local", Kind.LOCAL_EVENT),
        ("local event", Kind.LOCAL_EVENT),
        ("meetup", Kind.LOCAL_EVENT),
        ("community event", Kind.LOCAL_EVENT),
        ("user group", Kind.LOCAL_EVENT),
        ("presentation", Kind.PRESENTATION),
        ("presenting", Kind.PRESENTATION),
        ("presented", Kind.PRESENTATION),
        ("talk", Kind.PRESENTATION),
        ("speaker", Kind.PRESENTATION),
        ("speaking", Kind.PRESENTATION),
        ("session", Kind.PRESENTATION),
    ],
)
def test_a_kind_goes_by_all_its_usual_names(name, kind):
    assert add(f"{name} Foo") == said(kind=kind, title="Foo")


@pytest.mark.parametrize(
    ("words", "kind", "title"),
    [
        ("Team '26 Anaheim", Kind.GLOBAL_EVENT, "Team '26 Anaheim"),
        ("Unleash yesterday Amsterdam", Kind.GLOBAL_EVENT, "Unleash Amsterdam"),
        ("high velocity London", Kind.GLOBAL_EVENT, "high velocity London"),
        ("ACE Berlin", Kind.LOCAL_EVENT, "ACE Berlin"),
        ("ACE yesterday", Kind.LOCAL_EVENT, "ACE"),
        ('Team "The keynote"', Kind.GLOBAL_EVENT, "The keynote"),
    ],
)
def test_an_event_that_names_its_kind_keeps_its_name(words, kind, title):
    activity = add(words)
    assert (activity.kind, activity.title) == (kind, title)


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ('"Jira Automation"', "Jira Automation"),
        ("“Jira Automation”", "Jira Automation"),
        ("„Jira Automation“", "Jira Automation"),
        ("”Jira Automation”", "Jira Automation"),
        ("«Jira Automation»", "Jira Automation"),
        ("»Jira Automation«", "Jira Automation"),
        ('«the "best" of Jira»', 'the "best" of Jira'),
        ('"  Jira \n\t Automation "', "Jira Automation"),
        ('"tomorrow, 30 units, 2025-13-01"', "tomorrow, 30 units, 2025-13-01"),
        ("Team '26 isn’t over", "Team '26 isn’t over"),
        ("What may go wrong on a Friday in March", "What may go wrong on a Friday in March"),
        ("Jira 9.12 and ITIL 4, 24/7", "Jira 9.12 and ITIL 4, 24/7"),
        ("Jira Friday", "Jira Friday"),
        ("7 habits", "7 habits"),
        ("<not a link> & more", "<not a link> & more"),
        ('"see <https://a.example|the page>"', "see the page"),
        ("Jira \u202ednuora\u202c", "Jira dnuora"),
        ("\u2066Jira\u2069\u200e\u200f", "Jira"),
        ("Ji\x00ra\x07 \x1b[31m", "Jira [31m"),
        ("Jira\r\nAutomation\u2028now", "Jira Automation now"),
        ("👩\u200d💻 day", "👩\u200d💻 day"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("Cafe\u0301 ג'ירה", "Café ג'ירה"),
    ],
)
def test_a_title_is_what_was_meant_to_be_seen(words, title):
    assert title_of(words) == title


@pytest.mark.parametrize("quoted", ["{}", '"{}"'])
def test_a_title_has_at_most_200_characters(quoted):
    assert title_of(quoted.format("x" * 200)) == "x" * 200
    sentence = error_of("add", f"course {quoted.format('x' * 201)}").sentence
    assert "201" in sentence
    assert "200" in sentence


def test_a_text_has_at_most_2000_characters():
    assert title_of("x" + " " * 1_992) == "x"
    assert "2001" in error_of("add", "course x" + " " * 1_993).sentence


@pytest.mark.parametrize(
    ("words", "units"),
    [
        ("30 units", 30),
        ("1 unit", 1),
        ("30 CE", 30),
        ("30ce", 30),
        ("30 CE units", 30),
        ("30 points,", 30),
        ("30 credits", 30),
        ("30 CEU", 30),
        ("30 CEUs", 30),
        ("30 PDUs", 30),
        ("units: 30", 30),
        ("units:30", 30),
        ("units 30", 30),
        ("CE: 30", 30),
        ("1000 units", 1000),
    ],
)
def test_units_go_by_all_their_names(words, units):
    assert add(f"talk Foo {words}") == said(kind=Kind.PRESENTATION, title="Foo", units=units)
    assert add(f"talk {words} 7 May Foo").units == units


@pytest.mark.parametrize(
    "words",
    ["0 units", "-5 units", "−5 CE", "2.5 units", "1,5 CE", "1001 units", "units: 0", "9" * 500 + " CE"],
)
def test_units_are_whole_and_from_1_to_1000(words):
    error = error_of("add", f"talk Foo {words}")
    assert "whole number from 1 to 1000" in error.sentence
    assert error.example == '/ce add talk "Foo" 30 units'


def test_no_example_states_units_for_a_kind_that_has_none_to_state():
    assert error_of("add", "course Foo 0 units").example == '/ce add course "Foo"'


@pytest.mark.parametrize(
    ("words", "link"),
    [
        ("https://a.example/x?y=1", "https://a.example/x?y=1"),
        ("HTTP://a.example.", "HTTP://a.example"),
        ("<https://a.example/x>", "https://a.example/x"),
        ("<https://a.example/x|a “label” here>", "https://a.example/x"),
        ("proof:<https://a.example>", "https://a.example"),
        ("(https://a.example)", "https://a.example"),
    ],
)
def test_a_link_is_found_anywhere(words, link):
    assert add(f"course {words} Foo").link == link
    assert add(f'course "Foo" yesterday {words.removeprefix("(")}').link == link


@pytest.mark.parametrize("words", ["http://", "ftp://a.example", "javascript:alert(1)", "www.a.example"])
def test_what_is_no_web_address_is_no_link(words):
    assert add(f"course Foo {words}").link is None


@pytest.mark.parametrize(
    ("words", "sentence", "example"),
    [
        ("", "Nothing was named", '/ce add course "Jira Automation" yesterday'),
        (" \n ", "Nothing was named", '/ce add course "Jira Automation" yesterday'),
        ('coarse "Jira" yesterday', "did you mean course?", '/ce add course "Jira" yesterday'),
        ("gloabl event Foo", "did you mean global event?", "/ce add global event Foo"),
        ("webinr", "did you mean webinar?", '/ce add webinar "Jira Automation" yesterday'),
        ('"Jira" yesterday', "The kind comes first", '/ce add course "Jira Automation" yesterday'),
        ("2025-11-20 Jira", "The kind comes first", '/ce add course "Jira Automation" yesterday'),
        ("2025-11-20 ACE Berlin", "The kind comes first", "/ce add local 2025-11-20 ACE Berlin"),
        ("yesterday Team Europe", "The kind comes first", "/ce add global yesterday Team Europe"),
        ("Berlin High Velocity yesterday", "The kind comes", "/ce add global Berlin High Velocity yesterday"),
        ("Jira basics course yesterday", "The kind comes first", "/ce add course Jira basics yesterday"),
        ("course", "The title is missing", '/ce add course "Jira Automation"'),
        ("local 2025-11-20", "The title is missing", '/ce add local "ACE Berlin" 2025-11-20'),
        ('course "" yesterday', "The title is missing", '/ce add course "Jira Automation" yesterday'),
        ('course "\u200d"', "The title is missing", '/ce add course "Jira Automation" yesterday'),
        ('course "Jira', "A quote is opened but not closed", '/ce add course "Jira Automation" yesterday'),
        ('course «Jira"', "A quote is opened but not closed", '/ce add course "Jira Automation" yesterday'),
        ('course "A" "B"', "Two titles stand in quotes, “A” and “B”", '/ce add course "A"'),
        ('course "A" Berlin yesterday', "“Berlin” stands beside", '/ce add course "A Berlin" yesterday'),
        (
            "course https://a.example https://b.example Foo",
            "Two links",
            '/ce add course "Foo" https://a.example',
        ),
        ("talk Foo 30 CE 40 CE", "Units are given twice, “30” and “40”", '/ce add talk "Foo" 30 units'),
        (
            "course Foo 2025-11-01 2 Nov",
            "Two dates are given, “2025-11-01” and “2 Nov”",
            '/ce add course "Foo" 2 Nov',
        ),
        ("course Foo tomorrow", "Thu 2025-12-04 is still to come", '/ce add course "Foo" yesterday'),
        ("course Foo 31/02/2025", "There is no 31 February 2025", '/ce add course "Foo" yesterday'),
        ("course Foo 2025-13-01", "There is no month 13", '/ce add course "Foo" yesterday'),
        ("course Foo last week", "“last week” is not one certain day", '/ce add course "Foo" yesterday'),
    ],
)
def test_what_cannot_be_logged_is_answered_with_a_line_that_can(words, sentence, example):
    error = error_of("add", words)
    assert sentence in error.sentence
    assert error.example == example


def test_a_day_in_words_that_may_be_part_of_the_title_says_so():
    assert (
        "put the title in quotes if “tomorrow” is part" in error_of("add", "course Jira of tomorrow").sentence
    )
    assert "quotes" not in error_of("add", 'course "Jira" tomorrow').sentence
    assert title_of('"Jira of tomorrow"') == "Jira of tomorrow"


@pytest.mark.parametrize(
    ("words", "typed", "texts"),
    [
        (
            "course Foo 01/12/2025, Bar",
            "01/12/2025",
            ("course Foo 2025-01-12, Bar", "course Foo 2025-12-01, Bar"),
        ),
        (
            "course „Plan 01/12/2025“ on 01/12/2025",
            "01/12/2025",
            ("course „Plan 01/12/2025“ on 2025-01-12", "course „Plan 01/12/2025“ on 2025-12-01"),
        ),
        (
            "course\nFoo 01/\u200e12/2025",
            "01/\u200e12/2025",
            ("course Foo 2025-01-12", "course Foo 2025-12-01"),
        ),
    ],
)
def test_a_date_with_two_readings_comes_with_the_words_for_each(words, typed, texts):
    error = error_of("add", words, AmbiguousWordsError)
    assert error.typed == typed
    assert typed in words
    assert error.texts == texts
    assert error.readings == tuple(add(text).done_on for text in texts)
    assert error.readings == (date(2025, 1, 12), date(2025, 12, 1))


# Editing and numbers


@pytest.mark.parametrize(
    ("words", "number", "changes"),
    [
        ("3 yesterday", 3, said(done_on=YESTERDAY)),
        ("#3 course", 3, said(kind=Kind.COURSE)),
        ("3: 7 May", 3, said(done_on=date(2025, 5, 7))),
        ("3 3 days ago", 3, said(done_on=date(2025, 11, 30))),
        ("12 Jira basics", 12, said(title="Jira basics")),
        ('3 "Session notes" 40 CE', 3, said(title="Session notes", units=40)),
        ("3 units 30", 3, said(units=30)),
        ("3 40 units", 3, said(units=40)),
        ("3 https://a.example", 3, said(link="https://a.example")),
        ("3 ACE", 3, said(kind=Kind.LOCAL_EVENT)),
        ("3 Team Barcelona", 3, said(kind=Kind.GLOBAL_EVENT, title="Team Barcelona")),
        ('3 title "New"', 3, said(title="New")),
        ("3 title New", 3, said(title="New")),
        ("3 date: 2025-12-01", 3, said(done_on=date(2025, 12, 1))),
        ("3 Mon 2025-12-01", 3, said(done_on=date(2025, 12, 1))),
        ("3 Jira basics Mon 2025-12-01", 3, said(title="Jira basics", done_on=date(2025, 12, 1))),
        ("3 kind local", 3, said(kind=Kind.LOCAL_EVENT)),
        ("999999 yesterday", 999_999, said(done_on=YESTERDAY)),
    ],
)
def test_an_edit_says_the_number_and_what_changes(words, number, changes):
    assert READERS["edit"](words) == (number, changes)


@pytest.mark.parametrize(
    ("words", "sentence", "example"),
    [
        ("", "The number of the activity comes first", "/ce list"),
        ("yesterday", "The number of the activity comes first", "/ce list"),
        ("3 May", "The number of the activity comes first", "/ce list"),
        ("0 yesterday", "The number of the activity comes first", "/ce list"),
        ("-3 yesterday", "The number of the activity comes first", "/ce list"),
        ("1000000 yesterday", "The number of the activity comes first", "/ce list"),
        ("3", "Say what to change", "/ce edit 3 yesterday"),
        ('7 ""', "Say what to change", "/ce edit 7 yesterday"),
        ("7 date foo", "After date I found no date", "/ce edit 7 yesterday"),
        ("7 kind foo", "After kind I found no kind", "/ce edit 7 yesterday"),
        ("7 tomorrow", "still to come", "/ce edit 7 yesterday"),
        ("7 0 units", "whole number", "/ce edit 7 30 units"),
        ("7 1 May 2 May", "Two dates", "/ce edit 7 2 May"),
    ],
)
def test_an_edit_that_changes_nothing_is_answered_with_one_that_does_or_with_the_list(
    words, sentence, example
):
    error = error_of("edit", words)
    assert sentence in error.sentence
    assert error.example == example


@pytest.mark.parametrize(
    ("words", "number"), [("3", 3), ("#3", 3), (" 3. ", 3), ("007", 7), ("1", 1), ("999999", 999_999)]
)
def test_a_number_is_read_with_or_without_its_sign(words, number):
    assert READERS["remove"](words) == number


@pytest.mark.parametrize(
    "words", ["", "0", "-3", "1000000", "9" * 1_900, "three", "3rd", "3.5", "# 3", "٣", '"3']
)
def test_what_is_no_number_of_an_activity_is_refused(words):
    assert error_of("remove", words).example == "/ce list"


def test_what_stands_after_a_number_is_refused_with_the_number_alone():
    error = error_of("remove", "12 and 13")
    assert "“and 13”" in error.sentence
    assert error.example == "/ce remove 12"


# Certifications


@pytest.mark.parametrize(
    "word",
    ["ACP-620", "acp620", "ACP 620", "acp-620", "Acp - 620", "ACP–620", "ACP_620", " acp620, ", "ACP-620."],
)
def test_a_code_is_read_however_it_is_written(word):
    assert read_code(word, CODES, LEVELS, verb="cert remove") == "ACP-620"


def test_a_level_without_a_list_takes_any_three_digits():
    assert read_code("aca120", CODES, LEVELS, verb="cert remove") == "ACA-120"
    assert read_code("aca120", [], LEVELS, verb="cert remove") == "ACA-120"
    with pytest.raises(UnknownCodeError):
        read_code("aca120", [*CODES, "ACA-900"], LEVELS, verb="cert remove")


@pytest.mark.parametrize(
    ("word", "nearest_code", "plausible"),
    [
        ("ACP-621", "ACP-620", True),
        ("acp 630", "ACP-620", True),
        ("ACP-62", "ACP-620", False),
        ("ACP-6200", "ACP-620", False),
        ("APC-620", "ACP-620", False),
        ("ACE-620", "ACP-620", False),
        ("620", "ACP-620", False),
        ("ACP", "ACP-100", False),
    ],
)
def test_an_unknown_code_comes_with_the_nearest_and_whether_it_may_be_right(word, nearest_code, plausible):
    error = error_of("cert remove", word, UnknownCodeError)
    assert (error.typed, error.nearest, error.plausible) == (word, nearest_code, plausible)
    assert error.example == f"/ce cert remove {nearest_code}"
    assert nearest_code in error.sentence or "like ACP-620" in error.sentence


def test_a_code_of_an_unlisted_level_needs_exactly_three_digits():
    error = error_of("cert remove", "ACA-12", UnknownCodeError)
    assert not error.plausible
    assert "three digits" in error.sentence
    assert error.example == "/ce cert list"


def test_where_nothing_is_listed_nothing_is_nearest():
    with pytest.raises(UnknownCodeError) as caught:
        read_code("foo", [], LEVELS, verb="cert remove")
    assert caught.value.nearest is None
    assert caught.value.example == "/ce cert list"


def test_a_command_that_needs_only_the_code_takes_nothing_else():
    assert READERS["cert remove"]("acp 620") == "ACP-620"
    error = error_of("cert remove", "ACP-100 2025-01-01")
    assert "“2025-01-01”" in error.sentence
    assert error.example == "/ce cert remove ACP-100"


@pytest.mark.parametrize("words", ["", "anyway", '"ACP"', "2025-01-01", "earned 2025-01-01"])
def test_no_certification_is_offered_for_removal_where_none_was_named(words):
    error = error_of("cert remove", words)
    assert "Say which certification" in error.sentence
    assert error.example == "/ce cert list"


def test_the_verb_of_the_example_is_that_of_the_command():
    with pytest.raises(WordsError) as caught:
        read_code("ACP-100 now", CODES, LEVELS, verb="frame")
    assert caught.value.example == "/ce frame ACP-100"


@pytest.mark.parametrize(
    ("words", "cert"),
    [
        ("ACP-620 earned 2024-01-01", held("ACP-620", earned_on=date(2024, 1, 1))),
        ("acp 620 passed on 1 Jan 2024", held("ACP-620", earned_on=date(2024, 1, 1))),
        ("ACP-620, since: 7 May", held("ACP-620", earned_on=date(2025, 5, 7))),
        ("ACP-620 from yesterday", held("ACP-620", earned_on=YESTERDAY)),
        ("ACP-620 suspends 2026-01-01", held("ACP-620", suspends_on=date(2026, 1, 1))),
        (
            "ACP-620 earned Mon 2024-01-01 suspends Thu 2026-01-01, expires Wed 2026-04-01",
            held(
                "ACP-620",
                earned_on=date(2024, 1, 1),
                suspends_on=date(2026, 1, 1),
                expires_on=date(2026, 4, 1),
            ),
        ),
        (
            "ACP-620 suspends 2026-01-01 expires 2026-04-01",
            held("ACP-620", suspends_on=date(2026, 1, 1), expires_on=date(2026, 4, 1)),
        ),
        (
            "ACP-620 expiration date 1 April 2026 and suspension date: Jan 1, 2026",
            held("ACP-620", suspends_on=date(2026, 1, 1), expires_on=date(2026, 4, 1)),
        ),
        (
            "ACP-620 suspended 2025-06-01 since renewal 2023-06-01",
            held("ACP-620", suspends_on=date(2025, 6, 1), cycle_started_on=date(2023, 6, 1)),
        ),
        (
            "ACP-620 since-renewal 2024-01-01 suspends 2026-01-01 earned 2020-01-01",
            held(
                "ACP-620",
                earned_on=date(2020, 1, 1),
                suspends_on=date(2026, 1, 1),
                cycle_started_on=date(2024, 1, 1),
            ),
        ),
        ("ACP-999 earned 2024-01-01 anyway", held("ACP-999", earned_on=date(2024, 1, 1), anyway=True)),
        ("ACP-620 earned 2024-01-01 Anyway.", held("ACP-620", earned_on=date(2024, 1, 1), anyway=True)),
        ("ACA-120 earned 2024-01-01", held("ACA-120", earned_on=date(2024, 1, 1))),
    ],
)
def test_a_certification_is_added_with_the_dates_that_are_known(words, cert):
    assert READERS["cert add"](words) == cert


@pytest.mark.parametrize(
    ("words", "sentence", "example"),
    [
        ("", "Say which certification", "ACP-620 earned 2024-01-01"),
        ("earned 2023-05-05", "Say which certification", "ACP-620 earned 2023-05-05"),
        ("2023-05-05", "Say which certification", "ACP-620 earned 2024-01-01"),
        ("ACP-100", "Say when ACP-100 was earned", "ACP-100 earned 2024-01-01"),
        ("ACP-100 2023-05-05", "put earned before it", "ACP-100 earned 2023-05-05"),
        ("ACP-100 2026-05-05", "or suspends", "ACP-100 suspends 2026-05-05"),
        ("ACP-100 earned", "A date is missing after “earned”", "ACP-100 earned 2024-01-01"),
        ("ACP-100 earned foo", "“foo” is not a date", "ACP-100 earned 2024-01-01"),
        ("ACP-100 earned 2025-12-04", "still to come", "ACP-100 earned 2024-01-01"),
        ("ACP-100 suspends 1 Jan", "needs its year", "ACP-100 earned 2024-01-01"),
        ("ACP-100 suspnds 2026-01-01", "did you mean suspends?", "ACP-100 suspends 2026-01-01"),
        ("ACP-100 earned 2023-05-05 foo", "“foo”: leave it out", "ACP-100 earned 2023-05-05"),
        ('ACP-100 earned 2023-05-05 "foo"', "“foo”: leave it out", "ACP-100 earned 2023-05-05"),
        (
            "ACP-100 earned 2023-05-05 passed 2023-05-06",
            "“passed” is given twice",
            "ACP-100 earned 2024-01-01",
        ),
        (
            "ACP-100 expires 2026-04-01",
            "Say when ACP-100 suspends",
            "ACP-100 suspends 2026-01-01 expires 2026-04-01",
        ),
        ("ACP-100 renewed 2024-01-01", "Say when ACP-100 suspends", "ACP-100 suspends 2026-01-01"),
        ("ACP-621 earned 2023-05-05", "say anyway", "ACP-620 earned 2023-05-05"),
        ("APC-620 earned 2023-05-05 anyway", "did you mean ACP-620?", "ACP-620 earned 2023-05-05 anyway"),
    ],
)
def test_what_does_not_say_a_certification_is_answered_with_what_does(words, sentence, example):
    error = error_of("cert add", words)
    assert sentence in error.sentence
    assert error.example == f"/ce cert add {example}"


@pytest.mark.parametrize("verb", ["cert add", "portal"])
@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        ("suspends 2026-04-01 expires 2026-04-01", "must come after the suspension"),
        ("suspends 2026-04-01 expires 2026-03-31", "must come after the suspension"),
        ("suspends 2025-01-01 started 2025-01-01", "must come before the suspension"),
        ("started 2025-01-02 suspends 2025-01-01", "must come before the suspension"),
    ],
)
def test_dates_that_contradict_each_other_are_refused(verb, dates, sentence):
    assert sentence in error_of(verb, f"ACP-620 {dates}").sentence


def test_dates_just_in_order_are_taken():
    cert = READERS["portal"]("ACP-620 started 2025-01-01 suspends 2025-01-02 expires 2025-01-03")
    assert cert == held(
        "ACP-620",
        cycle_started_on=date(2025, 1, 1),
        suspends_on=date(2025, 1, 2),
        expires_on=date(2025, 1, 3),
    )


def test_it_cannot_be_earned_on_the_day_it_suspends():
    error = error_of("cert add", "ACP-620 earned 2025-01-01 suspends 2025-01-01")
    assert "The earned date" in error.sentence


def test_swapped_dates_are_put_in_order_in_the_example():
    error = error_of("portal", "ACP-100 suspends 2026-04-01 expires 2026-01-01")
    assert error.example == "/ce portal ACP-100 suspends 2026-01-01 expires 2026-04-01"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "Say which certification"),
        ("ACP-100", "Say when ACP-100 suspends"),
        ("ACP-100 expires 2026-04-01", "Say when ACP-100 suspends"),
        ("ACP-100 2026-01-01", "put suspends, expires or started before it"),
        ("ACP-100 earned 2024-01-01", "“earned” does not go with the portal's dates"),
        ("ACP-100 suspends 2036-01-01", "ten years ahead"),
        ("ACP-100 suspends 2027-01-01 started 2025-12-04", "still to come"),
    ],
)
def test_the_portal_line_needs_the_suspension(words, sentence):
    assert sentence in error_of("portal", words).sentence


def test_dates_with_two_readings_are_asked_back_one_after_the_other():
    words = "ACP-620 suspends 01/02/2026 expires 01/05/2026"
    first = error_of("portal", words, AmbiguousWordsError)
    assert (first.typed, first.readings) == ("01/02/2026", (date(2026, 1, 2), date(2026, 2, 1)))
    second = error_of("portal", first.texts[1], AmbiguousWordsError)
    assert (second.typed, second.readings) == ("01/05/2026", (date(2026, 1, 5), date(2026, 5, 1)))
    assert READERS["portal"](second.texts[1]) == held(
        "ACP-620", suspends_on=date(2026, 2, 1), expires_on=date(2026, 5, 1)
    )


@pytest.mark.parametrize(
    "words",
    [
        "ACP-620 2025-11-15",
        "acp620 passed 15 Nov",
        "ACP 620 passed on 15 November 2025",
        "ACP-620 exam on 15/11/2025",
    ],
)
def test_an_exam_is_a_code_and_a_day(words):
    assert READERS["exam"](words) == ("ACP-620", date(2025, 11, 15))


@pytest.mark.parametrize(
    ("words", "sentence", "example"),
    [
        ("", "Say which certification", "ACP-620 2025-11-15"),
        ("ACP-100", "on which day you passed ACP-100", "ACP-100 2025-11-15"),
        ("ACP-100 passed", "on which day you passed ACP-100", "ACP-100 2025-11-15"),
        ("ACP-100 2025-12-04", "still to come", "ACP-100 2025-11-15"),
        ("ACP-100 foo", "“foo” is not a date", "ACP-100 2025-11-15"),
        ("ACP-100 2025-10-10 foo", "“foo”: leave it out", "ACP-100 2025-10-10"),
        ("ACP-621 2025-10-10", "ACP-621", "ACP-620 2025-10-10"),
    ],
)
def test_an_exam_never_takes_a_guessed_day(words, sentence, example):
    error = error_of("exam", words)
    assert sentence in error.sentence
    assert error.example == f"/ce exam {example}"


def test_a_plausible_code_is_taken_anyway_by_every_command():
    assert READERS["exam"]("ACP-621 2025-10-10 anyway") == ("ACP-621", date(2025, 10, 10))
    assert READERS["cert remove"]("ACP-621 anyway") == "ACP-621"
    assert READERS["portal"]("ACP-621 suspends 2026-01-01 anyway").code == "ACP-621"


# Nearest words


@pytest.mark.parametrize(
    ("word", "known"),
    [("statsu", "status"), ("STATUS", "status"), ("ad", "add"), ("lst", "list"), ("potral", "portal")],
)
def test_a_slip_is_recognised(word, known):
    assert nearest(word, ["status", "add", "list", "portal", "plan"]) == known


@pytest.mark.parametrize("word", ["", "zzz", "certificate", "x" * 10_000])
def test_what_resembles_nothing_stays_unknown(word):
    assert nearest(word, ["status", "add", "list", "portal", "plan"]) is None
    assert nearest(word, []) is None


# Anything at all

KIND_WORDS = ["course", "coarse", "Team", "ACE", "talk", "global", "event", "3", "#3", "date", "title"]
CODE_WORDS = [
    "ACP-620",
    "acp",
    "620",
    "ACP-621",
    "ACA-1",
    "anyway",
    "earned",
    "suspends",
    "until",
    "since",
    "renewal",
]
DATE_WORDS = [
    "yesterday",
    "tomorrow",
    "on",
    "7",
    "May",
    "1,",
    "2024-01-01",
    "01/02/2025",
    "31/02/2025",
    "Friday",
]
OTHER_WORDS = [
    '"',
    '"Jira"',
    "«x»",
    "30",
    "units",
    "0 CE",
    "https://a.example",
    "<https://b.example|c>",
    "<",
    "-",
    "''",
]
ANY_WORDS = st.lists(
    st.one_of(
        st.sampled_from([*KIND_WORDS, *CODE_WORDS, *DATE_WORDS, *OTHER_WORDS]),
        st.text(min_size=1, max_size=5),
    ),
    max_size=10,
).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(READERS)), st.one_of(ANY_WORDS, st.text(max_size=60)))
def test_any_text_gives_values_or_a_sentence_with_an_example_that_works(verb, words):
    try:
        READERS[verb](words)
    except WordsError:
        error = error_of(verb, words)
        if isinstance(error, AmbiguousWordsError):
            assert error.typed in words


@given(st.text(max_size=60))
def test_a_quoted_title_stands_for_itself(title):
    tidy = " ".join(title.replace('"', "").split())
    if tidy.isascii() and tidy.isprintable() and tidy and "<http" not in tidy.lower():
        assert title_of(f'"{tidy}"') == tidy


@pytest.mark.parametrize("verb", sorted(READERS))
@pytest.mark.parametrize(
    "piece", ["1 ", "1.1.1 ", "1 May ", "9", '"', "<https://", "30 ce ", "ACP-", "- ", "last "]
)
def test_the_longest_text_is_quick(verb, piece):
    for start in ("", "course ", "3 ", "ACP-620 earned "):
        words = f"{start}{piece * 2_000}"[:2_000]
        started = time.perf_counter()
        try:
            READERS[verb](words)
        except WordsError as error:
            assert len(error.example) < 400  # noqa: PT017 - the words of some commands are fine
        assert time.perf_counter() - started < 1
