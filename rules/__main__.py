"""`python -m rules`: histories in, standings out, one JSON object a line; and a look at a policy file."""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

from . import explained, load_policy, standings
from .compare import compared
from .jsonl import LineError, dump, explanation_as_json, history_from, standing_as_json
from .lint import findings
from .policy import Policy, PolicyError, read_policy, shipped_policy
from .scenarios import ScenarioError, read_scenarios

DESCRIPTION = "Reads histories from standard input, one JSON object a line, and prints where each stands."
EXAMPLE = """example:
  echo '{"as_of":"2025-12-03","credentials":[{"code":"ACP-620","earned_on":"2024-01-01"}],
  "activities":[{"id":"a1","kind":"course","done_on":"2025-12-01"}]}' | tr -d '\\n' | python -m rules

A line that cannot be read gives {"error": {"field", "message"}} in its place; the others go on, and the
exit code is 1.

With --explain each standing has "explanation", too, a tree of reasons: {"key", "value", "unit", "rule",
"effective_from" (the day the policy value used took effect, or null), "sources" (ids of the policy's
sources), "note" (a sentence) and "children" (what it follows from, in the same form)}."""
LINT = "Prints what is wrong with a policy file, one finding a line; warnings alone leave the exit code at 0."
DIFF = (
    "Prints which figures differ between two policies, and what that changes in the answer to each scenario."
)
STANDARD_INPUT = "-"


class UnreadableError(ValueError):
    """A file cannot be read; the message is one sentence that names it."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Leave with one sentence and exit code 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def answer(lines: Iterable[str], policy: Policy, *, with_reasons: bool = False) -> Iterable[tuple[str, bool]]:
    """For each history one line of JSON, and whether it is an answer rather than an error."""
    head = {"id": policy.id, "verified_on": policy.verified_on}
    for line in lines:
        if not line.strip():
            continue
        try:
            history = history_from(line, policy)
        except LineError as error:
            yield dump(error.as_json()), False
            continue
        if with_reasons:
            found = [
                {**standing_as_json(standing), "explanation": explanation_as_json(explanation)}
                for standing, explanation in explained(history, policy)
            ]
        else:
            found = [standing_as_json(standing) for standing in standings(history, policy)]
        yield dump({"as_of": history.as_of, "policy": head, "standings": found}), True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when all is well, 1 for a bad line, a finding or a fault, 2 for a wrong call."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.command and given.explain:
        parser.error(f"--explain is about histories, not about {given.command}: leave it out")
    if given.command is None and sys.stdin.isatty():
        parser.print_help()
        return 0
    try:
        if given.command == "lint":
            good = _lint(given.file, given.today)
        elif given.command == "diff":
            good = _diff(given.old, given.new, given.scenarios)
        else:
            good = _answer(with_reasons=given.explain)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        good = True
    except (UnreadableError, PolicyError, ScenarioError) as error:
        sys.stderr.write(f"{parser.prog}: {error}\n")
        good = False
    return 0 if good else 1


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m rules",
        description=DESCRIPTION,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--explain", action="store_true", help="say of each standing why it is so")
    commands = parser.add_subparsers(dest="command", metavar="{lint,diff}")
    linting = commands.add_parser("lint", help="look for mistakes in a policy file", description=LINT)
    linting.add_argument(
        "file", metavar="FILE", nargs="?", help="the policy, - for standard input (default: the one shipped)"
    )
    linting.add_argument(
        "--today", metavar="DATE", type=_day, help="the day from which the age of verified_on is told"
    )
    diffing = commands.add_parser(
        "diff", help="show what another policy changes in answers", description=DIFF
    )
    diffing.add_argument("old", metavar="OLD", help="the policy as it was, - for standard input")
    diffing.add_argument(
        "new", metavar="NEW", nargs="?", help="the policy as it would be (default: the one shipped)"
    )
    diffing.add_argument("--scenarios", metavar="FILE", required=True, help="the scenarios, a YAML file")
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day: write it as YYYY-MM-DD") from None


def _answer(*, with_reasons: bool) -> bool:
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    good = True
    for text, answered in answer(sys.stdin, load_policy(), with_reasons=with_reasons):
        sys.stdout.write(text + "\n")
        good = good and answered
    return good


def _lint(file: str | None, today: date | None) -> bool:
    text, name = _policy_text(file)
    found = findings(text, today)
    for finding in found:
        sys.stdout.write(finding.told(name) + "\n")
    if not found:
        sys.stdout.write(f"{name}: no findings.\n")
    if today is None:
        sys.stdout.write(f"{name}: how old verified_on is was not checked: say the day with --today DATE.\n")
    return all(finding.is_warning for finding in found)


def _diff(old: str, new: str | None, scenarios: str) -> bool:
    asked = read_scenarios(_text(scenarios), scenarios)
    was, would_be = read_policy(*_policy_text(old)), read_policy(*_policy_text(new))
    for line in compared(was, would_be, asked):
        sys.stdout.write(line + "\n")
    return True


def _policy_text(file: str | None) -> tuple[str, str]:
    """The text of a policy and the name it has in messages."""
    if file is None:
        return shipped_policy()
    return _text(file), "standard input" if file == STANDARD_INPUT else file


def _text(file: str) -> str:
    try:
        read = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
        return read.decode("utf-8")
    except OSError as error:
        raise UnreadableError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{file} is not text in UTF-8.") from error


if __name__ == "__main__":
    sys.exit(main())
