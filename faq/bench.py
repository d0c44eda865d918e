"""The matcher on anybody's questions: files of a sentence and its label a line, as intent data sets are."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from math import sqrt
from pathlib import Path
from typing import Any, Final

from .matcher import SUGGEST_FROM, Match, Matcher, packaged_off_topic
from .timing import Stopwatch, middle_and_slowest, timed

GRID: Final = tuple(step / 10 for step in range(1, 10))


class BenchError(ValueError):
    """A file cannot be used; the sentence says why."""


def read_labelled(file: Path) -> list[tuple[str, str]]:
    """Each sentence with its label. Raises BenchError where the columns `sentence,label` are missing."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if not rows or not {"sentence", "label"} <= rows[0].keys():
        raise BenchError(f"{file} has no lines under the columns sentence,label.")
    return [(row["sentence"], row["label"]) for row in rows]


def bench(
    train: Iterable[tuple[str, str]],
    test: Sequence[tuple[str, str]],
    out_of_scope: str,
    stopwatch: Stopwatch,
) -> dict[str, Any]:
    """Learn from `train`, ask what is in `test`, and report how well labels and `out_of_scope` were told.

    The threshold is the matcher's own, chosen from the training sentences, beside the raw score it stands
    for; "best_threshold" is, for comparison, the one on a grid of 0.1 that would have been best for the test.
    Training sentences out of scope join the packaged ones that are off topic. Raises BenchError where there
    is nothing to learn or to ask.
    """
    phrasings: defaultdict[str, list[str]] = defaultdict(list)
    off_topic = packaged_off_topic()
    for sentence, label in train:
        (off_topic if label == out_of_scope else phrasings[label]).append(sentence)
    if not phrasings or not test:
        raise BenchError("There is nothing to learn from, or nothing to ask.")
    began = stopwatch()
    matcher = Matcher(phrasings, off_topic)
    fit_s = stopwatch() - began

    asked = [timed(partial(matcher.match, sentence), stopwatch) for sentence, _ in test]
    found = [_first(match, out_of_scope) for match, _ in asked]
    middle, slowest = middle_and_slowest([took for _, took in asked])

    labels = [label for _, label in test]
    inside = [number for number, label in enumerate(labels) if label != out_of_scope]
    outside = [number for number, label in enumerate(labels) if label == out_of_scope]

    def told(threshold: float) -> list[str]:
        return [label if score >= threshold else out_of_scope for label, score in found]

    def right(said: Sequence[str], places: Sequence[int]) -> float:
        return sum(said[place] == labels[place] for place in places) / len(places) if places else 0.0

    chosen = told(SUGGEST_FROM)
    best = max(GRID, key=lambda threshold: correlation(labels, told(threshold)))
    return {
        "forced_accuracy": round(right(told(0.0), inside), 4),
        "mcc": round(correlation(labels, chosen), 4),
        "threshold": SUGGEST_FROM,
        "raw_threshold": round(matcher.scale.suggest, 4),
        "in_scope_accuracy": round(right(chosen, inside), 4),
        "oos_recall": round(right(chosen, outside), 4),
        "best_threshold": best,
        "best_mcc": round(correlation(labels, told(best)), 4),
        "p50_ms": round(middle, 3),
        "p99_ms": round(slowest, 3),
        "fit_s": round(fit_s, 3),
    }


def _first(match: Match, nothing: str) -> tuple[str, float]:
    """The label that came first, with its score."""
    return (match.candidates[0].slug, match.candidates[0].score) if match.candidates else (nothing, 0.0)


def correlation(labels: Sequence[str], told: Sequence[str]) -> float:
    """Matthews' correlation of many classes: 1 when all are told right, 0 for what guessing gets."""
    count = len(labels)
    right = sum(one == other for one, other in zip(labels, told, strict=True))
    there, said = Counter(labels), Counter(told)
    both = sum(there[label] * said[label] for label in there)
    spread = (count**2 - sum(n**2 for n in said.values())) * (count**2 - sum(n**2 for n in there.values()))
    return (right * count - both) / sqrt(spread) if spread else 0.0
