"""What is replied when entries and topics that are not covered compete."""

import pytest

from faq.answer import CLOSEST_FROM, Answer, ask, reply
from faq.entry import Sheet, assemble
from faq.matcher import ONE_WORD, SUGGEST_FROM, TOO_CLOSE, Candidate, Match, Reading


def sheet(folder: str, slug: str, question: str, *phrasings: str) -> Sheet:
    assert folder in ("entries", "not_covered")
    front = f"question: {question}\nphrasings: [{', '.join(phrasings)}]\nsources: []\n"
    text = f"---\n{front}reviewed_on: 2026-11-22\ntags: []\nsee_also: []\n---\nThis is about {slug}.\n"
    return Sheet("entries" if folder == "entries" else "not_covered", slug, text)


FAQ = assemble(
    [
        sheet(
            "entries",
            "boats",
            "Where do I moor a sailing boat?",
            "moor a boat in the harbour",
            "sailing boat harbour",
        ),
        sheet(
            "entries", "bikes", "Who repairs a bicycle chain?", "bicycle chain broken", "bicycle repair shop"
        ),
        sheet("entries", "skates", "Who sharpens my skates?", "sharpen skates", "skates repair shop"),
        sheet("entries", "skis", "Who waxes my skis?", "wax skis", "skis repair shop"),
        sheet("entries", "sledges", "Who glues my sledge?", "glue a sledge", "sledge repair shop"),
        sheet(
            "not_covered", "cars", "Who repairs a car engine?", "car engine broken", "engine oil for a car"
        ),
        sheet("not_covered", "chains", "Where do I buy a gold chain?", "gold chain price", "jewellery chain"),
    ],
    figures={},
    known_sources=(),
)


def test_an_answer_is_the_text_of_its_entry() -> None:
    assert ask(FAQ, "Moor a boat in the harbour!") == Answer(
        "answer", "boats", 1.0, "This is about boats.", (), "moor a boat in the harbour"
    )


@pytest.mark.parametrize("question", ["car engine broken", "the engine of my car is broken", "car engine"])
def test_a_topic_that_is_not_covered_gets_no_entry_but_says_who_can_help(question: str) -> None:
    answer = ask(FAQ, question)
    assert (answer.tier, answer.entry, answer.answer, answer.suggestions) == (
        "none",
        None,
        "This is about cars.",
        (),
    )
    assert answer.matched is not None
    assert answer.score >= SUGGEST_FROM


@pytest.mark.parametrize(
    ("score", "tier", "suggestions"),
    [
        (round(TOO_CLOSE * 0.8, 3), "none", ()),
        (round(TOO_CLOSE * 0.8, 3) + 0.01, "suggest", ("bikes",)),
        (SUGGEST_FROM - 0.01, "none", ()),
    ],
)
def test_where_an_entry_is_as_near_as_a_topic_not_covered_only_the_entry_is_suggested(
    score: float, tier: str, suggestions: tuple[str, ...]
) -> None:
    candidates = (Candidate("chains", 0.8, "gold chain"), Candidate("bikes", score, "bicycle chain"))
    answer = reply(FAQ, Match("answer", candidates, Reading(("chain",))))
    assert (answer.tier, answer.suggestions) == (tier, suggestions)
    assert answer.answer == (None if suggestions else "This is about chains.")
    assert answer.matched == ("bicycle chain" if suggestions else "gold chain")


@pytest.mark.parametrize(
    ("score", "guards", "tier"),
    [
        (SUGGEST_FROM, (ONE_WORD,), "suggest"),
        (SUGGEST_FROM, (), "none"),
        (SUGGEST_FROM - 0.01, (ONE_WORD,), "none"),
    ],
)
def test_one_word_alone_is_not_sent_elsewhere_where_an_entry_may_be_meant(
    score: float, guards: tuple[str, ...], tier: str
) -> None:
    candidates = (Candidate("chains", 0.8, "gold chain"), Candidate("bikes", score, "bicycle chain"))
    answer = reply(FAQ, Match("suggest", candidates, Reading(("chain",)), guards))
    assert (answer.tier, answer.suggestions) == (tier, ("bikes",) if tier == "suggest" else ())


def test_three_entries_at_most_are_suggested_best_first() -> None:
    answer = ask(FAQ, "repair shop")
    assert answer.tier == "suggest"
    assert len(answer.suggestions) == 3
    assert answer.entry == answer.suggestions[0]
    assert answer.matched in FAQ.entries[answer.suggestions[0]].ways_to_ask


def test_where_nothing_fits_nothing_is_offered() -> None:
    assert ask(FAQ, "zzzz") == Answer("none", None, 0.0, None, (), None)


def test_where_nothing_fits_well_the_closest_entries_are_known() -> None:
    answer = ask(FAQ, "why does the harbour smell of fish")
    assert (answer.tier, answer.entry, answer.suggestions) == ("none", None, ())
    assert answer.closest == ("boats",)
    assert CLOSEST_FROM <= answer.score < SUGGEST_FROM


def test_no_topic_that_is_not_covered_is_among_the_closest() -> None:
    answer = ask(FAQ, "the old king wore jewellery made of silver")
    assert (answer.tier, answer.answer) == ("none", None)
    assert "chains" not in answer.closest


def test_a_question_in_another_language_is_known_as_such() -> None:
    answer = ask(FAQ, "Wo kann ich mein Boot im Hafen festmachen?")
    assert (answer.tier, answer.is_english, answer.closest) == ("none", False, ())
    assert ask(FAQ, "zzzz").is_english
