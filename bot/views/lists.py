"""Lists of what is kept: activities and certifications."""

from collections.abc import Mapping, Sequence

from rules import Policy, Reason, State

from ..ledger import LoggedActivity
from ..outcomes import Holdings, Listing
from . import words
from .blocks import Block, Reply, beside, commands, fitting, reply
from .standing import ADD, first_step

NOTHING_LOGGED = 'Nothing logged yet. The first one: `/ce add course "Jira Automation" yesterday`'
OLDER = "{older} kept but not shown here."
DOES = {Reason.COUNTED: "counts for", Reason.CLOSED_CYCLE: "served a renewal of"}
DOES_NOT = {
    Reason.VALUE_UNCONFIRMED: "no units stated for",
    Reason.OVER_CAP: "over the limit of",
    Reason.BEFORE_CYCLE: "dated before the cycle of",
    Reason.AFTER_EXPIRY: "too late for",
    Reason.REJECTED: "rejected for",
    Reason.FUTURE: "still to come for",
}
# What is rejected says so by what it does; what is only logged needs no word.
IN_PORTAL = {State.ENTERED: " · entered in the portal", State.CONFIRMED: " · confirmed by the portal"}
KEPT = "kept until I know a certification"
LIST_HELP = (
    "Change one: `/ce edit {number} 2025-11-20` · take one out: `/ce remove {number}` · its proof: "
    "`/ce proof {number}`"
)
FILES = " · {files} as proof"
PROOF = "Proof of {number}"
CERT_HELP = "What the portal shows wins: `/ce portal {code} suspends {suspends} expires {expires}`"
# Slack shows a message of about 13,000 characters; a line has some 100, at most some 2,500.
LINES_MOST = 30
CHARACTERS_MOST = 10_000


def activities(found: Listing, policy: Policy) -> Reply:
    """The answer to `/ce list`, newest first."""
    if not found.activities:
        return reply(NOTHING_LOGGED)
    newest = found.activities[:LINES_MOST]
    files = found.files
    lines = [activity(one, found.codes[one.number], policy, files.get(one.number, 0)) for one in newest]
    shown = fitting(lines, LINES_MOST, CHARACTERS_MOST)
    more = len(found.activities) - len(shown)
    return reply(
        "\n".join(shown),
        small=[
            OLDER.format(older=words.count(more, "older one is", "older ones are")) if more else "",
            LIST_HELP.format(number=newest[0].number),
        ],
        buttons=_proof_button(newest, files),
    )


def _proof_button(newest: Sequence[LoggedActivity], files: Mapping[int, int]) -> list[Block]:
    """A button to the proof of the newest activity that has none yet, or else of the newest."""
    without = [one for one in newest if not one.link and one.number not in files]
    number = (without or newest)[0].number
    return beside((PROOF.format(number=number), f"proof {number}"))


def activity(
    one: LoggedActivity, codes: Mapping[Reason, Sequence[str]], policy: Policy, files: int = 0
) -> str:
    """An activity in a line: what it is, with how many files as proof, what it does for which codes."""
    proof = FILES.format(files=words.count(files, "file", "files")) if files else ""
    return f"{words.activity(one, policy)}{proof}{IN_PORTAL.get(one.state, '')} · {_serves(codes)}"


def _serves(codes: Mapping[Reason, Sequence[str]]) -> str:
    """What an activity does; why it does nothing is said only where that is all there is to say."""
    does = [f"{DOES[reason]} {words.codes(codes[reason])}" for reason in DOES if reason in codes]
    does_not = [f"{DOES_NOT[reason]} {words.codes(codes[reason])}" for reason in DOES_NOT if reason in codes]
    return ", ".join(does) or ", ".join(does_not) or KEPT


def holdings(found: Holdings) -> Reply:
    """The answer to `/ce cert list`."""
    if not found.held:
        return first_step()
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
        buttons=commands(ADD),
    )
