"""What a curator is told about the FAQ's files."""

import json
from datetime import date

import pytest

from faq.entry import Folder, Sheet, packaged_sheets
from faq.lint import likenesses, lint
from rules import figures, load_policy

POLICY = load_policy()
FIGURES = figures(POLICY)
REVIEWED_ON = date(2026, 11, 22)

EIGHT = [
    "red one",
    "blue two",
    "green three",
    "brown four",
    "black five",
    "white six",
    "pink seven",
    "grey eight",
]
FOUR_MORE = ["plum nine", "teal ten", "gold eleven", "lime twelve"]
TREES = ["oak tree", "elm wood", "ash leaf", "fir cone", "yew bark", "box hedge", "bay twig", "holly berry"]


def sheet(
    slug: str,
    question: str = "Which colour?",
    phrasings: list[str] = EIGHT,
    answer: str = "*Yes.*",
    folder: Folder = "entries",
    **rest: str,
) -> Sheet:
    values = {"sources": "[thread]", "reviewed_on": str(REVIEWED_ON), "tags": "[]", "see_also": "[]", **rest}
    front = "".join(f"{key}: {value}\n" for key, value in values.items())
    return Sheet(
        folder, slug, f"---\nquestion: {question}\nphrasings: {json.dumps(phrasings)}\n{front}---\n{answer}\n"
    )


def findings(*sheets: Sheet, today: date | None = None) -> list[str]:
    return lint(sheets, FIGURES, {"thread"}, today)


def test_the_packaged_files_have_no_findings() -> None:
    assert lint(packaged_sheets(), FIGURES, POLICY.sources.keys(), POLICY.verified_on) == []


@pytest.mark.parametrize(
    ("phrasings", "said"),
    [
        (EIGHT, []),
        (EIGHT + FOUR_MORE, []),
        (EIGHT[:7], ["entries/a.md: phrasings: 7 different ones; write 8 to 12."]),
        ([*EIGHT[:7], "Red one?"], ["entries/a.md: phrasings: 7 different ones; write 8 to 12."]),
        ([*EIGHT, *FOUR_MORE, "one more"], ["entries/a.md: phrasings: 13 different ones; write 8 to 12."]),
        ([*EIGHT, "x" * 120], []),
        ([*EIGHT, "x" * 121], [f"entries/a.md: phrasings: '{'x' * 40}'... is longer than 120 characters."]),
    ],
)
def test_phrasings_are_counted_and_measured(phrasings: list[str], said: list[str]) -> None:
    assert findings(sheet("a", phrasings=phrasings)) == said


def test_an_entry_needs_a_source_and_a_decoy_none() -> None:
    assert findings(sheet("a", sources="[]")) == [
        "entries/a.md: sources: there is none; name where the answer comes from."
    ]
    assert findings(sheet("a", sources="[]", folder="not_covered")) == []


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (None, []),
        (date(2026, 11, 22), []),
        (date(2027, 11, 22), []),
        (
            date(2027, 11, 23),
            ["entries/a.md: reviewed_on: 2026-11-22 is more than 365 days ago; check the sources again."],
        ),
        (
            date(2026, 11, 21),
            [
                (
                    "entries/a.md: reviewed_on: 2026-11-22 lies after 2026-11-21; "
                    "write the day on which somebody checked the sources."
                )
            ],
        ),
    ],
)
def test_a_review_is_good_for_a_year(today: date | None, said: list[str]) -> None:
    assert findings(sheet("a"), today=today) == said


@pytest.mark.parametrize(
    ("answer", "typed", "figures"),
    [
        ("It needs 100 CE.", "100 CE", ["required.ACP"]),
        ("It needs 100 CE units.", "100 CE units", ["required.ACP"]),
        ("It needs one hundred points.", "hundred points", ["required.ACP"]),
        ("Active for 24 months.", "24 months", ["active_months"]),
        ("A 24-month term.", "24-month", ["active_months"]),
        ("Twenty-four months long.", "Twenty-four months", ["active_months"]),
        ("Then 3 calendar months.", "3 calendar months", ["grace_months"]),
        ("Some say 90 days.", "90 days", ["safe_grace_days"]),
        ("Take ten courses.", "ten courses", ["courses.ACP"]),
        ("Up to 4 local events.", "4 local events", ["cap.local_event"]),
        ("A course has 10 units.", "10 units", ["units.course", "units.local_event"]),
        ("See https://cp.certmetrics.com/atlassian now.", "https://cp.certmetrics.com/atlassian", ["portal"]),
    ],
)
def test_a_figure_typed_by_hand_is_named_with_its_placeholder(
    answer: str, typed: str, figures: list[str]
) -> None:
    names = " or ".join(f"{{{{ policy.{name} }}}}" for name in figures)
    assert findings(sheet("a", answer=answer)) == [
        f"entries/a.md: answer: {typed!r} is typed by hand; write {names}."
    ]


@pytest.mark.parametrize(
    "answer",
    [
        "It needs {{ policy.required.ACP }} CE units within {{policy.active_months}} months.",
        "Type `/ce add presentation Talk 2025-12-01 30 units`.",
        "Two courses a day, one event a year, in 2024.",
        "Folder 1.2 has 3 parts.",
        "There is no limit, and 7 months later it is unconfirmed.",
    ],
)
def test_placeholders_examples_and_other_numbers_are_no_typed_figures(answer: str) -> None:
    assert findings(sheet("a", answer=answer)) == []


def test_two_phrasings_that_ask_the_same_are_named_with_their_score() -> None:
    (finding,) = findings(
        sheet("a", phrasings=[*EIGHT, "when does the purple stone expire"]),
        sheet("b", "Which tree?", [*TREES, "when does the stone expire, the purple"]),
    )
    assert finding.startswith("entries/a.md and entries/b.md: phrasings: too alike (1.00)")
    assert finding.endswith(
        "): 'when does the purple stone expire' and 'when does the stone expire, the purple'."
    )


def test_two_entries_asked_about_in_the_same_words_are_named_with_their_score() -> None:
    turned = [
        f"{words.split()[1]} {other.split()[0]}"
        for words, other in zip(EIGHT, EIGHT[1:] + EIGHT[:1], strict=True)
    ]
    (finding,) = findings(sheet("a"), sheet("b", "Which number?", turned))
    assert finding.startswith("entries/a.md and entries/b.md: phrasings: the two are too alike (0.87)")


def test_a_phrasing_of_two_entries_is_named_for_the_second() -> None:
    found = findings(sheet("a"), sheet("b", "Which tree?", [*TREES, "Red ONE?"]))
    assert "entries/b.md: phrasings: 'Red ONE?' is asked in entries/a.md too." in found


def test_likeness_is_the_same_whichever_entry_comes_first() -> None:
    ways = {"a": EIGHT, "b": [*TREES, "red tree"], "c": ["green oak"]}
    other_way = dict(reversed(ways.items()))
    assert {(frozenset(one.slugs), round(one.of_entries, 9)) for one in likenesses(ways)} == {
        (frozenset(one.slugs), round(one.of_entries, 9)) for one in likenesses(other_way)
    }
    assert likenesses(ways) == likenesses(ways)


def test_what_shares_no_word_is_not_alike_and_what_is_equal_is_wholly_alike() -> None:
    assert likenesses({"a": EIGHT, "b": TREES}) == []
    (same,) = likenesses({"a": EIGHT, "b": EIGHT})
    assert same.of_entries == pytest.approx(1)
    assert same.of_phrasings == pytest.approx(1)


def test_all_findings_of_all_files_are_given_with_file_and_key() -> None:
    found = findings(
        sheet(
            "a", phrasings=EIGHT[:7], sources="[blog]", see_also="[gone]", personal="mood", answer="100 CE."
        ),
        sheet(
            "b",
            "Which tree?",
            TREES[:7],
            answer="{{ policy.nap }} " + "word " * 90,
            sources="[]",
            see_also="[x, y]",
        ),
        today=date(2028, 1, 1),
    )
    keys = [tuple(finding.split(": ")[:2]) for finding in found]
    assert keys == [
        ("entries/a.md", "personal"),
        ("entries/a.md", "sources"),
        ("entries/b.md", "answer"),
        ("entries/b.md", "answer"),
        ("entries/a.md", "see_also"),
        ("entries/b.md", "see_also"),
        ("entries/b.md", "see_also"),
        ("entries/a.md", "answer"),
        ("entries/a.md", "phrasings"),
        ("entries/a.md", "reviewed_on"),
        ("entries/b.md", "phrasings"),
        ("entries/b.md", "sources"),
        ("entries/b.md", "reviewed_on"),
    ]
