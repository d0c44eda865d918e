"""`python -m faq`: ask the FAQ a question, look for mistakes in it, or measure it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:  # imported where used, so that --help is quick
    from .answer import Answer
    from .entry import Faq

QUESTIONS: Final = Path("tests/faq_eval")

NOT_JSON = 'This line is not a JSON object with the question under "q", such as {"q": "What earns CE?"}.'
NO_QUESTION = '"q" must be the question as text.'
ONE_OF_BOTH = 'give either a question in quotes or --jsonl, for example: python -m faq ask "What earns CE?"'
ONE_QUESTION = "--explain takes one question in quotes"
NO_FOLDER = (
    "there is no folder {folder}; name the one with the questions, for example: python -m faq eval {here}"
)
NO_FILE = "there is no file {file}"

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
    """Run the command; 0 when all is well, 2 for a wrong call, 1 for a fault, a finding or a gate."""
    parser = _Parser(prog="python -m faq", description="Curated answers about renewing a certification.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="{ask,lint,eval,bench}")
    asking = commands.add_parser(
        "ask", help="answer a question", description="Prints the reply to a question as one line of JSON."
    )
    asking.add_argument("question", nargs="?", help="the question, in quotes")
    asking.add_argument(
        "--jsonl", action="store_true", help='read one {"q": "..."} a line, print one reply for each'
    )
    asking.add_argument("--explain", action="store_true", help="say in words how the reply came about")
    linting = commands.add_parser(
        "lint",
        help="look for mistakes in the FAQ's files",
        description="Prints what is wrong with the FAQ's files, one finding a line.",
    )
    linting.add_argument(
        "--today", type=date.fromisoformat, help="find also what was reviewed too long before this day"
    )
    evaluating = commands.add_parser(
        "eval",
        help="measure how well questions are answered",
        description="Asks the questions of a folder's .jsonl files, one "
        '{"q": "...", "entry": "slug" or null, "kind": "plain|typo|keywords|general|near"} a line, '
        "and prints how well they are answered and which gates are met.",
    )
    evaluating.add_argument("folder", nargs="?", type=Path, default=QUESTIONS, help=f"by default {QUESTIONS}")
    benching = commands.add_parser(
        "bench",
        help="measure the matcher on other people's questions",
        description="Learns from one file with the columns sentence,label, asks what is in another, and "
        "prints how well it told the labels as one line of JSON.",
    )
    benching.add_argument("train", type=Path, help="the file to learn from")
    benching.add_argument("test", type=Path, help="the file to ask")
    benching.add_argument("--oos", required=True, metavar="LABEL", help="the label of what is out of scope")
    given = parser.parse_args(arguments)
    if given.command == "ask" and (given.question is None) is not given.jsonl:
        asking.error(ONE_OF_BOTH)
    if given.command == "ask" and given.explain and given.jsonl:
        asking.error(ONE_QUESTION)
    if given.command == "eval" and not given.folder.is_dir():
        evaluating.error(NO_FOLDER.format(folder=given.folder, here="path/to/ce-bot/tests/faq_eval"))
    if given.command == "bench":
        for file in (given.train, given.test):
            if not file.is_file():
                benching.error(NO_FILE.format(file=file))
    try:
        if given.command == "lint":
            return _lint(*facts(), given.today)
        if given.command == "eval":
            return _eval(given.folder, *facts())
        if given.command == "bench":
            return _bench(given.train, given.test, given.oos)
        if given.jsonl and sys.stdin.isatty():
            asking.print_help()
            return 0
        if given.explain:
            return _explain(given.question, *facts())
        return _ask(given.question, *facts())
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ValueError as fault:
        sys.stderr.write(f"{parser.prog}: {fault}\n")
        return 1


def _explain(question: str, figures: Mapping[str, str], known_sources: Collection[str]) -> int:
    from .entry import load
    from .explain import explained

    sys.stdout.write(explained(load(figures, known_sources), question))
    return 0


def _eval(folder: Path, figures: Mapping[str, str], known_sources: Collection[str]) -> int:
    began = perf_counter()
    from .entry import load

    faq = load(figures, known_sources)
    load_s = perf_counter() - began
    from .evaluate import evaluate, read_questions

    found = evaluate(faq, read_questions(folder), load_s, perf_counter)
    sys.stdout.writelines(line + "\n" for line in found.lines)
    return 0 if found.passes else 1


def _bench(train: Path, test: Path, out_of_scope: str) -> int:
    from .bench import bench, read_labelled

    _write(bench(read_labelled(train), read_labelled(test), out_of_scope, perf_counter))
    return 0


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


def _lint(figures: Mapping[str, str], known_sources: Collection[str], today: date | None) -> int:
    from .entry import packaged_sheets
    from .lint import lint

    sheets = list(packaged_sheets())
    found = lint(sheets, figures, known_sources, today)
    for finding in found:
        sys.stdout.write(finding + "\n")
    if not found:
        entries = sum(sheet.folder == "entries" for sheet in sheets)
        sys.stdout.write(f"{entries} entries, {len(sheets) - entries} not covered: no findings\n")
    return 1 if found else 0


def _write(reply: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()  # a program at the other end may wait for each reply


if __name__ == "__main__":
    sys.exit(main())
