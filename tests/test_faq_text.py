"""Which texts are read as the same question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.text import STATES, alike, importance, is_negated, typed_words, words_of


@pytest.mark.parametrize(
    "said", ["CE", "CEs", "CEU", "ceus", "units", "points", "credits", "PDUs", "CE units", "CE's"]
)
def test_units_have_many_names(said: str) -> None:
    assert words_of(f"how many {said} do I need") == ("how", "many", "unit", "do", "i", "need")


@pytest.mark.parametrize("said", ["cert", "Certs", "certification", "certifications", "certificate"])
def test_certifications_have_many_names(said: str) -> None:
    assert words_of(f"my {said}!") == ("my", "certification")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("I can't", "i can not"),
        ("I can’t", "i can not"),
        ("it doesn’t", "it does not"),
        ("dont", "do not"),
        ("u r abt 2 expire plz", "you are about 2 expire please"),
        ("I’m", "i"),
        ("what's", "what"),
        ("ＡＣＥ", "ace"),
        ("A&amp;B", "a b"),
        ("w/o", "without"),
        ("log in", "account"),
        ("our blog in May", "our blog in may"),
        ("continuing education units", "unit"),
        ("<https://example.org/a|the portal>", "the portal"),
        ("see https://example.org/a?b=c", "see"),
        ("<@U123ABC> grace <!channel> period", "grace period"),
        ("grace :tada: period", "grace period"),
        ("grace ```code\nblock``` period", "grace period"),
        ("`ACP-620`", "professional 620"),
        ("“grace” period…", "grace period"),
        ("12:30:45", "12 30 45"),
    ],
)
def test_what_is_typed_is_read_as_plain_words(typed: str, meant: str) -> None:
    assert words_of(typed) == tuple(meant.split())


@pytest.mark.parametrize("text", ["", "  ", "?!", "🎉", ":tada:", ":+1: :-1:", "<@U1>", "```x```", "'"])
def test_nothing_is_left_of_what_has_no_words(text: str) -> None:
    assert words_of(text) == ()


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    assert words_of("grace " + "x" * 10_000)[0] == "grace"
    assert len(words_of("a b " * 10_000)) == 60


def test_a_question_behind_a_long_code_block_is_still_read() -> None:
    assert words_of("```" + "x" * 5_000 + "``` grace period") == ("grace", "period")


def test_words_are_also_known_as_they_were_typed() -> None:
    assert typed_words("My CEUs don't  count!") == ("my", "ceus", "do", "not", "count")
    assert alike(typed_words("My CEUs")) == words_of("My CEUs") == ("my", "unit")


def test_what_is_said_twice_in_a_row_is_said_once() -> None:
    assert alike(("ce", "units", "and", "units")) == ("unit", "and", "unit")


@pytest.mark.parametrize(
    ("number", "word"),
    [("620", "620"), ("2024", "2024"), ("1234", "1234"), ("12345", "#"), ("0123456789", "#")],
)
def test_a_long_number_is_any_number(number: str, word: str) -> None:
    assert words_of(f"ticket {number}") == ("ticket", word)


def test_what_has_befallen_a_certification_is_read_as_it_is_compared() -> None:
    assert {words_of(state) for state in STATES} == {(state,) for state in STATES}


def test_a_word_that_names_the_subject_outweighs_the_others() -> None:
    assert importance("grace") > importance("when") > importance("the") > 0


def test_a_number_names_no_subject() -> None:
    assert importance("620") == importance("#") == importance("when")


@pytest.mark.parametrize("text", ["I do not want it", "can't I", "never", "without an exam", "dont"])
def test_a_negation_is_seen(text: str) -> None:
    assert is_negated(words_of(text))


@pytest.mark.parametrize("text", ["I want it", "notes", "a knot", "nothing"])
def test_other_words_are_no_negation(text: str) -> None:
    assert not is_negated(words_of(text))


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    words = words_of(text)
    assert len(words) <= 60
    assert all(words)
    assert words == words_of(text)
