"""What an entry's file must be like, and what the packaged ones are like."""

import re
from datetime import date

import pytest

from faq.entry import Faq, FaqError, Sheet, assemble, load, packaged_sheets
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


def test_the_faq_covers_what_people_ask() -> None:
    assert len(FAQ.entries) >= 16
    assert len(FAQ.not_covered) >= 5


@pytest.mark.parametrize("sheet", list(packaged_sheets()), ids=lambda sheet: sheet.file)
def test_no_figure_of_the_policy_is_typed_by_hand(sheet: Sheet) -> None:
    answer = sheet.text.split("---\n", 2)[2]
    without = re.sub(r"\{\{[^}]*\}\}|`[^`]*`|folder 1\.[12]", "", answer)
    # The years in which something was said or ended are no figures of the programme.
    assert set(re.findall(r"\d+", without)) <= {"2024"}


@pytest.mark.parametrize("sheet", list(packaged_sheets()), ids=lambda sheet: sheet.file)
def test_an_answer_ends_with_one_next_step_and_is_plain_enough_for_slack(sheet: Sheet) -> None:
    entry = {**FAQ.entries, **FAQ.not_covered}[sheet.slug]
    assert entry.text.count("Next: ") == 1
    assert not re.search(r"^#|^\||\*\*|\]\(|[<>&]", entry.text, re.MULTILINE)
    assert entry.text.count("`") % 2 == 0


@pytest.mark.parametrize("slug", FAQ.entries)
def test_an_answer_leads_with_one_bold_sentence(slug: str) -> None:
    assert re.match(r"\*[A-Z`][^*]+[.:]\*", FAQ.entries[slug].text)
    assert FAQ.entries[slug].text.count("*") == 2


COMMANDS = {"status", "add", "list", "edit", "remove", "undo", "cert", "portal", "exam", "help", "ask"}


@pytest.mark.parametrize("slug", FAQ.entries)
def test_an_answer_names_only_commands_that_exist(slug: str) -> None:
    assert set(re.findall(r"`/ce (\w+)", FAQ.entries[slug].text)) <= COMMANDS
    assert not re.search(r"(?<![`\w])/ce\b", FAQ.entries[slug].text)  # a command is always marked as one


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
    ],
)
def test_what_is_known_is_said_and_what_is_not_is_said_to_be_unknown(slug: str, said: str) -> None:
    assert said in FAQ.entries[slug].text
