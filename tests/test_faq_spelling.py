"""Which words are taken for misspellings, and of what."""

import pytest

from faq.spelling import English, Speller

ENGLISH = English()
SPELLER = Speller(
    [
        "certification",
        "certification",
        "certificate",
        "coursework",
        "renew",
        "grace",
        "points",
        "point",
        "acp-620",
    ],
    ENGLISH,
)


@pytest.mark.parametrize("word", ["the", "suspended", "necessary", "zebra", "yacht"])
def test_words_of_english_are_known(word: str) -> None:
    assert word in ENGLISH
    assert SPELLER.knows(word)


@pytest.mark.parametrize("word", ["certificaton", "teh", "zertifizierung", "", "é", "認定", "zzzzzz"])
def test_others_are_not(word: str) -> None:
    assert word not in ENGLISH


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("certificaton", "certification"),
        ("cretification", "certification"),
        ("certiifcatoin", "certification"),  # two slips in a long word
        ("couresework", "coursework"),
        ("rnew", "renew"),
        ("garce", "grace"),
        ("graec", "grace"),
        ("poitns", "points"),
    ],
)
def test_a_slip_or_two_are_mended(typed: str, meant: str) -> None:
    assert SPELLER.mended(typed) == meant


@pytest.mark.parametrize(
    "word",
    [
        "certification",  # stands in the FAQ
        "print",  # is English, and one letter from "point"
        "race",
        "renow7",  # not letters alone
        "grc",  # too short
        "gxxce",  # two slips in a short word
        "xgrace",  # begins otherwise
        "couxxxwork",  # three slips
        "認定資格",
        "",
    ],
)
def test_other_words_stay_as_they_are(word: str) -> None:
    assert SPELLER.mended(word) == word


def test_of_two_that_are_equally_near_the_more_frequent_is_meant_then_the_first_by_name() -> None:
    assert Speller(["grabe", "grade_", "graze", "graze"], ENGLISH).mended("grafe") == "graze"
    assert Speller(["grabs", "grazs"], ENGLISH).mended("graqs") == "grabs"


def test_the_nearest_goes_before_the_most_frequent() -> None:
    speller = Speller(["certifications"] * 5 + ["certification"], ENGLISH)
    assert speller.mended("certificationn") in {"certification", "certifications"}
    assert (
        Speller(["certificated"] * 5 + ["certification"], ENGLISH).mended("certificatio") == "certification"
    )
