"""Every command, what it does, and an example that works as it stands."""

from typing import NamedTuple

from .blocks import Reply, reply


class Help(NamedTuple):
    """One command: how it is written, what it does, examples."""

    usage: str
    says: str
    examples: tuple[str, ...]


COMMANDS = {
    "status": Help(
        "/ce status",
        "What counts, what is missing and until when, for each certification. `/ce` alone does the same.",
        ("/ce status",),
    ),
    "add": Help(
        "/ce add KIND TITLE DATE [UNITS] [LINK]",
        "Log an activity once; it is applied to every certification it counts for. Kinds: course (webinar, "
        "training), global (Team, Unleash), local (ACE, meetup), presentation (talk). The date may be "
        "2025-12-01, 1 Dec 2025, yesterday or 3 days ago; without one it is today. State units only for a "
        "presentation. A link is kept as proof.",
        (
            '/ce add course "Jira Automation" yesterday',
            "/ce add local 2025-11-20 ACE Berlin",
            '/ce add presentation "Team \'25 talk" 2025-04-09 30 units',
        ),
    ),
    "list": Help("/ce list", "Your activities, newest first, with their numbers.", ("/ce list",)),
    "edit": Help(
        "/ce edit NUMBER WHAT CHANGES",
        "Correct an activity: its kind, title, date, units or link. What you leave out stays.",
        ("/ce edit 1 2025-11-21", '/ce edit 1 "Jira Automation, part 2"'),
    ),
    "remove": Help("/ce remove NUMBER", "Take an activity out; Undo brings it back.", ("/ce remove 1",)),
    "undo": Help("/ce undo", "Take back your last change; again, the one before.", ("/ce undo",)),
    "cert": Help(
        "/ce cert add CODE earned DATE | suspends DATE [expires DATE] · cert list · cert remove CODE",
        "The certifications you hold: with the day you earned one, or the date the portal shows.",
        (
            "/ce cert add ACP-620 earned 2024-01-01",
            "/ce cert add ACP-120 suspends 2026-01-01",
            "/ce cert list",
            "/ce cert remove ACP-120",
        ),
    ),
    "portal": Help(
        "/ce portal CODE suspends DATE expires DATE [started DATE]",
        "What the candidate portal shows for a certification. It wins over what I compute.",
        ("/ce portal ACP-620 suspends 2026-01-01 expires 2026-04-01",),
    ),
    "exam": Help(
        "/ce exam CODE DATE",
        "You passed a certification's own exam again. `/ce exam remove CODE DATE` takes it back.",
        ("/ce exam ACP-620 2025-11-15",),
    ),
    "why": Help(
        "/ce why [CODE] [all]",
        "Why a certification stands where it does: every date and number, the rule behind it and its source.",
        ("/ce why ACP-620", "/ce why ACP-620 all"),
    ),
    "plan": Help(
        "/ce plan [CODE ...] [on DATE]",
        "The least that renews, what waiting gains and risks, what renewing does to each certification, and "
        "the best plan for all of them over five years. The day is today unless you name a later one.",
        ("/ce plan", "/ce plan ACP-620", "/ce plan on tomorrow"),
    ),
    "ask": Help(
        "/ce ask QUESTION",
        "A question about renewing, answered from curated answers. A mention or a direct message works too.",
        ("/ce ask does coursework need to match the cert?",),
    ),
    "faq": Help(
        "/ce faq on | off | inbox | phrasings",
        "In a channel: let me answer questions there by myself, in a thread and only where I am sure. For "
        "curators, who look after the answers: the questions without a good one, and the phrasings accepted.",
        ("/ce faq on", "/ce faq off"),
    ),
    "help": Help("/ce help [COMMAND]", "All commands, or one with examples.", ("/ce help", "/ce help add")),
}
LEAD = (
    "I keep your Atlassian certifications alive: log what you did once, see what is missing and until when."
)
MORE = "More about one: `/ce help add`"


def everything() -> Reply:
    """The answer to `/ce help`: each command with its first example."""
    lines = [f"`{one.examples[0]}`\n{one.says.split('. ')[0].rstrip('.')}." for one in COMMANDS.values()]
    return reply(LEAD, "\n".join(lines), small=[MORE])


def about(command: str) -> Reply:
    """The answer to `/ce help COMMAND`."""
    found = COMMANDS[command]
    examples = "\n".join(f"`{example}`" for example in found.examples)
    return reply(f"`{found.usage}`\n{found.says}", f"Examples:\n{examples}")
