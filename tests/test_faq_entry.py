"""What an entry's file must be like, and what the packaged ones are like."""

import re
from datetime import date
from typing import get_args

import pytest

from faq.entry import Faq, FaqError, Personal, Sheet, assemble, load, packaged_sheets, read_all
from rules import figures, load_policy

POLICY = load_policy()
FAQ = load(figures(POLICY), POLICY.sources.keys())
FIGURES = {"policy.units.course": "10", "policy.portal": "https://portal.example"}
SOURCES = {"thread", "launch"}

GOOD = """---
question: What does a course give?
phrasings: [course value, units for a course]
sources: [thread]
reviewed_on: 2026-11-22
tags: [units]
see_also: []
personal: missing
---
*A course gives {{ policy.units.course }} units.*

Next: look at {{policy.portal}}.
"""
OTHER = GOOD.replace("What does a course give?", "What is an event?").replace(
    "[course value, units for a course]", "[event value]"
)
DECOY = OTHER.replace("personal: missing\n", "").replace("sources: [thread]", "sources: []")
DECOY_OF_COURSES = GOOD.replace("personal: missing\n", "")
GREETING = DECOY.partition("*A course")[0].replace("tags:", "small_talk: true\ntags:") + "Hello! Ask away.\n"


def faq_of(*sheets: Sheet) -> Faq:
    return assemble(sheets, FIGURES, SOURCES)


def test_an_entry_is_read_with_its_figures_filled_in() -> None:
    entry = faq_of(Sheet("entries", "course", GOOD)).entries["course"]
    assert entry.slug == "course"
    assert entry.question == "What does a course give?"
    assert entry.phrasings == ("course value", "units for a course")
    assert entry.ways_to_ask == ("What does a course give?", "course value", "units for a course")
    assert entry.sources == ("thread",)
    assert entry.reviewed_on == date(2026, 11, 22)
    assert (entry.tags, entry.see_also, entry.personal) == (("units",), (), "missing")
    assert entry.text == "*A course gives 10 units.*\n\nNext: look at https://portal.example."


def test_a_decoy_is_no_entry() -> None:
    faq = faq_of(Sheet("entries", "course", GOOD), Sheet("not_covered", "event", DECOY))
    assert (list(faq.entries), list(faq.not_covered)) == (["course"], ["event"])


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("question: What does a course give?\n", "", "entries/course.md: question: the key is missing."),
        ("tags: [units]", "tags: [units]\nowner: me", "entries/course.md: owner: there is no such key."),
        ("tags: [units]", "tags: units", "entries/course.md: tags: Input should be a valid tuple."),
        (
            "tags: [units]",
            "tags: [units]\ntags: [x]",
            'entries/course.md: front matter (line 7): found duplicate key "tags"',
        ),
        ("[course value, units for a course]", "[]", "entries/course.md: phrasings: "),
        ("[course value, units for a course]", "[course value, 7]", "entries/course.md: phrasings[1]: "),
        (
            "[course value, units for a course]",
            "['?!']",
            "entries/course.md: phrasings: '?!' has no word to match.",
        ),
        ("2026-11-22", "2026-02-30", "entries/course.md: reviewed_on: day is out of range for month."),
        ("2026-11-22", "20261122", "entries/course.md: reviewed_on: "),
        ("2026-11-22", "last week", "entries/course.md: reviewed_on: "),
        ("2026-11-22", "2026-11-22T10:00:00", "entries/course.md: reviewed_on: "),
        (
            "[thread]",
            "[blog]",
            "entries/course.md: sources: 'blog' is not one of the policy's sources (launch, thread).",
        ),
        ("see_also: []", "see_also: [gone]", "entries/course.md: see_also: there is no entry 'gone'."),
        ("personal: missing", "personal: mood", "entries/course.md: personal: "),
        (
            "personal: missing",
            "small_talk: true",
            "entries/course.md: small_talk: it belongs into not_covered",
        ),
        ("personal: missing", "small_talk: 'yes'", "entries/course.md: small_talk: "),
        (
            "policy.units.course",
            "policy.units.nap",
            "entries/course.md: answer: there is no figure 'policy.units.nap'",
        ),
        (
            "{{ policy.units.course }}",
            "{{ policy.units.course }",
            "entries/course.md: answer: a placeholder is not",
        ),
        ("Next: look", "word " * 90, "entries/course.md: answer: it has 97 words, more than 90."),
        ("question: What", "question: [What", "entries/course.md: front matter (line "),
        ("---\nquestion", "question", "entries/course.md: front matter: it must stand between"),
    ],
)
def test_a_faulty_file_is_refused_with_one_sentence_naming_file_and_key(
    was: str, becomes: str, said: str
) -> None:
    assert was in GOOD
    with pytest.raises(FaqError) as refused:
        faq_of(Sheet("entries", "course", GOOD.replace(was, becomes, 1)))
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


def test_an_empty_answer_is_refused() -> None:
    with pytest.raises(FaqError, match=r"^entries/course.md: answer: it is empty.$"):
        faq_of(Sheet("entries", "course", GOOD.partition("*A course")[0]))


def test_ninety_words_are_not_too_many() -> None:
    front = GOOD.partition("*A course")[0]
    assert faq_of(Sheet("entries", "course", front + "word " * 90)).entries["course"].text.endswith("word")
    with pytest.raises(FaqError, match="91 words"):
        faq_of(Sheet("entries", "course", front + "word " * 91))


@pytest.mark.parametrize("slug", ["Course", "a_b", "-a", "a--b", ""])
def test_a_name_that_is_no_slug_is_refused(slug: str) -> None:
    with pytest.raises(FaqError, match="name"):
        faq_of(Sheet("entries", slug, GOOD))


def test_a_phrasing_of_two_entries_is_refused_however_it_is_written() -> None:
    twice = OTHER.replace("[event value]", "['Units for a COURSE?']")
    with pytest.raises(FaqError) as refused:
        faq_of(
            Sheet("entries", "course", GOOD),
            Sheet("not_covered", "event", twice.replace("personal: missing\n", "")),
        )
    assert str(refused.value) == (
        "not_covered/event.md: phrasings: 'Units for a COURSE?' is asked in entries/course.md too."
    )


def test_a_name_in_both_folders_is_refused() -> None:
    with pytest.raises(
        FaqError, match=r"^not_covered/course.md: name: entries/course.md has the same name.$"
    ):
        faq_of(Sheet("entries", "course", GOOD), Sheet("not_covered", "course", DECOY))


def test_see_also_may_name_entries_but_no_decoys() -> None:
    pointing = GOOD.replace("see_also: []", "see_also: [event]")
    assert faq_of(Sheet("entries", "course", pointing), Sheet("entries", "event", OTHER)).entries
    with pytest.raises(FaqError, match="see_also"):
        faq_of(Sheet("entries", "course", pointing), Sheet("not_covered", "event", DECOY))


def test_nothing_is_computed_for_a_decoy() -> None:
    with pytest.raises(FaqError, match=r"^not_covered/event.md: personal: "):
        faq_of(Sheet("not_covered", "event", OTHER))


def test_a_greeting_is_a_decoy_marked_as_small_talk() -> None:
    faq = faq_of(Sheet("not_covered", "hello", GREETING), Sheet("not_covered", "course", DECOY_OF_COURSES))
    assert faq.not_covered["hello"].small_talk
    assert faq.not_covered["hello"].text == "Hello! Ask away."
    assert not faq.not_covered["course"].small_talk


def test_small_talk_of_two_lines_is_refused() -> None:
    with pytest.raises(
        FaqError, match=r"^not_covered/hello.md: answer: small talk is answered in one line.$"
    ):
        faq_of(Sheet("not_covered", "hello", GREETING + "And more.\n"))


def test_every_fault_of_every_file_is_found_and_not_only_the_first() -> None:
    course = GOOD.replace("[thread]", "[blog, launch, diary]").replace(
        "see_also: []", "see_also: [gone, event]"
    )
    course = course.replace("policy.portal", "policy.door")
    event = OTHER.replace("tags: [units]", "mood: good").replace("policy.portal", "policy.gate")
    _, _, faults = read_all(
        [Sheet("entries", "course", course), Sheet("entries", "event", event)], FIGURES, SOURCES
    )
    assert [str(fault).partition(" (")[0] for fault in faults] == [
        "entries/course.md: sources: 'blog' is not one of the policy's sources",
        "entries/course.md: sources: 'diary' is not one of the policy's sources",
        "entries/course.md: answer: there is no figure 'policy.door' for its placeholder.",
        "entries/event.md: tags: the key is missing.",
        "entries/event.md: mood: there is no such key.",
        "entries/event.md: answer: there is no figure 'policy.gate' for its placeholder.",
        "entries/course.md: see_also: there is no entry 'gone'.",
    ]


def test_the_faq_covers_what_people_ask() -> None:
    assert len(FAQ.entries) >= 55
    assert sum(not decoy.small_talk for decoy in FAQ.not_covered.values()) >= 15
    assert sum(decoy.small_talk for decoy in FAQ.not_covered.values()) >= 3


def test_every_personal_line_belongs_to_some_answer() -> None:
    assert {entry.personal for entry in FAQ.entries.values()} == {None, *get_args(Personal)}


@pytest.mark.parametrize("slug", FAQ.entries)
def test_every_entry_leads_on_to_others_and_to_no_more_than_fit_below_it(slug: str) -> None:
    assert 1 <= len(FAQ.entries[slug].see_also) <= 4
    assert slug not in FAQ.entries[slug].see_also
    assert len(set(FAQ.entries[slug].see_also)) == len(FAQ.entries[slug].see_also)


@pytest.mark.parametrize("sheet", list(packaged_sheets()), ids=lambda sheet: sheet.file)
def test_no_figure_of_the_policy_is_typed_by_hand(sheet: Sheet) -> None:
    answer = sheet.text.split("---\n", 2)[2]
    without = re.sub(r"\{\{[^}]*\}\}|`[^`]*`|folder 1\.[12]", "", answer)
    # The years in which something was said or ended are no figures of the programme.
    assert set(re.findall(r"\d+", without)) <= {"2024"}


@pytest.mark.parametrize("sheet", list(packaged_sheets()), ids=lambda sheet: sheet.file)
def test_an_answer_ends_with_one_next_step_and_is_plain_enough_for_slack(sheet: Sheet) -> None:
    entry = {**FAQ.entries, **FAQ.not_covered}[sheet.slug]
    assert entry.text.count("Next: ") == (0 if entry.small_talk else 1)
    assert not re.search(r"^#|^\||\*\*|\]\(|[<>&]", entry.text, re.MULTILINE)
    assert entry.text.count("`") % 2 == 0


@pytest.mark.parametrize("slug", FAQ.entries)
def test_an_answer_leads_with_one_bold_sentence(slug: str) -> None:
    assert re.match(r"\*[A-Z`][^*]+[.:]\*", FAQ.entries[slug].text)
    assert FAQ.entries[slug].text.count("*") == 2


COMMANDS = {
    *("status", "add", "list", "edit", "remove", "undo", "cert", "portal", "exam"),
    *("why", "plan", "help", "ask"),
}


@pytest.mark.parametrize("slug", [*FAQ.entries, *FAQ.not_covered])
def test_an_answer_names_only_commands_that_exist(slug: str) -> None:
    text = {**FAQ.entries, **FAQ.not_covered}[slug].text
    assert set(re.findall(r"`/ce (\w+)", text)) <= COMMANDS
    assert not re.search(r"(?<![`\w])/ce\b", text)  # a command is always marked as one


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("coursework-must-match", "No, coursework does not have to match"),
        ("which-date-counts", "From the date of the activity"),
        ("grace-period", "3 calendar months, its page says 90 days"),
        ("how-many-units", "(ACP) needs 100 CE units, an Associate (ACA) 50"),
        ("how-many-units", "10 courses, or 5"),
        ("what-earns-ce", "gives 30, at most 1 in a cycle"),
        ("exam-instead-and-when", "only within the 6 months before the expiration date"),
        ("how-long-active", "active for 24 months"),
        ("still-certified-when-suspended", "could not find this confirmed"),
        ("surplus-units", "has not published"),
        ("several-day-event", "no source we know says so outright"),
        ("presenting", "could not confirm how many"),
        ("retired-certification", "could not find confirmed"),
        ("ninety-days-or-three-months", "says 90 days, its own worked dates fit only 3 calendar months"),
        ("renewed-in-the-grace-period", "for the grace period nobody has said so outright"),
        ("last-day", "Nobody has published these edges"),
        ("exam-outside-the-window", "only within the 6 months before the expiration date"),
        ("after-an-exam-renewal", "Neither the dates nor what becomes of your units has been published"),
        ("same-course-twice", "has not published"),
        ("before-the-programme", "has not published"),
        ("how-far-back", "has not published"),
        ("review-of-entries", "has not published"),
        ("course-length", "is not published where we could read it"),
        ("event-limits", "1 global event and 4 local events count"),
        ("global-event", "gives 30 CE units, 1 time in a cycle"),
        ("local-event", "gives 10 CE units"),
        ("events-alone", "at most 70 CE units in a cycle"),
        ("events-alone", "so at least 3 courses"),
        ("courses-alone", "10 courses renew a Professional certification (ACP) and 5 an Associate"),
        ("other-providers", "we found nothing published"),
        ("other-activities", "cannot rule them out"),
        ("organising-an-event", "found nothing published"),
        ("extension", "no published way"),
        ("before-earning", "Most likely not"),
        ("previous-cycle", "Most likely not"),
    ],
)
def test_what_is_known_is_said_and_what_is_not_is_said_to_be_unknown(slug: str, said: str) -> None:
    assert said in FAQ.entries[slug].text


def test_the_same_figures_are_read_once_and_others_anew() -> None:
    assert load(figures(POLICY), POLICY.sources) is FAQ
    other = {**figures(POLICY), "policy.active_months": "25"}
    assert load(other, POLICY.sources) is not FAQ
