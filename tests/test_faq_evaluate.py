"""How the FAQ is measured."""

import json
import random
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.entry import Sheet, assemble
from faq.evaluate import (
    Evaluation,
    EvaluationError,
    Gate,
    Question,
    Share,
    evaluate,
    read_questions,
    with_typos,
)

BOATS = ["moor a boat", "boat harbour", "sailing boat", "harbour for boats", "a boat in the harbour"]
BIKES = ["bicycle chain", "repair a bicycle", "chain of my bicycle", "bicycle repair shop", "oil a bicycle"]
CARS = ["car engine", "oil for a car", "engine of the car", "repair a car engine", "car repair"]


def sheet(folder: str, slug: str, phrasings: list[str]) -> Sheet:
    front = f"question: {phrasings[0]}\nphrasings: {json.dumps(phrasings[1:])}\nsources: []\n"
    text = f"---\n{front}reviewed_on: 2026-11-22\ntags: []\nsee_also: []\n---\nThis is about {slug}.\n"
    return Sheet("entries" if folder == "entries" else "not_covered", slug, text)


FAQ = assemble(
    [sheet("entries", "boats", BOATS), sheet("entries", "bikes", BIKES), sheet("not_covered", "cars", CARS)],
    {},
    (),
)


def ticking(seconds: float = 0.001) -> Callable[[], float]:
    """A stopwatch on which so much passes between two looks."""
    ticks = count()
    return lambda: next(ticks) * seconds


def evaluated(*questions: tuple[str, str | None, str], load_s: float = 0.1) -> Evaluation:
    return evaluate(FAQ, [Question(*question) for question in questions], load_s, ticking())


GOOD = (
    ("moor a boat", "boats", "plain"),
    ("bicycle chain", "bikes", "keywords"),
    ("who painted the ceiling", None, "general"),
    ("engine of a car", None, "near"),
)


def missed(found: Evaluation) -> list[str]:
    return [gate.name for gate in found.gates if not gate.met]


def line(found: Evaluation, name: str) -> str:
    (said,) = (one.removeprefix(name).strip() for one in found.lines if one.startswith(name))
    return said


def test_where_all_is_right_every_gate_is_met() -> None:
    found = evaluated(*GOOD)
    assert missed(found) == []
    assert line(found, "right entry first  ").startswith("100.0%")
    assert line(found, "a question") == "p50 1.00 ms, p99 1.00 ms"


def test_what_is_wrong_misses_its_gate_and_is_named() -> None:
    found = evaluated(*GOOD, ("harbour for boats", "bikes", "plain"))
    assert missed(found) == [
        "right entry first >= 80 %",
        "right one among three >= 93 %",
        "precision of answers >= 95 %",
    ]
    assert "  1 x bikes -> boats" in found.lines
    assert "  1.00 'harbour for boats' -> boats, not bikes" in found.lines
    assert line(found, "right entry first  ").startswith("66.7%")


def test_coverage_ends_where_the_surest_answers_are_no_longer_right() -> None:
    right = [("moor a boat", "boats", "plain"), ("boat harbour", "boats", "plain")]
    wrong = ("who repairs my bicycle", "boats", "plain")
    unsure = ("where to moor in winter", "boats", "plain")
    assert line(evaluated(*right, wrong), "coverage at 98 % precision").endswith("2 of 3)")
    assert line(evaluated(*right, wrong, unsure), "coverage at 98 % precision").endswith("2 of 4)")
    assert line(evaluated(*right, unsure), "coverage at 98 % precision").endswith("3 of 3)")


@pytest.mark.parametrize("kind", ["general", "near"])
def test_an_answer_off_topic_misses_its_gate(kind: str) -> None:
    found = evaluated(*GOOD, ("moor a boat", None, kind))
    assert ("general answered <= 1 %" in missed(found)) == (kind == "general")
    assert ("near topics answered <= 3 %" in missed(found)) == (kind == "near")


def test_a_topic_not_covered_that_comes_first_is_not_right() -> None:
    found = evaluated(*GOOD, ("engine of the car", "boats", "plain"))
    assert "  1 x boats -> cars" in found.lines
    assert "right entry first >= 80 %" in missed(found)


@pytest.mark.parametrize(("load_s", "met"), [(0.99, True), (1.0, False)])
def test_a_slow_load_misses_its_gate(load_s: float, met: bool) -> None:
    assert ("load < 1 s" not in missed(evaluated(*GOOD, load_s=load_s))) is met


@pytest.mark.parametrize(("seconds", "met"), [(0.0049, True), (0.0051, False)])
def test_slow_questions_miss_their_gate(seconds: float, met: bool) -> None:
    found = evaluate(FAQ, [Question(*question) for question in GOOD], 0.1, ticking(seconds))
    assert ("99 % of questions < 5 ms" not in missed(found)) is met


def test_a_question_of_no_entry_is_refused() -> None:
    with pytest.raises(EvaluationError, match="cars, which is no entry"):
        evaluated(("engine", "cars", "plain"))


# Shares


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(95, 100, 0.888, 0.978), (0, 100, 0.0, 0.037), (100, 100, 0.963, 1.0), (1, 2, 0.095, 0.905)],
)
def test_the_interval_is_that_of_wilson(hits: int, of: int, low: float, high: float) -> None:
    assert Share(hits, of).interval == pytest.approx((low, high), abs=5e-4)


@given(st.integers(0, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_lies_in_its_interval(counts: tuple[int, int]) -> None:
    low, high = Share(*counts).interval
    assert 0 <= low <= high <= 1
    assert low - 1e-9 <= Share(*counts).value <= high + 1e-9


# Typos


def test_about_a_fifth_of_the_longer_words_get_a_slip() -> None:
    words = ["certification"] * 2000
    slipped = with_typos(" ".join(words), random.Random(1)).split()
    changed = sum(word != "certification" for word in slipped)
    assert 0.16 < changed / len(words) < 0.22  # a letter may be replaced by itself
    assert {word[0] for word in slipped} == {"c"}


def test_short_words_get_none_and_the_same_dice_the_same() -> None:
    assert with_typos("is it a 620 or an ACP?" * 50, random.Random(1)) == "is it a 620 or an ACP?" * 50
    assert with_typos("renewal " * 50, random.Random(3)) == with_typos("renewal " * 50, random.Random(3))


# Files


def test_questions_are_read_from_every_file_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text('{"q": "two", "entry": null, "kind": "near"}\n\n')
    (tmp_path / "a.jsonl").write_text('{"q": "one", "entry": "boats", "kind": "typo"}\n')
    (tmp_path / "notes.txt").write_text("not a question")
    assert read_questions(tmp_path) == [Question("one", "boats", "typo"), Question("two", None, "near")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON\n",
        "[1]\n",
        '{"q": "x", "kind": "plain"}\n',
        '{"q": 1, "entry": "boats", "kind": "plain"}\n',
        '{"q": "x", "entry": "boats", "kind": "odd"}\n',
        '{"q": "x", "entry": null, "kind": "plain"}\n',
        '{"q": "x", "entry": "boats", "kind": "near"}\n',
    ],
)
def test_what_is_no_question_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.jsonl").write_text(text)
    with pytest.raises(EvaluationError, match=r"a\.jsonl, line 1" if text else "no questions"):
        read_questions(tmp_path)


@pytest.mark.parametrize(
    ("gates", "passes"),
    [
        ([Gate("right", "1", met=True), Gate("quick", "1 s", met=True, is_timed=True)], True),
        ([Gate("right", "1", met=True), Gate("quick", "9 s", met=False, is_timed=True)], True),
        ([Gate("right", "0", met=False), Gate("quick", "1 s", met=True, is_timed=True)], False),
    ],
)
def test_a_slow_machine_fails_nothing_and_a_wrong_answer_does(gates: list[Gate], passes: bool) -> None:
    assert Evaluation((), tuple(gates)).passes is passes
