"""`python -m faq`: ask the FAQ a question, or look for mistakes in it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:  # imported where used, so that --help is quick
    from .answer import Answer
    from .entry import Entry, Faq, Sheet

FEWEST_PHRASINGS: Final = 8
MOST_PHRASINGS: Final = 12
LONGEST_PHRASING: Final = 120
TOO_ALIKE: Final = 0.95  # two phrasings of different entries that only empty words tell apart

NOT_JSON = 'This line is not a JSON object with the question under "q", such as {"q": "What earns CE?"}.'
NO_QUESTION = '"q" must be the question as text.'
ONE_OF_BOTH = 'give either a question in quotes or --jsonl, for example: python -m faq ask "What earns CE?"'

Facts = tuple[Mapping[str, str], Collection[str]]  # the policy's figures, and its source ids


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Leave with one sentence and exit code 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def policy_facts() -> Facts:
    """The figures and source ids of the packaged policy."""
    from rules import figures, load_policy

    policy = load_policy()
    return figures(policy), policy.sources.keys()


def main(arguments: Sequence[str] | None = None, facts: Callable[[], Facts] = policy_facts) -> int:
    """Run the command; 0 when all is well, 1 for a bad line, a finding or a fault, 2 for a wrong call."""
    parser = _Parser(prog="python -m faq", description="Curated answers about renewing a certification.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="{ask,lint}")
    asking = commands.add_parser(
        "ask", help="answer a question", description="Prints the reply to a question as one line of JSON."
    )
    asking.add_argument("question", nargs="?", help="the question, in quotes")
    asking.add_argument(
        "--jsonl", action="store_true", help='read one {"q": "..."} a line, print one reply for each'
    )
    commands.add_parser(
        "lint",
        help="look for mistakes in the FAQ's files",
        description="Prints what is wrong with the FAQ's files, one finding a line.",
    )
    given = parser.parse_args(arguments)
    if given.command == "ask" and (given.question is None) is not given.jsonl:
        asking.error(ONE_OF_BOTH)
    try:
        if given.command == "lint":
            return _lint(*facts())
        if given.jsonl and sys.stdin.isatty():
            asking.print_help()
            return 0
        return _ask(given.question, *facts())
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ValueError as fault:
        sys.stderr.write(f"{parser.prog}: {fault}\n")
        return 1


def _ask(question: str | None, figures: Mapping[str, str], known_sources: Collection[str]) -> int:
    from .answer import ask
    from .entry import load

    faq = load(figures, known_sources)
    if question is not None:
        _write(as_json(ask(faq, question)))
        return 0
    good = True
    for reply, answered in replies(faq, sys.stdin.buffer):
        _write(reply)
        good = good and answered
    return 0 if good else 1


def replies(faq: Faq, lines: Iterable[bytes]) -> Iterator[tuple[dict[str, Any], bool]]:
    """A reply, or an error, for each line that is not blank, and whether it is a reply."""
    from .answer import ask

    for line in lines:
        if not line.strip():
            continue
        try:
            given = json.loads(line)
        except (ValueError, RecursionError):  # not JSON, not Unicode, or nested beyond sense
            given = None
        if not isinstance(given, dict):
            yield {"error": {"field": "", "message": NOT_JSON}}, False
        elif not isinstance(given.get("q"), str):
            yield {"error": {"field": "q", "message": NO_QUESTION}}, False
        else:
            yield as_json(ask(faq, given["q"])), True


def as_json(answer: Answer) -> dict[str, Any]:
    """The reply as it is printed; other programs rely on these keys."""
    return {
        "tier": answer.tier,
        "entry": answer.entry,
        "score": answer.score,
        "answer": answer.answer,
        "suggestions": list(answer.suggestions),
        "matched": answer.matched,
    }


def _lint(figures: Mapping[str, str], known_sources: Collection[str]) -> int:
    from .entry import packaged_sheets

    found, entries, not_covered = findings(packaged_sheets(), figures, known_sources)
    for finding in found:
        sys.stdout.write(finding + "\n")
    if not found:
        sys.stdout.write(f"{entries} entries, {not_covered} not covered: no findings\n")
    return 1 if found else 0


def findings(
    sheets: Iterable[Sheet], figures: Mapping[str, str], known_sources: Collection[str]
) -> tuple[list[str], int, int]:
    """What is wrong with `sheets`, one sentence each, and how many entries and decoys could be read."""
    from .entry import read_all
    from .matcher import Matcher

    entries, not_covered, faults = read_all(sheets, figures, known_sources)
    found = [str(fault) for fault in faults]
    for folder, read in (("entries", entries), ("not_covered", not_covered)):
        for entry in read.values():
            found.extend(f"{folder}/{entry.slug}.md: {finding}" for finding in _findings_in(entry))
    for slug, entry in entries.items():
        if not entry.sources:
            found.append(f"entries/{slug}.md: sources: there is none; name where the answer comes from.")
    everything = {**entries, **not_covered}
    for alike in Matcher({slug: entry.ways_to_ask for slug, entry in everything.items()}).likenesses():
        if alike.score >= TOO_ALIKE:
            first, second = alike.slugs
            one, other = alike.phrasings
            found.append(
                f"{first} and {second}: phrasings: too alike ({alike.score:.2f}): {one!r} and {other!r}."
            )
    return found, len(entries), len(not_covered)


def _findings_in(entry: Entry) -> Iterator[str]:
    from .text import words_of

    # Two phrasings that are read as the same words are one.
    count = len({words_of(phrasing) for phrasing in entry.phrasings})
    if not FEWEST_PHRASINGS <= count <= MOST_PHRASINGS:
        yield f"phrasings: {count} different ones; write {FEWEST_PHRASINGS} to {MOST_PHRASINGS}."
    for phrasing in entry.phrasings:
        if len(phrasing) > LONGEST_PHRASING:
            yield f"phrasings: {phrasing[:40]!r}... is longer than {LONGEST_PHRASING} characters."


def _write(reply: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()  # a program at the other end may wait for each reply


if __name__ == "__main__":
    sys.exit(main())
