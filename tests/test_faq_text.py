"""Which texts are read as the same question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.text import importance, is_negated, stem, terms_of, words_of


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


@pytest.mark.parametrize(
    "forms",
    [
        ("match", "matches", "matched", "matching"),
        ("extend", "extends", "extended", "extending"),
        ("carry", "carries"),
        ("plan", "planned", "planning"),
        ("accredit", "accreditation", "accreditations"),
        ("automatic", "automatically"),
        ("portal", "portals"),
    ],
)
def test_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert {stem(form) for form in forms} == {stem(forms[0])}


@pytest.mark.parametrize(
    ("one", "other"), [("course", "cost"), ("bus", "busy"), ("status", "state"), ("ace", "aca")]
)
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_a_word_that_names_the_subject_outweighs_the_others() -> None:
    assert importance("grace") > importance("when") > importance("the") > 0


def test_a_term_is_compared_once() -> None:
    assert terms_of(("match", "the", "matching", "the")) == ("match", "the")


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
