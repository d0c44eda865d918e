"""What is kept about a member, the question whether to delete it, and what was deleted."""

from ..ledger import Stored
from ..outcomes import Forgotten
from . import words
from .blocks import Reply, commands, reply
from .membership import left

# The commands that the buttons stand for; nobody types them.
EVERYTHING, KEEP = "forget-me everything", "forget-me keep"

NOTHING = "I keep nothing about you. To begin: `/ce cert add ACP-620 earned 2024-01-01`"
ASK = "*Delete everything I keep about you?* This is what there is{since}:"
FOR_GOOD = (
    "Deleted is deleted, for everybody and for good. A copy first: `/ce export`. You leave your teams, too, "
    "and I send you nothing any more."
)
NOT_YOURS = (
    "Questions are kept for 90 days without who asked them, so I cannot tell yours from others. What we "
    "wrote to each other stays in Slack."
)
SINCE_CHANGED = "Something was changed since I asked, so nothing is deleted yet."
KEPT = "Nothing was deleted. Where you stand: `/ce status`"
DELETED = "*Everything I kept about you is deleted, for good*: {what}."
BACKUPS = (
    "Backups that whoever runs me has made may still have it; ask them. If you ever want to begin anew: "
    "`/ce cert add ACP-620 earned 2024-01-01`"
)
NEW_LEAD = "A team you led alone is led by its longest-standing member now, whom I told."


def question(stored: Stored, seal: str, *, changed: bool = False) -> Reply:
    """The answer to `/ce forget-me`: what is kept, and whether to delete it; a seal is its member's alone."""
    if stored.is_nothing:
        return reply(NOTHING)
    since = f", since {words.day(stored.since.date())}" if stored.since else ""
    lines = [ASK.format(since=since), *(f"• {line}" for line in kinds(stored))]
    return reply(
        SINCE_CHANGED if changed else "",
        "\n".join(lines),
        FOR_GOOD,
        small=[NOT_YOURS],
        buttons=commands(("Delete everything", f"{EVERYTHING} {seal}"), ("Keep", KEEP)),
    )


def deleted(forgotten: Forgotten) -> Reply:
    """The answer to "Delete everything"; who leads a team from now on is told."""
    posts = [post for one in forgotten.left for post in left(one).posts]
    what = words.listed(kinds(forgotten.stored))
    return reply(DELETED.format(what=what), NEW_LEAD if posts else "", small=[BACKUPS])._replace(posts=posts)


def nothing() -> Reply:
    """There is nothing to delete (any more)."""
    return reply(NOTHING)


def kept() -> Reply:
    """The answer to "Keep"."""
    return reply(KEPT)


def kinds(stored: Stored) -> list[str]:
    """How much there is of each kind."""
    counted = (
        (stored.certifications, "certification with its dates", "certifications with their dates"),
        (stored.activities, "activity", "activities"),
        (stored.exams, "exam", "exams"),
        (stored.changes, "note of a change", "notes of changes"),
        (stored.notices, "reminder planned or sent", "reminders planned or sent"),
        (stored.teams, "team or invitation", "teams or invitations"),
        (stored.proofs, "file as proof", "files as proof"),
        (stored.votes, "vote on an answer", "votes on answers"),
        (stored.calendars, "private calendar address", "private calendar addresses"),
        (stored.others, "answer or question kept for a day", "answers or questions kept for a day"),
    )
    lines = [words.count(*one) for one in counted if one[0]]
    if stored.reminders:
        lines.append("the settings of reminders")
    return [*lines, "the time zone"] if stored.since else lines


def of_member(stored: Stored) -> str:
    """What is kept about a member in a sentence, for whoever runs the bot; "" for nothing."""
    return words.listed(kinds(stored))


def of_workspace(members: int, *, has_token: bool = False) -> str:
    """The same of a workspace, by the number of its members, and whether the bot has a token there."""
    people = words.count(members, "member and all of theirs", "members and all of theirs") if members else ""
    return words.listed([*filter(None, [people, "the bot's token there" if has_token else ""])])
