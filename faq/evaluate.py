"""How well questions that are not in the FAQ are answered, by files of questions that only measure."""

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from math import sqrt
from pathlib import Path
from typing import Final, NamedTuple

from .answer import MOST_SUGGESTIONS, Answer, reply
from .entry import Faq
from .matcher import Candidate
from .timing import Stopwatch, middle_and_slowest, timed

PRECISE: Final = 0.98
TYPOS: Final = 0.20  # of the words of four letters or more
TYPO_ROUNDS: Final = 5
SURE: Final = 1.96  # standard deviations of a 95 % interval
MOST_CONFUSIONS: Final = 20
KINDS: Final = ("plain", "typo", "keywords", "general", "near")
IN_SCOPE: Final = KINDS[:3]


class EvaluationError(ValueError):
    """The questions cannot be read; the sentence names file and line."""


class Question(NamedTuple):
    """A question, the entry that answers it (None: no entry does), and what kind of question it is."""

    text: str
    entry: str | None
    kind: str


class Asked(NamedTuple):
    """A question and what came of it: the candidates, the reply, and how long that took, in milliseconds."""

    question: Question
    candidates: tuple[Candidate, ...]
    answer: Answer
    took: float

    @property
    def first(self) -> str | None:
        """The entry that came first, whatever its score."""
        return self.candidates[0].slug if self.candidates else None

    @property
    def is_right(self) -> bool:
        """Whether the entry that came first is the one that answers."""
        return self.first == self.question.entry


class Share(NamedTuple):
    """So many of so many."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """From 0 to 1; 0 of nothing."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies with 95 % (Wilson)."""
        if not self.of:
            return 0.0, 1.0
        spread = SURE**2 / self.of
        middle = (self.value + spread / 2) / (1 + spread)
        reach = sqrt(spread * (self.value * (1 - self.value) + spread / 4)) / (1 + spread)
        return max(0.0, middle - reach), min(1.0, middle + reach)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:6.1%}  ({low:.1%} to {high:.1%}, {self.hits} of {self.of})"


class Gate(NamedTuple):
    """What must hold for a release, what was found, and whether it does.

    What is timed depends on the machine and on what else it does: it is told, and fails nothing.
    """

    name: str
    found: str
    met: bool
    is_timed: bool = False


class Evaluation(NamedTuple):
    """The report in lines, and the gates."""

    lines: tuple[str, ...]
    gates: tuple[Gate, ...]

    @property
    def passes(self) -> bool:
        """Whether every gate is met that says something about the answers."""
        return all(gate.met or gate.is_timed for gate in self.gates)


def read_questions(folder: Path) -> list[Question]:
    """The questions of every .jsonl file in `folder`, one object with "q", "entry" and "kind" a line.

    Raises EvaluationError for a folder without questions and for a line that is not one.
    """
    found = []
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip():
                found.append(_question(line, f"{file.name}, line {number}"))
    if not found:
        raise EvaluationError(f"There are no questions in {folder}: it needs .jsonl files.")
    return found


def _question(line: str, where: str) -> Question:
    try:
        given = json.loads(line)
        found = Question(given["q"], given["entry"], given["kind"])
    except (ValueError, KeyError, TypeError) as fault:
        raise EvaluationError(f'{where}: not an object with "q", "entry" and "kind".') from fault
    if not isinstance(found.text, str) or found.kind not in KINDS:
        raise EvaluationError(f'{where}: "q" must be text and "kind" one of {", ".join(KINDS)}.')
    if isinstance(found.entry, str) is not (found.kind in IN_SCOPE):
        raise EvaluationError(f'{where}: "entry" must name an entry, or be null for general and near.')
    return found


def evaluate(faq: Faq, questions: Sequence[Question], load_s: float, stopwatch: Stopwatch) -> Evaluation:
    """Ask all questions and report. Raises EvaluationError for a question of an entry that is not there."""
    for question in questions:
        if question.entry is not None and question.entry not in faq.entries:
            raise EvaluationError(f"{question.text!r} is asked of {question.entry}, which is no entry.")
    faq.matcher.match(
        "how long does the first question take"
    )  # what is loaded once is not the question's time
    asked = [_asked(faq, question, stopwatch) for question in questions]
    scope = [one for one in asked if one.question.entry is not None]
    general = [one for one in asked if one.question.kind == "general"]
    near = [one for one in asked if one.question.kind == "near"]
    answered = [one for one in scope if one.answer.tier == "answer"]

    top = _share(scope, lambda one: one.is_right)
    three = _share(scope, lambda one: one.question.entry in _topics(faq, one))
    precision = _share(answered, lambda one: one.answer.entry == one.question.entry)
    general_answered = _share(general, lambda one: one.answer.tier == "answer")
    near_answered = _share(near, lambda one: one.answer.tier == "answer")
    general_refused = _share(general, lambda one: one.answer.tier == "none")
    near_refused = _share(near, lambda one: one.answer.tier == "none")
    typos = _right_with_typos(faq, [one.question for one in scope])
    middle, slowest = middle_and_slowest([one.took for one in asked])

    gates = (
        Gate("right entry first >= 80 %", f"{top.value:.1%}", top.value >= 0.80),
        Gate("right one among three >= 93 %", f"{three.value:.1%}", three.value >= 0.93),
        Gate("precision of answers >= 95 %", f"{precision.value:.1%}", precision.value >= 0.95),
        Gate("general answered <= 1 %", f"{general_answered.value:.1%}", general_answered.value <= 0.01),
        Gate("near topics answered <= 3 %", f"{near_answered.value:.1%}", near_answered.value <= 0.03),
        Gate("general refused >= 90 %", f"{general_refused.value:.1%}", general_refused.value >= 0.90),
        Gate("20 % typos cost <= 3 points", f"{_points(top, typos):.1f}", _points(top, typos) <= 3),
        Gate("99 % of questions < 5 ms", f"{slowest:.2f} ms", slowest < 5, is_timed=True),
        Gate("load < 1 s", f"{load_s:.2f} s", load_s < 1, is_timed=True),
    )
    lines = [
        f"{len(scope)} questions for {len(faq.entries)} entries, {len(general)} general, {len(near)} near",
        "",
        f"right entry first           {top}",
        *(f"  {kind:<26}{_share(of_kind, lambda one: one.is_right)}" for kind, of_kind in _kinds(scope)),
        f"right one among three       {three}",
        f"with 20 % typos             {typos}",
        f"answered                    {Share(len(answered), len(scope))}",
        f"precision of answers        {precision}",
        f"coverage at 98 % precision  {_coverage(scope)}",
        f"suggested                   {_share(scope, lambda one: one.answer.tier == 'suggest')}",
        f"refused                     {_share(scope, lambda one: one.answer.tier == 'none')}",
        f"general: answered           {general_answered}",
        f"general: refused            {general_refused}",
        f"near: answered              {near_answered}",
        f"near: refused               {near_refused}",
        f"a question                  p50 {middle:.2f} ms, p99 {slowest:.2f} ms",
        f"load                        {load_s:.2f} s",
        "",
        *_wrong(asked),
        *_confusions(scope),
        *(f"{'met   ' if gate.met else 'MISSED'}  {gate.name:<32}{gate.found}" for gate in gates),
    ]
    return Evaluation(tuple(lines), gates)


def with_typos(text: str, dice: random.Random) -> str:
    """`text` with a slip in a fifth of its words of four letters or more.

    A letter is left out, doubled, exchanged with the next or replaced; the first stays.
    """

    def slip(found: re.Match[str]) -> str:
        word = found[0]
        if dice.random() >= TYPOS:
            return word
        place = dice.randrange(1, len(word) - 1)
        before, letter, after = word[:place], word[place], word[place + 1 :]
        other = dice.choice("abcdefghijklmnopqrstuvwxyz")
        return dice.choice(
            (
                before + after,
                before + letter + letter + after,
                before + after[0] + letter + after[1:],
                before + other + after,
            )
        )

    return re.sub(r"[A-Za-z]{4,}", slip, text)


def _asked(faq: Faq, question: Question, stopwatch: Stopwatch) -> Asked:
    match, took = timed(lambda: faq.matcher.match(question.text), stopwatch)
    return Asked(question, match.candidates, reply(faq, match), took)


def _topics(faq: Faq, one: Asked) -> list[str]:
    """The three entries that would be offered first."""
    return [found.slug for found in one.candidates if found.slug in faq.entries][:MOST_SUGGESTIONS]


def _right_with_typos(faq: Faq, questions: Sequence[Question]) -> Share:
    hits = 0
    for seed in range(TYPO_ROUNDS):
        dice = random.Random(seed)  # noqa: S311 - the same slips each time
        for question in questions:
            candidates = faq.matcher.match(with_typos(question.text, dice)).candidates
            hits += bool(candidates) and candidates[0].slug == question.entry
    return Share(hits, TYPO_ROUNDS * len(questions))


def _points(top: Share, typos: Share) -> float:
    return 100 * (top.value - typos.value)


def _share(asked: Sequence[Asked], holds: Callable[[Asked], bool]) -> Share:
    return Share(sum(map(holds, asked)), len(asked))


def _kinds(asked: Sequence[Asked]) -> list[tuple[str, list[Asked]]]:
    return [(kind, [one for one in asked if one.question.kind == kind]) for kind in IN_SCOPE]


def _coverage(scope: Sequence[Asked]) -> Share:
    """The most questions that could be answered, the surest first, with 98 % of the answers right."""
    surest = sorted(scope, key=lambda one: -one.candidates[0].score if one.candidates else 0.0)
    most = right = 0
    for count, one in enumerate(surest, start=1):
        right += one.is_right
        if right >= PRECISE * count:
            most = count
    return Share(most, len(scope))


def _wrong(asked: Sequence[Asked]) -> list[str]:
    """The answers that should not have been given."""
    wrong = [
        f"  {one.answer.score:.2f} {one.question.text!r} -> {one.answer.entry}, not {one.question.entry}"
        for one in asked
        if one.answer.tier == "answer" and one.answer.entry != one.question.entry
    ]
    return ["answered wrongly:", *wrong, ""] if wrong else []


def _confusions(scope: Sequence[Asked]) -> list[str]:
    pairs = Counter((one.question.entry, one.first) for one in scope if not one.is_right)
    found = [
        f"  {count} x {meant} -> {first}" for (meant, first), count in pairs.most_common(MOST_CONFUSIONS)
    ]
    return ["taken for another, the most frequent first:", *found, ""] if found else []
