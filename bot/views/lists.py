"""Lists of what is kept: activities and certifications."""

from rules import Policy

from ..desk import Holdings, Listing
from . import words
from .blocks import Reply, reply
from .standing import FIRST_STEP

NOTHING_LOGGED = 'Nothing logged yet. The first one: `/ce add course "Jira Automation" yesterday`'
LIST_HELP = "Change one: `/ce edit {number} 2025-11-20` · take one out: `/ce remove {number}`"
CERT_HELP = "What the portal shows wins: `/ce portal {code} suspends {suspends} expires {expires}`"
# Slack shows a message of about 13,000 characters; a line is at most some 400.
LINES_MOST = 30


def activities(found: Listing, policy: Policy) -> Reply:
    """The answer to `/ce list`, newest first."""
    if not found.activities:
        return reply(NOTHING_LOGGED)
    shown = found.activities[:LINES_MOST]
    lines = [f"{words.activity(one, policy)} · {_serves(one.number, found)}" for one in shown]
    more = len(found.activities) - len(shown)
    return reply(
        "\n".join(lines),
        small=[
            f"{more} older ones are kept but not shown here." if more else "",
            LIST_HELP.format(number=shown[0].number),
        ],
    )


def _serves(number: int, found: Listing) -> str:
    now, before = found.counts_for.get(number), found.served.get(number)
    parts = [f"counts for {words.listed(now)}"] if now else []
    parts += [f"served a renewal of {words.listed(before)}"] if before else []
    return ", ".join(parts) or "counts for none"


def holdings(found: Holdings) -> Reply:
    """The answer to `/ce cert list`."""
    if not found.held:
        return reply(FIRST_STEP)
    lines = []
    for held, standing in found.held:
        cycle = standing.cycle
        earned = f"earned {words.day(held.earned_on)}" if held.earned_on else "earned date not stated"
        lines.append(
            f"*{held.code}* · {earned} · {standing.status.value}, suspends {words.day(cycle.suspends_on)}, "
            f"expires {words.day(cycle.expires_on)} ({words.HOW_SURE[cycle.dates]})"
        )
    exams = [f"Exam {exam.code} passed on {words.day(exam.passed_on)}" for exam in found.exams]
    first = found.held[0][1]
    return reply(
        "\n".join(lines),
        "\n".join(exams),
        small=[
            CERT_HELP.format(
                code=first.code, suspends=first.cycle.suspends_on, expires=first.cycle.expires_on
            )
        ],
    )
