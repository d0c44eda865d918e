"""`python -m rules`: histories in, standings out, one JSON object a line."""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence

from . import load_policy, standings
from .jsonl import LineError, dump, history_from, standing_as_json
from .policy import Policy

DESCRIPTION = "Reads histories from standard input, one JSON object a line, and prints where each stands."
EXAMPLE = """example:
  echo '{"as_of":"2025-12-03","credentials":[{"code":"ACP-620","earned_on":"2024-01-01"}],
  "activities":[{"id":"a1","kind":"course","done_on":"2025-12-01"}]}' | tr -d '\\n' | python -m rules

A line that cannot be read gives {"error": {"field", "message"}} in its place; the others go on, and the
exit code is 1."""


def answer(lines: Iterable[str], policy: Policy) -> Iterable[tuple[str, bool]]:
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
        found = [standing_as_json(standing) for standing in standings(history, policy)]
        yield dump({"as_of": history.as_of, "policy": head, "standings": found}), True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when every line was answered, 1 when one was not, 2 for a wrong call."""
    parser = argparse.ArgumentParser(
        prog="python -m rules",
        description=DESCRIPTION,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(arguments)
    if sys.stdin.isatty():
        parser.print_help()
        return 0
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    good = True
    try:
        for text, answered in answer(sys.stdin, load_policy()):
            sys.stdout.write(text + "\n")
            good = good and answered
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
