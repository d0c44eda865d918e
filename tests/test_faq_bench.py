"""The matcher on other people's questions."""

from itertools import count
from pathlib import Path

import pytest

from faq.bench import BenchError, bench, correlation, read_labelled

TRAIN = [
    *((text, "BOAT") for text in ("moor a boat", "boat harbour", "sailing boat", "harbour for my boat")),
    *((text, "BIKE") for text in ("bicycle chain", "repair a bicycle", "oil my bicycle", "broken bicycle")),
]
TEST = [
    ("mooring my boat", "BOAT"),
    ("bicycle repair", "BIKE"),
    ("harbour boat", "BIKE"),
    ("who sang this song", "OTHER"),
    ("zzzz", "OTHER"),
]


def test_what_is_told_right_is_counted() -> None:
    ticks = count()
    found = bench(TRAIN, TEST, "OTHER", lambda: next(ticks) / 1000)
    assert found["forced_accuracy"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["in_scope_accuracy"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["oos_recall"] == 1.0
    assert found["threshold"] == 0.4
    assert found["best_mcc"] >= found["mcc"] > 0.5
    assert (found["p50_ms"], found["p99_ms"], found["fit_s"]) == (1.0, 1.0, 0.001)


def test_sentences_out_of_scope_teach_what_to_refuse() -> None:
    question = [("is my bicycle insured", "OTHER")]
    told = TRAIN + [
        (f"{what} insurance", "OTHER") for what in ("bicycle", "my bicycle", "an insured bicycle")
    ]
    taught = bench(told, question, "OTHER", iter(range(9)).__next__)
    assert taught["oos_recall"] == 1.0
    assert bench(TRAIN, question, "OTHER", iter(range(9)).__next__)["oos_recall"] == 0.0


def test_the_test_does_not_move_the_threshold() -> None:
    stopwatch = count().__next__
    one = bench(TRAIN, TEST, "OTHER", stopwatch)["raw_threshold"]
    assert bench(TRAIN, TEST[:1], "OTHER", stopwatch)["raw_threshold"] == one


def test_sentences_without_words_do_no_harm() -> None:
    found = bench(
        [*TRAIN, ("?!", "BIKE"), ("🎉", "PARTY"), ("", "OTHER")], [("🎉", "OTHER")], "OTHER", count().__next__
    )
    assert found["oos_recall"] == 1.0


@pytest.mark.parametrize(("train", "test"), [([], TEST), (TRAIN, []), ([("a", "OTHER")], TEST)])
def test_where_there_is_nothing_to_do_that_is_said(
    train: list[tuple[str, str]], test: list[tuple[str, str]]
) -> None:
    with pytest.raises(BenchError):
        bench(train, test, "OTHER", count().__next__)


@pytest.mark.parametrize(
    ("labels", "told", "expected"),
    [
        ("aabb", "aabb", 1.0),
        ("aabb", "bbaa", -1.0),
        ("aabb", "abab", 0.0),
        ("aabb", "aaaa", 0.0),
        ("aabbcc", "aabbca", 0.7833),
        ("aaab", "aabb", 0.5774),
    ],
)
def test_the_correlation_is_that_of_matthews(labels: str, told: str, expected: float) -> None:
    assert correlation(labels, told) == pytest.approx(expected, abs=1e-4)


def test_labelled_sentences_are_read(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('sentence,label\n"boats, and ""bikes""",BOAT\nñandú,BIRD\n', encoding="utf-8")
    assert read_labelled(file) == [('boats, and "bikes"', "BOAT"), ("ñandú", "BIRD")]


@pytest.mark.parametrize("text", ["", "sentence,label\n", "text,label\na,b\n"])
def test_a_file_without_the_columns_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text)
    with pytest.raises(BenchError, match="sentence,label"):
        read_labelled(file)
