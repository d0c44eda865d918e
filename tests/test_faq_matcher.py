"""When a match is an answer, a suggestion or nothing."""

import pytest

from faq.matcher import ANSWER_FROM, Matcher

PHRASINGS = {
    "apples": (
        "how do I peel a red apple",
        "peeling apples with a knife",
        "apple",
        "can I not peel the apple",
    ),
    "pears": ("how do I cook a ripe pear", "cooking pears in red wine", "pear recipe wine"),
    "boats": ("which harbour takes sailing boats", "mooring a boat in the harbour", "harbour boat fee"),
    "bikes": ("repairing a bicycle chain", "my bicycle chain is broken", "chain oil for a bicycle"),
}
MATCHER = Matcher(PHRASINGS)


def tier(question: str) -> str:
    return MATCHER.match(question).tier


def first(question: str) -> str:
    return MATCHER.match(question).candidates[0].slug


@pytest.mark.parametrize("question", ["How do I peel a red apple?", "how do i peel a RED apple"])
def test_a_phrasing_is_answered_with_full_score(question: str) -> None:
    match = MATCHER.match(question)
    assert match.tier == "answer"
    assert [(found.slug, found.score, found.phrasing) for found in match.candidates] == [
        ("apples", 1.0, "how do I peel a red apple")
    ]


def test_other_words_around_the_same_subject_are_answered() -> None:
    assert (
        tier("the chain of my bicycle needs repairing"),
        first("the chain of my bicycle needs repairing"),
    ) == (
        "answer",
        "bikes",
    )


def test_a_misspelling_is_read_as_the_word_it_is_near_to() -> None:
    question = "repairing my bicylce chian"
    assert (tier(question), first(question)) == ("answer", "bikes")


def test_a_misspelling_scores_less_than_the_word() -> None:
    right = MATCHER.match("my bicycle chain needs repairing").candidates[0].score
    wrong = MATCHER.match("my bicylce chain needs repairing").candidates[0].score
    assert 0 < wrong < right


def test_another_word_of_the_same_length_is_no_misspelling() -> None:
    assert MATCHER.match("cocking prars").candidates == ()


def test_unknown_words_lower_the_score_until_nothing_is_left() -> None:
    scores = [
        MATCHER.match("repairing the bicycle chain" + rest).candidates[0].score
        for rest in (
            " today",
            " today zebra",
            " today zebra volcano",
            " today zebra volcano umbrella saxophone",
        )
    ]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(scores)
    assert tier("bicycle zebra volcano umbrella saxophone kangaroo") == "none"


def test_a_single_word_that_names_a_subject_never_answers() -> None:
    assert (tier("bicycle"), tier("what about the bicycle?"), first("bicycle")) == (
        "suggest",
        "suggest",
        "bikes",
    )


def test_a_single_word_that_is_a_phrasing_answers() -> None:
    assert tier("Apples?") == "suggest"
    assert tier("apple!") == "answer"


def test_two_entries_that_are_equally_near_are_a_choice() -> None:
    matcher = Matcher(
        {
            "brush": ("a green paint brush", "brush for green paint"),
            "bucket": ("a green paint bucket", "bucket of green paint"),
            "boats": ("mooring a boat",),
            "bikes": ("bicycle chain",),
        }
    )
    both = matcher.match("green paint")
    assert both.tier == "suggest"
    assert [found.slug for found in both.candidates] == ["brush", "bucket"]
    assert both.candidates[0].score >= ANSWER_FROM
    assert matcher.match("my green paint and the brush").tier == "answer"


def test_a_negation_the_phrasing_lacks_is_no_answer() -> None:
    assert tier("mooring the boat in a harbour") == "answer"
    assert tier("not mooring the boat in a harbour") == "suggest"
    assert tier("why can't I be mooring the boat in a harbour") == "suggest"


def test_a_negation_the_question_lacks_is_no_answer_either() -> None:
    matcher = Matcher({"boats": ("I can not moor a boat in the harbour",), "pears": ("cook a pear",)})
    assert matcher.match("so you can not moor boats in the harbour").tier == "answer"
    assert matcher.match("so you can moor boats in the harbour").tier == "suggest"


def test_candidates_come_best_first_and_ties_by_name() -> None:
    matcher = Matcher({"b": ("green paint bucket",), "a": ("green paint brush",)})
    assert [found.slug for found in matcher.match("green paint").candidates] == ["a", "b"]


def test_nothing_is_found_in_an_empty_faq() -> None:
    assert Matcher({}).match("apple").candidates == ()


def test_the_phrasings_hardest_to_tell_apart_are_named() -> None:
    matcher = Matcher(
        {
            "a": ("peel a red apple", "wash fruit"),
            "b": ("can I peel the red apple", "eat it"),
            "c": ("sail a boat",),
        }
    )
    alike = matcher.likenesses()
    assert (alike[0].slugs, alike[0].phrasings) == (
        ("a", "b"),
        ("peel a red apple", "can I peel the red apple"),
    )
    assert 0.9 < alike[0].score <= 1
    assert all(found.score < 0.5 for found in alike[1:])
