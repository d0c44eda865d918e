"""The words of why and plan: certifications and a day, or one sentence that helps."""

from datetime import date

import pytest

from bot import grammar

TODAY = date(2025, 12, 2)
CODES, LEVELS = ("ACP-120", "ACP-620"), ("ACP", "ACA")


def plan(text: str) -> grammar.PlanWords:
    return grammar.read_plan(text, TODAY, CODES, LEVELS)


@pytest.mark.parametrize(
    ("typed", "codes", "on"),
    [
        ("", (), None),
        ("ACP-620", ("ACP-620",), None),
        ("acp 620", ("ACP-620",), None),
        ("acp620 and ACP-120", ("ACP-620", "ACP-120"), None),
        ("ACP-620,ACP-120", ("ACP-620", "ACP-120"), None),
        ("ACP-620, ACP-120; ACA-100", ("ACP-620", "ACP-120", "ACA-100"), None),
        ("ACP-620 ACP-620", ("ACP-620",), None),
        ("on 2026-01-01", (), date(2026, 1, 1)),
        ("2026-01-01", (), date(2026, 1, 1)),
        ("from tomorrow", (), date(2025, 12, 3)),
        ("today", (), TODAY),
        ("on 2025-12-02", (), TODAY),
        ("ACP-620 ACP-120 on 3 Mar 2026", ("ACP-620", "ACP-120"), date(2026, 3, 3)),
    ],
)
def test_a_plan_is_for_the_certifications_named_from_the_day_named(
    typed: str, codes: tuple[str, ...], on: date | None
) -> None:
    assert plan(typed) == grammar.PlanWords(codes, on)


@pytest.mark.parametrize(
    ("typed", "sentence", "example"),
    [
        ("on 2025-12-01", "Mon 2025-12-01 is past, and a plan begins today or later", "/ce plan"),
        ("ACP-620 on 2025-12-01", "is past", "/ce plan ACP-620"),
        ("ACP-620 on", "I cannot place “on”", "/ce plan ACP-620"),
        ("ACP-620 on 2026-01-01 please", "I cannot place “please”", "/ce plan ACP-620 on 2026-01-01"),
        ("ACP-620 quickly", "“quickly” is not the code of a certification", "/ce plan ACP-620"),
        ("ACP-621", "where ACP-620 is nearest", "/ce plan ACP-620"),
        ("on 31/02/2026", "There is no 31 February 2026", "/ce plan"),
        ("x" * 2_001, "shorten the text", "/ce plan"),
    ],
)
def test_what_is_no_plan_gets_a_sentence_and_a_line_that_works(
    typed: str, sentence: str, example: str
) -> None:
    with pytest.raises(grammar.WordsError) as caught:
        plan(typed)
    assert sentence in caught.value.sentence
    assert caught.value.example == example
    assert plan(example.removeprefix("/ce plan"))


def test_a_day_with_two_readings_is_asked_back() -> None:
    with pytest.raises(grammar.AmbiguousWordsError) as caught:
        plan("ACP-620 on 05/06/2026")
    assert caught.value.readings == (date(2026, 5, 6), date(2026, 6, 5))
    assert [plan(text).on for text in caught.value.texts] == [date(2026, 5, 6), date(2026, 6, 5)]


@pytest.mark.parametrize(
    ("typed", "code", "whole"),
    [
        ("", None, False),
        ("all", None, True),
        ("ACP-620", "ACP-620", False),
        ("acp 620 ALL", "ACP-620", True),
        ("ACP-620 everything", "ACP-620", True),
    ],
)
def test_why_takes_a_certification_and_all(typed: str, code: str | None, whole: bool) -> None:
    assert grammar.read_why(typed, CODES, LEVELS) == (code, whole)


@pytest.mark.parametrize(
    ("typed", "sentence", "example"),
    [
        ("ACP-620 ACP-120", "one certification at a time", "/ce why ACP-620"),
        ("ACP-620 please", "cannot place “please”", "/ce why ACP-620"),
        ("ACP-612", "where ACP-620 is nearest", "/ce why ACP-620"),
        ("frobnicate", "is not the code of a certification", "/ce why ACP-120"),
    ],
)
def test_why_that_cannot_be_read_gets_a_sentence_and_a_line_that_works(
    typed: str, sentence: str, example: str
) -> None:
    with pytest.raises(grammar.WordsError) as caught:
        grammar.read_why(typed, CODES, LEVELS)
    assert sentence in caught.value.sentence
    assert caught.value.example == example
    assert grammar.read_why(caught.value.example.removeprefix("/ce why"), CODES, LEVELS)[0]
